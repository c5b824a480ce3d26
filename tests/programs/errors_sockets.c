/* errors_sockets: socket calls by their own numbers, for local sockets, TCP and UDP, with every error that can be had. */
#include "tries.h"
#include "handler.h"

enum { Socketcall = 102, Recvmmsg = 337, Sendmmsg = 345, Socket = 359, Socketpair, Bind, Connect, Listen, Accept4, Getsockopt, Setsockopt, Getsockname, Getpeername, Sendto, Sendmsg, Recvfrom, Recvmsg, Shutdown, Recvmmsg64 = 417 };
enum { Unix = 1, Inet = 2, Stream = 1, Datagram, Raw, Seqpacket = 5, Nonblock = 0x800, Nosignal = 0x4000, Dontwait = 0x40, Oob = 1, Peek = 2, Trunc = 0x20 };
enum { SOL_SOCKET = 1, Reuseaddr = 2, Sndbuf = 7, Rcvbuf, Linger = 13, Rcvtimeo = 20, Sndtimeo, Alrm = 14, File = 40, Nothing = 77, Pipe_end = 41, Local = 42 };

struct local { unsigned short family; char path[108]; };
struct inet { unsigned short family, port; word address; word zero[2]; };
struct message { void *name; int name_size; void *spans; int count; void *control; int control_size, flags; };
struct span { const void *base; word size; };

static byte data[70000];
static struct local local = {Unix, "s"}, in_file = {Unix, "file/s"}, in_loop = {Unix, "loop/s"}, in_nothing = {Unix, "nothing/s"}, closed = {Unix, "closed/s"}, of_file = {Unix, "file"}, of_datagram = {Unix, "d"}, unknown = {99, ""};
static struct inet any = {Inet, 0, 0x0100007f, {0}}, elsewhere = {Inet, 0x5000, 0x0100007f, {0}}, broadcast = {Inet, 0x5000, 0xffffffff, {0}};
static int size = 16, small = 2, negative_size = -1, one = 1, negative[2] = {-1, 0}, negative64[4] = {-1, -1, 0, 0}, nothing[4];
static struct span spans[2] = {{data, 10}, {data + 10, 10}}, bad_spans[1] = {{(void *)BAD, 10}}, huge[2] = {{data, 0x80000000u}, {data, 1}};
static struct message plain = {0, 0, spans, 2, 0, 0, 0}, of_bad = {0, 0, bad_spans, 1, 0, 0, 0}, of_none = {0, 0, (void *)BAD, 1, 0, 0, 0}, many = {0, 0, spans, 1025, 0, 0, 0}, named = {&elsewhere, 16, spans, 1, 0, 0, 0};
static struct message large = {&elsewhere, 16, (struct span[]){{data, 69000}}, 1, 0, 0, 0}, far = {&broadcast, 16, spans, 1, 0, 0, 0}, negative_name = {&elsewhere, -1, spans, 1, 0, 0, 0}, bad_name = {(void *)BAD, 16, spans, 1, 0, 0, 0}, of_huge = {0, 0, huge, 1, 0, 0, 0}, bad_control = {0, 0, spans, 1, (void *)BAD, 16, 0}, negative_control = {0, 0, spans, 1, data, -1, 0};
static struct { struct message message; word got; } several[2] = {{{0, 0, spans, 2, 0, 0, 0}, 0}, {{0, 0, spans, 2, 0, 0, 0}, 0}};

