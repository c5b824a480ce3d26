/* fork_cow: what a forked child writes stays its own.
 *
 * Shows: fork shares every page until one side writes it; the writer then gets a copy. The parent
 * reads after the child has written and ended, and finds its own values. Then it writes, too.
 * Prints:
 *   before: global 1, stack 1
 *   child: global 2, stack 3
 *   parent: global 1, stack 1
 *   parent: global 4, stack 5
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
    int pid = fork();
    if (pid == 0) {
        global = 2;
        on_stack = 3;
        report("child", on_stack);
        leave(0);
    }
    if (wait4(pid, 0, 0) != pid)
        return 1;
    report("parent", on_stack);
    global = 4;
    on_stack = 5;
    report("parent", on_stack);
    return 0;
}
