/* event_files: epoll, eventfd, timerfd, poll and select at their edges. */
#include "files.h"

enum { Add = 1, Del = 2, Mod = 3, In = 1, Out = 4, Err = 8, Hup = 16, Rdhup = 0x2000, Exclusive = 1 << 28, Oneshot = 1 << 30, Edge = (int)0x80000000 };
enum { NR_select = 142, NR_pselect6 = 308, NR_epoll_pwait = 319, NR_epoll_pwait2 = 441, Realtime = 0, Monotonic = 1, Boottime = 7 };

struct event { word events; unsigned long long data; } __attribute__((packed));

static int ends[2], poller;

static int control(int command, int fd, int events, int data)
{
    struct event event = {(word)events, (unsigned long long)data};
    return call4(NR_epoll_ctl, poller, command, fd, (int)&event);
}

static void found(const char *what)
{
    struct event events[8];
    int count = call4(NR_epoll_wait, poller, (int)events, 8, 0);
    show(what, count);
    for (int i = 0; i < count; i++) {
        print("  "), print_hex(events[i].events), print(" data ");
        print_number((int)events[i].data), print("\n");
    }
}

static void epoll(void)
{
    char text[100];
    pipe(ends);
    poller = call1(NR_epoll_create1, 0);
    show("add", control(Add, ends[0], In, 5));
    show("again", control(Add, ends[0], In, 5));
    show("other end", control(Add, ends[1], In | Out, 6));
    found("write end is ready");
    show("mod", control(Mod, ends[1], 0, 7));
    found("nothing");
    write(ends[1], "abc", 3);
    found("level"), found("level again");
    show("edge", control(Mod, ends[0], In | Edge, 8));
    found("edge"), found("edge is over");
    write(ends[1], "d", 1);
    found("new edge"), found("over");
    show("oneshot", control(Mod, ends[0], In | Oneshot, 9));
    found("once"), found("no more");
    show("rearm", control(Mod, ends[0], In | Oneshot, 9));
    found("again");
    show("exclusive by mod", control(Mod, ends[0], In | Exclusive, 9));
    show("del", control(Del, ends[0], 0, 0));
    show("del again", control(Del, ends[0], 0, 0));
    show("mod of none", control(Mod, ends[0], In, 0));
    show("exclusive", control(Add, ends[0], In | Exclusive, 10));
    show("mod of exclusive", control(Mod, ends[0], In, 10));
    found("exclusive");
    control(Del, ends[0], 0, 0);
    show("exclusive and oneshot", control(Add, ends[0], In | Exclusive | Oneshot, 10));
    show("file", control(Add, open("file", O_RDONLY, 0), In, 1));
    show("folder", control(Add, open(".", O_RDONLY, 0), In, 1));
    show("null", control(Add, open("/dev/null", O_RDONLY, 0), In, 1));
    show("itself", control(Add, poller, In, 1));
    show("no epoll", call4(NR_epoll_ctl, ends[0], Add, ends[1], (int)text));
    show("no descriptor", control(Add, 99, In, 1));
    show("bad epoll", call4(NR_epoll_ctl, 99, Add, ends[1], (int)text));
    show("bad event", call4(NR_epoll_ctl, poller, Add, ends[0], 8));
    show("del without event", call4(NR_epoll_ctl, poller, Del, ends[1], 0));
    show("command", control(9, ends[0], In, 1));
    show("wait, no room", call4(NR_epoll_wait, poller, (int)text, 0, 0));
    show("wait, negative", call4(NR_epoll_wait, poller, (int)text, -1, 0));
    show("wait, no epoll", call4(NR_epoll_wait, ends[0], (int)text, 1, 0));
    show("wait, bad", call4(NR_epoll_wait, 99, (int)text, 1, 0));
    control(Add, ends[0], In, 11);
    show("wait, bad buffer", call4(NR_epoll_wait, poller, 8, 1, 0));
    int outer = call1(NR_epoll_create1, 0), inner = poller;
    poller = outer;
    show("nested", control(Add, inner, In, 12));
    found("nested");
    poller = inner;
    show("circle", control(Add, outer, In, 13));
    poller = outer;
    show("inner del", control(Del, inner, 0, 0));
    int chain[8];
    chain[0] = call1(NR_epoll_create1, 0);
    for (int i = 1; i < 8; i++) {
        poller = chain[i] = call1(NR_epoll_create1, 0);
        show("chain", control(Add, chain[i - 1], In, i));
    }
    poller = inner;
    int copy = call1(NR_dup, ends[0]);
    show("by a copy", control(Add, copy, In, 14));
    found("two of one");
    close(ends[0]);
    found("closed, but for the copy");
    close(copy);
    found("closed");
    show("fd again", pipe(ends));
    control(Add, ends[0], In | Rdhup, 15);
    close(ends[1]);
    found("hang up");
    show("create 0", call1(NR_epoll_create, 0));
    show("create1 flags", call1(NR_epoll_create1, 5));
    int sizes[4] = {0, 0, 0, 0};
    show("pwait2", call6(NR_epoll_pwait2, poller, (int)text, 4, (int)sizes, 0, 0));
    sizes[2] = 2000000000;
    show("pwait2 time", call6(NR_epoll_pwait2, poller, (int)text, 4, (int)sizes, 0, 0));
    show("pwait size", call6(NR_epoll_pwait, poller, (int)text, 4, 0, (int)sizes, 4));
    close(poller);
}

