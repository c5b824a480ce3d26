/* errors_descriptors: dup, pipe, fcntl, lseek, read and write with every error, and what fails when no descriptor is left. */
#include "tries.h"

enum { NR_signalfd = 321, NR_signalfd4 = 327, NR_socket = 359, NR_bind = 361, NR_connect = 362 };
enum { F_DUPFD, F_GETFD, F_SETFD, F_SETLKW = 7, F_SETOWN, F_GETOWN, F_SETSIG, F_GETSIG, F_GETLK64, F_SETLK64, F_SETLKW64 };
enum { F_SETLEASE = 1024, F_GETLEASE, F_NOTIFY, F_CANCELLK = 1029, F_DUPFD_CLOEXEC, F_SETPIPE_SZ = 1031, F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS };
enum { RLIMIT_FSIZE = 1, RLIMIT_NOFILE = 7 };

static struct { short type, whence; int start, length, pid; } lock = {F_WRLCK, 0, 0, 0, 0};
static struct { int length, buffer; } spans[] = {{BAD, 4}, {0, 0}};
static int ends[2], mask[2], times[4], at[2] = {-1, -1};
static char text[64];
static const char *const folder = ".";

static void duplicates(void)
{
    static const struct try calls[] = {
        {"dup", NR_dup, {NONE}}, {"dup -1", NR_dup, {-1}}, {"dup2", NR_dup2, {NONE, 3}}, {"dup2 to -1", NR_dup2, {0, -1}},
        {"dup2 to the limit", NR_dup2, {0, 1024}}, {"dup2 to itself", NR_dup2, {NONE, NONE}}, {"dup3", NR_dup3, {NONE, 3, 0}},
        {"dup3 to the limit", NR_dup3, {0, 1024, 0}}, {"dup3 to itself", NR_dup3, {0, 0, 0}}, {"dup3, flags", NR_dup3, {0, 3, 1}},
        {"pipe", NR_pipe, {BAD}}, {"pipe2", NR_pipe2, {BAD, 0}}, {"pipe2, flags", NR_pipe2, {(int)ends, 1}},
        {"pipe2, both bad", NR_pipe2, {BAD, 1}},
        {"close", NR_close, {NONE}}, {"close -1", NR_close, {-1}},
    };
    TRY(calls);
    for (int fd = 3; fd < 7; fd++)
        close(fd);
}

static void controls(int number)
{
    print(number == NR_fcntl64 ? "fcntl64\n" : "fcntl\n");
    const struct try calls[] = {
        {"descriptor", number, {NONE, F_GETFD, 0}}, {"command", number, {0, 999, 0}}, {"bad lock", number, {0, F_GETLK, BAD}},
        {"bad lock to set", number, {0, F_SETLK, BAD}}, {"type of lock to get", number, {4, F_GETLK, (int)&(short[8]){F_UNLCK}}},
        {"lock to write for reading", number, {4, F_SETLK, (int)&lock}}, {"whence", number, {3, F_SETLK, (int)&(short[8]){F_RDLCK, 9}}},
        {"type", number, {3, F_SETLK, (int)&(short[8]){9}}}, {"before the start", number, {3, F_SETLK, (int)&(int[4]){F_RDLCK, -5}}},
        {"not below", number, {0, F_DUPFD, 1024}}, {"below -1", number, {0, F_DUPFD, -1}},
        {"notice of a file", number, {3, F_NOTIFY, 1}}, {"pipe size of a file", number, {3, F_GETPIPE_SZ, 0}},
        {"pipe size, too large", number, {5, F_SETPIPE_SZ, -1}}, {"pipe size", number, {5, F_SETPIPE_SZ, 65536}},
        {"pipe size below", number, {5, F_SETPIPE_SZ, 1}}, {"pipe size, again", number, {5, F_GETPIPE_SZ, 0}},
        {"seals of a file", number, {5, F_GET_SEALS, 0}}, {"signal", number, {3, F_SETSIG, 65}}, {"signal, -1", number, {3, F_SETSIG, -1}},
        {"owner of nobody", number, {3, F_SETOWN, 9999999}}, {"owner, least number", number, {3, F_SETOWN, (int)0x80000000}},
        {"no descriptor", number, {NONE, F_SETLKW, BAD}}, {"type of lease", number, {3, F_SETLEASE, 9}},
        {"lease of a pipe", number, {5, F_SETLEASE, 0}},
        {"lease, there", number, {3, F_GETLEASE, 0}}, {"O_DIRECT", number, {5, F_SETFL, O_DIRECT}}, {"flags", number, {5, F_GETFL, 0}},
    };
    TRY(calls);
    struct { int data[6]; } wide = {{F_WRLCK}};
    show("wide lock", call3(number, 3, F_GETLK64, (int)&wide));
    show("wide lock, bad", call3(number, 3, F_GETLK64, BAD));
    lock.type = F_RDLCK;
    show("lock", call3(number, 4, F_SETLK, (int)&lock));
    show("waits", call3(number, 4, F_SETLKW, (int)&lock));
    lock.type = F_WRLCK;
    if (fork() == 0) {
        show("locked", call3(number, 3, F_SETLK, (int)&lock));
        show("who", (call3(number, 3, F_GETLK, (int)&lock), lock.type));
        leave(0);
    }
    wait4(-1, 0, 0);
    lock.type = F_WRLCK, lock.whence = 0, lock.start = 0, lock.length = 0;
    write(5, "packet", 6);
    show("lost", close(4));
}

