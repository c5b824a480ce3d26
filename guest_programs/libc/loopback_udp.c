/* loopback_udp: datagrams to oneself, and to where nobody is.
 *
 * Shows: sendto, recvfrom, connect and its undoing, ECONNREFUSED that comes back, sizes, addresses that lead nowhere,
 * the interface and its ioctl requests.
 * Prints:
 *   events(two): 4
 *   send(two, "x", 1, 0): EDESTADDRREQ
 *   listen(two, 1): EOPNOTSUPP
 *   accept(two, 0, 0): EOPNOTSUPP
 *   shutdown(two, SHUT_RD): ENOTCONN
 *   recv(two, buffer, 1, 0): EAGAIN
 *   sendto(two, "hello", 5, 0, (void *)&address, sizeof address): 5
 *   sendto(two, "", 0, 0, (void *)&address, sizeof address): 0
 *   events(fd): 5
 *   ioctl(fd, FIONREAD, &length): 0
 *   length: 5
 *   recvfrom(fd, buffer, 3, MSG_PEEK, (void *)&other, &length): 3
 *   length: 16
 *   recvfrom(fd, buffer, 3, MSG_TRUNC, (void *)&other, &length): 5
 *   ntohl(other.sin_addr.s_addr) == INADDR_LOOPBACK: 1
 *   read(fd, buffer, 3): 0
 *   sendto(two, "x", 1, MSG_OOB, (void *)&address, sizeof address): EOPNOTSUPP
 *   sendto(two, buffer, 65507, 0, (void *)&address, sizeof address): 65507
 *   recv(fd, buffer, sizeof buffer, 0): 65507
 *   sendto(two, buffer, 65508, 0, (void *)&address, sizeof address): EMSGSIZE
 *   sendto(two, "x", 1, 0, (void *)&other, 15): EINVAL
 *   sendto(two, "x", 1, 0, (void *)&other, sizeof other): EINVAL
 *   sendto(two, "x", 1, 0, (void *)&other, sizeof other): EACCES
 *   sendto(two, "x", 1, 0, (void *)&other, sizeof other): EAFNOSUPPORT
 *   sendto(two, "to any", 6, 0, (void *)&other, sizeof other): 6
 *   read(fd, buffer, 100): 6
 *   sendto(two, "x", 1, 0, (void *)&address, sizeof address): 1
 *   read(two, buffer, 1): EAGAIN
 *   connect(two, (void *)&address, sizeof address): 0
 *   getpeername(two, (void *)&other, &length): 0
 *   memcmp(&address, &other, sizeof other): 0
 *   getsockname(two, (void *)&other, &length): 0
 *   ntohl(other.sin_addr.s_addr) == INADDR_LOOPBACK: 1
 *   send(two, "connected", 9, 0): 9
 *   read(fd, buffer, 100): 9
 *   sendto(three, "stranger", 8, 0, (void *)&other, sizeof other): 8
 *   recv(two, buffer, 100, 0): EAGAIN
 *   sendto(fd, "peer", 4, 0, (void *)&other, sizeof other): 4
 *   recv(two, buffer, 100, 0): 4
 *   shutdown(two, SHUT_WR): 0
 *   send(two, "x", 1, 0): EPIPE
 *   events(two): 4
 *   send(two, "x", 1, 0): 1
 *   events(two): 12
 *   send(two, "x", 1, 0): ECONNREFUSED
 *   send(two, "x", 1, 0): 1
 *   getsockopt(two, SOL_SOCKET, SO_ERROR, &error, &length): 0
 *   error == ECONNREFUSED: 1
 *   recv(two, buffer, 1, 0): EAGAIN
 *   connect(two, (void *)&other, sizeof other): 0
 *   getpeername(two, (void *)&other, &length): ENOTCONN
 *   getsockname(two, (void *)&other, &length): 0
 *   other.sin_port: 0
 *   send(two, "x", 1, 0): EDESTADDRREQ
 *   bind(two, (void *)&address, sizeof address): EADDRINUSE
 *   bind(two, (void *)&address, sizeof address): EADDRINUSE
 *   bind(two, (void *)&address, sizeof address): 0
 *   ioctl(fd, SIOCGIFFLAGS, &request): 0
 *   request.ifr_flags & (IFF_UP | IFF_LOOPBACK | IFF_RUNNING): 73
 *   ioctl(fd, SIOCGIFADDR, &request): 0
 *   ntohl(((struct sockaddr_in *)&request.ifr_addr)->sin_addr.s_addr) == INADDR_LOOPBACK: 1
 *   ioctl(fd, SIOCGIFMTU, &request): 0
 *   request.ifr_mtu: 65536
 *   ioctl(fd, SIOCGIFINDEX, &request): 0
 *   request.ifr_ifindex: 1
 *   ioctl(fd, SIOCGIFADDR, &request): ENODEV
 *   ioctl(fd, 0x5401, &request): ENOTTY
 * Status: 0
 */
#define _GNU_SOURCE
#include "../include/tell.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in address, other;
static socklen_t length;
static char buffer[70000];
static int one = 1;

static int events(int fd)
{
    struct pollfd asked = {fd, POLLIN | POLLOUT | POLLRDHUP, 0};
    poll(&asked, 1, 0);
    return asked.revents;
}

static int bound(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    address = (struct sockaddr_in){AF_INET, 0, {htonl(INADDR_LOOPBACK)}, {0}};
    bind(fd, (void *)&address, sizeof address);
    length = sizeof address;
    getsockname(fd, (void *)&address, &length);
    return fd;
}

