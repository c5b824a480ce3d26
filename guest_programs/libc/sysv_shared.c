/* sysv_shared: segments of memory that processes share by an identifier.
 *
 * Shows: shmget, shmat at any address and at a given one, shmdt, what fork, exit and munmap do to the number of
 * attachments, a segment that outlives its removal until the last one leaves it, and all errors.
 * Prints:
 *   shmget(key, 100, 0): ENOENT
 *   shmget(key, 0, IPC_CREAT | 0600): EINVAL
 *   shmget(key, 5001, 0): EINVAL
 *   shmget(key, 0, 0) == segment: 1
 *   shmget(key, 100, IPC_CREAT | IPC_EXCL | 0600): EEXIST
 *   attach(segment, (void *)0x12345, 0): EINVAL
 *   attach(99999999, 0, 0): EINVAL
 *   attach(segment, 0, SHM_REMAP): EINVAL
 *   shmctl(segment, 99, 0): EINVAL
 *   shmctl(-1, IPC_STAT, &status): EINVAL
 *   shmdt((void *)0x12345): EINVAL
 *   shmdt((void *)0x12000): EINVAL
 *   shmget(key, 1, 0400): EACCES
 *   attach(segment, 0, SHM_RDONLY): EACCES
 *   shmctl(segment, IPC_RMID, 0): EPERM
 *   shmctl(segment, IPC_RMID, 0): 0
 *   shmctl(segment, IPC_RMID, 0): EINVAL
 *   strcmp(two, "written once"): 0
 *   attachments(segment): 2
 *   status.shm_segsz: 8192
 *   status.shm_perm.mode: 384
 *   status.shm_cpid == getpid(): 1
 *   attachments(segment): 4
 *   strcmp(two, "by a child"): 0
 *   attachments(segment): 2
 *   WTERMSIG(ended) == SIGSEGV: 1
 *   shmat(segment, one, 0) == (void *)-1 && errno == EINVAL: 1
 *   shmat(segment, two + 100, SHM_RND | SHM_REMAP) == two: 1
 *   strcmp(two, "by a child"): 0
 *   munmap(two + 4096, 4096): 0
 *   attachments(segment): 2
 *   shmdt(two): 0
 *   shmdt(two): EINVAL
 *   shmdt(one): 0
 *   attachments(segment): 0
 *   strcmp(one, "by a child"): 0
 *   shmctl(segment, SHM_LOCK, 0): 0
 *   attachments(segment): 1
 *   status.shm_perm.mode: 1408
 *   shmctl(segment, SHM_UNLOCK, 0): 0
 *   shmctl(segment, IPC_RMID, 0): 0
 *   attachments(segment): 1
 *   status.shm_perm.mode: 896
 *   strcmp(two, "by a child"): 0
 *   attachments(segment): EINVAL
 * Status: 0
 */
#define _GNU_SOURCE
#include "../include/tell.h"
#include <signal.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shmid_ds status;

static int attachments(int segment)
{
    return shmctl(segment, IPC_STAT, &status) < 0 ? -1 : (int)status.shm_nattch;
}

static int attach(int segment, void *address, int flags)
{
    void *at = shmat(segment, address, flags);
    if (at == (void *)-1)
        return -1;
    shmdt(at);
    return 0;
}

static void keys(void)
{
    key_t key = 0x42000000 + getpid();
    TELL(shmget(key, 100, 0));
    TELL(shmget(key, 0, IPC_CREAT | 0600));
    int segment = shmget(key, 5000, IPC_CREAT | 0600);
    TELL(shmget(key, 5001, 0));
    TELL(shmget(key, 0, 0) == segment);
    TELL(shmget(key, 100, IPC_CREAT | IPC_EXCL | 0600));
    TELL(attach(segment, (void *)0x12345, 0));
    TELL(attach(99999999, 0, 0));
    TELL(attach(segment, 0, SHM_REMAP));
    TELL(shmctl(segment, 99, 0));
    TELL(shmctl(-1, IPC_STAT, &status));
    TELL(shmdt((void *)0x12345));
    TELL(shmdt((void *)0x12000));
    fflush(stdout);
    if (fork() == 0) {
        if (setresgid(2000, 2000, 2000) == 0 && setresuid(2000, 2000, 2000) == 0) {
            TELL(shmget(key, 1, 0400));
            TELL(attach(segment, 0, SHM_RDONLY));
            TELL(shmctl(segment, IPC_RMID, 0));
        }
        fflush(stdout);
        _exit(0);
    }
    wait(0);
    TELL(shmctl(segment, IPC_RMID, 0));
    TELL(shmctl(segment, IPC_RMID, 0));
}

static void sharing(void)
{
    int segment = shmget(IPC_PRIVATE, 8192, 0600);
    char *one = shmat(segment, 0, 0), *two = shmat(segment, 0, SHM_RDONLY);
    strcpy(one, "written once");
    TELL(strcmp(two, "written once"));
    TELL(attachments(segment));
    TELL(status.shm_segsz);
    TELL(status.shm_perm.mode);
    TELL(status.shm_cpid == getpid());
    fflush(stdout);
    if (fork() == 0) {
        TELL(attachments(segment));
        strcpy(one, "by a child");
        fflush(stdout);
        _exit(0);
    }
    wait(0);
    TELL(strcmp(two, "by a child"));
    TELL(attachments(segment));
    fflush(stdout);
    if (fork() == 0) {
        two[0] = 'x'; /* read-only */
        _exit(0);
    }
    int ended;
    wait(&ended);
    TELL(WTERMSIG(ended) == SIGSEGV);
    TELL(shmat(segment, one, 0) == (void *)-1 && errno == EINVAL);
    TELL(shmat(segment, two + 100, SHM_RND | SHM_REMAP) == two);
    TELL(strcmp(two, "by a child"));
    TELL(munmap(two + 4096, 4096));
    TELL(attachments(segment));
    TELL(shmdt(two));
    TELL(shmdt(two));
    TELL(shmdt(one));
    TELL(attachments(segment));
    one = shmat(segment, 0, 0);
    TELL(strcmp(one, "by a child")); /* it stays though nobody was there */
    TELL(shmctl(segment, SHM_LOCK, 0));
    TELL(attachments(segment));
    TELL(status.shm_perm.mode);
    TELL(shmctl(segment, SHM_UNLOCK, 0));
    TELL(shmctl(segment, IPC_RMID, 0));
    TELL(attachments(segment));
    TELL(status.shm_perm.mode);
    two = shmat(segment, 0, 0); /* still possible, by its identifier */
    TELL(strcmp(two, "by a child"));
    shmdt(one);
    shmdt(two);
    TELL(attachments(segment));
}

int main(void)
{
    keys();
    sharing();
    return 0;
}