/* Descriptors: File is a file, Pipe_end a pipe's, Local a local socket that is not connected, Nothing none. */
static const struct try wrong[] = {
    {"socketcall 0", Socketcall, {0, (int)data}}, {"socketcall 21", Socketcall, {21, BAD}}, {"socketcall bad", Socketcall, {1, BAD}}, {"socketcall NULL", Socketcall, {3, 0}},
    {"socket family", Socket, {99, Stream, 0}}, {"socket type", Socket, {Unix, 99, 0}}, {"socket flags", Socket, {Unix, Stream | 0x100000, 0}}, {"socket protocol", Socket, {Unix, Stream, 5}}, {"socket raw", Socket, {Unix, Seqpacket, 77}}, {"socket negative", Socket, {-1, Stream, 0}},
    {"socketpair family", Socketpair, {99, Stream, 0, (int)data}}, {"socketpair type", Socketpair, {Unix, 99, 0, (int)data}}, {"socketpair protocol", Socketpair, {Unix, Stream, 5, (int)data}}, {"socketpair TCP", Socketpair, {Inet, Stream, 0, (int)data}}, {"socketpair bad", Socketpair, {Unix, Stream, 0, BAD}}, {"socketpair flags", Socketpair, {Unix, Stream | 0x100000, 0, (int)data}},
    {"bind nothing", Bind, {Nothing, (int)&local, 110}}, {"bind file", Bind, {File, (int)&local, 110}}, {"bind nothing, bad", Bind, {Nothing, BAD, 110}}, {"bind bad", Bind, {Local, BAD, 110}}, {"bind negative", Bind, {Local, (int)&local, -1}}, {"bind large", Bind, {Local, (int)&local, 200}}, {"bind 111", Bind, {Local, (int)&local, 111}}, {"bind family", Bind, {Local, (int)&unknown, 110}},
    {"bind small", Bind, {Local, (int)&local, 1}}, {"bind below a file", Bind, {Local, (int)&in_file, 110}}, {"bind in a circle", Bind, {Local, (int)&in_loop, 110}}, {"bind below nothing", Bind, {Local, (int)&in_nothing, 110}}, {"bind there", Bind, {Local, (int)&of_file, 110}},
    {"connect nothing", Connect, {Nothing, (int)&local, 110}}, {"connect file", Connect, {File, (int)&local, 110}}, {"connect file, negative", Connect, {File, (int)&local, -1}}, {"connect nothing, negative", Connect, {Nothing, (int)&local, -1}}, {"connect bad", Connect, {Local, BAD, 110}}, {"connect negative", Connect, {Local, (int)&local, -1}}, {"connect large", Connect, {Local, (int)&local, 200}}, {"connect family", Connect, {Local, (int)&unknown, 110}}, {"connect to nothing", Connect, {Local, (int)&local, 110}}, {"connect to a file", Connect, {Local, (int)&of_file, 110}},
    {"connect below a file", Connect, {Local, (int)&in_file, 110}}, {"connect in a circle", Connect, {Local, (int)&in_loop, 110}}, {"connect small", Connect, {Local, (int)&local, 2}},
    {"listen nothing", Listen, {Nothing, 1}}, {"listen file", Listen, {File, 1}}, {"listen unbound", Listen, {Local, 1}}, {"accept4 nothing", Accept4, {Nothing, 0, 0, 0}}, {"accept4 file", Accept4, {File, 0, 0, 0}}, {"accept4 flags", Accept4, {Nothing, 0, 0, 4}}, {"accept4 flags, file", Accept4, {File, 0, 0, 4}}, {"accept4 no listener", Accept4, {Local, 0, 0, 0}},
    {"getsockopt nothing", Getsockopt, {Nothing, SOL_SOCKET, Reuseaddr, (int)data, (int)&size}}, {"getsockopt file", Getsockopt, {File, SOL_SOCKET, Reuseaddr, (int)data, (int)&size}}, {"getsockopt bad", Getsockopt, {Local, SOL_SOCKET, Reuseaddr, BAD, (int)&size}}, {"getsockopt bad size", Getsockopt, {Local, SOL_SOCKET, Reuseaddr, (int)data, BAD}},
    {"getsockopt negative", Getsockopt, {Local, SOL_SOCKET, Reuseaddr, (int)data, (int)&negative_size}}, {"getsockopt option", Getsockopt, {Local, SOL_SOCKET, 999, (int)data, (int)&size}}, {"getsockopt level, bad", Getsockopt, {Local, 99, 1, BAD, BAD}}, {"setsockopt level, bad", Setsockopt, {Local, 99, 1, BAD, 4}}, {"getsockopt level", Getsockopt, {Local, 99, 1, (int)data, (int)&size}}, {"getsockopt option, bad", Getsockopt, {Local, SOL_SOCKET, 999, BAD, (int)&size}},
    {"setsockopt nothing", Setsockopt, {Nothing, SOL_SOCKET, Reuseaddr, (int)&one, 4}}, {"setsockopt file", Setsockopt, {File, SOL_SOCKET, Reuseaddr, (int)&one, 4}}, {"setsockopt bad", Setsockopt, {Local, SOL_SOCKET, Reuseaddr, BAD, 4}}, {"setsockopt negative", Setsockopt, {Local, SOL_SOCKET, Reuseaddr, (int)&one, -1}}, {"setsockopt small", Setsockopt, {Local, SOL_SOCKET, Reuseaddr, (int)&one, 3}},
    {"setsockopt option", Setsockopt, {Local, SOL_SOCKET, 999, (int)&one, 4}}, {"setsockopt level", Setsockopt, {Local, 99, 1, (int)&one, 4}}, {"setsockopt linger small", Setsockopt, {Local, SOL_SOCKET, Linger, (int)data, 4}}, {"setsockopt time", Setsockopt, {Local, SOL_SOCKET, Rcvtimeo, (int)(int[]){0, 1000000}, 8}},
    {"getsockname nothing", Getsockname, {Nothing, (int)data, (int)&size}}, {"getsockname file", Getsockname, {File, (int)data, (int)&size}}, {"getsockname bad size", Getsockname, {Local, (int)data, BAD}}, {"getsockname bad", Getsockname, {Local, BAD, (int)&small}}, {"getsockname negative", Getsockname, {Local, (int)data, (int)&negative_size}},
    {"getpeername nothing", Getpeername, {Nothing, (int)data, (int)&size}}, {"getpeername file", Getpeername, {File, (int)data, (int)&size}}, {"getpeername alone", Getpeername, {Local, (int)data, (int)&size}}, {"getpeername alone, bad", Getpeername, {Local, BAD, BAD}},
    {"sendto nothing", Sendto, {Nothing, (int)data, 10, 0, 0, 0}}, {"sendto file", Sendto, {File, (int)data, 10, 0, 0, 0}}, {"sendto alone", Sendto, {Local, (int)data, 10, Nosignal, 0, 0}}, {"sendto alone, bad", Sendto, {Local, BAD, 10, Nosignal, 0, 0}}, {"sendto bad name", Sendto, {Local, (int)data, 10, Nosignal, BAD, 16}}, {"sendto name size", Sendto, {Local, (int)data, 10, Nosignal, (int)&local, 200}},
    {"sendmsg nothing", Sendmsg, {Nothing, (int)&plain, 0}}, {"sendmsg file", Sendmsg, {File, (int)&plain, 0}}, {"sendmsg alone", Sendmsg, {Local, (int)&plain, Nosignal}}, {"sendmsg bad", Sendmsg, {Local, BAD, 0}}, {"sendmsg nothing, bad", Sendmsg, {Nothing, BAD, 0}}, {"sendmsg bad spans", Sendmsg, {Local, (int)&of_none, 0}}, {"sendmsg many", Sendmsg, {Local, (int)&many, 0}}, {"sendmsg name size", Sendmsg, {Local, (int)&negative_name, 0}},
    {"sendmsg bad name", Sendmsg, {Local, (int)&bad_name, Nosignal}}, {"sendmsg huge", Sendmsg, {Local, (int)&of_huge, Nosignal}}, {"sendmsg negative control", Sendmsg, {Local, (int)&negative_control, Nosignal}}, {"recvmsg negative control", Recvmsg, {Local, (int)&negative_control, 0}}, {"sendmsg bad control", Sendmsg, {Local, (int)&bad_control, Nosignal}},
    {"recvfrom nothing", Recvfrom, {Nothing, (int)data, 10, 0, 0, 0}}, {"recvfrom file", Recvfrom, {File, (int)data, 10, 0, 0, 0}}, {"recvfrom alone", Recvfrom, {Local, (int)data, 10, 0, 0, 0}}, {"recvfrom alone, bad", Recvfrom, {Local, BAD, 10, 0, 0, 0}},
    {"recvmsg nothing", Recvmsg, {Nothing, (int)&plain, 0}}, {"recvmsg file", Recvmsg, {File, (int)&plain, 0}}, {"recvmsg alone", Recvmsg, {Local, (int)&plain, 0}}, {"recvmsg bad", Recvmsg, {Local, BAD, 0}}, {"recvmsg bad spans", Recvmsg, {Local, (int)&of_none, 0}}, {"recvmsg many", Recvmsg, {Local, (int)&many, 0}}, {"recvmsg name size", Recvmsg, {Local, (int)&negative_name, 0}},
    {"shutdown nothing", Shutdown, {Nothing, 0}}, {"shutdown file", Shutdown, {File, 0}}, {"shutdown alone", Shutdown, {Local, 0}}, {"shutdown how", Shutdown, {Local, 3}}, {"shutdown nothing, how", Shutdown, {Nothing, 3}},
    {"recvmmsg nothing", Recvmmsg, {Nothing, (int)several, 2, 0, 0}}, {"recvmmsg file", Recvmmsg, {File, (int)several, 2, 0, 0}}, {"recvmmsg time", Recvmmsg, {Local, (int)several, 2, 0, (int)negative}}, {"recvmmsg bad time", Recvmmsg, {Local, (int)several, 2, 0, BAD}}, {"recvmmsg bad", Recvmmsg, {Local, BAD, 2, 0, 0}}, {"recvmmsg nothing, time", Recvmmsg, {Nothing, (int)several, 2, 0, (int)negative}},
    {"recvmmsg_time64 time", Recvmmsg64, {Local, (int)several, 2, 0, (int)negative64}}, {"recvmmsg_time64 bad time", Recvmmsg64, {Local, (int)several, 2, 0, BAD}}, {"recvmmsg_time64 file", Recvmmsg64, {File, (int)several, 2, 0, 0}}, {"sendmmsg bad", Sendmmsg, {Local, BAD, 2, 0}}, {"sendmmsg nothing", Sendmmsg, {Nothing, (int)several, 2, 0}}, {"sendmmsg none", Sendmmsg, {Local, (int)several, 0, 0}}, {"sendmmsg alone", Sendmmsg, {Local, (int)several, 2, Nosignal}},
};

