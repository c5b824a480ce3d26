/* timers: POSIX timers as a C library offers them, and the clocks of CPU time.
 *
 * Shows: a timer that starts a thread, one that queues a real-time signal with a value, and one that
 * counts what it could not tell; a timer of CPU time rings although the process never sleeps; the CPU
 * clocks of a process and of a thread are not the same.
 * Prints:
 *   in a thread: value 7
 *   queued: value 9, by a timer
 *   overruns: some
 *   CPU time: rang
 *   the thread's clock is behind the process's
 * Status: 0
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static sem_t told;
static volatile int rang;

static void in_thread(union sigval value)
{
    printf("in a thread: value %d\n", value.sival_int);
    sem_post(&told);
}

static void handle(int signal)
{
    (void)signal;
    rang = 1;
}

static timer_t start(clockid_t clock, struct sigevent *event, long first, long interval)
{
    timer_t timer;
    struct itimerspec setting = {{0, interval}, {0, first}};
    if (timer_create(clock, event, &timer) || timer_settime(timer, 0, &setting, NULL))
        perror("timer");
    return timer;
}

static void threads(void)
{
    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = in_thread;
    event.sigev_value.sival_int = 7;
    timer_t timer = start(CLOCK_MONOTONIC, &event, 2000000, 0);
    sem_wait(&told);
    timer_delete(timer);
}

static void signals(void)
{
    struct sigevent event;
    siginfo_t info;
    sigset_t set;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGRTMIN + 1;
    event.sigev_value.sival_int = 9;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    timer_t timer = start(CLOCK_REALTIME, &event, 2000000, 1000000);
    sigwaitinfo(&set, &info);
    printf("queued: value %d, by %s\n", info.si_value.sival_int, info.si_code == SI_TIMER ? "a timer" : "others");
    nanosleep(&(struct timespec){0, 20000000}, NULL);
    sigwaitinfo(&set, &info);
    int overrun = timer_getoverrun(timer);
    printf("overruns: %s\n", overrun == info.si_overrun && overrun >= 10 ? "some" : "wrong");
    timer_delete(timer);
}

static void *works(void *clock)
{
    struct timespec used;
    do
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    while (used.tv_nsec < 8000000);
    pthread_getcpuclockid(pthread_self(), clock);
    struct timespec mine, all;
    clock_gettime(*(clockid_t *)clock, &mine);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &all);
    long long behind = (all.tv_sec - mine.tv_sec) * 1000000000ll + all.tv_nsec - mine.tv_nsec;
    puts(behind > 1000000 ? "the thread's clock is behind the process's" : "the clocks are wrong");
    return NULL;
}

static void cpu_time(void)
{
    struct sigevent event;
    clockid_t clock;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGUSR1;
    signal(SIGUSR1, handle);
    clock_getcpuclockid(getpid(), &clock);
    timer_t timer = start(clock, &event, 3000000, 0);
    while (!rang)
        ;
    puts("CPU time: rang");
    timer_delete(timer);
    pthread_t thread;
    pthread_create(&thread, NULL, works, &clock);
    pthread_join(thread, NULL);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    sem_init(&told, 0, 0);
    threads();
    signals();
    cpu_time();
    return 0;
}
