/* odd_ends: what else ends the parent's wait: threads of the child, and the death of one in the middle.
 *
 * Shows: the wait is for the task that vfork made, not for its process. When another thread of the
 * child executes a program, or the child's first thread exits while another runs on, the memory is
 * the parent's again. Of two nested waits the inner one dies at once by a signal, which ends the
 * outer; the grandchild runs on.
 * Prints:
 *   execve by a thread: the parent went on, the program came to its end with 6
 *   exit of the first thread: the parent went on, the other thread still ran
 *   the one in the middle killed: the outermost went on, the grandchild got a new parent
 * Status: 0
 */
#include "handler.h"
#include "print.h"
#include "proc.h"

static volatile int middle, thread_runs, gone;

static void execute(void)
{
    static const char *arguments[] = {"odd_ends", "program", 0};
    sleep_ms(10);
    call3(NR_execve, (int)"/proc/self/exe", (int)arguments, 0);
}

static void linger(void)
{
    thread_runs = 1;
    sleep_ms(60);
    thread_runs = 0;
}

/* Starts a thread; then waits for ever, or exits. */
__attribute__((noinline, noreturn)) static void child(void (*thread)(void))
{
    start_thread(thread);
    if (thread == execute)
        call0(NR_pause);
    while (!thread_runs)
        sleep_ms(1);
    leave(0);
}

__attribute__((noinline, noreturn)) static void grandchild(void)
{
    sleep_ms(10);
    kill(middle, SIGTERM);
    for (int i = 0; i < 1000 && getppid() == middle; i++)
        sleep_ms(1);
    gone = getppid() != middle;
    leave(0);
}

__attribute__((noinline, noreturn)) static void be_in_the_middle(void)
{
    middle = getpid();
    int pid = guest_vfork();
    if (pid == 0)
        grandchild();
    leave(0);
}

int main(int argc, char **argv)
{
    int pid, status = 0;
    (void)argv;
    if (argc > 1)
        return 6;
    pid = guest_vfork();
    if (pid == 0)
        child(execute);
    wait4(pid, &status, 0);
    print("execve by a thread: the parent went on, the program came to its end with ");
    print_line("", status >> 8);

    pid = guest_vfork();
    if (pid == 0)
        child(linger);
    print("exit of the first thread: the parent went on, the other thread ");
    print(thread_runs ? "still ran\n" : "did not run\n");
    wait4(pid, 0, 0);

    pid = guest_vfork();
    if (pid == 0)
        be_in_the_middle();
    wait4(pid, &status, 0);
    for (int i = 0; i < 1000 && !gone; i++)
        sleep_ms(1);
    print("the one in the middle killed: the outermost went on, the grandchild got ");
    print(gone && status == SIGTERM ? "a new parent\n" : "no new parent\n");
    return 0;
}
