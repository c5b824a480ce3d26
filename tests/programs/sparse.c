/* sparse: files with holes: writing far behind the end, SEEK_DATA and SEEK_HOLE, fallocate, truncate, and limits. */
#include "files.h"

enum { Keep = 1, Punch = 2, Fsize = 1 };

static int fd;

static int blocks(void)
{
    int status[24];
    call2(NR_fstat64, fd, (int)status);
    return *(int *)((byte *)status + 56);
}

static int size(void)
{
    int status[24];
    call2(NR_fstat64, fd, (int)status);
    return *(int *)((byte *)status + 44);
}

static void state(const char *what)
{
    print(what);
    print_line(": size ", size());
    print_line("  blocks ", blocks());
}

static int falloc(int mode, int offset, int length) { return call6(NR_fallocate, fd, mode, offset, offset < 0 ? -1 : 0, length, length < 0 ? -1 : 0); }
static int seek(int offset, int whence) { return call3(NR_lseek, fd, offset, whence); }
static int write_at(const char *text, int offset) { return call5(NR_pwrite64, fd, (int)text, (int)length(text), offset, 0); }

static void holes(void)
{
    write_at("one", 0);
    write_at("two", 20000);
    state("two writes");
    show("data from 0", seek(0, SEEK_DATA));
    show("data from 4095", seek(4095, SEEK_DATA));
    show("data from 4096", seek(4096, SEEK_DATA));
    show("data from 20002", seek(20002, SEEK_DATA));
    show("data from the end", seek(20003, SEEK_DATA));
    show("hole from 0", seek(0, SEEK_HOLE));
    show("hole from 5000", seek(5000, SEEK_HOLE));
    show("hole from 20001", seek(20001, SEEK_HOLE));
    show("hole from the end", seek(20003, SEEK_HOLE));
    show("data from -1", seek(-1, SEEK_DATA));
    show("whence 5", seek(0, 5));
    show("offset", seek(0, SEEK_CUR));
    call2(NR_ftruncate, fd, 30000);
    show("no data behind", seek(24576, SEEK_DATA));
    show("hole", seek(24576, SEEK_HOLE));
    state("longer");
    call2(NR_ftruncate, fd, 4000);
    state("shorter");
    call2(NR_ftruncate, fd, 4096);
    char c = 'x';
    call5(NR_pread64, fd, (int)&c, 1, 4050, 0);
    show("zero", c);
}

static void allocate(void)
{
    call2(NR_ftruncate, fd, 0);
    show("allocate", falloc(0, 5000, 10000));
    state("allocated");
    show("allocate, keep", falloc(Keep, 50000, 10000));
    state("behind the end");
    show("data", seek(0, SEEK_DATA));
    show("truncate to the same size", call2(NR_ftruncate, fd, 15000));
    state("what was behind is gone");
    write_at("abcdefgh", 8188);
    show("punch", falloc(Punch | Keep, 4097, 8192));
    state("punched");
    char text[8];
    call5(NR_pread64, fd, (int)text, 8, 8188, 0);
    show("zeros", text[0] + text[4]);
    show("data", seek(4096, SEEK_DATA));
    show("hole", seek(4096, SEEK_HOLE));
    show("punch behind the end", falloc(Punch | Keep, 100000, 10000));
    state("same");
    show("punch without keep", falloc(Punch, 0, 4096));
    show("zero range", falloc(0x10, 0, 4096));
    show("collapse", falloc(8, 0, 4096));
    show("unknown", falloc(0x1000, 0, 4096));
    show("length 0", falloc(0, 0, 0));
    show("negative offset", falloc(0, -1, 10));
    show("negative length", falloc(0, 0, -1));
    show("far", call6(NR_fallocate, fd, 0, -1, 0x7fffffff, 1, 0));
    show("descriptor", call6(NR_fallocate, 99, 0, 0, 0, 1, 0));
    int other = open("sparse", O_RDONLY, 0), ends[2], folder = open(".", O_RDONLY, 0);
    pipe(ends);
    show("not writable", call6(NR_fallocate, other, 0, 0, 0, 1, 0));
    show("pipe", call6(NR_fallocate, ends[1], 0, 0, 0, 1, 0));
    show("folder", call6(NR_fallocate, folder, 0, 0, 0, 1, 0));
    int null = open("/dev/null", O_WRONLY, 0);
    show("device", call6(NR_fallocate, null, 0, 0, 0, 1, 0));
    close(other), close(ends[0]), close(ends[1]), close(folder), close(null);
}

