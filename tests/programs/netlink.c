/* netlink: ports of netlink sockets, what their calls refuse, and what NETLINK_ROUTE tells of the interface lo. */
#include "tries.h"

enum { Socket = 359, Bind = 361, Connect, Listen, Accept, Getsockopt, Setsockopt, Getsockname, Getpeername, Sendto, Recvfrom = 371, Shutdown = 373 };
enum { Unspecified, Inet = 2, Netlink = 16, Raw = 3, Datagram = 2, Later = 0x40, Peek = 2, Whole = 0x20, Level = 270 };
enum { Request = 1, Acknowledge = 4, All = 0x300, Error = 2, Done, New_link = 16, Delete_link, Get_link, New_address = 20, Get_address = 22, New_route = 24, Get_route = 26 };

struct name { unsigned short family, nothing; word port, groups; };
struct header { word length; unsigned short type, flags; word sequence, port; };
struct attribute { unsigned short length, type; };
struct question { struct header header; byte body[16]; struct attribute attribute; char text[8]; };

static char answer[32768];
static int own;

static int made(int type) { return call3(Socket, Netlink, type, 0); }
static int received(int from, int size, int flags) { return call6(Recvfrom, from, (int)answer, size, flags | Later, 0, 0); }

static int ask(int to, int type, int flags, int family, int body)
{
    struct question question = {{16 + body, type, flags, 7, 0}, {family}, {0, 0}, ""};
    return call6(Sendto, to, (int)&question, 16 + body, 0, 0, 0);
}

static void name_of(const char *what, int socket)
{
    struct name name = {0};
    int size = sizeof name;
    show(what, call3(Getsockname, socket, (int)&name, (int)&size));
    print_line("  size ", size), print_line("  own number ", name.port == (word)own);
    print_line("  none ", name.port == 0), print_line("  groups ", (int)name.groups);
}

static int bound(int socket, int family, int port, int groups, int size)
{
    struct name name = {family, 0, port, groups};
    return call3(Bind, socket, (int)&name, size);
}

static void names(void)
{
    int first = made(Raw), second = made(Datagram), third = made(Raw), size = 12;
    struct name peer = {0};
    name_of("new", first);
    show("bind, short", bound(first, Netlink, 0, 0, 8));
    show("bind, family", bound(first, Inet, 0, 0, 12));
    show("bind", bound(first, Netlink, 0, 5, 12));
    name_of("bound", first);
    show("bind, other", bound(first, Netlink, 77, 0, 12));
    show("bind, same", bound(first, Netlink, own, 1, 12));
    name_of("bound", first);
    show("bind, taken", bound(second, Netlink, own, 0, 12));
    show("bind, second", bound(second, Netlink, 0, 0, 12));
    name_of("second", second);
    show("bind, chosen", bound(third, Netlink, 123456, 0, 12));
    close(first);
    first = made(Raw);
    show("bind, again", bound(first, Netlink, own, 0, 12));
    show("peer", call3(Getpeername, first, (int)&peer, (int)&size));
    print_line("  family ", peer.family), print_line("  port ", (int)peer.port);
    show("listen", call2(Listen, first, 1)), show("accept", call4(Accept, first, 0, 0, 0)), show("shutdown", call2(Shutdown, first, 2));
    struct name kernel = {Netlink, 0, 0, 0}, nobody = {Unspecified, 0, 0, 0};
    show("connect", call3(Connect, third, (int)&kernel, 12));
    show("connect, short", call3(Connect, third, (int)&kernel, 8));
    show("connect, nobody", call3(Connect, third, (int)&nobody, 2));
    close(first), close(second), close(third);
}

static void options(void)
{
    static const int names[] = {1, 1, 1, 2, 4, 5, 10, 99}, values[] = {1, 0, 1000, 1, 1, 7, 7, 1};
    int socket = made(Raw);
    for (int i = 0; i < 8; i++) {
        print_line("option ", names[i]);
        show("  set", call5(Setsockopt, socket, Level, names[i], (int)&values[i], 4));
        int value = -1, size = 4;
        if (names[i] > 2) {
            show("  get", call5(Getsockopt, socket, Level, names[i], (int)&value, (int)&size));
            print_line("  value ", value);
        }
    }
    int one = 1;
    show("another level", call5(Setsockopt, socket, 0, 1, (int)&one, 4));
    name_of("a group joined, and left", socket);
    close(socket);
}

/* The first message of an answer, and for an error its number. */
static void got(const char *what, int from)
{
    struct header *header = (struct header *)answer;
    int size = received(from, sizeof answer, 0);
    print(what), show("", size < 0 ? size : 0);
    if (size < 0)
        return;
    print_line("  type ", header->type), print_line("  flags ", header->flags);
    print_line("  sequence ", (int)header->sequence), print_line("  for me ", header->port == (word)own);
    if (header->type == Error)
        print_line("  length ", (int)header->length), print_line("  error ", *(int *)(header + 1));
}

