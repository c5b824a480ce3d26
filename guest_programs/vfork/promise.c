/* promise: fork needs memory for a second copy, vfork does not.
 *
 * Shows: 600 MiB (or as many MiB as the argument says) are private and writable, though not one page
 * is used. A fork promises the child as much again: with --ram 1G that is refused where promises are
 * kept (--overcommit=never), while vfork promises nothing. By default both succeed.
 * Prints:
 *   map 600 MiB: done
 *   fork: done
 *   vfork: done
 * Status: 0
 */
#include "errors.h"
#include "resident.h"

static void try_call(const char *name, int is_vfork)
{
    int pid = is_vfork ? guest_vfork() : fork();
    if (pid == 0)
        leave(0);
    if (pid > 0)
        wait4(pid, 0, 0);
    print_outcome(name, pid);
}

int main(int argc, char **argv)
{
    int mebibytes = argument(argc, argv, 1, 600);
    int address = map_anonymous((word)mebibytes << 20);
    print("map ");
    print_number(mebibytes);
    print_outcome(" MiB", (word)address > -4096u ? address : 0);
    try_call("fork", 0);
    try_call("vfork", 1);
    return 0;
}
