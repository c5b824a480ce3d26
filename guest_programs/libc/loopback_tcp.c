/* loopback_tcp: connections to oneself, from the first SYN to TIME_WAIT, and every way in which they fail.
 *
 * Shows: bind, listen, accept, connect with and without O_NONBLOCK, half-closed connections, resets, options,
 * IPv6 sockets that take IPv4, and what poll says at each step.
 * Prints:
 *   socket(AF_INET, SOCK_STREAM, IPPROTO_UDP): EPROTONOSUPPORT
 *   socket(AF_INET, SOCK_DGRAM, IPPROTO_TCP): EPROTONOSUPPORT
 *   socket(AF_INET, SOCK_SEQPACKET, 0): ESOCKTNOSUPPORT
 *   events(fd): 20
 *   option(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP: 1
 *   option(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET: 1
 *   send(fd, "x", 1, MSG_NOSIGNAL): EPIPE
 *   recv(fd, buffer, 1, 0): ENOTCONN
 *   shutdown(fd, SHUT_RD): ENOTCONN
 *   accept(fd, 0, 0): EINVAL
 *   getpeername(fd, (void *)&other, &length): ENOTCONN
 *   getsockname(fd, (void *)&other, &length): 0
 *   length: 16
 *   other.sin_port: 0
 *   setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, 4): EOPNOTSUPP
 *   bind(two, (void *)&address, sizeof address): EADDRINUSE
 *   bind(fd, (void *)&address, sizeof address): EINVAL
 *   bind(two, (void *)&other, 15): EINVAL
 *   bind(two, (void *)nowhere, sizeof address): EFAULT
 *   bind(two, (void *)&elsewhere, sizeof elsewhere): EADDRNOTAVAIL
 *   bind(two, (void *)&elsewhere, sizeof elsewhere): EAFNOSUPPORT
 *   bind(two, (void *)&elsewhere, sizeof elsewhere): 0
 *   bind(three, (void *)&elsewhere, sizeof elsewhere): EADDRINUSE
 *   setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, 4): 0
 *   setsockopt(three, SOL_SOCKET, SO_REUSEADDR, &one, 4): 0
 *   bind(three, (void *)&elsewhere, sizeof elsewhere): EADDRINUSE
 *   bind(three, (void *)&elsewhere, sizeof elsewhere): 0
 *   bind(two, (void *)&address, sizeof address): 0
 *   listen(fd, 1): 0
 *   listen(two, 1): 0
 *   connect(two, (void *)&other, 15): EINVAL
 *   connect(two, (void *)&address, sizeof address): EINPROGRESS
 *   events(two): 4
 *   events(fd): 1
 *   option(two, SOL_SOCKET, SO_ERROR): 0
 *   connect(two, (void *)&address, sizeof address): 0
 *   connect(two, (void *)&address, sizeof address): EISCONN
 *   connect(fd, (void *)&address, sizeof address): EISCONN
 *   listen(two, 1): EINVAL
 *   ends = accept4(fd, (void *)&other, &length, SOCK_NONBLOCK | SOCK_CLOEXEC): 5
 *   length: 16
 *   fcntl(ends, F_GETFL): 2050
 *   memcmp(&seen, &other, sizeof seen): 0
 *   memcmp(&seen, &address, sizeof seen): 0
 *   connect(three, (void *)&address, sizeof address): EINPROGRESS
 *   events(three): 8221
 *   connect(three, (void *)&address, sizeof address): ECONNREFUSED
 *   connect(three, (void *)&address, sizeof address): EINPROGRESS
 *   option(three, SOL_SOCKET, SO_ERROR): 111
 *   option(three, SOL_SOCKET, SO_ERROR): 0
 *   connect(three, (void *)&address, sizeof address): ECONNABORTED
 *   connect(three, (void *)&address, sizeof address): ECONNREFUSED
 *   connect(three, (void *)&address6, sizeof address6): EAFNOSUPPORT
 *   connect(three, (void *)&address, sizeof address): ENETUNREACH
 *   events(ends[0]): 4
 *   write(ends[0], "one", 3): 3
 *   write(ends[0], "two", 3): 3
 *   ioctl(ends[1], FIONREAD, &length): 0
 *   length: 6
 *   recv(ends[1], buffer, 100, MSG_PEEK): 6
 *   recv(ends[1], buffer, 6, MSG_WAITALL): 6
 *   shutdown(ends[0], SHUT_WR): 0
 *   events(ends[1]): 8197
 *   read(ends[1], buffer, 100): 0
 *   write(ends[1], "back", 4): 4
 *   read(ends[0], buffer, 100): 4
 *   write(ends[0], "x", 1): EPIPE
 *   events(ends[0]): 4
 *   read(ends[0], buffer, 100): 0
 *   events(ends[0]): 8213
 *   getpeername(ends[0], (void *)&other, &length): ENOTCONN
 *   shutdown(ends[0], SHUT_RD): ENOTCONN
 *   write(ends[0], "unread", 6): 6
 *   events(ends[0]): 8221
 *   read(ends[0], buffer, 100): ECONNRESET
 *   read(ends[0], buffer, 100): 0
 *   send(ends[0], "x", 1, MSG_NOSIGNAL): EPIPE
 *   send(ends[0], "x", 1, MSG_NOSIGNAL): 1
 *   send(ends[0], "x", 1, MSG_NOSIGNAL): EPIPE
 *   option(ends[0], SOL_SOCKET, SO_ERROR): 0
 *   setsockopt(ends[1], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once): 0
 *   events(ends[0]): 8221
 *   option(ends[0], SOL_SOCKET, SO_ERROR): 104
 *   read(ends[0], buffer, 100): 0
 *   bind(ends[0], (void *)&served, sizeof served): EADDRINUSE
 *   setsockopt(ends[0], SOL_SOCKET, SO_REUSEADDR, &one, 4): 0
 *   option(fd, IPPROTO_TCP, TCP_NODELAY): 0
 *   setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, 4): 0
 *   option(fd, IPPROTO_TCP, TCP_NODELAY): 1
 *   option(fd, IPPROTO_TCP, TCP_KEEPIDLE): 7200
 *   setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &zero, 4): EINVAL
 *   setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, 4): 0
 *   option(fd, SOL_SOCKET, SO_KEEPALIVE): 1
 *   option(fd, IPPROTO_IP, IP_TTL): 64
 *   setsockopt(fd, IPPROTO_IP, IP_TTL, &value, 4): EINVAL
 *   option(fd, IPPROTO_TCP, 999): ENOPROTOOPT
 *   option(fd, IPPROTO_UDP, 1): EOPNOTSUPP
 *   option(fd, SOL_SOCKET, 999): ENOPROTOOPT
 *   setsockopt(fd, SOL_SOCKET, SO_TYPE, &value, 4): ENOPROTOOPT
 *   setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &zero, 4): 0
 *   option(fd, SOL_SOCKET, SO_RCVBUF): 2304
 *   setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &zero, 4): 0
 *   option(fd, SOL_SOCKET, SO_SNDBUF): 4608
 *   setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, 3): EINVAL
 *   setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, nowhere, 4): EFAULT
 *   setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, -1): EINVAL
 *   setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &bad, sizeof bad): EDOM
 *   setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &short_time, sizeof short_time): 0
 *   accept(fd, 0, 0): EAGAIN
 *   bind(fd, (void *)&address6, 23): EINVAL
 *   bind(fd, (void *)&address6, sizeof address6): 0
 *   setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, 4): EINVAL
 *   listen(fd, 1): 0
 *   getsockname(fd, (void *)&address6, &length): 0
 *   bind(two, (void *)&address, sizeof address): EADDRINUSE
 *   connect(two, (void *)&address, sizeof address): 0
 *   ends = accept(fd, (void *)&address6, &length): 5
 *   length: 28
 *   IN6_IS_ADDR_V4MAPPED(&address6.sin6_addr): 1
 *   setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, 4): 0
 *   bind(fd, (void *)&address6, sizeof address6): 0
 *   listen(fd, 1): 0
 *   connect(two, (void *)&address6, sizeof address6): 0
 *   read(first, buffer, 1) == 1 && buffer[0] == '1': 1
 *   read(second, buffer, 1) == 1 && buffer[0] == '2': 1
 * Status: 0
 */
