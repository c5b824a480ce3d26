/* structure: the child borrows everything it runs on, but it is a task of its own.
 *
 * Shows: two pids, two entries in /proc, one memory. In emulated RAM the child has a structure and a
 * kernel stack of 8 KiB from its creation until somebody waits for it.
 * Prints:
 *   child: a pid of its own, and the parent's as that of its parent
 *   child: /proc has both
 *   parent: while the child is a zombie, /proc still has it
 *   parent: once waited for, it is gone
 * Status: 0
 */
#include "print.h"
#include "proc.h"

static int parent;

__attribute__((noinline, noreturn)) static void child(void)
{
    int mine = getpid();
    print(mine != parent && getppid() == parent
              ? "child: a pid of its own, and the parent's as that of its parent\n"
              : "child: not a task of its own\n");
    print(state_of(mine) && state_of(parent) ? "child: /proc has both\n" : "child: /proc lacks one\n");
    leave(0);
}

int main(void)
{
    parent = getpid();
    int pid = guest_vfork();
    if (pid == 0)
        child();
    while (state_of(pid) != 'Z')
        sleep_ms(1);
    print("parent: while the child is a zombie, /proc still has it\n");
    wait4(pid, 0, 0);
    print(state_of(pid) ? "parent: /proc still has it\n" : "parent: once waited for, it is gone\n");
    return 0;
}
