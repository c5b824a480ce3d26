/* restart_rules: what a signal does to a call that sleeps.
 *
 * Shows: each call sleeps three times. First a signal comes whose handler was installed without
 * SA_RESTART, then one whose handler was installed with it, then the process is stopped and continued,
 * which runs no handler at all. Some calls go on afterwards, some fail with EINTR even then.
 * Prints:
 *   read: EINTR, 1, 1
 *   waitpid: EINTR, 1, 1
 *   nanosleep: EINTR, EINTR, 0
 *   poll: EINTR, EINTR, 0
 *   select: EINTR, EINTR, 0
 *   sigtimedwait: EINTR, EINTR, EINTR
 *   epoll_wait: EINTR, EINTR, EINTR
 *   futex: EINTR, EINTR, ETIMEDOUT
 *   pause: EINTR, EINTR, ends with the next signal
 *   sigsuspend: EINTR, EINTR, ends with the next signal
 * Status: 0
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { POKE = 25, END = 90 }; /* milliseconds after the call has begun */

/* the calls as they were before 64-bit times */
enum { NR_RT_SIGTIMEDWAIT = 177, NR_FUTEX = 240 };
struct old_time {
    int seconds, nanoseconds;
};

static int ends[2];
static volatile int handled;

static void handle(int signal)
{
    (void)signal;
    handled++;
}

static void install(int flags)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = flags};
    sigaction(SIGUSR1, &action, NULL);
}

static struct timespec milliseconds(int count)
{
    return (struct timespec){.tv_nsec = count * 1000000L};
}

static void sleep_for(int count)
{
    struct timespec left = milliseconds(count);
    while (nanosleep(&left, &left) < 0)
        ;
}

/* A child signals its parent, or stops and continues it. */
static pid_t poke(int stop, int repeat)
{
    pid_t parent = getpid(), child = fork();
    if (child)
        return child;
    sleep_for(POKE);
    kill(parent, stop ? SIGSTOP : SIGUSR1);
    if (stop) {
        sleep_for(POKE);
        kill(parent, SIGCONT);
    }
    if (repeat) {
        sleep_for(POKE);
        kill(parent, SIGUSR1);
    }
    _exit(0);
}

static int read_byte(void)
{
    char letter;
    pid_t writer = fork();
    if (!writer) {
        sleep_for(END);
        _exit(write(ends[1], "x", 1) != 1);
    }
    int result = read(ends[0], &letter, 1), error = errno;
    waitpid(writer, NULL, 0);
    if (result < 0 && read(ends[0], &letter, 1) != 1)
        return 0;
    errno = error;
    return result;
}

static int wait_child(void)
{
    pid_t child = fork();
    if (!child) {
        sleep_for(END);
        _exit(0);
    }
    int result = waitpid(child, NULL, 0), error = errno;
    if (result < 0)
        waitpid(child, NULL, 0);
    errno = error;
    return result < 0 ? result : result == child;
}

static int sleep_once(void)
{
    struct timespec time = milliseconds(END);
    return nanosleep(&time, NULL);
}

static int poll_pipe(void)
{
    struct pollfd end = {.fd = ends[0], .events = POLLIN};
    return poll(&end, 1, END);
}

static int select_pipe(void)
{
    struct timeval time = {.tv_usec = END * 1000};
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    return select(ends[0] + 1, &set, NULL, NULL, &time);
}

/* musl's own sigtimedwait would hide EINTR */
static int wait_signal(void)
{
    struct old_time time = {0, END * 1000000};
    unsigned long long set = 1ull << (SIGUSR2 - 1);
    return syscall(NR_RT_SIGTIMEDWAIT, &set, NULL, &time, sizeof set);
}

static int wait_event(void)
{
    static int epoll = -1;
    struct epoll_event event;
    if (epoll < 0)
        epoll = epoll_create1(0);
    return epoll_wait(epoll, &event, 1, END);
}

static int wait_futex(void)
{
    static int word;
    struct old_time time = {0, END * 1000000};
    return syscall(NR_FUTEX, &word, 0, 0, &time);
}

static int suspend(void)
{
    sigset_t none;
    sigemptyset(&none);
    return sigsuspend(&none);
}

static const char *outcome(int result)
{
    if (result >= 0)
        return result ? "1" : "0";
    return errno == EINTR ? "EINTR" : errno == ETIMEDOUT ? "ETIMEDOUT" : "another error";
}

static void three_times(const char *name, int (*call)(void), int is_for_signals)
{
    printf("%s: ", name);
    for (int round = 0; round < 3; round++) {
        install(round ? SA_RESTART : 0);
        fflush(stdout);
        handled = 0;
        pid_t child = poke(round == 2, round == 2 && is_for_signals);
        const char *text = outcome(call());
        if (round == 2 && is_for_signals)
            text = handled ? "ends with the next signal" : "ends though no handler ran";
        printf("%s%s", round ? ", " : "", text);
        waitpid(child, NULL, 0);
    }
    printf("\n");
}

int main(void)
{
    if (pipe(ends) < 0)
        return 1;
    three_times("read", read_byte, 0);
    three_times("waitpid", wait_child, 0);
    three_times("nanosleep", sleep_once, 0);
    three_times("poll", poll_pipe, 0);
    three_times("select", select_pipe, 0);
    three_times("sigtimedwait", wait_signal, 0);
    three_times("epoll_wait", wait_event, 0);
    three_times("futex", wait_futex, 0);
    three_times("pause", pause, 1);
    three_times("sigsuspend", suspend, 1);
    return 0;
}
