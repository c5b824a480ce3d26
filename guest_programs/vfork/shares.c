/* shares: all that a vfork child does to memory, its parent finds.
 *
 * Shows: the child writes to a global variable and to one on the stack, maps a page, unmaps one,
 * protects one and moves the end of the heap. None of it is undone when the parent goes on.
 * Prints:
 *   the child's write to a global variable: found
 *   the child's write to the stack: found
 *   the page that the child mapped: found, with the child's octet
 *   the page that the child unmapped: gone
 *   the page that the child protected: cannot be written, can be read
 *   the end of the heap: where the child put it
 * Status: 0
 */
#include "print.h"
#include "resident.h"

static volatile int global;
static byte *mapped, *unmapped, *protected;
static int heap;

__attribute__((noinline, noreturn)) static void child(volatile int *on_stack)
{
    global = 1;
    *on_stack = 2;
    mapped = (byte *)map_anonymous(4096);
    *mapped = 3;
    call2(NR_munmap, (int)unmapped, 4096);
    call3(NR_mprotect, (int)protected, 4096, PROT_READ);
    call1(NR_brk, heap + 0x5000);
    leave(0);
}

/* Whether the kernel could write an octet there, and whether it could read one: no fault for us. */
static int is_writable(byte *at)
{
    int ends[2];
    pipe(ends);
    write(ends[1], "x", 1);
    close(ends[1]);
    int got = read(ends[0], at, 1);
    close(ends[0]);
    return got == 1;
}

static int is_readable(byte *at)
{
    int ends[2];
    pipe(ends);
    int written = write(ends[1], at, 1);
    close(ends[0]);
    close(ends[1]);
    return written == 1;
}

static void say(const char *what, int holds, const char *yes)
{
    print(what);
    print(holds ? yes : "otherwise");
    print("\n");
}

int main(void)
{
    volatile int on_stack = 0;
    unmapped = (byte *)map_anonymous(4096);
    protected = (byte *)map_anonymous(4096);
    *unmapped = *protected = 1;
    heap = call1(NR_brk, 0);
    int pid = guest_vfork();
    if (pid == 0)
        child(&on_stack);
    say("the child's write to a global variable: ", global == 1, "found");
    say("the child's write to the stack: ", on_stack == 2, "found");
    say("the page that the child mapped: ", mapped && is_readable(mapped) && *mapped == 3,
        "found, with the child's octet");
    say("the page that the child unmapped: ", !is_readable(unmapped), "gone");
    say("the page that the child protected: ", !is_writable(protected) && is_readable(protected),
        "cannot be written, can be read");
    say("the end of the heap: ", call1(NR_brk, 0) == heap + 0x5000, "where the child put it");
    return wait4(pid, 0, 0) == pid ? 0 : 1;
}