#define _GNU_SOURCE
#include "../include/tell.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sockaddr_in address, other;
static struct sockaddr_in6 address6;
static char buffer[1000];
static int one = 1, *nowhere = (int *)8;
static socklen_t length;

static int events(int fd)
{
    struct pollfd asked = {fd, POLLIN | POLLOUT | POLLRDHUP, 0};
    poll(&asked, 1, 0);
    return asked.revents;
}

static int option(int fd, int level, int name)
{
    int value = -2;
    length = sizeof value;
    return getsockopt(fd, level, name, &value, &length) < 0 ? -1 : value;
}

/* A listener on a port of the kernel's choosing; `address` is where. */
static int listener(int backlog)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address = (struct sockaddr_in){AF_INET, 0, {htonl(INADDR_LOOPBACK)}, {0}};
    bind(fd, (void *)&address, sizeof address);
    length = sizeof address;
    getsockname(fd, (void *)&address, &length);
    listen(fd, backlog);
    return fd;
}

/* Two ends of a connection. */
static void connection(int ends[2])
{
    int fd = listener(5);
    ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    connect(ends[0], (void *)&address, sizeof address);
    ends[1] = accept(fd, 0, 0);
    close(fd);
}

static void making(void)
{
    TELL(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
    TELL(socket(AF_INET, SOCK_DGRAM, IPPROTO_TCP));
    TELL(socket(AF_INET, SOCK_SEQPACKET, 0));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    TELL(events(fd));
    TELL(option(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP);
    TELL(option(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET);
    TELL(send(fd, "x", 1, MSG_NOSIGNAL));
    TELL(recv(fd, buffer, 1, 0));
    TELL(shutdown(fd, SHUT_RD));
    TELL(accept(fd, 0, 0));
    length = sizeof other;
    TELL(getpeername(fd, (void *)&other, &length));
    TELL(getsockname(fd, (void *)&other, &length));
    TELL(length);
    TELL(other.sin_port);
    TELL(setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, 4));
    close(fd);
}

static void binding(void)
{
    int fd = listener(1), two = socket(AF_INET, SOCK_STREAM, 0), three = socket(AF_INET, SOCK_STREAM, 0);
    TELL(bind(two, (void *)&address, sizeof address));
    TELL(bind(fd, (void *)&address, sizeof address));
    other = (struct sockaddr_in){.sin_family = AF_INET};
    TELL(bind(two, (void *)&other, 15));
    TELL(bind(two, (void *)nowhere, sizeof address));
    struct sockaddr_in elsewhere = address;
    elsewhere.sin_addr.s_addr = htonl(0x0a0b0c0d);
    TELL(bind(two, (void *)&elsewhere, sizeof elsewhere));
    elsewhere.sin_family = AF_INET6;
    elsewhere.sin_port = 0;
    TELL(bind(two, (void *)&elsewhere, sizeof elsewhere));
    elsewhere = address;
    elsewhere.sin_addr.s_addr = htonl(0x7f000002);
    TELL(bind(two, (void *)&elsewhere, sizeof elsewhere)); /* the same port of another address */
    elsewhere.sin_addr.s_addr = htonl(INADDR_ANY);
    TELL(bind(three, (void *)&elsewhere, sizeof elsewhere));
    TELL(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, 4));
    TELL(setsockopt(three, SOL_SOCKET, SO_REUSEADDR, &one, 4));
    TELL(bind(three, (void *)&elsewhere, sizeof elsewhere)); /* not while one of them listens */
    close(fd);
    close(two);
    TELL(bind(three, (void *)&elsewhere, sizeof elsewhere));
    close(three);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    two = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, 4);
    setsockopt(two, SOL_SOCKET, SO_REUSEPORT, &one, 4);
    address.sin_port = 0;
    bind(fd, (void *)&address, sizeof address);
    length = sizeof address;
    getsockname(fd, (void *)&address, &length);
    TELL(bind(two, (void *)&address, sizeof address));
    TELL(listen(fd, 1));
    TELL(listen(two, 1));
    close(fd);
    close(two);
}

