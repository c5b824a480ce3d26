/* vfork_memory: what a vfork child writes, its parent finds.
 *
 * Shows: after vfork both processes use one memory: the child's writes to a global variable and to
 * a variable on the stack are there when the parent goes on.
 * Prints:
 *   before: global 1, stack 1
 *   child: global 2, stack 3
 *   parent: global 2, stack 3
 * Status: 0
 */
#include "print.h"

static volatile int global = 1;

static void report(const char *who, int on_stack)
{
    print(who);
    print(": global ");
    print_number(global);
    print_line(", stack ", on_stack);
}

int main(void)
{
    volatile int on_stack = 1;
    report("before", on_stack);
    int pid = guest_vfork();
    if (pid == 0) {
        global = 2;
        on_stack = 3;
        report("child", on_stack);
        leave(0);
    }
    report("parent", on_stack);
    return wait4(pid, 0, 0) == pid ? 0 : 1;
}
