/* sysv_semaphores: sets of semaphores that change all at once, or wait, or are undone.
 *
 * Shows: semget, semop, semtimedop, semctl, SEM_UNDO at the end of a process, who waits for what, and all errors.
 * Prints:
 *   semget(key, 1, 0): ENOENT
 *   semget(IPC_PRIVATE, 0, 0600): EINVAL
 *   semget(IPC_PRIVATE, -1, 0600): EINVAL
 *   semget(IPC_PRIVATE, 40000, 0600): EINVAL
 *   semget(key, 3, 0): EINVAL
 *   semget(key, 0, 0) == set: 1
 *   semget(key, 2, IPC_CREAT | IPC_EXCL): EEXIST
 *   semget(key, 1, 0400): EACCES
 *   change(set, 0, 1, 0): EACCES
 *   control(set, 0, GETVAL, 0): EACCES
 *   control(set, 0, IPC_RMID, 0): EPERM
 *   control(set, 0, IPC_RMID, 0): 0
 *   control(set, 0, SETVAL, 5): 0
 *   control(set, 0, SETVAL, 32768): ERANGE
 *   control(set, 0, SETVAL, -1): ERANGE
 *   control(set, 3, SETVAL, 1): EINVAL
 *   control(set, 0, GETVAL, 0): 5
 *   control_with(set, SETALL, values): 0
 *   control_with(set, GETALL, values): 0
 *   values[2]: 3
 *   control_with(set, SETALL, values): ERANGE
 *   control_with(set, GETALL, nowhere): EFAULT
 *   control(set, 1, GETPID, 0) == getpid(): 1
 *   control(set, 1, 99, 0): EINVAL
 *   control_with(set, IPC_STAT, &status): 0
 *   status.sem_nsems: 3
 *   status.sem_perm.mode: 384
 *   control_with(set, IPC_SET, &status): 0
 *   control_with(set, IPC_STAT, &status): 0
 *   status.sem_perm.mode: 420
 *   semop(set, both, 2): EAGAIN
 *   control(set, 0, GETVAL, 0): 1
 *   semop(set, both, 2): 0
 *   control(set, 1, GETVAL, 0): 0
 *   change(set, 1, 0, 0): 0
 *   change(set, 2, 0, IPC_NOWAIT): EAGAIN
 *   change(set, 2, 32767, 0): ERANGE
 *   change(set, 3, 1, 0): EFBIG
 *   semop(set, both, 0): EINVAL
 *   semop(set, many, 501): E2BIG
 *   semop(set, (void *)nowhere, 1): EFAULT
 *   semop(-1, both, 1): EINVAL
 *   semtimedop(set, both, 1, &short_time): EAGAIN
 *   semtimedop(set, both, 1, &bad): EINVAL
 *   control(set, 0, GETVAL, 0): 1
 *   control(set, 0, GETVAL, 0): 3
 *   control(set, 0, GETVAL, 0): 7
 *   change(set, 0, -10, 0): EINTR
 *   control(set, 0, GETNCNT, 0): 1
 *   control(set, 0, GETZCNT, 0): 0
 *   control(set, 1, GETZCNT, 0): 1
 *   control(set, 0, GETVAL, 0): 7
 *   change(set, 1, 0, 0): EIDRM
 * Status: 0
 */
#define _GNU_SOURCE
#include "../include/tell.h"
#include <signal.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static unsigned short values[3];
static struct sembuf many[501];
static struct semid_ds status;
static int *nowhere = (int *)8;

union argument {
    int value;
    void *pointer;
};

static int control(int set, int number, int command, int value)
{
    return semctl(set, number, command, (union argument){.value = value});
}

static int control_with(int set, int command, void *pointer)
{
    return semctl(set, 0, command, (union argument){.pointer = pointer});
}

static int change(int set, int number, int by, int flags)
{
    struct sembuf operation = {number, by, flags};
    return semop(set, &operation, 1);
}

static void handler(int signal)
{
    (void)signal;
}

