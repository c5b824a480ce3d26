/* Children that are killed, stopped and continued while they sleep, calls that signals end, and a
 * thread that its process takes along. With an argument SIGCHLD is blocked, whose moment is chance. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void on_alarm(int signal)
{
    (void)signal;
}

static void *sleeper(void *nothing)
{
    pause();
    return nothing;
}

static void nap(int milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&time, NULL);
}

int main(int count, char **words)
{
    int status;
    pid_t child;
    struct sigaction action = {.sa_handler = on_alarm};
    sigset_t blocked;
    pthread_t thread;

    (void)words;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGCHLD);
    if (count > 1)
        sigprocmask(SIG_BLOCK, &blocked, NULL);

    child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    nap(20);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);

    child = fork();
    if (child == 0) {
        char octet;
        int ends[2];
        _exit(pipe(ends) || read(ends[0], &octet, 1));
    }
    nap(20);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);

    child = fork();
    if (child == 0) {
        raise(SIGSTOP);
        _exit(3);
    }
    waitpid(child, &status, WUNTRACED);
    kill(child, SIGCONT);
    waitpid(child, &status, 0);

    sigaction(SIGALRM, &action, NULL);
    alarm(1);
    pause();
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, NULL);
    child = fork();
    if (child == 0) {
        nap(1500);
        _exit(3);
    }
    alarm(1);
    waitpid(child, &status, 0);

    child = fork();
    if (child == 0) {
        nap(300);
        _exit(3);
    }
    nap(100);
    kill(child, SIGSTOP);
    nap(50);
    kill(child, SIGCONT);
    waitpid(child, &status, 0);

    pthread_create(&thread, NULL, sleeper, NULL);
    nap(10);
    exit(5);
}
