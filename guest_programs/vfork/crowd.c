/* crowd: as many processes as there may be, up to 6; the one that is too many gets EAGAIN.
 *
 * Shows: --max-procs limits the tasks of the whole system, --max-procs-per-user those of one user
 * where the chosen system has such a limit. Forked children wait until the limit is reached; then
 * vfork fails, too. When one child has gone and been waited for, vfork succeeds.
 * Prints:
 *   6 children at a time: done
 *   vfork then: done
 *   vfork when one of them has gone: done
 * Status: 0
 */
#include "errors.h"

enum { MOST = 6 };

static int try_vfork(void)
{
    int pid = guest_vfork();
    if (pid == 0)
        leave(0);
    if (pid > 0)
        wait4(pid, 0, 0);
    return pid;
}

int main(void)
{
    int children[MOST], count = 0, result = 0;
    while (count < MOST) {
        result = fork();
        if (result == 0)
            for (;;)
                call0(NR_pause);
        if (result < 0)
            break;
        children[count++] = result;
    }
    print_number(count);
    print_outcome(" children at a time", result);
    print_outcome("vfork then", try_vfork());
    if (count) {
        kill(children[--count], SIGKILL);
        wait4(children[count], 0, 0);
        print_outcome("vfork when one of them has gone", try_vfork());
    }
    while (count)
        kill(children[--count], SIGKILL);
    return 0;
}
