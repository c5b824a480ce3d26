/* thread_signals: signals and sudden ends in a process with several threads.
 *
 * Shows: a signal to the process goes to a thread that does not block it, one to a thread to that thread
 * alone; sigwait takes a signal without a handler; cancellation wakes a sleeping thread; a robust mutex
 * survives its owner, thread or process; a stop stops all threads, a deadly signal to one ends all, and
 * the process lives on after its first thread has ended.
 * Prints:
 *   to the process: handled by main
 *   to a thread: handled by the other
 *   to the process while main blocks it: handled by the other
 *   sigwait: 12
 *   cancelled in read
 *   robust mutex: owner died
 *   robust mutex of another process: owner died
 *   timed wait: timed out
 *   stopped by 19, continued, killed by 9
 *   signal to one thread: killed by 15
 *   main thread gone: still alive, then killed by 15
 *   exit with threads: exited with 6
 * Status: 0
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pthread_t first;
static const char *volatile handler_of;
static volatile int stop_spinning;

static void handle(int signal)
{
    (void)signal;
    handler_of = pthread_equal(pthread_self(), first) ? "main" : "the other";
}

static void sleep_for(int milliseconds)
{
    struct timespec left = {.tv_nsec = milliseconds * 1000000L};
    while (nanosleep(&left, &left) < 0)
        ;
}

static void *spin(void *unused)
{
    while (!stop_spinning)
        ;
    return unused;
}

static void *sleep_forever(void *unused)
{
    for (;;)
        sleep_for(900);
    return unused;
}

static void await_handler(const char *how)
{
    while (!handler_of)
        sleep_for(1);
    printf("%s: handled by %s\n", how, handler_of);
    handler_of = NULL;
}

static void change_mask(int how, int signal)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    pthread_sigmask(how, &set, NULL);
}

static void show_recipients(void)
{
    pthread_t other;
    signal(SIGUSR1, handle);
    pthread_create(&other, NULL, spin, NULL);
    kill(getpid(), SIGUSR1);
    await_handler("to the process");
    pthread_kill(other, SIGUSR1);
    await_handler("to a thread");
    change_mask(SIG_BLOCK, SIGUSR1);
    kill(getpid(), SIGUSR1);
    await_handler("to the process while main blocks it");
    change_mask(SIG_UNBLOCK, SIGUSR1);
    stop_spinning = 1;
    pthread_join(other, NULL);
}

static void *take_signal(void *unused)
{
    sigset_t set;
    int taken;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigwait(&set, &taken);
    printf("sigwait: %d\n", taken);
    return unused;
}

static void *read_nothing(void *end)
{
    char letter;
    return read(*(int *)end, &letter, 1) < 0 ? NULL : end;
}

static void show_sleepers(void)
{
    pthread_t other;
    void *result;
    int ends[2];
    change_mask(SIG_BLOCK, SIGUSR2);
    pthread_create(&other, NULL, take_signal, NULL);
    sleep_for(10);
    kill(getpid(), SIGUSR2);
    pthread_join(other, NULL);
    if (pipe(ends) < 0)
        exit(1);
    pthread_create(&other, NULL, read_nothing, ends);
    sleep_for(10);
    pthread_cancel(other);
    pthread_join(other, &result);
    printf("%s\n", result == PTHREAD_CANCELED ? "cancelled in read" : "not cancelled");
}

static void *lock_and_end(void *mutex)
{
    pthread_mutex_lock(mutex);
    return NULL;
}

static void show_robust_mutexes(void)
{
    pthread_t other;
    pthread_mutexattr_t attributes;
    pthread_mutex_t *mutex = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(mutex, &attributes);
    pthread_create(&other, NULL, lock_and_end, mutex);
    pthread_join(other, NULL);
    int error = pthread_mutex_lock(mutex);
    printf("robust mutex: %s\n", error == EOWNERDEAD ? "owner died" : "?");
    pthread_mutex_consistent(mutex);
    pthread_mutex_unlock(mutex);
    pid_t child = fork();
    if (!child) {
        pthread_mutex_lock(mutex);
        sleep_for(30);
        _exit(0);
    }
    sleep_for(10);
    error = pthread_mutex_lock(mutex);
    printf("robust mutex of another process: %s\n", error == EOWNERDEAD ? "owner died" : "?");
    waitpid(child, NULL, 0);
}

static void show_timeout(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 20000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&mutex);
    int error = pthread_cond_timedwait(&condition, &mutex, &until);
    printf("timed wait: %s\n", error == ETIMEDOUT ? "timed out" : "?");
}

static void print_change(pid_t child, int options, const char *end)
{
    int status = 0;
    waitpid(child, &status, options);
    if (WIFSTOPPED(status))
        printf("stopped by %d", WSTOPSIG(status));
    else if (WIFCONTINUED(status))
        printf("continued");
    else if (WIFSIGNALED(status))
        printf("killed by %d", WTERMSIG(status));
    else
        printf("exited with %d", WEXITSTATUS(status));
    printf("%s", end);
}

static pid_t start(void (*program)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child)
        return child;
    pthread_t other;
    pthread_create(&other, NULL, sleep_forever, NULL);
    pthread_create(&other, NULL, sleep_forever, NULL);
    program();
    _exit(1);
}

static void wait_for_ever(void)
{
    sleep_forever(NULL);
}

static void signal_a_thread(void)
{
    pthread_t other;
    pthread_create(&other, NULL, sleep_forever, NULL);
    pthread_kill(other, SIGTERM);
    sleep_forever(NULL);
}

static void end_first_thread(void)
{
    pthread_exit(NULL);
}

static void exit_at_once(void)
{
    exit(6);
}

static void show_ends(void)
{
    pid_t child = start(wait_for_ever);
    sleep_for(10);
    kill(child, SIGSTOP);
    print_change(child, WUNTRACED, ", ");
    kill(child, SIGCONT);
    print_change(child, WCONTINUED, ", ");
    kill(child, SIGKILL);
    print_change(child, 0, "\n");
    child = start(signal_a_thread);
    printf("signal to one thread: ");
    print_change(child, 0, "\n");
    child = start(end_first_thread);
    sleep_for(20);
    printf("main thread gone: %s, then ", waitpid(child, NULL, WNOHANG) == 0 ? "still alive" : "?");
    kill(child, SIGTERM);
    print_change(child, 0, "\n");
    child = start(exit_at_once);
    printf("exit with threads: ");
    print_change(child, 0, "\n");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    first = pthread_self();
    show_recipients();
    show_sleepers();
    show_robust_mutexes();
    show_timeout();
    show_ends();
    return 0;
}