static void keys(void)
{
    key_t key = 0x41000000 + getpid();
    TELL(semget(key, 1, 0));
    TELL(semget(IPC_PRIVATE, 0, 0600));
    TELL(semget(IPC_PRIVATE, -1, 0600));
    TELL(semget(IPC_PRIVATE, 40000, 0600));
    int set = semget(key, 2, IPC_CREAT | 0600);
    TELL(semget(key, 3, 0));
    TELL(semget(key, 0, 0) == set);
    TELL(semget(key, 2, IPC_CREAT | IPC_EXCL));
    fflush(stdout);
    if (fork() == 0) {
        if (setresgid(2000, 2000, 2000) == 0 && setresuid(2000, 2000, 2000) == 0) {
            TELL(semget(key, 1, 0400));
            TELL(change(set, 0, 1, 0));
            TELL(control(set, 0, GETVAL, 0));
            TELL(control(set, 0, IPC_RMID, 0));
        }
        fflush(stdout);
        _exit(0);
    }
    wait(0);
    TELL(control(set, 0, IPC_RMID, 0));
}

static void values_of(int set)
{
    TELL(control(set, 0, SETVAL, 5));
    TELL(control(set, 0, SETVAL, 32768));
    TELL(control(set, 0, SETVAL, -1));
    TELL(control(set, 3, SETVAL, 1));
    TELL(control(set, 0, GETVAL, 0));
    values[0] = 1, values[1] = 2, values[2] = 3;
    TELL(control_with(set, SETALL, values));
    memset(values, 0, sizeof values);
    TELL(control_with(set, GETALL, values));
    TELL(values[2]);
    values[1] = 40000;
    TELL(control_with(set, SETALL, values));
    TELL(control_with(set, GETALL, nowhere));
    TELL(control(set, 1, GETPID, 0) == getpid());
    TELL(control(set, 1, 99, 0));
    TELL(control_with(set, IPC_STAT, &status));
    TELL(status.sem_nsems);
    TELL(status.sem_perm.mode);
    status.sem_perm.mode = 0644;
    TELL(control_with(set, IPC_SET, &status));
    TELL(control_with(set, IPC_STAT, &status));
    TELL(status.sem_perm.mode);
}

static void operations(int set)
{
    struct sembuf both[2] = {{0, -1, 0}, {1, -5, IPC_NOWAIT}};
    struct timespec short_time = {0, 1000000}, bad = {0, 1000000000};
    TELL(semop(set, both, 2)); /* all or nothing */
    TELL(control(set, 0, GETVAL, 0));
    both[1].sem_op = -2;
    TELL(semop(set, both, 2));
    TELL(control(set, 1, GETVAL, 0));
    TELL(change(set, 1, 0, 0));
    TELL(change(set, 2, 0, IPC_NOWAIT));
    TELL(change(set, 2, 32767, 0));
    TELL(change(set, 3, 1, 0));
    TELL(semop(set, both, 0));
    TELL(semop(set, many, 501));
    TELL(semop(set, (void *)nowhere, 1));
    TELL(semop(-1, both, 1));
    TELL(semtimedop(set, both, 1, &short_time));
    TELL(semtimedop(set, both, 1, &bad));
}

static void undoing(int set)
{
    control(set, 0, SETVAL, 3);
    fflush(stdout);
    if (fork() == 0) {
        change(set, 0, -2, SEM_UNDO);
        TELL(control(set, 0, GETVAL, 0));
        fflush(stdout);
        _exit(0);
    }
    wait(0);
    TELL(control(set, 0, GETVAL, 0));
    fflush(stdout);
    if (fork() == 0) {
        change(set, 0, -2, SEM_UNDO);
        control(set, 0, SETVAL, 7); /* and nothing is to be undone any more */
        _exit(0);
    }
    wait(0);
    TELL(control(set, 0, GETVAL, 0));
}

static void waiting(int set)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, 0);
    alarm(1);
    TELL(change(set, 0, -10, 0));
    control(set, 1, SETVAL, 1);
    fflush(stdout);
    if (fork() == 0) {
        change(set, 0, -10, 0);
        TELL(control(set, 0, GETVAL, 0));
        TELL(change(set, 1, 0, 0)); /* until the set is removed */
        fflush(stdout);
        _exit(0);
    }
    usleep(200000);
    TELL(control(set, 0, GETNCNT, 0));
    TELL(control(set, 0, GETZCNT, 0));
    fflush(stdout);
    change(set, 0, 10, 0);
    usleep(200000);
    TELL(control(set, 1, GETZCNT, 0));
    fflush(stdout);
    control(set, 0, IPC_RMID, 0);
    wait(0);
}

int main(void)
{
    keys();
    int set = semget(IPC_PRIVATE, 3, 0600);
    values_of(set);
    operations(set);
    undoing(set);
    waiting(set);
    return 0;
}
