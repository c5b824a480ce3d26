/* returns: vfork is 0 in the child, the child's pid in the parent, and an error in the caller.
 *
 * Shows: the child sees 0 and writes down its own pid; that is what the parent gets. Where no
 * process may be made (the limit of processes is 0) the caller gets -EAGAIN, and there is no child
 * to wait for.
 * Prints:
 *   child: vfork returned 0
 *   parent: vfork returned the pid of the child
 *   at the limit: vfork returned -11
 *   at the limit: wait4 returned -10
 * Status: 0
 */
#include "print.h"

enum { RLIMIT_NPROC = 6 };

static volatile int pid_of_child;

__attribute__((noinline, noreturn)) static void child(int result)
{
    print_line("child: vfork returned ", result);
    pid_of_child = getpid();
    leave(0);
}

int main(void)
{
    int pid = guest_vfork();
    if (pid == 0)
        child(pid);
    print(pid == pid_of_child ? "parent: vfork returned the pid of the child\n" : "parent: no\n");
    wait4(pid, 0, 0);

    word none[2] = {0, 0};
    call2(NR_setrlimit, RLIMIT_NPROC, (int)none);
    if (call0(NR_geteuid32) == 0)
        call1(NR_setuid32, 1000); /* the limit is not for the superuser */
    pid = guest_vfork();
    if (pid == 0)
        child(pid);
    print_line("at the limit: vfork returned ", pid);
    print_line("at the limit: wait4 returned ", wait4(-1, 0, 0));
    return 0;
}
