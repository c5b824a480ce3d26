/* vfork_exit_wait: a child by vfork that exits at once, waited for.
 *
 * Shows: that vfork costs the same whatever its caller's size.
 * Arguments: iterations (100), resident MiB (1).
 * Prints:
 * Status: 0
 */
#include "resident.h"

int main(int argc, char **argv)
{
    make_resident(argument(argc, argv, 2, 1));
    for (int left = argument(argc, argv, 1, 100); left > 0; left--) {
        int status, pid = guest_vfork();
        if (pid == 0)
            leave(0);
        if (pid < 0 || wait4(pid, &status, 0) != pid || status != 0)
            return 1;
    }
    return 0;
}
