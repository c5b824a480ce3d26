/* A parent with three children, made by vfork, vfork and fork, that end in three ways; then it
 * kills itself. Signals arrive in between. With an argument it is the first child. */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int shared = 1;

static void say(const char *text)
{
    if (write(1, text, strlen(text)) < 0)
        _exit(1);
}

static void on_usr1(int signal)
{
    (void)signal;
    say("usr1\n");
}

static void on_child(int signal)
{
    (void)signal;
}

static void handle(int signal, void (*handler)(int), int flags)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigaction(signal, &action, NULL);
}

int main(int count, char **words)
{
    int status;
    pid_t child;
    siginfo_t info;

    if (count > 1) {
        say("child image\n");
        return 7;
    }
    handle(SIGUSR1, on_usr1, 0);
    handle(SIGCHLD, on_child, SA_RESTART);

    child = vfork();
    if (child == 0) {
        shared = 42;
        execl(words[0], words[0], "child", (char *)NULL);
        _exit(127);
    }
    waitpid(child, &status, 0);
    say(shared == 42 && status == 0x700 ? "shared and waited for\n" : "wrong\n");
    kill(getpid(), SIGUSR1);

    child = vfork();
    if (child == 0)
        _exit(3);
    waitid(P_PID, child, &info, WEXITED);

    child = fork();
    if (child == 0) {
        kill(getpid(), SIGSEGV);
        _exit(0);
    }
    waitpid(-1, &status, 0);
    kill(getpid(), SIGTERM);
    return 0;
}
