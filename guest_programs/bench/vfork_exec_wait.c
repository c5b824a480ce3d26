/* vfork_exec_wait: a child by vfork that becomes another program, waited for.
 *
 * Shows: what starting a program costs. Arguments: iterations (20), resident MiB (1), program (the
 * guest exit0 in this guest's folder).
 * Prints:
 * Status: 0
 */
#include "beside.h"
#include "resident.h"

int main(int argc, char **argv)
{
    const char *program = argc > 3 ? argv[3] : beside(argv[0], "exit0");
    const char *child_argv[] = {program, 0};
    make_resident(argument(argc, argv, 2, 1));
    for (int left = argument(argc, argv, 1, 20); left > 0; left--) {
        int status, pid = guest_vfork();
        if (pid == 0) {
            call3(NR_execve, (int)program, (int)child_argv, (int)(child_argv + 1));
            leave(127);
        }
        if (pid < 0 || wait4(pid, &status, 0) != pid || status != 0)
            return 1;
    }
    return 0;
}