static void datagrams(void)
{
    int fd = bound(), two = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    TELL(events(two));
    TELL(send(two, "x", 1, 0));
    TELL(listen(two, 1));
    TELL(accept(two, 0, 0));
    TELL(shutdown(two, SHUT_RD));
    TELL(recv(two, buffer, 1, 0));
    TELL(sendto(two, "hello", 5, 0, (void *)&address, sizeof address));
    TELL(sendto(two, "", 0, 0, (void *)&address, sizeof address));
    TELL(events(fd));
    TELL(ioctl(fd, FIONREAD, &length));
    TELL(length);
    length = sizeof other;
    TELL(recvfrom(fd, buffer, 3, MSG_PEEK, (void *)&other, &length));
    TELL(length);
    TELL(recvfrom(fd, buffer, 3, MSG_TRUNC, (void *)&other, &length));
    TELL(ntohl(other.sin_addr.s_addr) == INADDR_LOOPBACK);
    TELL(read(fd, buffer, 3));
    TELL(sendto(two, "x", 1, MSG_OOB, (void *)&address, sizeof address));
    TELL(sendto(two, buffer, 65507, 0, (void *)&address, sizeof address));
    TELL(recv(fd, buffer, sizeof buffer, 0));
    TELL(sendto(two, buffer, 65508, 0, (void *)&address, sizeof address));
    other = address;
    other.sin_port = 0;
    TELL(sendto(two, "x", 1, 0, (void *)&other, 15));
    TELL(sendto(two, "x", 1, 0, (void *)&other, sizeof other));
    other = address;
    other.sin_addr.s_addr = 0xffffffff;
    TELL(sendto(two, "x", 1, 0, (void *)&other, sizeof other));
    other.sin_family = AF_UNIX;
    other.sin_port = htons(0x4100);
    TELL(sendto(two, "x", 1, 0, (void *)&other, sizeof other));
    other = (struct sockaddr_in){AF_INET, address.sin_port, {0}, {0}};
    TELL(sendto(two, "to any", 6, 0, (void *)&other, sizeof other));
    TELL(read(fd, buffer, 100));
    close(fd);
    TELL(sendto(two, "x", 1, 0, (void *)&address, sizeof address)); /* nobody tells who is not connected */
    TELL(read(two, buffer, 1));
    close(two);
}

static void connected(void)
{
    int fd = bound(), two = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), three;
    TELL(connect(two, (void *)&address, sizeof address));
    length = sizeof other;
    TELL(getpeername(two, (void *)&other, &length));
    TELL(memcmp(&address, &other, sizeof other));
    TELL(getsockname(two, (void *)&other, &length));
    TELL(ntohl(other.sin_addr.s_addr) == INADDR_LOOPBACK);
    TELL(send(two, "connected", 9, 0));
    TELL(read(fd, buffer, 100));
    three = socket(AF_INET, SOCK_DGRAM, 0);
    TELL(sendto(three, "stranger", 8, 0, (void *)&other, sizeof other));
    TELL(recv(two, buffer, 100, 0)); /* only the peer is heard */
    TELL(sendto(fd, "peer", 4, 0, (void *)&other, sizeof other));
    TELL(recv(two, buffer, 100, 0));
    TELL(shutdown(two, SHUT_WR));
    TELL(send(two, "x", 1, 0));
    TELL(events(two));
    close(two);
    two = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    connect(two, (void *)&address, sizeof address);
    close(fd);
    TELL(send(two, "x", 1, 0));
    TELL(events(two));
    TELL(send(two, "x", 1, 0));
    TELL(send(two, "x", 1, 0));
    length = sizeof one;
    int error = 0;
    TELL(getsockopt(two, SOL_SOCKET, SO_ERROR, &error, &length));
    TELL(error == ECONNREFUSED);
    TELL(recv(two, buffer, 1, 0));
    other = (struct sockaddr_in){.sin_family = AF_UNSPEC};
    TELL(connect(two, (void *)&other, sizeof other));
    TELL(getpeername(two, (void *)&other, &length));
    length = sizeof other;
    TELL(getsockname(two, (void *)&other, &length));
    TELL(other.sin_port);
    TELL(send(two, "x", 1, 0));
    close(two);
    close(three);
}

static void sharing(void)
{
    int fd = bound(), two = socket(AF_INET, SOCK_DGRAM, 0);
    TELL(bind(two, (void *)&address, sizeof address));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, 4);
    TELL(bind(two, (void *)&address, sizeof address));
    setsockopt(two, SOL_SOCKET, SO_REUSEADDR, &one, 4);
    TELL(bind(two, (void *)&address, sizeof address));
    close(fd);
    close(two);
}

static void interface(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    TELL(ioctl(fd, SIOCGIFFLAGS, &request));
    TELL(request.ifr_flags & (IFF_UP | IFF_LOOPBACK | IFF_RUNNING));
    TELL(ioctl(fd, SIOCGIFADDR, &request));
    TELL(ntohl(((struct sockaddr_in *)&request.ifr_addr)->sin_addr.s_addr) == INADDR_LOOPBACK);
    TELL(ioctl(fd, SIOCGIFMTU, &request));
    TELL(request.ifr_mtu);
    TELL(ioctl(fd, SIOCGIFINDEX, &request));
    TELL(request.ifr_ifindex);
    strcpy(request.ifr_name, "none");
    TELL(ioctl(fd, SIOCGIFADDR, &request));
    TELL(ioctl(fd, 0x5401, &request));
    close(fd);
}

int main(void)
{
    datagrams();
    connected();
    sharing();
    interface();
    return 0;
}