static int sock(int family, int type) { return call3(Socket, family, type, 0); }
static void name_of(int fd, struct inet *name) { size = 16, call3(Getsockname, fd, (int)name, (int)&size); }
static void ring(int signal) { print(signal == Alrm ? "rings\n" : "?\n"); }
static void soon(void) { call3(NR_setitimer, 0, (int)(int[]){0, 0, 0, 20000}, 0); }
static void interrupted(const char *what, int number, int a, int b, int c, int d) { soon(); show_ok(what, call6(number, a, b, c, d, 0, 0)); }

static void locals(void)
{
    int ends[2], listener = sock(Unix, Stream), datagram = sock(Unix, Datagram), one_more = sock(Unix, Stream), peer = sock(Unix, Datagram);
    show("bind", call3(Bind, listener, (int)&local, 110));
    show("bind again", call3(Bind, listener, (int)&closed, 110));
    show("bind in use", call3(Bind, one_more, (int)&local, 110));
    show("bind datagram", call3(Bind, datagram, (int)&of_datagram, 110));
    show("connect to no listener", call3(Connect, one_more, (int)&local, 110));
    show("connect to a datagram socket", call3(Connect, one_more, (int)&of_datagram, 110));
    show("connect datagram to a stream", call3(Connect, peer, (int)&local, 110));
    show("sendmsg to nobody", call3(Sendmsg, peer, (int)&plain, 0));
    show("recvfrom, nothing there", call6(Recvfrom, peer, (int)data, 10, Dontwait, 0, 0));
    show("recvmsg, nothing there", call3(Recvmsg, peer, (int)&plain, Dontwait));
    show("recvmmsg, nothing there", call5(Recvmmsg, peer, (int)several, 2, Dontwait, 0));
    int apart = sock(Unix, Datagram), third = sock(Unix, Datagram);
    show("connect to itself", call3(Connect, datagram, (int)&of_datagram, 110));
    show("connect to who has a peer", call3(Connect, apart, (int)&of_datagram, 110));
    show("sendto who has a peer", call6(Sendto, third, (int)data, 1, 0, (int)&of_datagram, 110));
    show("listen datagram", call2(Listen, datagram, 1));
    show("accept4 datagram", call4(Accept4, datagram, 0, 0, 0));
    show("listen", call2(Listen, listener, 0));
    show("connect", call3(Connect, one_more, (int)&local, 110));
    int full = sock(Unix, Stream);
    call4(NR_fcntl64, full, F_SETFL, Nonblock, 0);
    show("connect, full", call3(Connect, full, (int)&local, 110));
    interrupted("connect interrupted", Connect, sock(Unix, Stream), (int)&local, 110, 0);
    show("accept4 bad", call4(Accept4, listener, BAD, (int)&size, 0));
    interrupted("accept4 interrupted", Accept4, listener, 0, 0, 0);
    show("socketpair", call4(Socketpair, Unix, Stream, 0, (int)ends));
    show("connect a pair", call3(Connect, ends[0], (int)&local, 110));
    show("getpeername", show("size", (size = 16, call3(Getpeername, ends[0], (int)data, (int)&size))));
    show("getpeername bad", call3(Getpeername, ends[0], BAD, (int)&small));
    show("getpeername bad size", call3(Getpeername, ends[0], (int)data, BAD));
    show("getpeername negative", call3(Getpeername, ends[0], (int)data, (int)&negative_size));
    interrupted("recvfrom interrupted", Recvfrom, ends[0], (int)data, 10, 0);
    interrupted("recvmsg interrupted", Recvmsg, ends[0], (int)&plain, 0, 0);
    show("sendmsg", call3(Sendmsg, ends[0], (int)&plain, 0));
    show("sendmsg bad data", call3(Sendmsg, ends[0], (int)&of_bad, 0));
    show("sendmsg to a name", call3(Sendmsg, ends[0], (int)&named, 0));
    show("sendmsg out of band", call3(Sendmsg, peer, (int)&plain, Oob));
    show("recvmsg bad data", call3(Recvmsg, ends[1], (int)&of_bad, 0));
    show("recvmsg after it", call3(Recvmsg, ends[1], (int)&plain, Dontwait));
    while (call6(Sendto, ends[0], (int)data, 4096, Dontwait, 0, 0) > 0)
        ;
    show("sendto, full", call6(Sendto, ends[0], (int)data, 4096, Dontwait, 0, 0));
    show("sendmsg, full", call3(Sendmsg, ends[0], (int)&plain, Dontwait));
    interrupted("sendto interrupted", Sendto, ends[0], (int)data, 4096, 0);
    interrupted("sendmsg interrupted", Sendmsg, ends[0], (int)&plain, 0, 0);
    close(ends[1]);
    show("sendmsg, closed", call3(Sendmsg, ends[0], (int)&plain, Nosignal));
    show("sendmsg again", call3(Sendmsg, ends[0], (int)&plain, Nosignal));
    call4(Socketpair, Unix, Datagram, 0, (int)ends);
    show("sendmmsg", call4(Sendmmsg, ends[0], (int)several, 2, 0));
    show("recvmmsg", call5(Recvmmsg, ends[1], (int)several, 2, 0, (int)nothing));
    large.name = 0;
    show("sendmsg long", (call5(Setsockopt, ends[0], SOL_SOCKET, Sndbuf, (int)&one, 4), call3(Sendmsg, ends[0], (int)&large, 0)));
    close(ends[1]);
    show("sendmsg, no reader", call3(Sendmsg, ends[0], (int)&plain, 0));
    show("datagram of a pair, to a file", call6(Sendto, ends[0], (int)data, 1, 0, (int)&of_file, 110));
}

