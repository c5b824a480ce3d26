/* relies: what a program may not rely on: that the parent waits, and that memory is shared.
 *
 * Shows: the child writes to a variable, and to a pipe after some time. Under Linux the parent finds
 * both done at once. A standard that only asks for fork's effects promises neither: the same
 * program under --vfork=posix finds nothing yet, and never its variable changed.
 * Prints:
 *   relying on the wait: the child was done when vfork returned
 *   relying on the memory: the child's write is there
 * Status: 0
 */
#include "print.h"
#include "proc.h"

static volatile int written;
static int ends[2];

__attribute__((noinline, noreturn)) static void child(void)
{
    sleep_ms(20);
    written = 1;
    write(ends[1], "x", 1);
    leave(0);
}

int main(void)
{
    char done = '-';
    pipe(ends);
    int pid = guest_vfork();
    if (pid == 0)
        child();
    call3(NR_fcntl, ends[0], F_SETFL, O_NONBLOCK);
    read(ends[0], &done, 1);
    wait4(pid, 0, 0);
    print("relying on the wait: the child was ");
    print(done == 'x' ? "done when vfork returned\n" : "not done when vfork returned\n");
    print("relying on the memory: the child's write is ");
    print(written ? "there\n" : "not there\n");
    return 0;
}
