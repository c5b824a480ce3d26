/* unix_sockets: names, connections and messages of AF_UNIX, and every way in which they fail.
 *
 * Shows: socket, socketpair, bind, listen, connect, accept4, getsockname, getpeername, shutdown and their errors;
 * packets that keep their limits and streams that do not; what poll says of each end; SIGPIPE, EPIPE and ECONNRESET.
 * Prints:
 *   socket(AF_UNIX, SOCK_STREAM, 7): EPROTONOSUPPORT
 *   socket(AF_UNIX, SOCK_RDM, 0): ESOCKTNOSUPPORT
 *   socket(AF_UNIX, 99, 0): EINVAL
 *   socket(AF_UNIX, SOCK_STREAM | 0x100000, 0): EINVAL
 *   socket(77, SOCK_STREAM, 0): EAFNOSUPPORT
 *   socketpair(AF_INET, SOCK_STREAM, 0, ends): EOPNOTSUPP
 *   socketpair(AF_UNIX, SOCK_STREAM, 0, nowhere): EFAULT
 *   getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length): 0
 *   type == SOCK_DGRAM: 1
 *   fstat(fd, &status): 0
 *   S_ISSOCK(status.st_mode): 1
 *   status.st_mode & 0777: 511
 *   lseek(fd, 0, SEEK_SET): ESPIPE
 *   bind(0, (void *)&address, 2): ENOTSOCK
 *   listen(0, 1): ENOTSOCK
 *   accept(99, 0, 0): EBADF
 *   bind(one, (void *)&address, 1): EINVAL
 *   bind(one, (void *)&address, 200): EINVAL
 *   bind(one, (void *)nowhere, 20): EFAULT
 *   listen(one, 1): EINVAL
 *   bind(one, (void *)&address, sizeof address): ENOENT
 *   bind(one, (void *)&address, sizeof address): 0
 *   bind(one, (void *)&address, sizeof address): EADDRINUSE
 *   bind(two, (void *)&address, sizeof address): EADDRINUSE
 *   getsockname(one, (void *)&other, &length): 0
 *   length: 14
 *   getsockname(one, (void *)&other, &length): 0
 *   length: 14
 *   memcmp(&other, "\1\0emuxx", 7): 0
 *   getsockname(one, (void *)&other, &length): EINVAL
 *   getsockname(one, (void *)&other, (socklen_t *)nowhere): EFAULT
 *   stat("emu386.sock", &status): 0
 *   S_ISSOCK(status.st_mode): 1
 *   open("emu386.sock", O_RDWR): ENXIO
 *   connect(two, (void *)&address, sizeof address): ECONNREFUSED
 *   unlink("emu386.sock"): 0
 *   connect(two, (void *)&address, sizeof address): ENOENT
 *   connect(two, (void *)&address, sizeof address): ECONNREFUSED
 *   bind(one, (void *)&address, size): 0
 *   bind(two, (void *)&address, size): 0
 *   bind(two, (void *)&address, size): EADDRINUSE
 *   bind(two, (void *)&address, 2): 0
 *   getsockname(two, (void *)&other, &length): 0
 *   length: 8
 *   other.sun_path[0]: 0
 *   connect(two, (void *)&address, size): ECONNREFUSED
 *   accept(one, 0, 0): EINVAL
 *   listen(one, 0): 0
 *   events(one): 0
 *   connect(two, (void *)&address, size): 0
 *   connect(two, (void *)&address, size): EAGAIN
 *   connect(three, (void *)&address, size): EAGAIN
 *   events(one): 1
 *   send(two, "early", 5, 0): 5
 *   accept4(one, (void *)&other, &length, SOCK_CLOEXEC | SOCK_NONBLOCK): 6
 *   length: 2
 *   fcntl(accepted, F_GETFL): 2050
 *   fcntl(accepted, F_GETFD): 1
 *   accept4(one, 0, 0, 1): EINVAL
 *   read(accepted, buffer, 100): 5
 *   read(accepted, buffer, 100): EAGAIN
 *   connect(two, (void *)&address, size): EISCONN
 *   connect(one, (void *)&address, size): EINVAL
 *   listen(two, 5): EINVAL
 *   getpeername(two, (void *)&other, &length): 0
 *   length == size: 1
 *   getpeername(three, (void *)&other, &length): ENOTCONN
 *   getpeername(one, (void *)&other, &length): ENOTCONN
 *   accept(one, 0, 0): EAGAIN
 *   events(one): 0
 *   events(two): 8213
 *   events(two): 8221
 *   read(two, buffer, 1): ECONNRESET
 *   read(two, buffer, 1): 0
 *   events(ends[0]): 4
 *   write(ends[0], "one", 3): 3
 *   send(ends[0], "two", 3, 0): 3
 *   recv(ends[1], buffer, 4, MSG_PEEK): 4
 *   ioctl(ends[1], FIONREAD, &length): 0
 *   length: 6
 *   recv(ends[1], buffer, 4, 0): 4
 *   read(ends[1], buffer, 100): 2
 *   recv(ends[1], buffer, 0, 0): EAGAIN
 *   recv(ends[1], buffer, 1, MSG_OOB): EINVAL
 *   sendto(ends[0], "x", 1, 0, (void *)&address, 20): EISCONN
 *   send(ends[0], (void *)nowhere, 4, 0): EFAULT
 *   send(ends[0], "data", 4, 0): 4
 *   recv(ends[1], (void *)nowhere, 4, 0): EFAULT
 *   recv(ends[1], buffer, 4, 0): 4
 *   writev(ends[1], parts, 2): 5
 *   recv(ends[0], buffer, 5, MSG_WAITALL): 5
 *   sent: 93000
 *   events(ends[0]): 0
 *   shutdown(ends[0], SHUT_WR): 0
 *   events(ends[0]): 0
 *   events(ends[1]) & (POLLRDHUP | POLLHUP): 8192
 *   write(ends[0], "x", 1): EPIPE
 *   broken: 1
 *   send(ends[0], "x", 1, MSG_NOSIGNAL): EPIPE
 *   broken: 1
 *   shutdown(ends[1], SHUT_RDWR): 0
 *   events(ends[1]): 8213
 *   shutdown(ends[1], 3): EINVAL
 *   shutdown(0, 0): ENOTSOCK
 *   events(ends[0]): 8221
 *   write(ends[0], "unread", 6): 6
 *   read(ends[0], buffer, 1): ECONNRESET
 *   read(ends[0], buffer, 1): 0
 *   write(ends[0], "x", 1): EPIPE
 *   events(ends[0]): 20
 *   send(ends[0], "x", 1, 0): ENOTCONN
 *   recv(ends[0], buffer, 1, 0): EINVAL
 *   shutdown(ends[0], SHUT_RD): 0
 *   packets:
 *   send(ends[0], "first", 5, 0): 5
 *   send(ends[0], "", 0, 0): 0
 *   send(ends[0], "third", 5, 0): 5
 *   ioctl(ends[1], FIONREAD, &length): 0
 *   length: 10
 *   recv(ends[1], buffer, 3, 0): 3
 *   recv(ends[1], buffer, 3, 0): 0
 *   recv(ends[1], buffer, 3, MSG_TRUNC): 5
 *   recv(ends[1], buffer, 3, 0): EAGAIN
 *   send(ends[0], buffer, 212992 - 32, 0): 212960
 *   send(ends[0], buffer, 212992 - 31, 0): EMSGSIZE
 *   send(ends[0], "x", 1, MSG_OOB): EOPNOTSUPP
 *   events(ends[0]): 0
 *   shutdown(ends[1], SHUT_RD): 0
 *   send(ends[0], "x", 1, 0): EPIPE
 *   broken: 2
 *   events(ends[0]): 8221
 *   send(ends[0], "x", 1, 0): ECONNRESET
 *   send(ends[0], "x", 1, 0): EPIPE
 *   events(ends[0]): 20
 *   send(ends[0], "x", 1, 0): ENOTCONN
 *   datagrams:
 *   send(ends[0], "first", 5, 0): 5
 *   send(ends[0], "", 0, 0): 0
 *   send(ends[0], "third", 5, 0): 5
 *   ioctl(ends[1], FIONREAD, &length): 0
 *   length: 5
 *   recv(ends[1], buffer, 3, 0): 3
 *   recv(ends[1], buffer, 3, 0): 0
 *   recv(ends[1], buffer, 3, MSG_TRUNC): 5
 *   recv(ends[1], buffer, 3, 0): EAGAIN
 *   send(ends[0], buffer, 212992 - 32, 0): 212960
 *   send(ends[0], buffer, 212992 - 31, 0): EMSGSIZE
 *   send(ends[0], "x", 1, MSG_OOB): EOPNOTSUPP
 *   events(ends[0]): 0
 *   shutdown(ends[1], SHUT_RD): 0
 *   send(ends[0], "x", 1, 0): EAGAIN
 *   broken: 2
 *   events(ends[0]): 4
 *   send(ends[0], "x", 1, 0): ECONNREFUSED
 *   send(ends[0], "x", 1, 0): ENOTCONN
 *   events(ends[0]): 4
 *   send(ends[0], "x", 1, 0): ENOTCONN
 *   listen(one, 1): EOPNOTSUPP
 *   sendto(two, "hello", 5, 0, (void *)&address, size): 5
 *   recvfrom(one, buffer, 100, 0, (void *)&other, &length): 5
 *   length: 0
 *   sent: 11
 *   events(two): 4
 *   connect(two, (void *)&address, size): 0
 *   events(two): 0
 *   read(one, buffer, 10): 1
 *   events(two): 4
 *   connect(one, (void *)&address, size): 0
 *   send(two, "x", 1, 0): EPERM
 *   connect(two, &nobody, sizeof nobody): 0
 *   send(two, "x", 1, 0): ENOTCONN
 *   sendto(two, "x", 1, 0, (void *)&address, size): ECONNREFUSED
 * Status: 0
 */
