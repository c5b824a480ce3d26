/* wait_statuses: the status word in every way a child can change state.
 *
 * Shows: exited: the status in bits 8 to 15. Killed: the signal in bits 0 to 6 (bit 7, whether a core
 * was written, depends on the machine and is left out). Stopped: 0x7f, the signal in bits 8 to 15.
 * Continued: 0xffff. And ECHILD, -10, when there is no child left.
 * Prints:
 *   exit(7): 0x700
 *   read from address 0: 0xb
 *   SIGSTOP: 0x137f
 *   SIGCONT: 0xffff
 *   SIGKILL: 0x9
 *   nobody left: -10
 * Status: 0
 */
#include "print.h"

enum { CORE_WRITTEN = 0x80 };

static void exit_with_seven(void) { leave(7); }

/* The address stays unknown to the compiler, which would otherwise leave the read out. */
static void read_null(void)
{
    volatile int *nowhere;
    __asm__ volatile("" : "=r"(nowhere) : "0"(0));
    leave(*nowhere);
}

static void stop_then_sleep(void)
{
    kill(getpid(), SIGSTOP);
    for (;;)
        call0(NR_pause);
}

static int child_that(void (*acts)(void))
{
    int pid = fork();
    if (pid == 0)
        acts();
    return pid;
}

static void report(const char *what, int pid, int options)
{
    word status = 0xdead;
    if (wait4(pid, (int *)&status, options) != pid)
        fail("wait4 returned somebody else\n");
    if (status != 0xffff && (status & 0xff) != 0x7f)
        status &= ~CORE_WRITTEN;
    print(what);
    print_hex(status);
    print("\n");
}

int main(void)
{
    report("exit(7): ", child_that(exit_with_seven), 0);
    report("read from address 0: ", child_that(read_null), 0);

    int pid = child_that(stop_then_sleep);
    report("SIGSTOP: ", pid, WUNTRACED);
    kill(pid, SIGCONT);
    report("SIGCONT: ", pid, WCONTINUED);
    kill(pid, SIGKILL);
    report("SIGKILL: ", pid, 0);

    print_line("nobody left: ", wait4(-1, 0, 0));
    return 0;
}