static void commands(void)
{
    static const int numbers[] = {55, NR_fcntl64};
    for (int i = 0; i < 2; i++) {
        make_file("file", "contents");
        open("file", O_RDWR, 0), open("file", O_RDONLY, 0);
        pipe(ends);
        call3(NR_dup3, ends[1], 6, 0), call3(NR_dup3, ends[0], 5, 0);
        controls(numbers[i]);
        for (int fd = 3; fd < 8; fd++)
            close(fd);
    }
}

static void places(void)
{
    int fd = open("file", O_RDWR, 0);
    show("_llseek", call5(NR__llseek, NONE, 0, 0, (int)at, SEEK_SET));
    show("_llseek, bad", call5(NR__llseek, fd, 0, 0, BAD, SEEK_SET));
    show("_llseek, far", call5(NR__llseek, fd, 1, 0, (int)at, SEEK_SET));
    show("lseek", call3(NR_lseek, fd, 0x7fffffff, SEEK_SET));
    show("lseek, whence", call3(NR_lseek, fd, 0, 9));
    show("lseek before", call3(NR_lseek, fd, -1, SEEK_SET));
    close(fd);
}

static void transfers(void)
{
    int fd = open("file", O_RDWR, 0), here = open(folder, O_RDONLY, 0);
    const struct try calls[] = {
        {"read", NR_read, {fd, BAD, 4}}, {"read, nothing", NR_read, {fd, BAD, 0}}, {"read of a folder", NR_read, {here, (int)text, 4}},
        {"write", NR_write, {fd, BAD, 4}}, {"write, nothing", NR_write, {fd, BAD, 0}}, {"write to a folder", NR_write, {here, (int)text, 4}},
        {"pread64", NR_pread64, {fd, BAD, 4, 0, 0}}, {"pread64 before", NR_pread64, {fd, (int)text, 4, -1, -1}}, {"pread64 of none", NR_pread64, {NONE, (int)text, 4}},
        {"pwrite64", NR_pwrite64, {fd, BAD, 4, 0, 0}}, {"pwrite64 before", NR_pwrite64, {fd, (int)text, 4, -1, -1}}, {"pwrite64 to none", NR_pwrite64, {NONE, (int)text, 4}},
        {"readv", NR_readv, {fd, BAD, 1}}, {"readv, span", NR_readv, {fd, (int)spans, 1}}, {"readv, 1025", NR_readv, {fd, (int)spans, 1025}},
        {"writev", NR_writev, {fd, BAD, 1}}, {"writev, span", NR_writev, {fd, (int)spans, 1}}, {"writev, 1025", NR_writev, {fd, (int)spans, 1025}},
        {"writev, -1", NR_writev, {fd, (int)spans, -1}}, {"writev, long", NR_writev, {fd, (int)&(int[2]){(int)text, -1}, 1}},
        {"writev, none", NR_writev, {NONE, (int)spans, 1}},
        {"preadv before", NR_preadv, {fd, (int)spans, 1, -1, -1}}, {"pwritev before", NR_pwritev, {fd, (int)spans, 1, -1, -1}},
        {"preadv", NR_preadv, {fd, (int)spans, 1, 0, 0}}, {"pwritev", NR_pwritev, {fd, (int)spans, 1, 0, 0}}, {"preadv, none", NR_preadv, {NONE, (int)spans, 1, 0, 0}},
        {"pwritev, none", NR_pwritev, {NONE, (int)spans, 1, 0, 0}}, {"pwritev, 1025", NR_pwritev, {fd, (int)spans, 1025, 0, 0}},
        {"preadv2 before", NR_preadv2, {fd, (int)spans, 1, -2, -1, 0}}, {"pwritev2 before", NR_pwritev2, {fd, (int)spans, 1, -2, -1, 0}},
        {"preadv2, flags", NR_preadv2, {fd, (int)spans, 1, 0, 0, 0x10000}}, {"pwritev2, flags", NR_pwritev2, {fd, (int)spans, 1, 0, 0, 0x10000}},
        {"preadv2, none", NR_preadv2, {NONE, (int)spans, 1, 0, 0, 0}}, {"pwritev2, 1025", NR_pwritev2, {fd, (int)spans, 1025, 0, 0, 0}},
        {"preadv2, 1025", NR_preadv2, {fd, (int)spans, 1025, 0, 0, 0}},
        {"readahead", NR_readahead, {NONE, 0, 0, 4}}, {"readahead of a folder", NR_readahead, {here, 0, 0, 4}},
    };
    TRY(calls);
    close(fd), close(here);
    struct { short family; char path[8]; } name = {1, "name"};
    int named = call3(NR_socket, 1, 2, 0), other = call3(NR_socket, 2, 2, 0);
    show("bind", call3(NR_bind, named, (int)&name, 7));
    show("write to nobody", write(named, text, 4));
    show("write to no address", write(other, text, 4));
    close(named), close(other);
    int limit[2] = {4, -1}, none[2] = {-1, -1};
    fd = open("file", O_RDWR, 0);
    call2(NR_setrlimit, RLIMIT_FSIZE, (int)limit);
    call2(NR_signal, 25, SIG_IGN);
    show("write up to the limit", write(fd, "abcdef", 6));
    show("write beyond it", write(fd, "abcdef", 6));
    show("pwrite64 beyond it", call5(NR_pwrite64, fd, (int)text, 4, 100, 0));
    call2(NR_setrlimit, RLIMIT_FSIZE, (int)none);
    close(fd);
}

