/* threads: four threads, one counter, one mutex.
 *
 * Shows: pthread_create, a mutex that threads fight for, a condition variable, thread-local storage,
 * and the result of a thread through pthread_join.
 * Prints:
 *   thread 0 returned 10000
 *   thread 1 returned 10000
 *   thread 2 returned 10000
 *   thread 3 returned 10000
 *   counter 40000
 *   main's own variable is still 0
 * Status: 0
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

enum { THREADS = 4, ROUNDS = 10000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_here = PTHREAD_COND_INITIALIZER;
static int here, counter;
static _Thread_local int own;

/* Nobody starts counting before everybody has arrived. */
static void wait_for_all(void)
{
    pthread_mutex_lock(&mutex);
    if (++here == THREADS)
        pthread_cond_broadcast(&all_here);
    while (here < THREADS)
        pthread_cond_wait(&all_here, &mutex);
    pthread_mutex_unlock(&mutex);
}

static void *count(void *unused)
{
    wait_for_all();
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&mutex);
        counter++;
        pthread_mutex_unlock(&mutex);
        own++;
    }
    (void)unused;
    return (void *)(intptr_t)own;
}

int main(void)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, count, NULL) != 0)
            return 1;
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        printf("thread %d returned %d\n", i, (int)(intptr_t)result);
    }
    printf("counter %d\nmain's own variable is still %d\n", counter, own);
    return 0;
}
