/* attributes: stat, statx, chmod, chown, times, access and truncation by descriptor and by name, with their errors. */
#include "files.h"

enum { NR_chown16 = 182, NR_utimes = 271, NR_futimesat = 299, NR_statx = 383, NR_faccessat = 307, Now = 0x3fffffff, Omit = 0x3ffffffe };

static int status[24];

static int stat(const char *path) { return call2(NR_stat64, (int)path, (int)status); }

static void show_mode(const char *what, const char *path)
{
    stat(path);
    print(what), print(": "), print_hex((word)status[4]), print("\n");
}

static void show_times(const char *what)
{
    stat("file");
    print(what);
    print_line(": accessed ", status[16]);
    print_line("  and ", status[17]);
    print_line("  modified ", status[18]);
    print_line("  and ", status[19]);
}

static int utimens(const char *path, int a, int an, int m, int mn, int flags)
{
    int times[4] = {a, an, m, mn};
    return call4(NR_utimensat, AT_FDCWD, (int)path, (int)times, flags);
}

static void stats(void)
{
    int area[64];
    show("stat", stat("file"));
    show("size", status[11]);
    show("blocks", status[14]);
    show("block size", status[13]);
    show("links", status[5]);
    show("stat nothing", stat("nothing"));
    show("stat a loop", stat("loop"));
    show("stat bad", stat((char *)8));
    show("stat bad buffer", call2(NR_stat64, (int)"file", 8));
    show("stat below a file", stat("file/x"));
    show("stat with a slash", stat("file/"));
    show("lstat", call2(NR_lstat64, (int)"link", (int)status));
    print_hex((word)status[4]), print("\n");
    show("size", status[11]);
    show("fstat", call2(NR_fstat64, 99, (int)status));
    show("fstatat", call4(NR_fstatat64, AT_FDCWD, (int)"link", (int)status, AT_SYMLINK_NOFOLLOW));
    show("fstatat flags", call4(NR_fstatat64, AT_FDCWD, (int)"link", (int)status, 1));
    show("fstatat empty", call4(NR_fstatat64, AT_FDCWD, (int)"", (int)status, 0));
    show("fstatat empty path", call4(NR_fstatat64, AT_FDCWD, (int)"", (int)status, AT_EMPTY_PATH));
    show("fstatat descriptor", call4(NR_fstatat64, 99, (int)"x", (int)status, 0));
    show("statx", call5(NR_statx, AT_FDCWD, (int)"file", 0, 0x7ff, (int)area));
    print_hex((word)area[0] & 0x7ff), print("\n");
    show("links", area[4]);
    print_hex((word)area[7] & 0xffff), print("\n");
    show("size", area[10]);
    show("statx flags", call5(NR_statx, AT_FDCWD, (int)"file", 1, 0x7ff, (int)area));
    show("statx both syncs", call5(NR_statx, AT_FDCWD, (int)"file", 0x6000, 0x7ff, (int)area));
    show("statx reserved", call5(NR_statx, AT_FDCWD, (int)"file", 0, (int)0x80000000, (int)area));
    show("statx bad buffer", call5(NR_statx, AT_FDCWD, (int)"file", 0, 0x7ff, 8));
    show("statx nothing", call5(NR_statx, AT_FDCWD, (int)"nothing", 0, 0x7ff, (int)area));
    show("statfs nothing", call2(NR_statfs, (int)"nothing", (int)area));
    show("statfs bad buffer", call2(NR_statfs, (int)"file", 8));
    show("statfs64", call3(NR_statfs64, (int)"file", 84, (int)area));
    print_hex((word)area[0]), print("\n");
    show("statfs64 size", call3(NR_statfs64, (int)"file", 80, (int)area));
    show("fstatfs descriptor", call2(100, 99, (int)area));
}