static void connecting(void)
{
    int fd = listener(0), two = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), three, ends;
    other = (struct sockaddr_in){.sin_family = AF_INET};
    TELL(connect(two, (void *)&other, 15));
    TELL(connect(two, (void *)&address, sizeof address));
    TELL(events(two));
    TELL(events(fd));
    TELL(option(two, SOL_SOCKET, SO_ERROR));
    TELL(connect(two, (void *)&address, sizeof address));
    TELL(connect(two, (void *)&address, sizeof address));
    TELL(connect(fd, (void *)&address, sizeof address));
    TELL(listen(two, 1));
    length = sizeof other;
    TELL(ends = accept4(fd, (void *)&other, &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    TELL(length);
    TELL(fcntl(ends, F_GETFL));
    struct sockaddr_in seen;
    length = sizeof seen;
    getsockname(two, (void *)&seen, &length);
    TELL(memcmp(&seen, &other, sizeof seen));
    length = sizeof seen;
    getpeername(two, (void *)&seen, &length);
    TELL(memcmp(&seen, &address, sizeof seen));
    close(fd);
    three = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    TELL(connect(three, (void *)&address, sizeof address)); /* nobody listens any more */
    TELL(events(three));
    TELL(connect(three, (void *)&address, sizeof address));
    TELL(connect(three, (void *)&address, sizeof address));
    TELL(option(three, SOL_SOCKET, SO_ERROR));
    TELL(option(three, SOL_SOCKET, SO_ERROR));
    TELL(connect(three, (void *)&address, sizeof address));
    close(three);
    three = socket(AF_INET, SOCK_STREAM, 0);
    TELL(connect(three, (void *)&address, sizeof address));
    address6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
    TELL(connect(three, (void *)&address6, sizeof address6));
    address.sin_addr.s_addr = htonl(0xffffffff);
    TELL(connect(three, (void *)&address, sizeof address));
    close(three);
    close(two);
    close(ends);
}

static void ending(void)
{
    int ends[2];
    connection(ends);
    TELL(events(ends[0]));
    TELL(write(ends[0], "one", 3));
    TELL(write(ends[0], "two", 3));
    TELL(ioctl(ends[1], FIONREAD, &length));
    TELL(length);
    TELL(recv(ends[1], buffer, 100, MSG_PEEK));
    TELL(recv(ends[1], buffer, 6, MSG_WAITALL));
    TELL(shutdown(ends[0], SHUT_WR));
    TELL(events(ends[1]));
    TELL(read(ends[1], buffer, 100));
    TELL(write(ends[1], "back", 4)); /* the other direction is open */
    TELL(read(ends[0], buffer, 100));
    TELL(write(ends[0], "x", 1));
    TELL(events(ends[0]));
    close(ends[1]);
    TELL(read(ends[0], buffer, 100));
    TELL(events(ends[0]));
    length = sizeof other;
    TELL(getpeername(ends[0], (void *)&other, &length));
    TELL(shutdown(ends[0], SHUT_RD));
    close(ends[0]);
    connection(ends);
    TELL(write(ends[0], "unread", 6));
    close(ends[1]);
    TELL(events(ends[0]));
    TELL(read(ends[0], buffer, 100));
    TELL(read(ends[0], buffer, 100));
    TELL(send(ends[0], "x", 1, MSG_NOSIGNAL));
    close(ends[0]);
    connection(ends);
    close(ends[1]);
    TELL(send(ends[0], "x", 1, MSG_NOSIGNAL)); /* the end was orderly, so nobody knows yet */
    TELL(send(ends[0], "x", 1, MSG_NOSIGNAL));
    TELL(option(ends[0], SOL_SOCKET, SO_ERROR));
    close(ends[0]);
    connection(ends);
    struct linger at_once = {1, 0};
    TELL(setsockopt(ends[1], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
    close(ends[1]);
    TELL(events(ends[0]));
    TELL(option(ends[0], SOL_SOCKET, SO_ERROR));
    TELL(read(ends[0], buffer, 100));
    close(ends[0]);
}

static void time_wait(void)
{
    int ends[2];
    connection(ends);
    struct sockaddr_in served = address;
    close(ends[1]); /* the server's end is first, so its port waits */
    close(ends[0]);
    ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    TELL(bind(ends[0], (void *)&served, sizeof served));
    TELL(setsockopt(ends[0], SOL_SOCKET, SO_REUSEADDR, &one, 4));
    close(ends[0]);
}

static void options(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), zero = 0, value = 1000;
    TELL(option(fd, IPPROTO_TCP, TCP_NODELAY));
    TELL(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, 4));
    TELL(option(fd, IPPROTO_TCP, TCP_NODELAY));
    TELL(option(fd, IPPROTO_TCP, TCP_KEEPIDLE));
    TELL(setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &zero, 4));
    TELL(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, 4));
    TELL(option(fd, SOL_SOCKET, SO_KEEPALIVE));
    TELL(option(fd, IPPROTO_IP, IP_TTL));
    TELL(setsockopt(fd, IPPROTO_IP, IP_TTL, &value, 4));
    TELL(option(fd, IPPROTO_TCP, 999));
    TELL(option(fd, IPPROTO_UDP, 1));
    TELL(option(fd, SOL_SOCKET, 999));
    TELL(setsockopt(fd, SOL_SOCKET, SO_TYPE, &value, 4));
    TELL(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &zero, 4));
    TELL(option(fd, SOL_SOCKET, SO_RCVBUF));
    TELL(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &zero, 4));
    TELL(option(fd, SOL_SOCKET, SO_SNDBUF));
    TELL(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, 3));
    TELL(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, nowhere, 4));
    TELL(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, -1));
    struct timeval bad = {0, 1000000}, short_time = {0, 20000};
    TELL(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &bad, sizeof bad));
    close(fd);
    fd = listener(1);
    TELL(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &short_time, sizeof short_time));
    TELL(accept(fd, 0, 0));
    close(fd);
}

