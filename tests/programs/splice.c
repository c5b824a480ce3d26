/* splice: octets between pipes and files: splice, tee, vmsplice, sendfile, copy_file_range, and their errors. */
#include "files.h"

enum { Nonblock = 2 };

static long long offset_of(int fd)
{
    long long place = -1;
    call5(NR__llseek, fd, 0, 0, (int)&place, SEEK_CUR);
    return place;
}

static int splice(int from, long long *from_at, int to, long long *to_at, word size, int flags)
{
    return call6(NR_splice, from, (int)from_at, to, (int)to_at, (int)size, flags);
}

static int tee(int from, int to, word size, int flags) { return call4(NR_tee, from, to, (int)size, flags); }

static void print_rest(int fd)
{
    char text[64];
    int got = read(fd, text, 63);
    text[got < 0 ? 0 : got] = 0;
    print("  has \"");
    print(text);
    print("\"\n");
}

static void print_file(const char *path)
{
    int fd = open(path, O_RDONLY, 0);
    print_rest(fd);
    close(fd);
}

static void files_and_pipes(void)
{
    int one[2], other[2];
    long long at = 2;
    pipe(one);
    pipe(other);
    make_file("source", "0123456789");
    int source = open("source", O_RDWR, 0), target = open("target", O_CREAT | O_RDWR, 0600);
    show("file to pipe", splice(source, 0, one[1], 0, 4, 0));
    show("offset", (int)offset_of(source));
    show("from an offset", splice(source, &at, one[1], 0, 3, 0));
    show("offset given", (int)at);
    show("offset of the file", (int)offset_of(source));
    show("tee", tee(one[0], other[1], 5, 0));
    show("tee again", tee(one[0], other[1], 100, 0));
    print_rest(other[0]);
    show("pipe to pipe", splice(one[0], 0, other[1], 0, 2, 0));
    print_rest(other[0]);
    show("pipe to file", splice(one[0], 0, target, 0, 3, 0));
    at = 6;
    show("to an offset", splice(one[0], 0, target, &at, 100, 0));
    show("offset given", (int)at);
    show("offset of the file", (int)offset_of(target));
    show("end of file", splice(source, (at = 10, &at), one[1], 0, 5, 0));
    show("nothing there", splice(one[0], 0, target, 0, 5, Nonblock));
    show("tee nothing", tee(one[0], other[1], 5, Nonblock));
    show("size 0", splice(one[0], 0, target, 0, 0, 0));
    show("tee size 0", tee(one[0], other[1], 0, 0));
    fcntl(one[0], F_SETFL, O_NONBLOCK);
    show("O_NONBLOCK", splice(one[0], 0, target, 0, 5, 0));
    close(one[1]);
    show("no writers", splice(one[0], 0, target, 0, 5, 0));
    show("tee, no writers", tee(one[0], other[1], 5, 0));
    call2(NR_signal, 13, SIG_IGN);
    close(other[0]);
    show("no readers", splice(source, 0, other[1], 0, 5, 0));
    show("offset", (int)offset_of(source));
    close(one[0]);
    close(other[1]);
    close(source);
    close(target);
}

static void full(void)
{
    int ends[2], other[2];
    pipe(ends);
    pipe(other);
    static char data[65536];
    show("fill", write(ends[1], data, sizeof data));
    int source = open("source", O_RDONLY, 0);
    show("file to full pipe", splice(source, 0, ends[1], 0, 5, Nonblock));
    write(other[1], "x", 1);
    show("pipe to full pipe", splice(other[0], 0, ends[1], 0, 5, Nonblock));
    show("tee to full pipe", tee(other[0], ends[1], 5, Nonblock));
    int child = fork();
    if (child == 0) {
        show("waits for room", splice(other[0], 0, ends[1], 0, 5, 0));
        leave(0);
    }
    sleep_ms(20);
    print("room now\n");
    read(ends[0], data, sizeof data);
    wait4(child, 0, 0);
    child = fork();
    if (child == 0) {
        show("waits for octets", splice(other[0], 0, ends[1], 0, 5, 0));
        leave(0);
    }
    sleep_ms(20);
    print("octets now\n");
    write(other[1], "abc", 3);
    wait4(child, 0, 0);
    close(source);
}

static void errors(void)
{
    int ends[2], other[2];
    long long at = 0;
    pipe(ends);
    pipe(other);
    int source = open("source", O_RDWR, 0), folder = open(".", O_RDONLY, 0), end = open("source", O_WRONLY | O_APPEND, 0);
    write(ends[1], "text", 4);
    show("flags", splice(ends[0], 0, source, 0, 1, 16));
    show("tee flags", tee(ends[0], other[1], 1, 16));
    show("descriptor", splice(99, 0, source, 0, 1, 0));
    show("wrong end", splice(ends[1], 0, source, 0, 1, 0));
    show("wrong end", splice(source, 0, ends[0], 0, 1, 0));
    show("two files", splice(source, 0, end, 0, 1, 0));
    show("offset of a pipe", splice(ends[0], &at, source, 0, 1, 0));
    show("offset of a pipe", splice(source, 0, ends[1], &at, 1, 0));
    show("same pipe", splice(ends[0], 0, ends[1], 0, 1, 0));
    show("tee same pipe", tee(ends[0], ends[1], 1, 0));
    show("tee a file", tee(ends[0], source, 1, 0));
    show("O_APPEND", splice(ends[0], 0, end, 0, 1, 0));
    show("folder", splice(folder, 0, ends[1], 0, 1, 0));
    show("negative", splice(source, (at = -5, &at), ends[1], 0, 1, 0));
    show("bad offset", splice(source, (long long *)4, ends[1], 0, 1, 0));
    int null = open("/dev/null", O_RDWR, 0);
    show("to /dev/null", splice(ends[0], 0, null, 0, 3, 0));
    int zero = open("/dev/zero", O_RDONLY, 0);
    show("from /dev/zero", splice(zero, 0, ends[1], 0, 3, 0));
    close(source), close(folder), close(end), close(null), close(zero);
}