#define _GNU_SOURCE
#include "../include/tell.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

static char buffer[300000];
static struct sockaddr_un address, other;
static socklen_t length;
static int broken, *volatile nowhere = (int *)8;

static void pipe_broken(int signal)
{
    broken += signal == SIGPIPE;
}

/* An abstract name, which no other run of this program has. */
static socklen_t abstract(const char *name)
{
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    int size = sprintf(address.sun_path + 1, "emu386-%05d-%s", (int)getpid(), name);
    return offsetof(struct sockaddr_un, sun_path) + 1 + size;
}

static socklen_t path(const char *name)
{
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    strcpy(address.sun_path, name);
    return sizeof address;
}

static int events(int fd)
{
    struct pollfd asked = {fd, POLLIN | POLLOUT | POLLRDHUP, 0};
    poll(&asked, 1, 0);
    return asked.revents;
}

static void making(void)
{
    int ends[2];
    TELL(socket(AF_UNIX, SOCK_STREAM, 7));
    TELL(socket(AF_UNIX, SOCK_RDM, 0));
    TELL(socket(AF_UNIX, 99, 0));
    TELL(socket(AF_UNIX, SOCK_STREAM | 0x100000, 0));
    TELL(socket(77, SOCK_STREAM, 0));
    TELL(socketpair(AF_INET, SOCK_STREAM, 0, ends));
    TELL(socketpair(AF_UNIX, SOCK_STREAM, 0, nowhere));
    int fd = socket(AF_UNIX, SOCK_RAW, 0), type = 0;
    length = sizeof type;
    TELL(getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length));
    TELL(type == SOCK_DGRAM);
    struct stat status;
    TELL(fstat(fd, &status));
    TELL(S_ISSOCK(status.st_mode));
    TELL(status.st_mode & 0777);
    TELL(lseek(fd, 0, SEEK_SET));
    TELL(bind(0, (void *)&address, 2));
    TELL(listen(0, 1));
    TELL(accept(99, 0, 0));
    close(fd);
}

