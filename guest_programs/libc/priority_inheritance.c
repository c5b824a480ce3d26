/* priority_inheritance: mutexes and conditions of a C library whose waiters lend their priority.
 *
 * Shows: a PTHREAD_PRIO_INHERIT mutex excludes, hands over, times out, finds a second lock by its owner,
 * and, being robust, survives its owner; a condition gives such a mutex back.
 * Prints:
 *   counted to 4000
 *   second lock: refused
 *   timed lock: timed out
 *   trylock: busy
 *   owner died, then consistent
 *   condition: 3 threads woken
 * Status: 0
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static pthread_mutex_t mutex;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int counter, woken, waiting, may_go;

static void make(int type, int robustness)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    if (pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT) != 0) {
        puts("no priority inheritance");
        exit(1);
    }
    pthread_mutexattr_settype(&attributes, type);
    pthread_mutexattr_setrobust(&attributes, robustness);
    if (pthread_mutex_init(&mutex, &attributes) != 0)
        exit(2);
}

static void *count(void *unused)
{
    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(&mutex);
        int seen = counter;
        if (i % 100 == 0)
            nanosleep(&(struct timespec){0, 1000}, NULL);
        counter = seen + 1;
        pthread_mutex_unlock(&mutex);
    }
    return unused;
}

static void *try_it(void *unused)
{
    struct timespec soon;
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 20000000;
    if (soon.tv_nsec >= 1000000000) {
        soon.tv_sec++;
        soon.tv_nsec -= 1000000000;
    }
    puts(pthread_mutex_timedlock(&mutex, &soon) == ETIMEDOUT ? "timed lock: timed out" : "timed lock: wrong");
    puts(pthread_mutex_trylock(&mutex) == EBUSY ? "trylock: busy" : "trylock: wrong");
    return unused;
}

static void *die(void *unused)
{
    pthread_mutex_lock(&mutex);
    return unused;
}

static void *wait_for_it(void *unused)
{
    pthread_mutex_lock(&mutex);
    waiting++;
    while (!may_go)
        pthread_cond_wait(&condition, &mutex);
    woken++;
    pthread_mutex_unlock(&mutex);
    return unused;
}

static void run(void *(*function)(void *), int threads)
{
    pthread_t all[4];
    for (int i = 0; i < threads; i++)
        pthread_create(&all[i], NULL, function, NULL);
    for (int i = 0; i < threads; i++)
        pthread_join(all[i], NULL);
}

static void wake_all(void)
{
    pthread_t all[3];
    for (int i = 0; i < 3; i++)
        pthread_create(&all[i], NULL, wait_for_it, NULL);
    for (int seen = 0; seen < 3;) {
        pthread_mutex_lock(&mutex);
        seen = waiting;
        pthread_mutex_unlock(&mutex);
    }
    pthread_mutex_lock(&mutex);
    may_go = 1;
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < 3; i++)
        pthread_join(all[i], NULL);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    make(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED);
    run(count, 4);
    printf("counted to %d\n", counter);
    make(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED);
    pthread_mutex_lock(&mutex);
    puts(pthread_mutex_lock(&mutex) == EDEADLK ? "second lock: refused" : "second lock: wrong");
    run(try_it, 1);
    make(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
    run(die, 1);
    int first = pthread_mutex_lock(&mutex);
    int repaired = pthread_mutex_consistent(&mutex);
    pthread_mutex_unlock(&mutex);
    int second = pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    puts(first == EOWNERDEAD && !repaired && !second ? "owner died, then consistent" : "robust: wrong");
    make(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED);
    wake_all();
    printf("condition: %d threads woken\n", woken);
    return 0;
}
