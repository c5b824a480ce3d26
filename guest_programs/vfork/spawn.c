/* spawn: a process of some size makes a child, for counting what that costs.
 *
 * Shows: arguments are the way to make the child, vfork or fork, what the child does, exit or write
 * (one octet to each resident page, then exit), and any number of sizes in MiB, resident and
 * writable. Nothing is counted in here: the emulator counts page tables and pages copied.
 * Prints:
 *   vfork with 1 MiB: the child is over
 * Status: 0
 */
#include "print.h"
#include "resident.h"

static byte *memory;
static word mebibytes;

__attribute__((noinline, noreturn)) static void child(int writes)
{
    if (writes)
        for (word i = 0; i < mebibytes << 20; i += 4096)
            ((volatile byte *)memory)[i] = 2;
    leave(0);
}

int main(int argc, char **argv)
{
    int forks = argc > 1 && argv[1][0] == 'f';
    int writes = argc > 2 && argv[2][0] == 'w';
    for (volatile int i = 3; i == 3 || i < argc; i++) {
        mebibytes = (word)argument(argc, argv, i, 1);
        memory = make_resident(mebibytes);
        int pid = forks ? fork() : guest_vfork();
        if (pid == 0)
            child(writes);
        if (pid < 0 || wait4(pid, 0, 0) != pid)
            fail("no child\n");
        print(forks ? "fork with " : "vfork with ");
        print_number((int)mebibytes);
        print(" MiB: the child is over\n");
        call2(NR_munmap, (int)memory, (int)(mebibytes << 20));
    }
    return 0;
}
