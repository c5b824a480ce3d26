/* vectors: readv, writev and their kin, with offsets and flags; and what each refuses. */
#include "files.h"

struct span { const void *base; word size; };

static char one[8], two[8];

static int readv(int fd, struct span *spans, int count) { return call3(NR_readv, fd, (int)spans, count); }
static int writev(int fd, struct span *spans, int count) { return call3(NR_writev, fd, (int)spans, count); }
static int preadv2(int fd, struct span *spans, int count, int low, int high, int flags)
{
    return call6(NR_preadv2, fd, (int)spans, count, low, high, flags);
}
static int pwritev2(int fd, struct span *spans, int count, int low, int high, int flags)
{
    return call6(NR_pwritev2, fd, (int)spans, count, low, high, flags);
}

static void print_file(int fd)
{
    char text[64];
    int got = call5(NR_pread64, fd, (int)text, 63, 0, 0);
    text[got < 0 ? 0 : got] = 0;
    print("  \""), print(text), print("\"\n");
}

static void transfers(int fd)
{
    struct span out[] = {{"abc", 3}, {0, 0}, {"defgh", 5}}, in[] = {{one, 2}, {two, 4}};
    show("writev", writev(fd, out, 3));
    print_file(fd);
    show("offset", call3(NR_lseek, fd, 0, SEEK_CUR));
    call3(NR_lseek, fd, 1, SEEK_SET);
    show("readv", readv(fd, in, 2));
    print(one), print(" "), print(two), print("\n");
    show("readv at the end", readv(fd, in, 2));
    show("again", readv(fd, in, 2));
    show("preadv", call5(NR_preadv, fd, (int)in, 2, 2, 0));
    print(one), print(" "), print(two), print("\n");
    show("pwritev", call5(NR_pwritev, fd, (int)out, 1, 10, 0));
    show("offset", call3(NR_lseek, fd, 0, SEEK_CUR));
    show("preadv2", preadv2(fd, in, 2, 0, 0, 0));
    call3(NR_lseek, fd, 4, SEEK_SET);
    show("preadv2 at the offset", preadv2(fd, in, 2, -1, -1, 0));
    show("offset", call3(NR_lseek, fd, 0, SEEK_CUR));
    show("pwritev2, append", pwritev2(fd, out, 1, 0, 0, 16));
    show("offset", call3(NR_lseek, fd, 0, SEEK_CUR));
    show("pwritev2, append at the offset", pwritev2(fd, out, 1, -1, -1, 16));
    show("offset", call3(NR_lseek, fd, 0, SEEK_CUR));
    show("GETFL", fcntl(fd, F_GETFL, 0));
    show("sync", pwritev2(fd, out, 1, 0, 0, 4));
    show("dsync", pwritev2(fd, out, 1, 0, 0, 2));
    show("unknown", pwritev2(fd, out, 1, 0, 0, 0x10000));
    show("unknown", preadv2(fd, in, 1, 0, 0, 0x10000));
    print_file(fd);
}

static void refusals(int fd)
{
    struct span in[] = {{one, 2}, {two, 4}}, bad[] = {{one, 2}, {(void *)8, 4}}, negative[] = {{one, 0x80000000}}, much[] = {{one, 0x7fffffff}, {one, 1}};
    int ends[2], folder = open(".", O_RDONLY, 0), end = open("file", O_WRONLY, 0);
    pipe(ends);
    call3(NR_lseek, fd, 0, SEEK_SET);
    show("count 0", readv(fd, in, 0));
    show("count 0 of nothing", readv(fd, (struct span *)8, 0));
    show("count -1", readv(fd, in, -1));
    show("count 1025", readv(fd, in, 1025));
    show("bad array", readv(fd, (struct span *)8, 1));
    show("bad buffer, second", readv(fd, bad, 2));
    show("offset", call3(NR_lseek, fd, 0, SEEK_CUR));
    show("bad buffer alone", readv(fd, bad + 1, 1));
    show("bad buffer to write", writev(fd, bad, 2));
    show("negative size", readv(fd, negative, 1));
    show("descriptor", readv(99, in, 2));
    show("not readable", readv(end, in, 2));
    show("not writable", writev(ends[0], in, 2));
    show("folder", readv(folder, in, 2));
    show("preadv of a pipe", call5(NR_preadv, ends[0], (int)in, 2, 0, 0));
    show("pwritev of a pipe", call5(NR_pwritev, ends[1], (int)in, 2, 0, 0));
    show("negative offset", call5(NR_preadv, fd, (int)in, 2, -5, -1));
    show("pread, negative", call5(NR_pread64, fd, (int)one, 2, -5, -1));
    show("pwrite, negative", call5(NR_pwrite64, fd, (int)one, 2, -5, -1));
    show("pread of a pipe", call5(NR_pread64, ends[0], (int)one, 2, 0, 0));
    show("preadv2 of a pipe at -1", pwritev2(ends[1], in, 1, -1, -1, 0));
    show("preadv2 of a pipe at -1", preadv2(ends[0], in, 1, -1, -1, 0));
    show("empty pipe, NOWAIT", preadv2(ends[0], in, 1, -1, -1, 8));
    struct span many[1024];
    for (int i = 0; i < 1024; i++)
        many[i].base = "x", many[i].size = 1;
    show("1024 parts", writev(ends[1], many, 1024));
    show("2 GiB in all", readv(fd, much, 2) > 0);
    show("read of 0 at a bad address", read(fd, (void *)8, 0));
    show("write of 0 at a bad address", write(fd, (void *)8, 0));
    show("read of 1", read(fd, (void *)8, 1));
    show("read into the kernel", read(fd, (void *)0xfffff000, 0));
    show("read of a folder", read(folder, one, 1));
    show("write of a folder", write(folder, one, 1));
    close(folder), close(end), close(ends[0]), close(ends[1]);
}

static void seeks(int fd)
{
    int ends[2], folder = open(".", O_RDONLY, 0);
    long long place;
    pipe(ends);
    show("set", call3(NR_lseek, fd, 100, SEEK_SET));
    show("cur", call3(NR_lseek, fd, -50, SEEK_CUR));
    show("end", call3(NR_lseek, fd, 5, SEEK_END) > 5);
    show("negative", call3(NR_lseek, fd, -1, SEEK_SET));
    show("before", call3(NR_lseek, fd, -1000, SEEK_CUR));
    show("whence", call3(NR_lseek, fd, 0, 9));
    show("pipe", call3(NR_lseek, ends[0], 0, SEEK_CUR));
    show("descriptor", call3(NR_lseek, 99, 0, SEEK_CUR));
    show("_llseek", call5(NR__llseek, fd, 1, 5, (int)&place, SEEK_SET));
    show("high", (int)(place >> 32));
    show("low", (int)place);
    show("_llseek whence", call5(NR__llseek, fd, 1, 5, (int)&place, 9));
    show("_llseek negative", call5(NR__llseek, fd, -1, 5, (int)&place, SEEK_SET));
    show("_llseek bad result", call5(NR__llseek, fd, 0, 7, 8, SEEK_SET));
    show("and yet", call3(NR_lseek, fd, 0, SEEK_CUR));
    show("folder", call3(NR_lseek, folder, 0, SEEK_SET));
    show("folder, negative", call3(NR_lseek, folder, -1, SEEK_SET));
    close(folder), close(ends[0]), close(ends[1]);
}

int main(void)
{
    enter_folder();
    int fd = open("file", O_CREAT | O_RDWR, 0644);
    transfers(fd);
    refusals(fd);
    seeks(fd);
    remove_folder();
    return 0;
}
