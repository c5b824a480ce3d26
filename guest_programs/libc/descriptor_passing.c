/* descriptor_passing: open files and credentials that travel with messages.
 *
 * Shows: SCM_RIGHTS between processes and through a socket that nobody has any more, what becomes of files that
 * find no room, SCM_CREDENTIALS with SO_PASSCRED, SO_PEERCRED, MSG_CTRUNC, sendmmsg and recvmmsg.
 * Prints:
 *   receive_one(ends[1], 100, MSG_CMSG_CLOEXEC): 5
 *   fcntl(fd, F_GETFD): 1
 *   write(pipe_ends[1], "through", 7): 7
 *   read(fd, buffer, 100): 7
 *   write(pipe_ends[1], "x", 1) < 0: 1
 *   send_with(ends[0], SCM_RIGHTS, &pipe_ends[1], 4): 1
 *   poll(&asked, 1, 0): 0
 *   read(ends[1], buffer, 100): 1
 *   poll(&asked, 1, 0): 1
 *   asked.revents: 16
 *   receive_one(ends[1], CMSG_LEN(8), 0) == before: 1
 *   received_flags == MSG_CTRUNC: 1
 *   received_control == (int)CMSG_LEN(8): 1
 *   next_descriptor() - before: 3
 *   receive_one(ends[1], 0, 0): -2
 *   received_flags == MSG_CTRUNC: 1
 *   receive_one(ends[1], 100, 0) == before + 2: 0
 *   received_flags == MSG_CTRUNC: 1
 *   send_with(ends[0], SCM_RIGHTS, many, sizeof many): EINVAL
 *   send_with(ends[0], SCM_RIGHTS, many, 253 * sizeof(int)): 1
 *   recv(ends[1], buffer, 100, 0): 1
 *   send_with(ends[0], SCM_RIGHTS, &bad, 4): EBADF
 *   send_with(ends[0], 77, &bad, 4): EINVAL
 *   read(pipe_ends[0], buffer, 1): 0
 *   getsockopt(ends[0], SOL_SOCKET, SO_PEERCRED, &told, &size): 0
 *   memcmp(&own, &told, sizeof own): 0
 *   send(ends[0], "before", 6, 0): 6
 *   setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &one, sizeof one): 0
 *   send(ends[0], "after", 5, 0): 5
 *   recvmsg(ends[1], &header, 0): 6
 *   first->cmsg_type == SCM_CREDENTIALS: 1
 *   told.pid: 0
 *   told.uid: 65534
 *   recvmsg(ends[1], &header, 0): 5
 *   memcmp(&own, &told, sizeof own): 0
 *   send_with(ends[0], SCM_CREDENTIALS, &own, sizeof own): 1
 *   send_with(ends[0], SCM_CREDENTIALS, &own, sizeof own - 4): EINVAL
 *   send_with(ends[0], SCM_CREDENTIALS, &false_one, sizeof false_one): EPERM
 *   getsockopt(ends[0], SOL_SOCKET, SO_PEERCRED, &told, &size): 0
 *   told.pid: 0
 *   told.uid: EINVAL
 *   sendmmsg(ends[0], out, 3, 0): 3
 *   out[2].msg_len: 3
 *   recvmmsg(ends[1], in, 4, MSG_WAITFORONE, 0): 3
 *   in[2].msg_len: 2
 *   in[2].msg_hdr.msg_flags == MSG_TRUNC: 1
 *   recvmmsg(ends[1], in, 4, MSG_DONTWAIT, 0): EAGAIN
 *   recvmmsg(ends[1], in, 0, MSG_DONTWAIT, 0): 0
 *   sendmmsg(0, out, 1, 0): ENOTSOCK
 * Status: 0
 */
#define _GNU_SOURCE
#include "../include/tell.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static char buffer[100];
static union {
    char octets[1200];
    struct cmsghdr aligned;
} control;