static void no_descriptors(void)
{
    static const struct try calls[] = {
        {"dup", NR_dup, {1}}, {"F_DUPFD", NR_fcntl, {1, F_DUPFD, 0}}, {"F_DUPFD 3", NR_fcntl64, {1, F_DUPFD, 2}}, {"dup2", NR_dup2, {1, 3}}, {"dup3", NR_dup3, {1, 3, 0}},
        {"fcntl, F_DUPFD", 55, {1, F_DUPFD, 2}}, {"fcntl, F_DUPFD_CLOEXEC", 55, {1, F_DUPFD_CLOEXEC, 2}},
        {"pipe", NR_pipe, {(int)ends}}, {"pipe, bad", NR_pipe, {BAD}}, {"pipe2", NR_pipe2, {(int)ends, O_CLOEXEC}}, {"open", NR_open, {(int)&"/dev/null", O_RDONLY}},
        {"open nothing", NR_open, {(int)&"nothing", O_RDONLY}}, {"openat", NR_openat, {AT_FDCWD, (int)&"/dev/null", O_RDONLY}}, {"creat", NR_creat, {(int)&"new", 0600}},
        {"epoll_create", NR_epoll_create, {1}}, {"epoll_create1", NR_epoll_create1, {0}}, {"epoll_create1, flags", NR_epoll_create1, {1}},
        {"inotify_init", NR_inotify_init, {0}}, {"inotify_init1", NR_inotify_init1, {0}}, {"signalfd", NR_signalfd, {-1, (int)mask, 8}},
        {"signalfd4", NR_signalfd4, {-1, (int)mask, 8, 0}}, {"timerfd_create", NR_timerfd_create, {1, 0}}, {"eventfd", NR_eventfd, {0}}, {"eventfd2", NR_eventfd2, {0, 0}},
        {"memfd_create", NR_memfd_create, {(int)&"memory", 0}}, {"socket", NR_socket, {1, 1, 0}}, {"creat left", NR_unlink, {(int)&"new"}},
    };
    int limit[2] = {3, 1024}, more[2] = {1024, 1024};
    call2(NR_setrlimit, RLIMIT_NOFILE, (int)limit);
    TRY(calls);
    call2(NR_setrlimit, RLIMIT_NOFILE, (int)more);
}

int main(void)
{
    int limit[2] = {1024, 1024};
    for (int fd = 3; fd < 20; fd++)
        close(fd);
    call2(NR_setrlimit, RLIMIT_NOFILE, (int)limit);
    enter_folder();
    duplicates();
    commands();
    places();
    transfers();
    no_descriptors();
    remove_folder();
    return (int)times[0];
}