static void naming(void)
{
    int one = socket(AF_UNIX, SOCK_STREAM, 0), two = socket(AF_UNIX, SOCK_STREAM, 0);
    TELL(bind(one, (void *)&address, 1));
    TELL(bind(one, (void *)&address, 200));
    TELL(bind(one, (void *)nowhere, 20));
    TELL(listen(one, 1));
    path("missing/emu386.sock");
    TELL(bind(one, (void *)&address, sizeof address));
    path("emu386.sock");
    TELL(bind(one, (void *)&address, sizeof address));
    TELL(bind(one, (void *)&address, sizeof address));
    TELL(bind(two, (void *)&address, sizeof address));
    length = sizeof other;
    TELL(getsockname(one, (void *)&other, &length));
    TELL(length);
    length = 5;
    memset(&other, 'x', sizeof other);
    TELL(getsockname(one, (void *)&other, &length));
    TELL(length);
    TELL(memcmp(&other, "\1\0emuxx", 7));
    length = -1;
    TELL(getsockname(one, (void *)&other, &length));
    TELL(getsockname(one, (void *)&other, (socklen_t *)nowhere));
    struct stat status;
    TELL(stat("emu386.sock", &status));
    TELL(S_ISSOCK(status.st_mode));
    TELL(open("emu386.sock", O_RDWR));
    TELL(connect(two, (void *)&address, sizeof address));
    TELL(unlink("emu386.sock"));
    TELL(connect(two, (void *)&address, sizeof address));
    path("/");
    TELL(connect(two, (void *)&address, sizeof address));
    close(one);
    one = socket(AF_UNIX, SOCK_DGRAM, 0);
    socklen_t size = abstract("name");
    TELL(bind(one, (void *)&address, size));
    TELL(bind(two, (void *)&address, size)); /* of another type: another name */
    close(two);
    two = socket(AF_UNIX, SOCK_DGRAM, 0);
    TELL(bind(two, (void *)&address, size));
    TELL(bind(two, (void *)&address, 2));
    length = sizeof other;
    TELL(getsockname(two, (void *)&other, &length));
    TELL(length);
    TELL(other.sun_path[0]);
    close(one);
    close(two);
}

