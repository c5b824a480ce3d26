/* held_signals: signals to the parent wait until its vfork child has released the memory.
 *
 * Shows: the child sends its sleeping parent one signal, to the process or to the thread, and looks.
 * Handlers, stops and deaths with a core wait, as does a blocked signal; vfork then returns the pid.
 * Linux makes an exception for what kills without a core, and for another thread's exit_group or
 * execve: the parent is gone at once, and the child lives on, alone with the memory.
 * Arguments: a case by name, then `thread` or `process`; without any, all of them.
 * Prints:
 *   handled, to the process: in D, no handler yet; then vfork returned the pid, 1 handler ran; exited 0
 *   ignored, to the process: in D, no handler yet; then vfork returned the pid, 0 handlers ran; exited 0
 *   blocked, to the process: in D, no handler yet; then vfork returned the pid, 0 handlers ran; exited 0
 *   stop, to the process: in D, no handler yet; then stopped by 19, continued; then vfork returned the pid, 0 handlers ran; exited 0
 *   core, to the process: in D, no handler yet; killed by 3
 *   terminate, to the process: gone, the child lives on with a new parent; killed by 15
 *   kill, to the process: gone, the child lives on with a new parent; killed by 9
 *   handled, to the thread: in D, no handler yet; then vfork returned the pid, 1 handler ran; exited 0
 *   ignored, to the thread: in D, no handler yet; then vfork returned the pid, 0 handlers ran; exited 0
 *   blocked, to the thread: in D, no handler yet; then vfork returned the pid, 0 handlers ran; exited 0
 *   stop, to the thread: in D, no handler yet; then stopped by 19, continued; then vfork returned the pid, 0 handlers ran; exited 0
 *   core, to the thread: in D, no handler yet; killed by 3
 *   terminate, to the thread: gone, the child lives on with a new parent; killed by 15
 *   kill, to the thread: gone, the child lives on with a new parent; killed by 9
 *   exit_group, by another thread: gone, the child lives on with a new parent; exited 5
 *   execve, by another thread: gone, the child lives on beside the new program; exited 6
 * Status: 0
 */
#include "handler.h"
#include "print.h"
#include "proc.h"

enum { HANDLED, IGNORED, BLOCKED, STOP, CORE, TERMINATE, KILL, EXIT_GROUP, EXECVE, CASES };
static const struct {
    const char *name;
    int signal;
} cases[CASES] = {
    {"handled", SIGUSR1}, {"ignored", SIGUSR1}, {"blocked", SIGTERM}, {"stop", SIGSTOP},
    {"core", SIGQUIT},    {"terminate", SIGTERM}, {"kill", SIGKILL},
    {"exit_group", 0},    {"execve", 0},
};

static volatile int which, to_thread, subject, handled, child_runs;
static int lifeline[2];

static void handler(int signal)
{
    (void)signal;
    handled++;
}

/* The other thread: ends its process, or makes it another program, once the child runs. */
static void other_thread(void)
{
    static const char *arguments[] = {"held_signals", "program", 0};
    while (!child_runs)
        call0(NR_sched_yield);
    if (which == EXECVE)
        call3(NR_execve, (int)"/proc/self/exe", (int)arguments, 0);
    call1(NR_exit_group, 5);
}

static int is_gone(void)
{
    if (which == EXECVE) /* the pid stays: it is another program that has it */
        return proc_text(subject, "comm")[0] == 'e';
    return getppid() != subject;
}

/* Sends, waits for a death where there should be one, and says what became of the parent. */
__attribute__((noinline, noreturn)) static void child(void)
{
    child_runs = 1;
    if (cases[which].signal)
        to_thread ? call2(NR_tkill, subject, cases[which].signal) : kill(subject, cases[which].signal);
    for (int i = 0; i < 1000 && which >= TERMINATE && !is_gone(); i++)
        sleep_ms(1);
    sleep_ms(20);
    if (is_gone()) {
        print(which == EXECVE ? ": gone, the child lives on beside the new program"
                              : ": gone, the child lives on with a new parent");
        leave(0);
    }
    print(": in ");
    print_character(state_of(subject));
    print(handled ? ", the handler ran already" : ", no handler yet");
    leave(0);
}

__attribute__((noinline, noreturn)) static void be_subject(void)
{
    subject = getpid();
    if (which == HANDLED)
        set_action(SIGUSR1, (word)handler);
    if (which == IGNORED)
        set_action(SIGUSR1, SIG_IGN);
    if (which == BLOCKED)
        mask_signal(SIG_BLOCK, SIGTERM);
    if (which >= EXIT_GROUP)
        start_thread(other_thread);
    int pid = guest_vfork();
    if (pid == 0)
        child();
    print(pid > 0 ? "; then vfork returned the pid, " : "; then vfork failed, ");
    print_number(handled);
    print(handled == 1 ? " handler ran" : " handlers ran");
    wait4(pid, 0, 0);
    call1(NR_exit_group, 0);
    leave(1);
}

/* Nobody holds the other end of the lifeline any more: child and subject are over. */
static void wait_for_both(void)
{
    char nothing;
    close(lifeline[1]);
    read(lifeline[0], &nothing, 1);
    close(lifeline[0]);
}

static void try(int number, int thread)
{
    int status = 0;
    which = number;
    to_thread = thread;
    print(cases[number].name);
    print(number >= EXIT_GROUP ? ", by another thread" : thread ? ", to the thread" : ", to the process");
    pipe(lifeline);
    int pid = fork();
    if (pid == 0) {
        close(lifeline[0]);
        be_subject();
    }
    wait4(pid, &status, WUNTRACED);
    if ((status & 0xFF) == 0x7F) {
        print("; then stopped by ");
        print_number(status >> 8);
        print(", continued");
        kill(pid, SIGCONT);
        wait4(pid, &status, 0);
    }
    wait_for_both();
    print(status & 0x7F ? "; killed by " : "; exited ");
    print_number(status & 0x7F ? status & 0x7F : status >> 8);
    print("\n");
}

static int same(const char *one, const char *other)
{
    while (*one && *one == *other)
        one++, other++;
    return *one == *other;
}

int main(int argc, char **argv)
{
    if (argc > 1 && same(argv[1], "program")) {
        wait4(-1, 0, 0); /* the new program: the child is its child still */
        return 6;
    }
    for (int thread = 0; thread < 2; thread++)
        for (int number = 0; number < CASES; number++) {
            if (argc > 1 && !same(argv[1], cases[number].name))
                continue;
            if (argc > 2 && same(argv[2], "thread") != thread)
                continue;
            if (number < EXIT_GROUP || thread)
                try(number, thread);
        }
    return 0;
}