static void questions(void)
{
    int socket = made(Raw);
    struct name user = {Netlink, 0, 987654, 0};
    show("nothing sent", call6(Sendto, socket, (int)answer, 0, 0, 0, 0));
    show("sent to nobody", call6(Sendto, socket, (int)answer, 16, 0, (int)&user, 12));
    show("sent, short name", call6(Sendto, socket, (int)answer, 16, 0, (int)&user, 8));
    show("urgent", call6(Sendto, socket, (int)answer, 16, 1, 0, 0));
    show("half a header", call6(Sendto, socket, (int)answer, 8, 0, 0, 0)), got(" answer", socket);
    ask(socket, Get_link, 0, 0, 16), got("no request", socket);
    ask(socket, Get_link, Acknowledge, 0, 16), got("no request, acknowledged", socket);
    ask(socket, 1, Request | Acknowledge, 0, 16), got("a type of the protocol's own", socket);
    ask(socket, 5000, Request, 0, 16), got("a type too large", socket);
    ask(socket, Get_link, Request | Acknowledge, 0, 0), got("no body", socket);
    ask(socket, Get_link, Request, 0, 4), got("short body", socket);
    ask(socket, Get_link, Request, 0, 16), got("neither index nor name", socket);
    struct question question = {{16 + 16, Get_link, Request | Acknowledge, 7, 0}, {0, 0, 0, 0, 1}, {0, 0}, ""};
    show("by index", call6(Sendto, socket, (int)&question, 32, 0, 0, 0)), got("", socket), got("", socket), got("", socket);
    question.body[4] = 0, question.header.length = 40, question.attribute.length = 7, question.attribute.type = 3;
    question.text[0] = 'l', question.text[1] = 'o';
    show("by name", call6(Sendto, socket, (int)&question, 40, 0, 0, 0)), got("", socket), got("", socket), got("", socket);
    question.text[1] = '?';
    show("by wrong name", call6(Sendto, socket, (int)&question, 40, 0, 0, 0)), got("", socket);
    int on = 1;
    call5(Setsockopt, socket, Level, 10, (int)&on, 4);
    call6(Sendto, socket, (int)&question, 40, 0, 0, 0), got("capped", socket);
    close(socket);
}

static void as_user(void)
{
    int socket = made(Raw);
    struct name user = {Netlink, 0, 987654, 0};
    own = getpid();
    show("sent to a user", call6(Sendto, socket, (int)answer, 16, 0, (int)&user, 12));
    show("connect to a user", call3(Connect, socket, (int)&user, 12));
    ask(socket, Delete_link, Request, 0, 16), got("to change", socket);
    ask(socket, Get_link, Request | All, 0, 16), got("to ask for all", socket);
}

static void print_octets(const char *what, const byte *octets, int count)
{
    print(what);
    for (int i = 0; i < count; i++)
        print(" "), print_number(octets[i]);
    print("\n");
}

/* Of a message about lo: its first octets, and the attributes that are asked for. */
static void print_message(struct header *header, int fixed, int shown, word wanted)
{
    byte *at = (byte *)(header + 1), *end = (byte *)header + header->length;
    print_octets("  is", at, shown);
    for (at += fixed; at < end; at += (((struct attribute *)at)->length + 3) & ~3) {
        struct attribute *one = (struct attribute *)at;
        if (one->type < 32 && wanted >> one->type & 1)
            print_line("    attribute ", one->type), print_octets("     ", (byte *)(one + 1), one->length - 4);
    }
}

static void tell(struct header *header)
{
    byte *body = (byte *)(header + 1);
    if (header->type == New_link && *(int *)(body + 4) == 1)
        print_message(header, 16, 8, 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 13);
    else if (header->type == New_address && *(int *)(body + 4) == 1 && body[0] == Inet)
        print_message(header, 8, 8, 1 << 1 | 1 << 2 | 1 << 3 | 1 << 8);
    else if (header->type == Done)
        print("  done\n");
}

static void dump(int type, int family)
{
    int socket = made(Raw), size, ready[2] = {socket, 1}, length, was_busy = 0;
    print_line("all of type ", type);
    ask(socket, type, Request | All | Acknowledge, family, 16);
    ask(socket, type, Request | All, family, 16);
    show("  ready", call3(NR_poll, (int)ready, 1, 0));
    size = received(socket, 10, Peek), length = received(socket, 10, Peek | Whole);
    print_line("  peeked ", size), print_line("  longer ", length > 10);
    while ((size = received(socket, sizeof answer, 0)) > 0)
        for (struct header *header = (struct header *)answer; size >= 16;) {
            tell(header);
            was_busy |= header->type == Error && *(int *)(header + 1) == -16;
            int step = (header->length + 3) & ~3;
            size -= step, header = (struct header *)((byte *)header + step);
        }
    show("  at last", size), print_line("  one at a time ", was_busy);
    show("  ready", call3(NR_poll, (int)ready, 1, 0));
    close(socket);
}

int main(void)
{
    own = getpid();
    show_ok("a stream", call3(Socket, Netlink, 1, 0)), show_ok("a protocol", call3(Socket, Netlink, Raw, 99));
    names(), options(), questions();
    in_child_of(USER, as_user);
    dump(Get_link, 0), dump(Get_address, Inet), dump(Get_address, 0);
    return 0;
}
