/* nested: a vfork child may call vfork itself; each parent waits for its own child.
 *
 * Shows: three processes on one stack. The innermost finds both others asleep; when it ends, only
 * its own parent goes on, and finds the outermost still asleep.
 * Prints:
 *   grandchild: its parent is in state D, its grandparent in state D
 *   child goes on: its parent is in state D
 *   parent goes on
 * Status: 0
 */
#include "print.h"
#include "proc.h"

static int parent;

__attribute__((noinline, noreturn)) static void grandchild(void)
{
    sleep_ms(20);
    print("grandchild: its parent is in state ");
    print_character(state_of(getppid()));
    print(", its grandparent in state ");
    print_character(state_of(parent));
    print("\n");
    leave(0);
}

__attribute__((noinline, noreturn)) static void child(void)
{
    int pid = guest_vfork();
    if (pid == 0)
        grandchild();
    sleep_ms(20);
    print("child goes on: its parent is in state ");
    print_character(state_of(parent));
    print("\n");
    leave(wait4(pid, 0, 0) == pid ? 0 : 1);
}

int main(void)
{
    parent = getpid();
    int pid = guest_vfork();
    if (pid == 0)
        child();
    print("parent goes on\n");
    return wait4(pid, 0, 0) == pid ? 0 : 1;
}
