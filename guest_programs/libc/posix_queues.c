/* posix_queues: POSIX message queues, by priority, with timeouts, notification and poll.
 *
 * Shows: mq_open and its limits, mq_send, mq_receive, mq_timedreceive, mq_notify, mq_setattr, mq_unlink, all errors.
 * Prints:
 *   mq_open(name, O_RDWR): ENOENT
 *   mq_open("/a/b", O_RDWR): EACCES
 *   mq_open("/", O_RDWR | O_CREAT, 0600, 0): ENOENT
 *   mq_open(name, O_RDWR | O_CREAT, 0600, &attributes): EINVAL
 *   mq_open(name, O_RDWR | O_CREAT, 0600, &attributes): EINVAL
 *   mq_open(name, O_RDWR | O_CREAT, 0600, &attributes): EMFILE
 *   queue >= 0: 1
 *   mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes): EEXIST
 *   fcntl(queue, F_GETFD): 1
 *   fstat(queue, &status): 0
 *   status.st_mode: 33152
 *   status.st_size: 80
 *   mq_open(name, O_RDWR): EACCES
 *   mq_unlink(name): EACCES
 *   events(queue): 4
 *   mq_send(queue, "low", 3, 1): 0
 *   mq_send(queue, "high", 4, 9): 0
 *   events(queue): 1
 *   mq_timedsend(queue, "more", 4, 1, &past): ETIMEDOUT
 *   mq_send(queue, buffer, 21, 1): EMSGSIZE
 *   mq_send(queue, "x", 1, 32768): EINVAL
 *   mq_send(reader, "x", 1, 1): EBADF
 *   mq_send(0, "x", 1, 1): EBADF
 *   mq_send(99, "x", 1, 1): EBADF
 *   mq_receive(queue, buffer, 19, &priority): EMSGSIZE
 *   mq_receive(reader, buffer, 20, &priority): 4
 *   priority: 9
 *   mq_send(queue, "", 0, 1): 0
 *   mq_receive(queue, buffer, 20, &priority): 3
 *   memcmp(buffer, "low", 3): 0
 *   mq_receive(queue, buffer, 20, 0): 0
 *   mq_timedreceive(queue, buffer, 20, 0, &past): ETIMEDOUT
 *   mq_timedreceive(queue, buffer, 20, 0, &bad): EINVAL
 *   mq_setattr(queue, &attributes, &old): 0
 *   old.mq_flags: 0
 *   mq_receive(queue, buffer, 20, 0): EAGAIN
 *   mq_getattr(queue, &old): 0
 *   old.mq_flags == O_NONBLOCK: 1
 *   old.mq_maxmsg: 2
 *   old.mq_curmsgs: 0
 *   mq_setattr(queue, &attributes, 0): EINVAL
 *   mq_notify(0, &event): EBADF
 *   mq_notify(queue, &event): 0
 *   mq_notify(queue, &event): EBUSY
 *   mq_send(queue, "x", 1, 0): 0
 *   told: 5
 *   told_code == SI_MESGQ: 1
 *   mq_notify(queue, &event): 0
 *   mq_send(queue, "x", 1, 0): 0
 *   told: 0
 *   mq_notify(queue, 0): 0
 *   mq_notify(queue, &event): EINVAL
 *   mq_unlink(name): 0
 *   mq_unlink(name): ENOENT
 *   mq_receive(queue, buffer, 20, &priority): 5
 *   priority: 4
 * Status: 0
 */
#define _GNU_SOURCE
#include "../include/tell.h"
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char buffer[9000], name[40];
static unsigned int priority;
static volatile int told, told_code;

static void notified(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    told = info->si_value.sival_int;
    told_code = info->si_code;
}

static int events(int fd)
{
    struct pollfd asked = {fd, POLLIN | POLLOUT, 0};
    poll(&asked, 1, 0);
    return asked.revents;
}

