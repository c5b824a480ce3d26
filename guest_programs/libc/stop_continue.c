/* stop_continue: job control between a parent and its child.
 *
 * Shows: a stopped child is reported once, goes on with SIGCONT whatever it does with that signal, and
 * acts on other signals only then; SIGKILL does not wait. SIGCHLD tells why, unless SA_NOCLDSTOP was
 * set. Where SIGCHLD is ignored, or SA_NOCLDWAIT set, children leave no zombie.
 * Prints:
 *   stopped by 19, continued, exited with 3
 *   SIGCHLD: stopped 19
 *   SIGCHLD: continued 18
 *   SIGCHLD: exited 3
 *   SIGTERM waits for SIGCONT: killed by 15
 *   SIGKILL does not: killed by 9
 *   with SA_NOCLDSTOP: SIGCHLD once
 *   SIGCONT caught: handler ran 1 time
 *   SIGCONT blocked: continued all the same, pending
 *   SIGCHLD ignored: no child to wait for
 *   SA_NOCLDWAIT: no child to wait for
 *   SIGTSTP in an orphaned process group: nothing
 * Status: 0
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct {
    int code, status;
} seen[10];
static volatile int count, handled;

static void note_child(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    seen[count].code = info->si_code;
    seen[count++].status = info->si_status;
}

static void count_signal(int signal)
{
    (void)signal;
    handled++;
}

static void watch_children(int flags)
{
    struct sigaction action = {.sa_sigaction = note_child, .sa_flags = flags | SA_SIGINFO | SA_RESTART};
    sigaction(SIGCHLD, &action, NULL);
    count = 0;
}

static void sleep_for(int milliseconds)
{
    struct timespec left = {.tv_nsec = milliseconds * 1000000L};
    while (nanosleep(&left, &left) < 0)
        ;
}

static void print_status(int status)
{
    if (WIFSTOPPED(status))
        printf("stopped by %d", WSTOPSIG(status));
    else if (WIFCONTINUED(status))
        printf("continued");
    else if (WIFSIGNALED(status))
        printf("killed by %d", WTERMSIG(status));
    else
        printf("exited with %d", WEXITSTATUS(status));
}

static int wait_for(pid_t child, int options)
{
    int status = 0;
    waitpid(child, &status, options);
    return status;
}

static pid_t sleeping_child(void)
{
    pid_t child = fork();
    while (!child)
        pause();
    return child;
}

static void show_reports(void)
{
    watch_children(0);
    pid_t child = fork();
    if (!child) {
        raise(SIGSTOP);
        sleep_for(20); /* the parent is to hear of each change on its own */
        _exit(3);
    }
    print_status(wait_for(child, WUNTRACED));
    printf(", ");
    kill(child, SIGCONT);
    print_status(wait_for(child, WCONTINUED));
    printf(", ");
    print_status(wait_for(child, 0));
    printf("\n");
    for (int i = 0; i < count; i++) {
        const char *why = seen[i].code == CLD_STOPPED     ? "stopped"
                          : seen[i].code == CLD_CONTINUED ? "continued"
                                                          : "exited";
        printf("SIGCHLD: %s %d\n", why, seen[i].status);
    }
}

static void show_waiting_signals(void)
{
    pid_t child = sleeping_child();
    kill(child, SIGSTOP);
    wait_for(child, WUNTRACED);
    kill(child, SIGTERM);
    sleep_for(10);
    if (waitpid(child, NULL, WNOHANG) == 0)
        printf("SIGTERM waits for SIGCONT: ");
    kill(child, SIGCONT);
    print_status(wait_for(child, 0));
    child = sleeping_child();
    kill(child, SIGSTOP);
    wait_for(child, WUNTRACED);
    kill(child, SIGKILL);
    printf("\nSIGKILL does not: ");
    print_status(wait_for(child, 0));
    printf("\n");
}

static void stop_and_continue(pid_t child)
{
    wait_for(child, WUNTRACED);
    kill(child, SIGCONT);
}

static void show_sigcont(void)
{
    watch_children(SA_NOCLDSTOP);
    pid_t child = fork();
    if (!child) {
        raise(SIGSTOP);
        _exit(0);
    }
    stop_and_continue(child);
    wait_for(child, 0);
    printf("with SA_NOCLDSTOP: SIGCHLD %s\n", count == 1 ? "once" : "more than once");

    fflush(stdout);
    child = fork();
    if (!child) {
        signal(SIGCONT, count_signal);
        raise(SIGSTOP);
        printf("SIGCONT caught: handler ran %d time\n", handled);
        fflush(stdout);
        _exit(0);
    }
    stop_and_continue(child);
    wait_for(child, 0);
    child = fork();
    if (!child) {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGCONT);
        sigprocmask(SIG_BLOCK, &set, NULL);
        raise(SIGSTOP);
        sigpending(&set);
        printf("SIGCONT blocked: continued all the same, %spending\n", sigismember(&set, SIGCONT) ? "" : "not ");
        fflush(stdout);
        _exit(0);
    }
    stop_and_continue(child);
    wait_for(child, 0);
}

static void show_no_zombies(const char *how)
{
    pid_t child = fork();
    if (!child)
        _exit(5);
    int result = waitpid(child, NULL, 0);
    printf("%s: %s\n", how, result < 0 && errno == ECHILD ? "no child to wait for" : "there was a zombie");
}

static void show_orphaned_group(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        setsid();
        raise(SIGTSTP);
        printf("SIGTSTP in an orphaned process group: nothing\n");
        fflush(stdout);
        _exit(0);
    }
    wait_for(child, WUNTRACED);
    kill(child, SIGCONT);
}

int main(void)
{
    show_reports();
    show_waiting_signals();
    show_sigcont();
    signal(SIGCHLD, SIG_IGN);
    show_no_zombies("SIGCHLD ignored");
    watch_children(SA_NOCLDWAIT);
    show_no_zombies("SA_NOCLDWAIT");
    signal(SIGCHLD, SIG_DFL);
    show_orphaned_group();
    return 0;
}
