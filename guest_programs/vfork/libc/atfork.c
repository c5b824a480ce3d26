/* atfork: handlers set by pthread_atfork run for fork, not for vfork.
 *
 * Shows: three handlers count their calls: before a fork, after it in the parent, after it in the
 * child. The last vfork is one as the LinuxThreads library had it: fork, with its handlers.
 * Prints:
 *   fork: before 1, in the parent 1, in the child 1
 *   vfork: before 0, in the parent 0, in the child 0
 *   vfork of LinuxThreads: before 1, in the parent 1, in the child 1
 * Status: 0
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int before, in_parent, in_child;

static void count_before(void) { before++; }
static void count_parent(void) { in_parent++; }
static void count_child(void) { in_child++; }

static pid_t linuxthreads_vfork(void) { return fork(); }

/* The child's count is its exit status: memory may not be shared. */
static void report(const char *call, pid_t pid)
{
    int status;
    waitpid(pid, &status, 0);
    printf("%s: before %d, in the parent %d, in the child %d\n", call, before, in_parent,
           WEXITSTATUS(status));
    before = in_parent = 0;
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    pthread_atfork(count_before, count_parent, count_child);
    pid_t pid = fork();
    if (pid == 0)
        _exit(in_child);
    report("fork", pid);
    pid = vfork();
    if (pid == 0)
        _exit(in_child);
    report("vfork", pid);
    pid = linuxthreads_vfork();
    if (pid == 0)
        _exit(in_child);
    report("vfork of LinuxThreads", pid);
    return 0;
}
