/* column_wait: does the parent wait for its vfork child?
 *
 * Shows: a child sleeps, then writes into a pipe, and ends. Right after vfork the parent looks
 * whether there is something in the pipe.
 * Prints:
 *   the parent waits for the child: yes
 * Status: 0
 */
#include "answer.h"
#include "proc.h"

static const char *const question = "the parent waits for the child";

int main(void)
{
    int ends[2];
    pipe(ends);
    int pid = guest_vfork();
    if (pid == 0) {
        sleep_ms(50);
        write(ends[1], "", 1);
        leave(0);
    }
    if (pid < 0)
        answer_error(question, pid);
    answer(question, yes_or_no(is_readable(ends[0], 0)));
    wait4(pid, 0, 0);
    return 0;
}