static int write8(int fd, unsigned long long value) { return write(fd, &value, 8); }

static void read8(const char *what, int fd)
{
    unsigned long long value = 0;
    int got = read(fd, &value, 8);
    show(what, got);
    if (got > 0)
        print_line("  low ", (int)value), print_line("  high ", (int)(value >> 32));
}

static void poll_one(const char *what, int fd, int events)
{
    struct { int fd; short events, found; } wish = {fd, (short)events, 0};
    show(what, call3(NR_poll, (int)&wish, 1, 0));
    print("  "), print_hex((word)(unsigned short)wish.found), print("\n");
}

static void eventfd(void)
{
    int fd = call2(NR_eventfd2, 3, O_NONBLOCK);
    poll_one("poll", fd, 0xffff);
    read8("read", fd), read8("empty", fd);
    poll_one("poll", fd, 0xffff);
    show("add", write8(fd, 5)), show("add", write8(fd, 6));
    read8("sum", fd);
    show("add 0", write8(fd, 0));
    poll_one("poll", fd, 0xffff);
    show("most", write8(fd, 0xfffffffffffffffeULL));
    poll_one("poll", fd, 0xffff);
    show("one more", write8(fd, 1));
    show("too much", write8(fd, 0xffffffffffffffffULL));
    read8("read", fd);
    show("short write", write(fd, "x", 7));
    char text[20];
    show("short read", (write8(fd, 1), read(fd, text, 7)));
    show("long read", read(fd, text, 20));
    show("lseek", call3(NR_lseek, fd, 0, SEEK_SET));
    show("pread", call5(NR_pread64, fd, (int)text, 8, 0, 0));
    close(fd);
    fd = call2(NR_eventfd2, 3, 1 | O_NONBLOCK);
    read8("semaphore", fd), read8("semaphore", fd), read8("semaphore", fd), read8("semaphore", fd);
    close(fd);
    show("flags", call2(NR_eventfd2, 0, 0x10));
    show("cloexec", fcntl(fd = call2(NR_eventfd2, 0, O_CLOEXEC), 1, 0));
    close(fd);
}

