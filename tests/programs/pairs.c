/* pairs: sendfile, splice, tee and copy_file_range from every kind of file to every kind: one line a source, one word a target. */
#include "tries.h"

enum { NR_socketpair = 360, F_SETPIPE_SZ = 1031, MOST = 24, PAGE = 4096 };

static struct kind { const char *name; int in, out; } kinds[MOST]; /* in: what is written to it comes out of the other */
static int count, offset[2];
static byte data[70000];

static int quiet(int fd)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void add(const char *name, int out, int in)
{
    if (out < 0 || in < 0)
        show(name, out);
    kinds[count].name = name, kinds[count].out = out, kinds[count++].in = in;
}

static void add_same(const char *name, int fd) { add(name, fd, fd); }

static void make_all(void)
{
    int ends[2], full[2], empty[2], lone[2], stream[2], datagrams[2];
    make_file("file", "contents"), make_file("other", "contents"), make_file("more", "contents");
    pipe(ends), pipe(full), pipe(empty), pipe(lone);
    close(lone[0]);
    call4(NR_socketpair, 1, 1, 0, (int)stream), call4(NR_socketpair, 1, 2, 0, (int)datagrams);
    fcntl(full[1], F_SETPIPE_SZ, PAGE);
    add("reading", open("file", O_RDONLY, 0), NONE);
    add_same("file", open("file", O_RDWR, 0));
    add_same("other", open("other", O_RDWR, 0));
    add_same("append", open("more", O_RDWR | O_APPEND, 0));
    add("folder", open(".", O_RDONLY, 0), NONE);
    add_same("memory", call2(NR_memfd_create, (int)&"memory", 0));
    add("pipe", quiet(ends[0]), quiet(ends[1]));
    add("full", quiet(full[0]), quiet(full[1]));
    add("empty", quiet(empty[0]), quiet(empty[1]));
    add("lone", quiet(lone[1]), quiet(lone[1]));
    add("stream", quiet(stream[0]), quiet(stream[1]));
    add("datagrams", quiet(datagrams[0]), quiet(datagrams[1]));
    add_same("event", quiet(call1(NR_eventfd, 0)));
    add_same("epoll", call1(NR_epoll_create1, 0));
    add_same("null", open("/dev/null", O_RDWR, 0));
    add_same("zero", open("/dev/zero", O_RDWR, 0));
    add_same("/dev/full", open("/dev/full", O_RDWR, 0));
    add("proc", open("/proc/sys/kernel/ostype", O_RDONLY, 0), NONE);
}

static int find(const char *name)
{
    for (int i = 0; i < count; i++) {
        const char *a = kinds[i].name, *b = name;
        while (*a && *a == *b)
            a++, b++;
        if (*a == *b)
            return i;
    }
    fail("no such kind\n");
}

static void drain(const char *name)
{
    while (read(kinds[find(name)].out, data, sizeof data) > 0)
        ;
}

static void fill(const char *name, const char *text) { write(kinds[find(name)].in, text, length(text)); }

static void reset(void)
{
    static const char *const flowing[] = {"pipe", "full", "empty", "stream", "datagrams"};
    for (int i = 0; i < 5; i++)
        drain(flowing[i]);
    read(kinds[find("event")].out, data, 8);
    fill("pipe", "in a pipe"), fill("stream", "in a stream"), fill("datagrams", "datagram");
    memset(data, 0, PAGE);
    write(kinds[find("full")].in, data, PAGE);
    for (int i = 0; i < 6; i++) {
        call3(NR_lseek, kinds[i].out, 0, SEEK_SET);
        if (i && i != 4)
            call2(NR_ftruncate, kinds[i].out, 0), call5(NR_pwrite64, kinds[i].out, (int)"contents", 8, 0, 0);
    }
    call3(NR_lseek, kinds[find("proc")].out, 0, SEEK_SET);
    offset[0] = offset[1] = 0;
}

/* -7 is the source, -8 the target. */
static void each(const struct try *one)
{
    print(one->what), print("\n");
    for (int from = 0; from < count; from++) {
        print("  "), print(kinds[from].name), print(":");
        for (int to = 0; to < count; to++) {
            int words[6];
            for (int i = 0; i < 6; i++)
                words[i] = one->words[i] == -7 ? kinds[from].out : one->words[i] == -8 ? kinds[to].in : one->words[i];
            reset();
            int result = call(one->number, words);
            print(" ");
            if (result < 0)
                print(errno_name(-result));
            else
                print_number(result);
        }
        print("\n");
    }
}

int main(void)
{
    for (int fd = 3; fd < NONE + 1; fd++)
        close(fd);
    call2(NR_signal, 13, SIG_IGN);
    enter_folder();
    make_all();
    for (int i = 0; i < count; i++)
        print(kinds[i].name), print(i + 1 < count ? ", " : "\n");
    const struct try tries[] = {
        {"sendfile", NR_sendfile, {-8, -7, 0, 20}}, {"sendfile at an offset", NR_sendfile, {-8, -7, (int)offset, 4}}, {"splice", NR_splice, {-7, 0, -8, 0, 20, 2}}, {"splice from an offset", NR_splice, {-7, (int)offset, -8, 0, 4, 2}},
        {"splice to an offset", NR_splice, {-7, 0, -8, (int)offset, 4, 2}}, {"tee", NR_tee, {-7, -8, 20, 2}}, {"copy_file_range", NR_copy_file_range, {-7, 0, -8, 0, 20, 0}}, {"copy_file_range from an offset", NR_copy_file_range, {-7, (int)offset, -8, 0, 4, 0}},
    };
    for (word i = 0; i < sizeof tries / sizeof *tries; i++)
        each(tries + i);
    remove_folder();
    return 0;
}
