/* sysv_messages: System V message queues, message by message and error by error.
 *
 * Shows: msgget, msgsnd, msgrcv by type, MSG_NOERROR, MSG_EXCEPT, MSG_COPY, limits, permissions, and what becomes of
 * those who wait when a queue is removed or a signal comes.
 * Prints:
 *   msgget(key, 0): ENOENT
 *   queue >= 0: 1
 *   msgget(key, IPC_CREAT | IPC_EXCL | 0640): EEXIST
 *   msgget(key, IPC_CREAT) == queue: 1
 *   msgctl(queue, 99, 0): EINVAL
 *   msgctl(-1, IPC_RMID, 0): EINVAL
 *   msgget(key, 0600): EACCES
 *   msgsnd(queue, &message, 1, IPC_NOWAIT): EINVAL
 *   msgrcv(queue, &message, 1, 0, IPC_NOWAIT): EACCES
 *   msgctl(queue, IPC_RMID, 0): EPERM
 *   msgctl(queue, IPC_RMID, 0): 0
 *   msgctl(queue, IPC_RMID, 0): EINVAL
 *   type 2, "two"
 *   receive(queue, 100, 2, 0): 3
 *   type 1, "one"
 *   receive(queue, 100, -2, 0): 3
 *   receive(queue, 100, -2, IPC_NOWAIT): ENOMSG
 *   receive(queue, 100, 3, MSG_EXCEPT | IPC_NOWAIT): ENOMSG
 *   receive(queue, 2, 0, 0): E2BIG
 *   type 3, "th"
 *   receive(queue, 2, 0, MSG_NOERROR): 2
 *   receive(queue, 100, 0, MSG_COPY): EINVAL
 *   type 3, "again"
 *   receive(queue, 100, 0, MSG_COPY | IPC_NOWAIT): 5
 *   receive(queue, 100, 1, MSG_COPY | IPC_NOWAIT): ENOMSG
 *   type 3, "again"
 *   receive(queue, 100, 0, 0): 5
 *   receive(queue, 100, 0, IPC_NOWAIT): ENOMSG
 *   send_text(queue, 5, ""): 0
 *   type 5, ""
 *   receive(queue, 0, 0, 0): 0
 *   msgsnd(queue, &message, 8193, 0): EINVAL
 *   msgsnd(queue, &message, -1, 0): EINVAL
 *   msgsnd(queue, (void *)nowhere, 1, 0): EFAULT
 *   msgsnd(queue, &message, 1, 0): EINVAL
 *   msgrcv(queue, &message, -1, 0, 0): EINVAL
 *   msgsnd(queue, &message, 8192, IPC_NOWAIT): 0
 *   msgsnd(queue, &message, 8192, IPC_NOWAIT): 0
 *   msgsnd(queue, &message, 1, IPC_NOWAIT): EAGAIN
 *   msgctl(queue, IPC_STAT, &status): 0
 *   status.msg_qnum: 2
 *   status.msg_qbytes: 16384
 *   status.msg_perm.mode: 384
 *   status.msg_lspid == getpid(): 1
 *   status.msg_lrpid == getpid(): 1
 *   msgctl(queue, IPC_SET, &status): 0
 *   msgrcv(queue, &message, 8192, 0, 0): 8192
 *   msgrcv(queue, &message, 8192, 0, 0): 8192
 *   msgsnd(queue, &message, 11, IPC_NOWAIT): EAGAIN
 *   msgsnd(queue, &message, 10, IPC_NOWAIT): 0
 *   msgrcv(queue, &message, 10, 0, 0): 10
 *   msgrcv(queue, &message, 10, 0, 0): EINTR
 *   msgrcv(queue, &message, 10, 7, 0): 5
 *   msgrcv(queue, &message, 10, 7, 0): EIDRM
 * Status: 0
 */
#define _GNU_SOURCE
#include "../include/tell.h"
#include <signal.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MSG_COPY
#define MSG_COPY 040000
#endif

static struct {
    long type;
    char text[9000];
} message;
static int *nowhere = (int *)8;

static int send_text(int queue, long type, const char *text)
{
    message.type = type;
    strcpy(message.text, text);
    return msgsnd(queue, &message, strlen(text), IPC_NOWAIT);
}

/* Receives, and prints what came. */
static int receive(int queue, size_t room, long type, int flags)
{
    memset(&message, 0, sizeof message);
    int got = msgrcv(queue, &message, room, type, flags);
    if (got >= 0)
        printf("type %ld, \"%.*s\"\n", message.type, got, message.text);
    return got;
}

static void handler(int signal)
{
    (void)signal;
}