static void timerfd(void)
{
    int setting[4] = {0, 0, 0, 20000000}, left[4];
    int fd = call2(NR_timerfd_create, Monotonic, O_NONBLOCK);
    read8("off", fd);
    poll_one("poll", fd, 0xffff);
    show("set", call4(NR_timerfd_settime, fd, 0, (int)setting, 0));
    read8("not yet", fd);
    show("get", call2(NR_timerfd_gettime, fd, (int)left));
    show("something left", left[3] > 0 && left[3] <= 20000000);
    sleep_ms(40);
    poll_one("poll", fd, 0xffff);
    read8("expired", fd), read8("once", fd);
    setting[1] = 10000000, setting[3] = 10000000;
    show("interval", call4(NR_timerfd_settime, fd, 0, (int)setting, 0));
    sleep_ms(35);
    unsigned long long times = 0;
    read(fd, &times, 8);
    show("about three", times >= 3);
    setting[3] = setting[1] = 0;
    show("off, with the old", call4(NR_timerfd_settime, fd, 0, (int)setting, (int)left));
    show("interval", left[1]);
    read8("off", fd);
    fcntl(fd, F_SETFL, 0);
    setting[3] = 5000000;
    call4(NR_timerfd_settime, fd, 0, (int)setting, 0);
    read8("waits", fd);
    setting[3] = 1;
    show("absolute, in the past", call4(NR_timerfd_settime, fd, 1, (int)setting, 0));
    read8("at once", fd);
    setting[3] = 1000000000;
    show("nanoseconds", call4(NR_timerfd_settime, fd, 0, (int)setting, 0));
    setting[3] = 0, setting[2] = -1;
    show("negative", call4(NR_timerfd_settime, fd, 0, (int)setting, 0));
    setting[2] = 1;
    show("flags", call4(NR_timerfd_settime, fd, 4, (int)setting, 0));
    show("bad setting", call4(NR_timerfd_settime, fd, 0, 8, 0));
    show("bad old", call4(NR_timerfd_settime, fd, 0, (int)setting, 8));
    show("no timer", call4(NR_timerfd_settime, 1, 0, (int)setting, 0));
    show("no descriptor", call4(NR_timerfd_settime, 99, 0, (int)setting, 0));
    show("get of none", call2(NR_timerfd_gettime, 1, (int)left));
    show("write", write8(fd, 1));
    char text[8];
    show("short read", read(fd, text, 7));
    show("clock", call2(NR_timerfd_create, 2, 0));
    show("clock 99", call2(NR_timerfd_create, 99, 0));
    show("flags", call2(NR_timerfd_create, Monotonic, 1));
    int wall = call2(NR_timerfd_create, Realtime, O_NONBLOCK);
    setting[2] = 0, setting[3] = 5000000;
    show("cancel on set", call4(NR_timerfd_settime, wall, 3, (int)setting, 0));
    read8("past", wall);
    setting[2] = 0x7fffff00;
    show("far", call4(NR_timerfd_settime, wall, 3, (int)setting, 0));
    read8("not yet", wall);
    show("boottime", close(call2(NR_timerfd_create, Boottime, 0)));
    close(fd), close(wall);
}

static void polls(void)
{
    char text[10];
    pipe(ends);
    poll_one("read end", ends[0], 0xffff);
    poll_one("write end", ends[1], 0xffff);
    write(ends[1], "x", 1);
    poll_one("data", ends[0], 0xffff);
    poll_one("not asked", ends[0], Out);
    close(ends[1]);
    poll_one("data and hang up", ends[0], 0xffff);
    read(ends[0], text, 1);
    poll_one("hang up", ends[0], 0);
    close(ends[0]);
    pipe(ends), close(ends[0]);
    poll_one("no reader", ends[1], 0xffff);
    close(ends[1]);
    poll_one("no descriptor", 99, 1);
    poll_one("negative", -1, 1);
    poll_one("file", open("file", O_RDONLY, 0), 0xffff);
    poll_one("folder", open(".", O_RDONLY, 0), 0xffff);
    show("bad array", call3(NR_poll, 8, 1, 0));
    show("none", call3(NR_poll, 0, 0, 0));
    show("timeout", call3(NR_poll, 0, 0, 5));
    show("too many", call3(NR_poll, (int)text, 0x7fffffff, 0));
    word sets[3][32];
    int time[2] = {0, 5000};
    memset(sets, 0, sizeof sets);
    pipe(ends);
    sets[0][0] = 1u << ends[0], sets[1][0] = 1u << ends[1], sets[2][0] = 1u << ends[0];
    show("select", call5(NR_select, 32, (int)sets[0], (int)sets[1], (int)sets[2], (int)time));
    show("read", (int)sets[0][0]), show("write", sets[1][0] == 1u << ends[1]), show("except", (int)sets[2][0]);
    sets[0][0] = 1u << ends[0];
    show("timeout", call5(NR_select, 32, (int)sets[0], 0, 0, (int)time));
    show("left", time[0] + time[1]);
    sets[0][0] = 1u << 31;
    show("no descriptor", call5(NR_select, 32, (int)sets[0], 0, 0, 0));
    show("negative", call5(NR_select, -1, 0, 0, 0, 0));
    time[0] = -1;
    show("negative time", call5(NR_select, 0, 0, 0, 0, (int)time));
    show("bad set", call5(NR_select, 32, 8, 0, 0, (int)time));
    int spec[2] = {0, 2000000000};
    show("pselect6 time", call6(NR_pselect6, 0, 0, 0, 0, (int)spec, 0));
    spec[1] = 1000000;
    show("pselect6", call6(NR_pselect6, 0, 0, 0, 0, (int)spec, 0));
    int mask[2] = {(int)spec, 4};
    show("pselect6 size", call6(NR_pselect6, 0, 0, 0, 0, (int)spec, (int)mask));
}

int main(void)
{
    enter_folder();
    make_file("file", "x");
    epoll();
    eventfd();
    timerfd();
    polls();
    remove_folder();
    return 0;
}