static struct msghdr message(void *data, size_t size, size_t control_size)
{
    static struct iovec vector;
    vector = (struct iovec){data, size};
    return (struct msghdr){
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.octets, .msg_controllen = control_size};
}

/* Sends one octet with this control message. */
static int send_with(int socket, int type, const void *data, size_t size)
{
    struct msghdr header = message("x", 1, CMSG_SPACE(size));
    struct cmsghdr *first = CMSG_FIRSTHDR(&header);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = type;
    first->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(first), data, size);
    return sendmsg(socket, &header, 0);
}

static int received_flags, received_control;

/* The first descriptor that comes, or -2. */
static int receive_one(int socket, size_t room, int flags)
{
    struct msghdr header = message(buffer, sizeof buffer, room);
    int got = recvmsg(socket, &header, flags);
    received_flags = header.msg_flags;
    received_control = header.msg_controllen;
    if (got < 0)
        return got;
    for (struct cmsghdr *at = CMSG_FIRSTHDR(&header); at; at = CMSG_NXTHDR(&header, at))
        if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_RIGHTS)
            return *(int *)CMSG_DATA(at);
    return -2;
}

static int next_descriptor(void)
{
    int fd = dup(0);
    close(fd);
    return fd;
}

static void passing(void)
{
    int ends[2], pipe_ends[2], fd;
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    pipe(pipe_ends);
    fflush(stdout);
    if (fork() == 0) {
        send_with(ends[0], SCM_RIGHTS, pipe_ends, 4);
        _exit(0);
    }
    wait(0);
    close(pipe_ends[0]);
    fd = TELL(receive_one(ends[1], 100, MSG_CMSG_CLOEXEC));
    TELL(fcntl(fd, F_GETFD));
    TELL(write(pipe_ends[1], "through", 7));
    TELL(read(fd, buffer, 100));
    close(fd);
    TELL(write(pipe_ends[1], "x", 1) < 0);
    pipe(pipe_ends);
    TELL(send_with(ends[0], SCM_RIGHTS, &pipe_ends[1], 4));
    close(pipe_ends[1]);
    struct pollfd asked = {pipe_ends[0], POLLIN, 0};
    TELL(poll(&asked, 1, 0)); /* the message keeps the writing end open */
    TELL(read(ends[1], buffer, 100));
    TELL(poll(&asked, 1, 0)); /* read(2) threw it away */
    TELL(asked.revents);
    close(pipe_ends[0]);
    close(ends[0]);
    close(ends[1]);
}

static void room(void)
{
    int ends[2], three[3] = {0, 1, 2};
    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    int before = next_descriptor();
    send_with(ends[0], SCM_RIGHTS, three, sizeof three);
    TELL(receive_one(ends[1], CMSG_LEN(8), 0) == before);
    TELL(received_flags == MSG_CTRUNC);
    TELL(received_control == (int)CMSG_LEN(8));
    TELL(next_descriptor() - before);
    send_with(ends[0], SCM_RIGHTS, three, sizeof three);
    TELL(receive_one(ends[1], 0, 0));
    TELL(received_flags == MSG_CTRUNC);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = before + 3;
    setrlimit(RLIMIT_NOFILE, &limit);
    send_with(ends[0], SCM_RIGHTS, three, sizeof three);
    TELL(receive_one(ends[1], 100, 0) == before + 2);
    TELL(received_flags == MSG_CTRUNC);
    static int many[254];
    TELL(send_with(ends[0], SCM_RIGHTS, many, sizeof many));
    TELL(send_with(ends[0], SCM_RIGHTS, many, 253 * sizeof(int)));
    TELL(recv(ends[1], buffer, 100, 0));
    int bad = 99;
    TELL(send_with(ends[0], SCM_RIGHTS, &bad, 4));
    TELL(send_with(ends[0], 77, &bad, 4));
    for (int fd = before - 2; fd < before + 3; fd++)
        close(fd);
}