static void same_connection(void)
{
    struct inet name, own = any;
    int listener = sock(Inet, Stream), first = sock(Inet, Stream), second = sock(Inet, Stream);
    call5(Setsockopt, first, SOL_SOCKET, Reuseaddr, (int)&one, 4), call5(Setsockopt, second, SOL_SOCKET, Reuseaddr, (int)&one, 4);
    call3(Bind, listener, (int)&any, 16), call2(Listen, listener, 5), name_of(listener, &name);
    show("bind first", call3(Bind, first, (int)&own, 16));
    name_of(first, &own);
    show("bind second", call3(Bind, second, (int)&own, 16));
    show("connect first", call3(Connect, first, (int)&name, 16));
    show("connect second", call3(Connect, second, (int)&name, 16));
    show("connect second again", call3(Connect, second, (int)&name, 16));
}

static void inets(void)
{
    struct inet name;
    int listener = sock(Inet, Stream), other = sock(Inet, Stream), client = sock(Inet, Stream), udp = sock(Inet, Datagram), peer = sock(Inet, Datagram);
    show("TCP bind elsewhere", call3(Bind, other, (int)&(struct inet){Inet, 0, 0x01020304, {0}}, 16));
    show("TCP bind small", call3(Bind, other, (int)&any, 15));
    show("sendmsg, not connected", call3(Sendmsg, client, (int)&plain, Nosignal));
    show("recvmsg, not connected", call3(Recvmsg, client, (int)&plain, 0));
    call5(Setsockopt, listener, SOL_SOCKET, Reuseaddr, (int)&one, 4), call5(Setsockopt, other, SOL_SOCKET, Reuseaddr, (int)&one, 4);
    show("TCP bind", call3(Bind, listener, (int)&any, 16));
    name_of(listener, &name);
    show("TCP bind the same", call3(Bind, other, (int)&name, 16));
    show("connect refused", call3(Connect, client, (int)&name, 16));
    show("listen", call2(Listen, listener, 0));
    show("listen the same", call2(Listen, other, 0));
    show("connect", call3(Connect, client, (int)&name, 16));
    show("connect again", call3(Connect, client, (int)&name, 16));
    show("sendmsg to a name", call3(Sendmsg, client, (int)&named, 0));
    int server = call4(Accept4, listener, 0, 0, 0), linger[2] = {1, 0};
    interrupted("TCP recvmsg interrupted", Recvmsg, server, (int)&plain, 0, 0);
    call5(Setsockopt, client, SOL_SOCKET, Linger, (int)linger, 8), close(client);
    show("recvmsg, reset", call3(Recvmsg, server, (int)&plain, 0));
    show("sendmsg, reset", call3(Sendmsg, server, (int)&plain, Nosignal));
    client = sock(Inet, Stream);
    show("connect once more", call3(Connect, client, (int)&name, 16));
    server = call4(Accept4, listener, 0, 0, 0);
    call5(Setsockopt, client, SOL_SOCKET, Linger, (int)linger, 8), close(client);
    show("sendmsg, reset", call3(Sendmsg, server, (int)&plain, Nosignal));
    int waiting = sock(Inet, Stream), later = sock(Inet, Stream | Nonblock);
    show("connect, for the queue", call3(Connect, waiting, (int)&name, 16));
    show("connect, queue full", call3(Connect, later, (int)&name, 16));
    show("connect once more", call3(Connect, later, (int)&name, 16));
    interrupted("TCP connect interrupted", Connect, sock(Inet, Stream), (int)&name, 16, 0);
    int impatient = sock(Inet, Stream);
    show("TCP_SYNCNT", call5(Setsockopt, impatient, 6, 7, (int)&one, 4));
    show("connect, in vain", call3(Connect, impatient, (int)&name, 16));
    show("connect again in vain", call3(Connect, impatient, (int)&name, 16));
    same_connection();
    show("UDP sendmsg nowhere", call3(Sendmsg, udp, (int)&plain, 0));
    large.name = &elsewhere;
    show("UDP sendmsg large", call3(Sendmsg, udp, (int)&large, 0));
    show("UDP broadcast", call3(Sendmsg, udp, (int)&far, 0));
    show("UDP sendto broadcast", call6(Sendto, udp, (int)data, 1, 0, (int)&broadcast, 16));
    show("UDP connect broadcast", call3(Connect, udp, (int)&broadcast, 16));
    show("UDP out of band", call3(Sendmsg, udp, (int)&named, Oob));
    show("UDP bind", call3(Bind, peer, (int)&any, 16));
    name_of(peer, &name), close(peer);
    show("UDP connect", call3(Connect, udp, (int)&name, 16));
    show("UDP sendmsg", call3(Sendmsg, udp, (int)&plain, 0));
    show("UDP sendmsg, refused", call3(Sendmsg, udp, (int)&plain, 0));
    show("UDP sendmsg", call3(Sendmsg, udp, (int)&plain, 0));
    show("UDP recvfrom, refused", call6(Recvfrom, udp, (int)data, 10, 0, 0, 0));
    show("UDP sendmsg", call3(Sendmsg, udp, (int)&plain, 0));
    show("UDP recvmsg, refused", call3(Recvmsg, udp, (int)&plain, 0));
    show("UDP recvmsg, nothing", call3(Recvmsg, udp, (int)&plain, Dontwait));
}

