/* urgent: urgent data of TCP: the octet apart from the others, the mark that stops readers, SIGURG, POLLPRI, SO_OOBINLINE. */
#include "files.h"
#include "handler.h"

enum { Inet = 2, Stream = 1, Oob = 1, Peek = 2, Dontwait = 0x40, Oobinline = 10, Atmark = 0x8905, Unread = 0x541B, Setown = 8, Urg = 23 };
enum { Poll = 168, Select = 142 };
enum { Socket = 1, Bind, Connect, Listen, Accept, Getsockname, Send = 9, Recv, Setsockopt = 14, Shutdown = 13 };
enum { NR_socketcall = 102 };

static int sender, receiver;
static volatile int signals;

static void count(int signal) { (void)signal, signals++; }

static int socket_call(int which, int a, int b, int c, int d, int e)
{
    int words[] = {a, b, c, d, e};
    return call2(NR_socketcall, which, (int)words);
}

static void connect_both(void)
{
    word address[4] = {Inet, 0x0100007F, 0, 0};
    int length = sizeof address, listener = socket_call(Socket, Inet, Stream, 0, 0, 0);
    socket_call(Bind, listener, (int)address, length, 0, 0);
    socket_call(Listen, listener, 1, 0, 0, 0);
    socket_call(Getsockname, listener, (int)address, (int)&length, 0, 0);
    sender = socket_call(Socket, Inet, Stream, 0, 0, 0);
    socket_call(Connect, sender, (int)address, length, 0, 0);
    receiver = socket_call(Accept, listener, 0, 0, 0, 0);
    close(listener);
}

static void send_text(const char *text, int flags)
{
    int length = 0;
    while (text[length])
        length++;
    int done = socket_call(Send, sender, (int)text, length, flags, 0);
    print(flags & Oob ? "send urgent " : "send ");
    print(text);
    print_line(": ", done);
}

static void look(void)
{
    int asked[2] = {receiver, 2 | 1}, mark = -1, unread = -1;
    int found = call3(Poll, (int)asked, 1, 0);
    call3(54, receiver, Atmark, (int)&mark);
    call3(54, receiver, Unread, (int)&unread);
    print_line("  poll ", found ? asked[1] >> 16 : 0);
    print_line("  at mark ", mark);
    print_line("  unread ", unread);
}

static void get(const char *what, int count_, int flags)
{
    char text[32];
    int done = socket_call(Recv, receiver, (int)text, count_, flags | Dontwait, 0);
    print(what);
    if (done < 0) {
        print_line(": error ", -done);
        return;
    }
    text[done] = 0;
    print(" \"");
    print(text);
    print_line("\": ", done);
}

static void apart(void)
{
    print("apart\n");
    get("nothing urgent", 1, Oob);
    send_text("ab", 0);
    send_text("cdU", Oob);
    look();
    get("peek urgent", 5, Oob | Peek);
    get("urgent, no room", 0, Oob | Peek);
    get("peek", 9, Peek);
    get("some", 3, 0);
    get("up to the mark", 9, 0);
    look();
    get("urgent", 5, Oob);
    look();
    get("urgent again", 5, Oob);
    get("at the mark", 9, 0);
    look();
    send_text("V", Oob);
    send_text("ef", 0);
    look();
    get("peek over the mark", 9, Peek);
    get("over the mark", 9, 0);
    look();
    get("urgent, passed", 1, Oob);
}

static void twice(void)
{
    print("twice\n");
    send_text("abU", Oob);
    send_text("cdV", Oob);
    look();
    get("urgent", 1, Oob);
    get("up to the second mark", 9, 0);
    look();
    send_text("W", Oob);
    look();
    get("urgent", 1, Oob);
    get("at the mark", 9, 0);
    get("rest", 9, 0);
}

static void among_others(void)
{
    int on = 1;
    print("among others\n");
    print_line("inline: ", socket_call(Setsockopt, receiver, 1, Oobinline, (int)&on, 4));
    send_text("abU", Oob);
    send_text("cd", 0);
    look();
    get("urgent", 1, Oob);
    get("up to the mark", 9, 0);
    look();
    get("at the mark", 9, 0);
    look();
}

static void told(void)
{
    print("told\n");
    set_action(Urg, (word)count);
    send_text("U", Oob);
    print_line("signals, no owner: ", signals);
    print_line("own: ", fcntl(receiver, Setown, getpid()));
    send_text("V", Oob);
    print_line("signals: ", signals);
    word exceptions[32] = {0}, time[2] = {0, 0};
    exceptions[receiver / 32] |= 1u << receiver % 32;
    print_line("select: ", call5(Select, receiver + 1, 0, 0, (int)exceptions, (int)time));
    get("urgent", 1, Oob);
    exceptions[receiver / 32] |= 1u << receiver % 32;
    print_line("select: ", call5(Select, receiver + 1, 0, 0, (int)exceptions, (int)time));
    socket_call(Shutdown, sender, 1, 0, 0, 0);
    get("rest", 9, 0);
    get("rest", 9, 0);
    get("urgent", 1, Oob);
}

int main(void)
{
    void (*const acts[])(void) = {apart, twice, among_others, told};
    for (int i = 0; i < 4; i++) {
        connect_both();
        acts[i]();
        close(sender), close(receiver);
    }
    return 0;
}