static void connecting(void)
{
    int one = socket(AF_UNIX, SOCK_STREAM, 0), two, three, accepted;
    socklen_t size = abstract("listener");
    bind(one, (void *)&address, size);
    two = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    TELL(connect(two, (void *)&address, size));
    TELL(accept(one, 0, 0));
    TELL(listen(one, 0));
    TELL(events(one));
    TELL(connect(two, (void *)&address, size));
    TELL(connect(two, (void *)&address, size));
    three = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    TELL(connect(three, (void *)&address, size));
    TELL(events(one));
    TELL(send(two, "early", 5, 0));
    length = sizeof other;
    accepted = TELL(accept4(one, (void *)&other, &length, SOCK_CLOEXEC | SOCK_NONBLOCK));
    TELL(length);
    TELL(fcntl(accepted, F_GETFL));
    TELL(fcntl(accepted, F_GETFD));
    TELL(accept4(one, 0, 0, 1));
    TELL(read(accepted, buffer, 100));
    TELL(read(accepted, buffer, 100));
    TELL(connect(two, (void *)&address, size));
    TELL(connect(one, (void *)&address, size));
    TELL(listen(two, 5));
    length = sizeof other;
    TELL(getpeername(two, (void *)&other, &length));
    TELL(length == size);
    length = sizeof other;
    TELL(getpeername(three, (void *)&other, &length));
    TELL(getpeername(one, (void *)&other, &length));
    fcntl(one, F_SETFL, O_NONBLOCK);
    TELL(accept(one, 0, 0));
    TELL(events(one));
    close(accepted);
    TELL(events(two));
    close(two);
    two = socket(AF_UNIX, SOCK_STREAM, 0);
    connect(two, (void *)&address, size);
    close(one);
    TELL(events(two));
    TELL(read(two, buffer, 1));
    TELL(read(two, buffer, 1));
    close(two);
    close(three);
}