static void sizes(void)
{
    show("ftruncate negative", call2(NR_ftruncate, fd, -1));
    show("ftruncate64 5 GiB", call3(NR_ftruncate64, fd, 0x40000000, 1));
    show("hole", seek(100000, SEEK_HOLE));
    show("before 0", seek(-1, SEEK_SET));
    int status[32];
    show("stat", call2(106, (int)"sparse", (int)status));
    show("open without O_LARGEFILE", open("sparse", O_RDWR, 0) > 0);
    int small = open("small", O_CREAT | O_RDWR, 0644);
    show("ftruncate64 of a small file", call3(NR_ftruncate64, small, 0x7ffffffd, 0));
    show("write at its end", call5(NR_pwrite64, small, (int)"abcdef", 6, 0x7ffffffd, 0));
    show("write behind its end", call5(NR_pwrite64, small, (int)"abcdef", 6, 0x7fffffff, 0));
    close(small);
    show("truncate64", call3(NR_truncate64, (int)"sparse", 0, 2));
    show("truncate", call2(NR_truncate, (int)"sparse", 10));
    show("truncate a folder", call2(NR_truncate, (int)".", 10));
    show("truncate nothing", call2(NR_truncate, (int)"nothing", 10));
    show("truncate negative", call2(NR_truncate, (int)"sparse", -10));
    mknod("fifo", 010644, 0);
    show("truncate a fifo", call2(NR_truncate, (int)"fifo", 10));
    show("truncate a device", call2(NR_truncate, (int)"/dev/null", 10));
    int other = open("sparse", O_RDONLY, 0), ends[2];
    pipe(ends);
    show("ftruncate not writable", call2(NR_ftruncate, other, 10));
    show("ftruncate a pipe", call2(NR_ftruncate, ends[1], 10));
    show("ftruncate no descriptor", call2(NR_ftruncate, 99, 10));
    close(other), close(ends[0]), close(ends[1]);
}

static volatile int got;
static void handler(int signal) { got = signal; }

static void limited(void)
{
    word limit[2] = {10000, 10000};
    struct { void (*handler)(int); word flags; void *restorer; word mask[2]; } action = {handler, 0, 0, {0, 0}};
    call4(NR_rt_sigaction, 25, (int)&action, 0, 8);
    call2(NR_ftruncate, fd, 0);
    call2(NR_setrlimit, Fsize, (int)limit);
    show("write up to the limit", write_at("0123456789", 9995));
    show("signal", got);
    show("write at the limit", write_at("0123456789", 10000));
    show("signal", got), got = 0;
    show("write behind the limit", write_at("0123456789", 20000));
    show("signal", got), got = 0;
    show("truncate", call2(NR_ftruncate, fd, 10001));
    show("signal", got), got = 0;
    show("allocate", falloc(0, 0, 10001));
    show("signal", got), got = 0;
    show("allocate, keep", falloc(Keep, 0, 10001));
    show("signal", got), got = 0;
    show("size 0", write_at("", 10000));
    show("ftruncate to the limit", call2(NR_ftruncate, fd, 10000));
    show("signal", got);
}

int main(void)
{
    enter_folder();
    fd = open("sparse", O_CREAT | O_RDWR | O_LARGEFILE, 0644);
    holes();
    allocate();
    sizes();
    limited();
    remove_folder();
    return 0;
}
