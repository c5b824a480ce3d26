/* column_end: does SIGTERM end a parent at once that waits for its vfork child?
 *
 * Shows: a process makes a vfork child that sleeps for 200 milliseconds. After 50 it is sent SIGTERM;
 * after 100 its own parent looks whether it is gone. Where vfork does not wait there is nothing to see.
 * Prints:
 *   SIGTERM ends the waiting parent at once: yes
 * Status: 0
 */
#include "answer.h"
#include "proc.h"

static const char *const question = "SIGTERM ends the waiting parent at once";
static int ends[2];

/* Tells what vfork returned, when it does. */
__attribute__((noreturn)) static void be_parent(void)
{
    int pid = guest_vfork();
    if (pid == 0) {
        sleep_ms(200);
        leave(0);
    }
    write(ends[1], &pid, sizeof pid);
    sleep_ms(300);
    leave(0);
}

int main(void)
{
    int result;
    pipe(ends);
    int parent = fork();
    if (parent == 0)
        be_parent();
    sleep_ms(50);
    if (is_readable(ends[0], 0)) {
        read(ends[0], &result, sizeof result);
        answer(question, result < 0 ? error_name(-result) : "-");
    } else {
        kill(parent, SIGTERM);
        sleep_ms(50);
        answer(question, yes_or_no(wait4(parent, 0, WNOHANG) == parent));
    }
    wait4(parent, 0, 0);
    return 0;
}