static void opening(void)
{
    struct mq_attr attributes = {.mq_maxmsg = 0, .mq_msgsize = 10};
    TELL(mq_open(name, O_RDWR));
    TELL(mq_open("/a/b", O_RDWR));
    TELL(mq_open("/", O_RDWR | O_CREAT, 0600, 0));
    TELL(mq_open(name, O_RDWR | O_CREAT, 0600, &attributes));
    attributes.mq_maxmsg = 70000;
    TELL(mq_open(name, O_RDWR | O_CREAT, 0600, &attributes));
    attributes.mq_maxmsg = 2;
    attributes.mq_msgsize = 8192;
    struct rlimit limit = {10000, 819200}, usual = {819200, 819200};
    setrlimit(RLIMIT_MSGQUEUE, &limit);
    TELL(mq_open(name, O_RDWR | O_CREAT, 0600, &attributes));
    setrlimit(RLIMIT_MSGQUEUE, &usual);
    attributes.mq_msgsize = 20;
    mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
    TELL(queue >= 0);
    TELL(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes));
    TELL(fcntl(queue, F_GETFD));
    struct stat status;
    TELL(fstat(queue, &status));
    TELL(status.st_mode);
    TELL(status.st_size);
    fflush(stdout);
    if (fork() == 0) {
        if (setresgid(2000, 2000, 2000) == 0 && setresuid(2000, 2000, 2000) == 0) {
            TELL(mq_open(name, O_RDWR));
            TELL(mq_unlink(name));
        }
        fflush(stdout);
        _exit(0);
    }
    wait(0);
    mq_close(queue);
}

static void messages(void)
{
    struct timespec past = {1, 0}, bad = {1, 1000000000};
    mqd_t queue = mq_open(name, O_RDWR), reader = mq_open(name, O_RDONLY);
    TELL(events(queue));
    TELL(mq_send(queue, "low", 3, 1));
    TELL(mq_send(queue, "high", 4, 9));
    TELL(events(queue));
    TELL(mq_timedsend(queue, "more", 4, 1, &past));
    TELL(mq_send(queue, buffer, 21, 1));
    TELL(mq_send(queue, "x", 1, 32768));
    TELL(mq_send(reader, "x", 1, 1));
    TELL(mq_send(0, "x", 1, 1));
    TELL(mq_send(99, "x", 1, 1));
    TELL(mq_receive(queue, buffer, 19, &priority));
    TELL(mq_receive(reader, buffer, 20, &priority));
    TELL(priority);
    TELL(mq_send(queue, "", 0, 1));
    TELL(mq_receive(queue, buffer, 20, &priority));
    TELL(memcmp(buffer, "low", 3)); /* the older of one priority */
    TELL(mq_receive(queue, buffer, 20, 0));
    TELL(mq_timedreceive(queue, buffer, 20, 0, &past));
    TELL(mq_timedreceive(queue, buffer, 20, 0, &bad));
    struct mq_attr attributes = {.mq_flags = O_NONBLOCK}, old;
    TELL(mq_setattr(queue, &attributes, &old));
    TELL(old.mq_flags);
    TELL(mq_receive(queue, buffer, 20, 0));
    TELL(mq_getattr(queue, &old));
    TELL(old.mq_flags == O_NONBLOCK);
    TELL(old.mq_maxmsg);
    TELL(old.mq_curmsgs);
    attributes.mq_flags = O_APPEND;
    TELL(mq_setattr(queue, &attributes, 0));
    mq_close(reader);
    mq_close(queue);
}

static void notification(void)
{
    struct sigaction action = {.sa_sigaction = notified, .sa_flags = SA_SIGINFO};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value = {.sival_int = 5}};
    sigaction(SIGUSR1, &action, 0);
    mqd_t queue = mq_open(name, O_RDWR);
    TELL(mq_notify(0, &event));
    TELL(mq_notify(queue, &event));
    TELL(mq_notify(queue, &event));
    TELL(mq_send(queue, "x", 1, 0));
    TELL(told);
    TELL(told_code == SI_MESGQ);
    told = 0;
    TELL(mq_notify(queue, &event)); /* only for a queue that becomes filled */
    TELL(mq_send(queue, "x", 1, 0));
    TELL(told);
    TELL(mq_notify(queue, 0));
    event.sigev_signo = 100;
    TELL(mq_notify(queue, &event));
    mq_close(queue);
}

/* A child waits for a message; its parent unlinks the name meanwhile. */
static void waiting(void)
{
    mqd_t queue = mq_open(name, O_RDWR);
    mq_receive(queue, buffer, 20, 0);
    mq_receive(queue, buffer, 20, 0);
    fflush(stdout);
    if (fork() == 0) {
        TELL(mq_receive(queue, buffer, 20, &priority));
        TELL(priority);
        fflush(stdout);
        _exit(0);
    }
    TELL(mq_unlink(name));
    TELL(mq_unlink(name));
    fflush(stdout);
    mq_send(queue, "hello", 5, 4);
    wait(0);
    mq_close(queue);
}

int main(void)
{
    sprintf(name, "/emu386-%05d", (int)getpid());
    opening();
    messages();
    notification();
    waiting();
    return 0;
}
