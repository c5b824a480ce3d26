/* packets: pipes with O_DIRECT, whose writes stay apart, also through splice and tee; and files that take no O_DIRECT. */
#include "tries.h"

enum { NR_socket = 359, F_SETPIPE_SZ = 1031, FIONREAD = 0x541b, PACKETS = O_DIRECT | O_NONBLOCK };

static char data[10000];
static int in, out;

static void put(const char *text) { show(text, write(out, text, length(text))); }
static void get(word size) { show("  read", read(in, data, size)); }
static void set(int flags) { show("flags", fcntl(out, F_SETFL, flags)); }

static int is_ready(void)
{
    struct { int fd; short events, found; } wish = {out, 4, 0};
    call3(NR_poll, (int)&wish, 1, 0);
    return wish.found;
}

static void reads(void)
{
    put("abcdef"), put("ghi");
    show("much", write(out, data, 9000));
    call3(NR_ioctl, in, FIONREAD, (int)data);
    show("waiting", *(int *)data);
    get(0), get(4), get(100), get(10000), get(10000), get(10000), get(10000);
    struct { char *start; word size; } spans[] = {{data, 2}, {data + 2, 2}, {data + 4, 2}};
    put("vectors"), put("x");
    show("readv", call3(NR_readv, in, (int)spans, 3));
    get(10);
}

static void capacity(void)
{
    int count = 0;
    while (write(out, "x", 1) == 1)
        count++;
    show("packets", count);
    show("ready", is_ready());
    get(1);
    show("ready", is_ready());
    show("more than a page", write(out, data, 5000));
    show("smaller", fcntl(out, F_SETPIPE_SZ, 4096));
    while (read(in, data, 1) == 1)
        ;
    show("smaller", fcntl(out, F_SETPIPE_SZ, 4096));
    put("a"), put("b");
    get(10);
    show("as before", fcntl(out, F_SETPIPE_SZ, 65536));
}

static void mixtures(void)
{
    put("a packet");
    set(O_NONBLOCK);
    put("plain"), put(" text");
    get(100), get(100), get(100);
    put("plain");
    set(PACKETS);
    put("joins"), put("it");
    show("a page and more", write(out, data, 4096 + 5));
    get(100), get(8000), get(100);
}

static void others(void)
{
    int ends[2], full[2];
    call2(NR_pipe2, (int)ends, O_NONBLOCK), call2(NR_pipe2, (int)full, O_NONBLOCK);
    put("a packet"), put("more");
    show("splice 3", call6(NR_splice, in, 0, ends[1], 0, 3, 0));
    show("  read there", read(ends[0], data, 100));
    get(100);
    show("splice", call6(NR_splice, in, 0, ends[1], 0, 100, 0));
    show("  read there", read(ends[0], data, 2)), show("  read there", read(ends[0], data, 2));
    put("one"), put("two");
    show("tee", call4(NR_tee, in, ends[1], 100, 0));
    show("  read there", read(ends[0], data, 100)), show("  read there", read(ends[0], data, 100));
    get(100), get(100);
    fcntl(full[1], F_SETPIPE_SZ, 4096);
    put("one"), put("two");
    show("splice, room for one", call6(NR_splice, in, 0, full[1], 0, 100, 0));
    show("splice, no room", call6(NR_splice, in, 0, full[1], 0, 100, 0));
    get(100);
    make_file("file", "");
    int file = open("file", O_RDWR, 0);
    put("three"), put("four");
    show("splice to a file", call6(NR_splice, in, 0, file, 0, 7, 0));
    get(100);
}

static void nodes(void)
{
    mknod("fifo", 010600, 0);
    const struct try calls[] = {
        {"event file", NR_fcntl64, {call1(NR_eventfd, 0), F_SETFL, O_DIRECT}}, {"socket", NR_fcntl64, {call3(NR_socket, 1, 1, 0), F_SETFL, O_DIRECT}}, {"epoll", NR_fcntl64, {call1(NR_epoll_create1, 0), F_SETFL, O_DIRECT}},
        {"folder", NR_fcntl64, {open(".", O_RDONLY, 0), F_SETFL, O_DIRECT}}, {"device", NR_fcntl64, {open("/dev/null", O_RDWR, 0), F_SETFL, O_DIRECT}}, {"proc", NR_fcntl64, {open("/proc/version", O_RDONLY, 0), F_SETFL, O_DIRECT}},
        {"reading end", NR_fcntl64, {in, F_SETFL, O_NONBLOCK | O_DIRECT}}, {"file", NR_fcntl64, {open("file", O_RDWR, 0), F_SETFL, O_DIRECT}},
        {"open a device", NR_open, {(int)&"/dev/null", O_DIRECT}}, {"open in proc", NR_open, {(int)&"/proc/version", O_DIRECT}}, {"open a folder", NR_open, {(int)&".", O_DIRECT}}, {"open a fifo", NR_open, {(int)&"fifo", O_DIRECT | O_RDWR}},
        {"pipe2 for notices", NR_pipe2, {(int)data, O_EXCL}}, {"with more", NR_pipe2, {(int)data, O_EXCL | O_APPEND}},
    };
    TRY(calls);
    show_ok("open a file", open("file", O_DIRECT | O_RDWR, 0));
    show_ok("make a file", open("new", O_DIRECT | O_RDWR | O_CREAT, 0600));
}

int main(void)
{
    int ends[2];
    enter_folder();
    show("pipe2", call2(NR_pipe2, (int)ends, PACKETS));
    in = ends[0], out = ends[1];
    show("flags to read", fcntl(in, F_GETFL, 0));
    show("flags to write", fcntl(out, F_GETFL, 0));
    reads();
    capacity();
    mixtures();
    others();
    nodes();
    remove_folder();
    return 0;
}