static void unprivileged(void)
{
    show("bind in a closed folder", call3(Bind, sock(Unix, Stream), (int)&closed, 110));
    show("connect to root's", call3(Connect, sock(Unix, Stream), (int)&local, 110));
    show("datagram to root's", call6(Sendto, sock(Unix, Datagram), (int)data, 1, 0, (int)&of_datagram, 110));
    show("raw socket", sock(Inet, Raw));
    show("raw socket of a protocol", call3(Socket, Inet, Raw, 1));
    show("low port", call3(Bind, sock(Inet, Stream), (int)&elsewhere, 16));
}

static void no_descriptors(void)
{
    int listener = sock(Unix, Stream), client = sock(Unix, Stream), ends[2];
    unlink("s"), call3(Bind, listener, (int)&local, 110), call2(Listen, listener, 5), call3(Connect, client, (int)&local, 110);
    call2(NR_setrlimit, 7, (int)(int[]){File, File});
    while (call1(NR_dup, 0) >= 0)
        ;
    show("socket", sock(Unix, Stream));
    show("socketpair", call4(Socketpair, Unix, Stream, 0, (int)ends));
    show("accept4", call4(Accept4, listener, 0, 0, 0));
    close(39);
    show("socketpair, one left", call4(Socketpair, Unix, Stream, 0, (int)ends));
    show("accept4, one left", call4(Accept4, listener, 0, 0, 0) < 0);
}

int main(void)
{
    int ends[2];
    enter_folder();
    make_file("file", "x"), symlink("loop", "loop"), mkdir("closed", 0755);
    call2(NR_dup2, open("file", O_RDONLY, 0), File), pipe(ends), call2(NR_dup2, ends[0], Pipe_end), call2(NR_dup2, sock(Unix, Stream), Local);
    set_action(Alrm, (word)ring);
    TRY_EACH(wrong);
    locals();
    inets();
    in_child_of(USER, unprivileged);
    in_child_of(0, no_descriptors);
    remove_folder();
    return 0;
}