static void memory(void)
{
    int ends[2];
    struct { const char *base; word size; } parts[] = {{"hello, ", 7}, {"world", 5}, {0, 0}};
    char one[4] = "", other[10] = "";
    pipe(ends);
    show("vmsplice", call4(NR_vmsplice, ends[1], (int)parts, 3, 0));
    parts[0].base = one, parts[0].size = 3, parts[1].base = other, parts[1].size = 9;
    show("back", call4(NR_vmsplice, ends[0], (int)parts, 2, 0));
    print(one), print("|"), print(other), print("\n");
    show("empty", call4(NR_vmsplice, ends[0], (int)parts, 2, Nonblock));
    show("size 0", call4(NR_vmsplice, ends[0], (int)(parts + 2), 1, 0));
    show("no parts", call4(NR_vmsplice, ends[0], 0, 0, 0));
    show("too many", call4(NR_vmsplice, ends[0], (int)parts, 1025, 0));
    show("no pipe", call4(NR_vmsplice, open("source", O_RDWR, 0), (int)parts, 1, 0));
    show("no descriptor", call4(NR_vmsplice, 99, (int)parts, 1, 0));
    show("flags", call4(NR_vmsplice, ends[0], (int)parts, 1, 16));
    parts[0].base = (char *)8;
    show("bad memory", call4(NR_vmsplice, ends[1], (int)parts, 1, 0));
    show("bad vector", call4(NR_vmsplice, ends[1], 8, 1, 0));
}

static void sendfile(void)
{
    int ends[2];
    int at = 3;
    long long wide = 4;
    pipe(ends);
    int source = open("source", O_RDONLY, 0), target = open("sent", O_CREAT | O_RDWR, 0600), end = open("sent", O_WRONLY | O_APPEND, 0);
    show("sendfile", call4(NR_sendfile, target, source, 0, 4));
    show("at an offset", call4(NR_sendfile, target, source, (int)&at, 100));
    show("offset given", at);
    show("offset of the file", (int)offset_of(source));
    show("sendfile64", call4(NR_sendfile64, target, source, (int)&wide, 2));
    show("offset given", (int)wide);
    print_file("sent");
    show("to a pipe", call4(NR_sendfile, ends[1], source, 0, 3));
    print_rest(ends[0]);
    show("from a pipe", call4(NR_sendfile, target, ends[0], 0, 3));
    show("at the end", call4(NR_sendfile, target, source, (at = 10, (int)&at), 3));
    show("behind the end", call4(NR_sendfile, target, source, (at = 100, (int)&at), 3));
    show("negative", call4(NR_sendfile, target, source, (at = -1, (int)&at), 3));
    show("not readable", call4(NR_sendfile, target, end, 0, 3));
    show("not writable", call4(NR_sendfile, source, source, 0, 3));
    show("O_APPEND", call4(NR_sendfile, end, source, 0, 3));
    show("size 0", call4(NR_sendfile, target, source, 0, 0));
    show("bad offset", call4(NR_sendfile, target, source, 4, 1));
    show("onto itself", call4(NR_sendfile, target, target, 0, 3));
    at = 0x7ffffffe;
    show("32-bit offset", call4(NR_sendfile, target, source, (int)&at, 10));
    at = 0x7fffffff;
    show("32-bit offset at its end", call4(NR_sendfile, target, source, (int)&at, 10));
    close(source), close(target), close(end);
}

static void copy(void)
{
    long long from = 1, to = 20;
    int ends[2];
    pipe(ends);
    int source = open("source", O_RDONLY, 0), target = open("copied", O_CREAT | O_RDWR, 0600), end = open("copied", O_WRONLY | O_APPEND, 0);
    int folder = open(".", O_RDONLY, 0);
    show("copy", call6(NR_copy_file_range, source, 0, target, 0, 4, 0));
    show("with offsets", call6(NR_copy_file_range, source, (int)&from, target, (int)&to, 100, 0));
    show("from", (int)from);
    show("to", (int)to);
    show("at the end", call6(NR_copy_file_range, source, (int)&from, target, (int)&to, 100, 0));
    show("flags", call6(NR_copy_file_range, source, 0, target, 0, 4, 1));
    show("folder", call6(NR_copy_file_range, folder, 0, target, 0, 4, 0));
    show("to a folder", call6(NR_copy_file_range, source, 0, folder, 0, 4, 0));
    show("pipe", call6(NR_copy_file_range, source, 0, ends[1], 0, 4, 0));
    show("not writable", call6(NR_copy_file_range, target, 0, source, 0, 4, 0));
    show("O_APPEND", call6(NR_copy_file_range, source, 0, end, 0, 4, 0));
    from = 0, to = 2;
    show("overlapping", call6(NR_copy_file_range, target, (int)&from, target, (int)&to, 4, 0));
    to = 50;
    show("within one file", call6(NR_copy_file_range, target, (int)&from, target, (int)&to, 4, 0));
    from = -1;
    show("negative", call6(NR_copy_file_range, source, (int)&from, target, 0, 4, 0));
    show("bad offset", call6(NR_copy_file_range, source, 4, target, 0, 4, 0));
    show("descriptor", call6(NR_copy_file_range, 99, 0, target, 0, 4, 0));
    show("size 0", call6(NR_copy_file_range, source, 0, target, 0, 0, 0));
}

int main(void)
{
    enter_folder();
    files_and_pipes();
    print_file("target");
    full();
    errors();
    memory();
    sendfile();
    copy();
    remove_folder();
    return 0;
}
