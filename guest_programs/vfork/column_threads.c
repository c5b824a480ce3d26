/* column_threads: do other threads of the parent run while the vfork child uses its memory?
 *
 * Shows: a second thread writes into a pipe every 10 milliseconds. The child empties the pipe,
 * sleeps, and looks whether something new is in it.
 * Prints:
 *   other threads of the parent run meanwhile: yes
 * Status: 0
 */
#include "answer.h"
#include "handler.h"
#include "proc.h"

static const char *const question = "other threads of the parent run meanwhile";
static int ends[2];

static void write_for_ever(void)
{
    for (;;) {
        sleep_ms(10);
        write(ends[1], "", 1);
    }
}

static int runs_meanwhile(void)
{
    byte octet;
    while (is_readable(ends[0], 0))
        read(ends[0], &octet, 1);
    sleep_ms(100);
    return is_readable(ends[0], 0);
}

int main(void)
{
    int status;
    pipe(ends);
    start_thread(write_for_ever);
    int pid = guest_vfork();
    if (pid == 0)
        leave(runs_meanwhile());
    if (pid < 0)
        answer(question, error_name(-pid));
    else if (wait4(pid, &status, 0) == pid)
        answer(question, yes_or_no(status >> 8));
    call1(NR_exit_group, 0);
    return 0;
}