/* Two sockets, each on its way through the other: nobody can ever get at them again. */
static void circle(void)
{
    int ends[2], pipe_ends[2];
    pipe(pipe_ends);
    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    send_with(ends[0], SCM_RIGHTS, &ends[0], 4);
    send_with(ends[1], SCM_RIGHTS, &ends[1], 4);
    send_with(ends[1], SCM_RIGHTS, &pipe_ends[1], 4);
    close(pipe_ends[1]);
    close(ends[0]);
    close(ends[1]);
    close(socket(AF_UNIX, SOCK_DGRAM, 0)); /* the kernel looks for them whenever a socket goes */
    TELL(read(pipe_ends[0], buffer, 1)); /* the end: the pipe's writing end went with them */
    close(pipe_ends[0]);
}

static void credentials(void)
{
    int ends[2], one = 1;
    struct ucred own = {getpid(), getuid(), getgid()}, told;
    socklen_t size = sizeof told;
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    TELL(getsockopt(ends[0], SOL_SOCKET, SO_PEERCRED, &told, &size));
    TELL(memcmp(&own, &told, sizeof own));
    TELL(send(ends[0], "before", 6, 0));
    TELL(setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &one, sizeof one));
    TELL(send(ends[0], "after", 5, 0));
    struct msghdr header = message(buffer, sizeof buffer, 100);
    TELL(recvmsg(ends[1], &header, 0)); /* two senders are not mixed */
    struct cmsghdr *first = CMSG_FIRSTHDR(&header);
    TELL(first->cmsg_type == SCM_CREDENTIALS);
    memcpy(&told, CMSG_DATA(first), sizeof told);
    TELL(told.pid);
    TELL(told.uid);
    TELL(recvmsg(ends[1], &header, 0));
    memcpy(&told, CMSG_DATA(CMSG_FIRSTHDR(&header)), sizeof told);
    TELL(memcmp(&own, &told, sizeof own));
    TELL(send_with(ends[0], SCM_CREDENTIALS, &own, sizeof own));
    TELL(send_with(ends[0], SCM_CREDENTIALS, &own, sizeof own - 4));
    fflush(stdout);
    if (fork() == 0) {
        struct ucred false_one = {getppid(), getuid(), getgid()};
        if (setresuid(1000, 1000, 1000) == 0)
            TELL(send_with(ends[0], SCM_CREDENTIALS, &false_one, sizeof false_one));
        fflush(stdout);
        _exit(0);
    }
    wait(0);
    close(ends[0]);
    close(ends[1]);
    ends[0] = socket(AF_UNIX, SOCK_STREAM, 0);
    TELL(getsockopt(ends[0], SOL_SOCKET, SO_PEERCRED, &told, &size));
    TELL(told.pid);
    TELL(told.uid);
    close(ends[0]);
}

static void several(void)
{
    int ends[2];
    struct iovec parts[3] = {{"a", 1}, {"bb", 2}, {"ccc", 3}}, places[4];
    struct mmsghdr out[3], in[4];
    memset(out, 0, sizeof out);
    memset(in, 0, sizeof in);
    for (int i = 0; i < 3; i++)
        out[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    for (int i = 0; i < 4; i++) {
        places[i] = (struct iovec){buffer + 10 * i, 2};
        in[i].msg_hdr = (struct msghdr){.msg_iov = &places[i], .msg_iovlen = 1};
    }
    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    TELL(sendmmsg(ends[0], out, 3, 0));
    TELL(out[2].msg_len);
    TELL(recvmmsg(ends[1], in, 4, MSG_WAITFORONE, 0));
    TELL(in[2].msg_len);
    TELL(in[2].msg_hdr.msg_flags == MSG_TRUNC);
    TELL(recvmmsg(ends[1], in, 4, MSG_DONTWAIT, 0));
    TELL(recvmmsg(ends[1], in, 0, MSG_DONTWAIT, 0));
    TELL(sendmmsg(0, out, 1, 0));
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    passing();
    room();
    circle();
    credentials();
    several();
    return 0;
}
