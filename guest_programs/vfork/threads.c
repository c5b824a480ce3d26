/* threads: of all threads of the parent, only the one that calls vfork is in the child.
 *
 * Shows: the child counts its own threads: 1. The parent's other thread goes on counting while the
 * child looks; only the caller is held. (On Solaris, --vfork=solaris, the whole parent is held.)
 * Prints:
 *   the parent has 2 threads, the child 1
 *   while the child ran, the parent's other thread ran, too
 * Status: 0
 */
#include "handler.h"
#include "print.h"
#include "proc.h"

static volatile word counted;
static volatile int in_parent, in_child, moved;

static void count(void)
{
    for (;;) {
        counted++;
        call0(NR_sched_yield);
    }
}

__attribute__((noinline, noreturn)) static void child(void)
{
    word before = counted;
    in_child = status_number(getpid(), "Threads:");
    for (int i = 0; i < 100 && counted == before; i++)
        sleep_ms(1);
    moved = counted != before;
    leave(0);
}

int main(void)
{
    start_thread(count);
    while (!counted)
        call0(NR_sched_yield);
    in_parent = status_number(getpid(), "Threads:");
    int pid = guest_vfork();
    if (pid == 0)
        child();
    print("the parent has ");
    print_number(in_parent);
    print_line(" threads, the child ", in_child);
    print("while the child ran, the parent's other thread ");
    print(moved ? "ran, too\n" : "stood still\n");
    wait4(pid, 0, 0);
    call1(NR_exit_group, 0);
    return 1;
}