static void keys(void)
{
    key_t key = 0x40000000 + getpid();
    TELL(msgget(key, 0));
    int queue = msgget(key, IPC_CREAT | IPC_EXCL | 0640);
    TELL(queue >= 0);
    TELL(msgget(key, IPC_CREAT | IPC_EXCL | 0640));
    TELL(msgget(key, IPC_CREAT) == queue);
    TELL(msgctl(queue, 99, 0));
    TELL(msgctl(-1, IPC_RMID, 0));
    fflush(stdout);
    if (fork() == 0) {
        if (setresgid(2000, 2000, 2000) == 0 && setresuid(2000, 2000, 2000) == 0) {
            TELL(msgget(key, 0600));
            TELL(msgsnd(queue, &message, 1, IPC_NOWAIT));
            TELL(msgrcv(queue, &message, 1, 0, IPC_NOWAIT));
            TELL(msgctl(queue, IPC_RMID, 0));
        }
        fflush(stdout);
        _exit(0);
    }
    wait(0);
    TELL(msgctl(queue, IPC_RMID, 0));
    TELL(msgctl(queue, IPC_RMID, 0));
}

static void types(int queue)
{
    send_text(queue, 3, "three");
    send_text(queue, 1, "one");
    send_text(queue, 2, "two");
    send_text(queue, 3, "again");
    TELL(receive(queue, 100, 2, 0));
    TELL(receive(queue, 100, -2, 0));
    TELL(receive(queue, 100, -2, IPC_NOWAIT));
    TELL(receive(queue, 100, 3, MSG_EXCEPT | IPC_NOWAIT));
    TELL(receive(queue, 2, 0, 0));
    TELL(receive(queue, 2, 0, MSG_NOERROR));
    TELL(receive(queue, 100, 0, MSG_COPY));
    TELL(receive(queue, 100, 0, MSG_COPY | IPC_NOWAIT));
    TELL(receive(queue, 100, 1, MSG_COPY | IPC_NOWAIT));
    TELL(receive(queue, 100, 0, 0));
    TELL(receive(queue, 100, 0, IPC_NOWAIT));
    TELL(send_text(queue, 5, ""));
    TELL(receive(queue, 0, 0, 0));
}

static void limits(int queue)
{
    struct msqid_ds status;
    message.type = 1;
    TELL(msgsnd(queue, &message, 8193, 0));
    TELL(msgsnd(queue, &message, -1, 0));
    TELL(msgsnd(queue, (void *)nowhere, 1, 0));
    message.type = 0;
    TELL(msgsnd(queue, &message, 1, 0));
    message.type = 1;
    TELL(msgrcv(queue, &message, -1, 0, 0));
    TELL(msgsnd(queue, &message, 8192, IPC_NOWAIT));
    TELL(msgsnd(queue, &message, 8192, IPC_NOWAIT));
    TELL(msgsnd(queue, &message, 1, IPC_NOWAIT));
    TELL(msgctl(queue, IPC_STAT, &status));
    TELL(status.msg_qnum);
    TELL(status.msg_qbytes);
    TELL(status.msg_perm.mode);
    TELL(status.msg_lspid == getpid());
    TELL(status.msg_lrpid == getpid());
    status.msg_qbytes = 10;
    status.msg_perm.mode = 0600;
    TELL(msgctl(queue, IPC_SET, &status));
    TELL(msgrcv(queue, &message, 8192, 0, 0));
    TELL(msgrcv(queue, &message, 8192, 0, 0));
    TELL(msgsnd(queue, &message, 11, IPC_NOWAIT));
    TELL(msgsnd(queue, &message, 10, IPC_NOWAIT));
    TELL(msgrcv(queue, &message, 10, 0, 0));
}

static void waiting(int queue)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, 0);
    alarm(1);
    TELL(msgrcv(queue, &message, 10, 0, 0)); /* never begun again, whatever SA_RESTART says */
    fflush(stdout);
    if (fork() == 0) {
        TELL(msgrcv(queue, &message, 10, 7, 0));
        send_text(queue, 8, "here");
        TELL(msgrcv(queue, &message, 10, 7, 0)); /* until the queue is removed */
        fflush(stdout);
        _exit(0);
    }
    send_text(queue, 7, "child");
    msgrcv(queue, &message, 10, 8, 0);
    usleep(200000);
    msgctl(queue, IPC_RMID, 0);
    wait(0);
}

int main(void)
{
    keys();
    int queue = msgget(IPC_PRIVATE, 0600);
    types(queue);
    limits(queue);
    waiting(queue);
    return 0;
}