static void version_6(void)
{
    int fd = socket(AF_INET6, SOCK_STREAM, 0), two = socket(AF_INET, SOCK_STREAM, 0), ends;
    address6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT};
    TELL(bind(fd, (void *)&address6, 23));
    TELL(bind(fd, (void *)&address6, sizeof address6));
    TELL(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, 4));
    TELL(listen(fd, 1));
    length = sizeof address6;
    TELL(getsockname(fd, (void *)&address6, &length));
    address = (struct sockaddr_in){AF_INET, address6.sin6_port, {htonl(INADDR_LOOPBACK)}, {0}};
    TELL(bind(two, (void *)&address, sizeof address));
    TELL(connect(two, (void *)&address, sizeof address));
    length = sizeof address6;
    TELL(ends = accept(fd, (void *)&address6, &length));
    TELL(length);
    TELL(IN6_IS_ADDR_V4MAPPED(&address6.sin6_addr));
    close(ends);
    close(two);
    close(fd);
    fd = socket(AF_INET6, SOCK_STREAM, 0);
    TELL(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, 4));
    address6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    TELL(bind(fd, (void *)&address6, sizeof address6));
    TELL(listen(fd, 1));
    length = sizeof address6;
    getsockname(fd, (void *)&address6, &length);
    two = socket(AF_INET6, SOCK_STREAM, 0);
    TELL(connect(two, (void *)&address6, sizeof address6));
    close(two);
    close(fd);
}

/* A process that waits for a connection, and for the backlog to have room. */
static void waiting(void)
{
    int fd = listener(0);
    fflush(stdout);
    if (fork() == 0) {
        int first = socket(AF_INET, SOCK_STREAM, 0), second = socket(AF_INET, SOCK_STREAM, 0);
        connect(first, (void *)&address, sizeof address);
        connect(second, (void *)&address, sizeof address);
        write(first, "1", 1);
        write(second, "2", 1);
        _exit(0);
    }
    int first = accept(fd, 0, 0), second = accept(fd, 0, 0);
    wait(0);
    TELL(read(first, buffer, 1) == 1 && buffer[0] == '1');
    TELL(read(second, buffer, 1) == 1 && buffer[0] == '2');
    close(first);
    close(second);
    close(fd);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    making();
    binding();
    connecting();
    ending();
    time_wait();
    options();
    version_6();
    waiting();
    return 0;
}