static void modes(void)
{
    show("chmod", chmod("file", 07777));
    show_mode("mode", "file");
    show("chmod of more", chmod("file", 0200644));
    show_mode("mode", "file");
    show("chmod through a link", chmod("link", 0600));
    show_mode("mode", "file");
    show("chmod nothing", chmod("nothing", 0600));
    show("fchmod", call2(NR_fchmod, 99, 0600));
    show("fchmodat", call3(NR_fchmodat, AT_FDCWD, (int)"file", 0640));
    show_mode("mode", "file");
    show("chown", call3(NR_chown32, (int)"file", 100000, 100001));
    stat("file");
    show("uid", status[6]);
    show("gid", status[7]);
    show("chown16", call3(NR_chown16, (int)"file", 5, 0xffff));
    stat("file");
    show("uid", status[6]);
    show("gid", status[7]);
    show("lchown", call3(NR_lchown32, (int)"link", 7, 8));
    call2(NR_lstat64, (int)"link", (int)status);
    show("uid", status[6]);
    stat("file");
    show("not", status[6]);
    show("fchown", call3(NR_fchown32, 99, 0, 0));
    show("fchownat flags", call5(NR_fchownat, AT_FDCWD, (int)"file", 0, 0, 1));
    show("fchownat", call5(NR_fchownat, AT_FDCWD, (int)"link", 9, -1, AT_SYMLINK_NOFOLLOW));
    chmod("file", 06755);
    show("chown clears", call3(NR_chown32, (int)"file", 0, 0));
    show_mode("mode", "file");
    chmod("file", 02644);
    call3(NR_chown32, (int)"file", 0, 0);
    show_mode("set-group-ID without execution", "file");
    mkdir("folder", 02755), chmod("folder", 06755);
    call3(NR_chown32, (int)"folder", 5, 5);
    show_mode("a folder keeps them", "folder");
    chmod("file", 0644);
    show("access", call2(NR_access, (int)"file", 6));
    show("faccessat2", call4(NR_faccessat2, AT_FDCWD, (int)"file", 1, 0));
    show("faccessat2 flags", call4(NR_faccessat2, AT_FDCWD, (int)"file", 0, 1));
    show("faccessat2 link", call4(NR_faccessat2, AT_FDCWD, (int)"dangling", 0, AT_SYMLINK_NOFOLLOW));
    show("faccessat2 through", call4(NR_faccessat2, AT_FDCWD, (int)"dangling", 0, 0));
    show("faccessat2 effective", call4(NR_faccessat2, AT_FDCWD, (int)"file", 4, 0x200));
    show("faccessat2 mode", call4(NR_faccessat2, AT_FDCWD, (int)"file", 16, 0));
    show("faccessat2 of a descriptor", call4(NR_faccessat2, open("file", O_RDONLY, 0), (int)"", 4, AT_EMPTY_PATH));
    show("umask", call1(NR_umask, 0777077));
    show("umask", call1(NR_umask, 022));
}

static void times(void)
{
    int pair[2] = {100, 200}, values[4] = {300, 5, 400, 6};
    show("utime", call2(NR_utime, (int)"file", (int)pair));
    show_times("utime");
    show("utimes", call2(NR_utimes, (int)"file", (int)values));
    show_times("utimes");
    values[1] = 1000000;
    show("utimes, fraction", call2(NR_utimes, (int)"file", (int)values));
    values[1] = -1;
    show("utimes, negative", call2(NR_utimes, (int)"file", (int)values));
    show("utimensat", utimens("file", 500, 999999999, 600, 1, 0));
    show_times("utimensat");
    show("omit one", utimens("file", 1, Omit, 700, 2, 0));
    show_times("omit");
    show("omit both", utimens("nothing", 1, Omit, 700, Omit, 0));
    show("fraction", utimens("file", 1, 1000000000, 700, 2, 0));
    show("before 1970", utimens("file", -5, 7, -6, 8, 0));
    show_times("before 1970");
    show("now", utimens("file", 1, Now, 2, Omit, 0));
    stat("file");
    show("is now", status[16] > 1000000000);
    show("the other stays", status[18]);
    show("flags", utimens("file", 1, 1, 2, 2, 1));
    show("nothing", utimens("nothing", 1, 1, 2, 2, 0));
    show("link itself", utimens("dangling", 11, 1, 22, 2, AT_SYMLINK_NOFOLLOW));
    call2(NR_lstat64, (int)"dangling", (int)status);
    show("modified", status[18]);
    int fd = open("file", O_RDONLY, 0);
    values[0] = 900, values[1] = 1, values[2] = 800, values[3] = 2;
    show("by descriptor", call4(NR_utimensat, fd, 0, (int)values, 0));
    show_times("by descriptor");
    show("descriptor and flags", call4(NR_utimensat, fd, 0, (int)values, AT_SYMLINK_NOFOLLOW));
    show("no descriptor", call4(NR_utimensat, 99, 0, (int)values, 0));
    show("folder without a path", call4(NR_utimensat, AT_FDCWD, 0, (int)values, 0));
    show("bad times", call4(NR_utimensat, AT_FDCWD, (int)"file", 8, 0));
    show("futimesat", call3(NR_futimesat, AT_FDCWD, (int)"file", (int)values));
    show("futimesat by descriptor", call3(NR_futimesat, fd, 0, (int)values));
    show("utime bad", call2(NR_utime, (int)"file", 8));
    show("utime nothing", call2(NR_utime, (int)"nothing", 0));
    show("fsync", call1(NR_fsync, fd));
    show("fdatasync", call1(148, fd));
    int ends[2];
    pipe(ends);
    show("fsync of a pipe", call1(NR_fsync, ends[0]));
    show("fsync of nothing", call1(NR_fsync, 99));
    show("syncfs", call1(344, fd));
    show("sync", call0(NR_sync));
    show("readahead", call5(NR_readahead, fd, 0, 0, 100, 0));
    show("readahead of a pipe", call5(NR_readahead, ends[0], 0, 0, 100, 0));
    show("readahead of a writer", call5(NR_readahead, open("file", O_WRONLY, 0), 0, 0, 100, 0));
    show("fadvise", call5(NR_fadvise64, fd, 0, 0, 100, 3));
    show("fadvise advice", call5(NR_fadvise64, fd, 0, 0, 100, 99));
    show("fadvise of a pipe", call5(NR_fadvise64, ends[0], 0, 0, 100, 3));
    show("fadvise of nothing", call5(NR_fadvise64, 99, 0, 0, 100, 3));
    show("FIONREAD", call3(NR_ioctl, fd, 0x541b, (int)values));
    show("size", values[0]);
    show("FIONBIO", call3(NR_ioctl, fd, 0x5421, (int)values));
    show("GETFL", fcntl(fd, F_GETFL, 0) & O_NONBLOCK);
    show("FIOCLEX", call3(NR_ioctl, fd, 0x5451, 0));
    show("GETFD", fcntl(fd, 1, 0));
    show("FIONCLEX", call3(NR_ioctl, fd, 0x5450, 0));
    show("FIGETBSZ", call3(NR_ioctl, fd, 2, (int)values));
    show("block", values[0]);
    show("unknown", call3(NR_ioctl, fd, 0x1234, (int)values));
    show("TCGETS", call3(NR_ioctl, fd, 0x5401, (int)values));
    show("bad", call3(NR_ioctl, fd, 0x541b, 8));
    show("no descriptor", call3(NR_ioctl, 99, 0x541b, (int)values));
    show("GETFLAGS", call3(NR_ioctl, fd, (int)0x80046601, (int)values));
    show("flags", values[0] & ~0x80000);
}