static void streams(void)
{
    int ends[2];
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends);
    TELL(events(ends[0]));
    TELL(write(ends[0], "one", 3));
    TELL(send(ends[0], "two", 3, 0));
    TELL(recv(ends[1], buffer, 4, MSG_PEEK));
    TELL(ioctl(ends[1], FIONREAD, &length));
    TELL(length);
    TELL(recv(ends[1], buffer, 4, 0));
    TELL(read(ends[1], buffer, 100));
    TELL(recv(ends[1], buffer, 0, 0));
    TELL(recv(ends[1], buffer, 1, MSG_OOB));
    TELL(sendto(ends[0], "x", 1, 0, (void *)&address, 20));
    TELL(send(ends[0], (void *)nowhere, 4, 0));
    TELL(send(ends[0], "data", 4, 0));
    TELL(recv(ends[1], (void *)nowhere, 4, 0));
    TELL(recv(ends[1], buffer, 4, 0));
    struct iovec parts[2] = {{"ab", 2}, {"cde", 3}};
    TELL(writev(ends[1], parts, 2));
    TELL(recv(ends[0], buffer, 5, MSG_WAITALL));
    int sent = 0, now;
    while ((now = write(ends[0], buffer, 1000)) > 0)
        sent += now;
    TELL(sent);
    TELL(events(ends[0]));
    TELL(shutdown(ends[0], SHUT_WR));
    TELL(events(ends[0]));
    TELL(events(ends[1]) & (POLLRDHUP | POLLHUP));
    TELL(write(ends[0], "x", 1));
    TELL(broken);
    TELL(send(ends[0], "x", 1, MSG_NOSIGNAL));
    TELL(broken);
    TELL(shutdown(ends[1], SHUT_RDWR));
    TELL(events(ends[1]));
    TELL(shutdown(ends[1], 3));
    TELL(shutdown(0, 0));
    close(ends[1]);
    TELL(events(ends[0]));
    close(ends[0]);
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    TELL(write(ends[0], "unread", 6));
    close(ends[1]);
    TELL(read(ends[0], buffer, 1));
    TELL(read(ends[0], buffer, 1));
    TELL(write(ends[0], "x", 1));
    close(ends[0]);
    ends[0] = socket(AF_UNIX, SOCK_STREAM, 0);
    TELL(events(ends[0]));
    TELL(send(ends[0], "x", 1, 0));
    TELL(recv(ends[0], buffer, 1, 0));
    TELL(shutdown(ends[0], SHUT_RD));
    close(ends[0]);
}

static void packets(int type)
{
    int ends[2];
    socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, ends);
    TELL(send(ends[0], "first", 5, 0));
    TELL(send(ends[0], "", 0, 0));
    TELL(send(ends[0], "third", 5, 0));
    TELL(ioctl(ends[1], FIONREAD, &length));
    TELL(length);
    TELL(recv(ends[1], buffer, 3, 0));
    TELL(recv(ends[1], buffer, 3, 0));
    TELL(recv(ends[1], buffer, 3, MSG_TRUNC));
    TELL(recv(ends[1], buffer, 3, 0));
    TELL(send(ends[0], buffer, 212992 - 32, 0));
    TELL(send(ends[0], buffer, 212992 - 31, 0));
    TELL(send(ends[0], "x", 1, MSG_OOB));
    TELL(events(ends[0]));
    TELL(shutdown(ends[1], SHUT_RD));
    TELL(send(ends[0], "x", 1, 0));
    TELL(broken);
    close(ends[1]);
    TELL(events(ends[0]));
    TELL(send(ends[0], "x", 1, 0));
    TELL(send(ends[0], "x", 1, 0));
    close(ends[0]);
    ends[0] = socket(AF_UNIX, type, 0);
    TELL(events(ends[0]));
    TELL(send(ends[0], "x", 1, 0));
    close(ends[0]);
}

static void datagrams(void)
{
    int one = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0), two = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    socklen_t size = abstract("datagrams");
    bind(one, (void *)&address, size);
    TELL(listen(one, 1));
    TELL(sendto(two, "hello", 5, 0, (void *)&address, size));
    length = sizeof other;
    TELL(recvfrom(one, buffer, 100, 0, (void *)&other, &length));
    TELL(length);
    int sent = 0;
    while (sendto(two, "x", 1, 0, (void *)&address, size) == 1)
        sent++;
    TELL(sent);
    TELL(events(two));
    TELL(connect(two, (void *)&address, size));
    TELL(events(two));
    TELL(read(one, buffer, 10));
    TELL(events(two));
    TELL(connect(one, (void *)&address, size));
    TELL(send(two, "x", 1, 0));
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    TELL(connect(two, &nobody, sizeof nobody));
    TELL(send(two, "x", 1, 0));
    close(one);
    abstract("datagrams");
    TELL(sendto(two, "x", 1, 0, (void *)&address, size));
    close(two);
}

int main(void)
{
    struct sigaction action = {.sa_handler = pipe_broken};
    sigaction(SIGPIPE, &action, 0);
    making();
    char folder[40];
    sprintf(folder, "/tmp/emu386-%05d", (int)getpid());
    mkdir(folder, 0700);
    chdir(folder);
    naming();
    rmdir(folder);
    connecting();
    streams();
    printf("packets:\n");
    packets(SOCK_SEQPACKET);
    printf("datagrams:\n");
    packets(SOCK_DGRAM);
    datagrams();
    return 0;
}
