/* column_memory: does the parent see what a vfork child writes?
 *
 * Shows: a child writes a variable and ends; the parent waits for it and looks.
 * Prints:
 *   the parent sees what the child writes: yes
 * Status: 0
 */
#include "answer.h"

static const char *const question = "the parent sees what the child writes";
static volatile int written;

int main(void)
{
    int pid = guest_vfork();
    if (pid == 0) {
        written = 1;
        leave(0);
    }
    if (pid < 0)
        answer_error(question, pid);
    wait4(pid, 0, 0);
    answer(question, yes_or_no(written));
    return 0;
}