static void descriptors(void)
{
    int fd = open("file", O_RDONLY | O_CLOEXEC, 0), limit[2] = {20, 20};
    show("dup2 to itself", call2(NR_dup2, fd, fd) == fd);
    show("dup3 to itself", call3(NR_dup3, fd, fd, 0));
    show("dup3 flags", call3(NR_dup3, fd, 18, 1));
    show("dup3", call3(NR_dup3, fd, 18, O_CLOEXEC));
    show("GETFD", fcntl(18, 1, 0));
    show("dup2", call2(NR_dup2, fd, 18));
    show("GETFD", fcntl(18, 1, 0));
    show("dup2 of none", call2(NR_dup2, 99, 18));
    show("dup2 to -1", call2(NR_dup2, fd, -1));
    show("F_DUPFD_CLOEXEC", fcntl(fd, 1030, 19));
    show("GETFD", fcntl(19, 1, 0));
    call2(NR_setrlimit, 7, (int)limit);
    show("dup2 at the limit", call2(NR_dup2, fd, 20));
    show("F_DUPFD at the limit", fcntl(fd, 0, 20));
    show("F_DUPFD -1", fcntl(fd, 0, -1));
    int last = 0, next;
    while ((next = open("file", O_RDONLY, 0)) >= 0)
        last = next;
    show("open at the limit", next);
    show("the last", last);
    show("dup", call1(NR_dup, fd));
    show("pipe", pipe(limit));
    show("F_DUPFD", fcntl(fd, 0, 3));
    show("close_range", call3(NR_close_range, 10, 17, 0));
    show("again", call3(NR_close_range, 10, 17, 0));
    show("closed", close(12));
    show("close_range, CLOEXEC", call3(NR_close_range, 3, -1, 4));
    show("GETFD", fcntl(fd, 1, 0));
    show("close_range, backwards", call3(NR_close_range, 17, 10, 0));
    show("close_range, flags", call3(NR_close_range, 10, 17, 8));
    show("close_range, UNSHARE", call3(NR_close_range, 10, 17, 2));
    show("close", close(99));
}

int main(void)
{
    enter_folder();
    make_file("file", "some text"), symlink("file", "link"), symlink("nothing", "dangling"), symlink("loop", "loop");
    stats();
    modes();
    times();
    descriptors();
    remove_folder();
    return 0;
}
