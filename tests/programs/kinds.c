/* kinds: what every call on a descriptor says of every kind of file: one line a call, one word a kind. */
#include "tries.h"

enum { NR_socket = 359, NR_socketpair = 360, NR_mq_open = 277, NR_fstatfs = 100, NR_fstatfs64 = 269, NR_fdatasync = 148, NR_syncfs = 344, NR_fadvise = 250, NR_sync_file_range = 314, NR_signalfd = 321, NR_pidfd_open = 434, NR_pidfd_send_signal = 424, NR_pidfd_getfd = 438 };
enum { NR_getpeername = 368, NR_getsockopt = 365, NR_listen = 363, NR_accept4 = 364, NR_shutdown = 373, NR_sendto = 369, NR_recvfrom = 371, NR_bind = 361, NR_mq_getsetattr = 282, NR_statx = 383, NR_execveat = 358, NR_setns = 346, NR_perf = 336, NR_readlink_at = 305, NR_waitid_ = 284 };
enum { F_DUPFD, F_GETFD, F_SETFD, F_GETOWN = 9, F_SETSIG, F_GETSIG, F_GETLEASE = 1025, F_NOTIFY, F_SETPIPE_SZ = 1031, F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS, F_GET_RW_HINT = 1035, F_SET_RW_HINT, O_ASYNC = 020000, O_NOATIME = 01000000 };
enum { TCGETS = 0x5401, TIOCGWINSZ = 0x5413, TIOCGPGRP = 0x540f, FIONREAD = 0x541b, FIONBIO = 0x5421, FIOASYNC = 0x5452, FIOCLEX = 0x5451, FIOQSIZE = 0x5460, FS_IOC_GETFLAGS = (int)0x80046601, FIGETBSZ = 2, FIBMAP = 1, BLKGETSIZE = 0x1260 };
enum { MOST = 40, LAST = 3 /* kinds that are odd in some calls */, MAP_SHARED = 1, PAGE = 4096, P_PIDFD = 3 };

static struct kind { const char *name; int fd; } kinds[MOST];
static int count, mask[2], signals, word_at, quiet[4];
static byte data[4096];
static struct { void *start; word size; } span = {data, 1}, empty = {data, 0};
static int zero[2], event[3], times[8], handle_size;
static struct { short type, whence; int start, length, pid; } lock;

static void add(const char *name, int fd)
{
    if (fd < 0)
        show(name, fd);
    kinds[count].name = name, kinds[count++].fd = fd;
}

static void make_all(void)
{
    int ends[2], pair[2];
    add("none", NONE);
    add("reading", open("file", O_RDONLY, 0));
    add("writing", open("file", O_WRONLY, 0));
    add("both", open("file", O_RDWR, 0));
    add("append", open("file", O_RDWR | O_APPEND, 0));
    add("path", open("file", O_PATH, 0));
    add("folder", open("folder", O_RDONLY, 0));
    add("folder path", open("folder", O_PATH, 0));
    pipe(ends);
    fcntl(ends[0], F_SETFL, O_NONBLOCK), fcntl(ends[1], F_SETFL, O_NONBLOCK);
    add("pipe out", ends[0]), add("pipe in", ends[1]);
    add("fifo", open("fifo", O_RDWR | O_NONBLOCK, 0));
    call4(NR_socketpair, 1, 1 | O_NONBLOCK, 0, (int)pair);
    add("stream", pair[0]);
    add("datagram", call3(NR_socket, 1, 2 | O_NONBLOCK, 0));
    add("event", call2(NR_eventfd2, 0, O_NONBLOCK));
    add("epoll", call1(NR_epoll_create1, 0));
    add("timer", call2(NR_timerfd_create, 1, O_NONBLOCK));
    mask[0] = 1 << (SIGUSR1 - 1);
    signals = call4(327, -1, (int)mask, 8, O_NONBLOCK);
    add("signals", signals);
    add("inotify", call1(NR_inotify_init1, O_NONBLOCK));
    add("memory", call2(NR_memfd_create, (int)&"memory", 2));
    add("null", open("/dev/null", O_RDWR, 0));
    add("zero", open("/dev/zero", O_RDWR, 0));
    add("random", open("/dev/urandom", O_RDONLY, 0));
    add("full", open("/dev/full", O_RDWR, 0));
    add("setting", open("/proc/sys/kernel/ostype", O_RDONLY, 0));
    add("proc folder", open("/proc/self/fd", O_RDONLY, 0));
    add("proc mem", open("/proc/self/mem", O_RDONLY, 0));
    add("proc", open("/proc/self/status", O_RDONLY, 0));
    add("udp", call3(NR_socket, 2, 2 | O_NONBLOCK, 0));
    add("tcp", call3(NR_socket, 2, 1 | O_NONBLOCK, 0));
}

/* The call with each kind's descriptor in the place of -7. */
static void each(const char *what, int number, const int words[6], int first, int last)
{
    print(what), print(":");
    for (int i = first; i < last; i++) {
        int filled[6];
        for (int j = 0; j < 6; j++)
            filled[j] = words[j] == -7 ? kinds[i].fd : words[j];
        int result = call(number, filled);
        print(" ");
        if (result < 0 && result > -4096)
            print(errno_name(-result));
        else
            print(number == NR_mmap2 || result == kinds[i].fd ? "ok" : result == 0 ? "0" : result == 1 ? "1" : "more");
        if (number == NR_mmap2 && (result > 0 || result < -4095))
            call2(NR_munmap, result, PAGE);
    }
    print("\n");
}

static void each_of(const struct try *tries, word many, int first, int last)
{
    for (word i = 0; i < many; i++) {
        zero[0] = zero[1] = 0;
        lock.type = F_RDLCK, lock.whence = 0, lock.start = lock.length = lock.pid = 0;
        for (int file = 1; file < 5; file++)
            call3(NR_lseek, kinds[file].fd, 0, SEEK_SET);
        each(tries[i].what, tries[i].number, tries[i].words, first, last);
        chdir(own_folder);
    }
}

#define EACH(tries, first, last) each_of(tries, sizeof(tries) / sizeof *(tries), first, last)

static void calls(void)
{
    static int position[2];
    const struct try everywhere[] = {
        {"read nothing", NR_read, {-7, (int)data, 0}},
        {"write nothing", NR_write, {-7, (int)data, 0}},
        {"read", NR_read, {-7, (int)data, 1}},
        {"read bad", NR_read, {-7, BAD, 1}},
        {"pread64", NR_pread64, {-7, (int)data, 1, 0, 0}},
        {"pread64 -1", NR_pread64, {-7, (int)data, 1, -1, -1}},
        {"readv", NR_readv, {-7, (int)&span, 1}},
        {"readv nothing", NR_readv, {-7, (int)&empty, 1}},
        {"readv 0", NR_readv, {-7, (int)&span, 0}},
        {"writev nothing", NR_writev, {-7, (int)&empty, 1}},
        {"writev 0", NR_writev, {-7, (int)&span, 0}},
        {"preadv", NR_preadv, {-7, (int)&span, 1, 0, 0}},
        {"preadv2 here", NR_preadv2, {-7, (int)&span, 1, -1, -1, 0}},
        {"preadv2 NOWAIT", NR_preadv2, {-7, (int)&span, 1, -1, -1, 8}},
        {"lseek 0", NR_lseek, {-7, 0, SEEK_SET}},
        {"lseek here", NR_lseek, {-7, 0, SEEK_CUR}},
        {"lseek end", NR_lseek, {-7, 0, SEEK_END}},
        {"lseek -1", NR_lseek, {-7, -1, SEEK_SET}},
        {"lseek data", NR_lseek, {-7, 0, SEEK_DATA}},
        {"lseek hole", NR_lseek, {-7, 0, SEEK_HOLE}},
        {"lseek 9", NR_lseek, {-7, 0, 9}},
        {"_llseek", NR__llseek, {-7, 0, 0, (int)position, SEEK_SET}},
        {"_llseek 9", NR__llseek, {-7, 0, 0, (int)position, 9}},
        {"fsync", NR_fsync, {-7}},
        {"fdatasync", NR_fdatasync, {-7}},
        {"syncfs", NR_syncfs, {-7}},
        {"ftruncate", NR_ftruncate, {-7, 4}},
        {"ftruncate -1", NR_ftruncate, {-7, -1}},
        {"ftruncate64", NR_ftruncate64, {-7, 4, 0}},
        {"fallocate", NR_fallocate, {-7, 0, 0, 0, 4, 0}},
        {"fallocate keep", NR_fallocate, {-7, 1, 0, 0, 4, 0}},
        {"fallocate hole", NR_fallocate, {-7, 3, 0, 0, 4, 0}},
        {"fadvise64", NR_fadvise, {-7, 0, 0, 4, 0}},
        {"fadvise64 9", NR_fadvise, {-7, 0, 0, 4, 9}},
        {"readahead", NR_readahead, {-7, 0, 0, 4}},
        {"sync_file_range", NR_sync_file_range, {-7, 0, 0, 4, 0, 7}},
        {"flock", 143, {-7, 1 | 4}},
        {"unlock", 143, {-7, 8}},
        {"fchdir", NR_fchdir, {-7}},
        {"getdents64", NR_getdents64, {-7, (int)data, 4096}},
        {"getdents64 short", NR_getdents64, {-7, (int)data, 4}},
        {"getdents", NR_getdents, {-7, (int)data, 4096}},
        {"fstat64", NR_fstat64, {-7, (int)data}},
        {"fstat64 bad", NR_fstat64, {-7, BAD}},
        {"fstatfs", NR_fstatfs, {-7, (int)data}},
        {"fstatfs64", NR_fstatfs64, {-7, 84, (int)data}},
        {"fstatfs64, size", NR_fstatfs64, {-7, 80, (int)data}},
        {"dup", NR_fcntl64, {-7, F_GETFD}},
        {"flags", NR_fcntl64, {-7, F_SETFD, 0}},
        {"status", NR_fcntl64, {-7, F_SETFL, O_NONBLOCK}},
        {"O_DIRECT", NR_fcntl64, {-7, F_SETFL, O_NONBLOCK | O_DIRECT}},
        {"O_APPEND off", NR_fcntl64, {-7, F_SETFL, O_NONBLOCK}},
        {"owner", NR_fcntl64, {-7, F_GETOWN}},
        {"signal", NR_fcntl64, {-7, F_GETSIG}},
        {"lease", NR_fcntl64, {-7, F_GETLEASE}},
        {"pipe size", NR_fcntl64, {-7, F_GETPIPE_SZ}},
        {"seals", NR_fcntl64, {-7, F_GET_SEALS}},
        {"seal", NR_fcntl64, {-7, F_ADD_SEALS, 0}},
        {"notice", NR_fcntl64, {-7, F_NOTIFY, 0}},
        {"hint", NR_fcntl64, {-7, F_GET_RW_HINT, (int)data}},
        {"read lock", NR_fcntl64, {-7, F_SETLK, (int)&lock}},
        {"get lock", NR_fcntl64, {-7, F_GETLK, (int)&lock}},
        {"command", NR_fcntl64, {-7, 77}},
        {"TCGETS", NR_ioctl, {-7, TCGETS, (int)data}},
        {"TIOCGWINSZ", NR_ioctl, {-7, TIOCGWINSZ, (int)data}},
        {"FIONREAD", NR_ioctl, {-7, FIONREAD, (int)&word_at}},
        {"FIONREAD bad", NR_ioctl, {-7, FIONREAD, BAD}},
        {"FIONBIO", NR_ioctl, {-7, FIONBIO, (int)&(int[1]){1}}},
        {"FIONBIO bad", NR_ioctl, {-7, FIONBIO, BAD}},
        {"FIOCLEX", NR_ioctl, {-7, FIOCLEX}},
        {"FIOASYNC off", NR_ioctl, {-7, FIOASYNC, (int)zero}},
        {"FIOQSIZE", NR_ioctl, {-7, FIOQSIZE, (int)data}},
        {"FIGETBSZ", NR_ioctl, {-7, FIGETBSZ, (int)data}},
        {"request", NR_ioctl, {-7, 0x12345678, (int)data}},
        {"splice to pipe", NR_splice, {-7, 0, 0, 0, 0, 0}},
        {"tee", NR_tee, {-7, -7, 1, 2}},
        {"vmsplice", NR_vmsplice, {-7, (int)&empty, 1, 2}},
        {"copy", NR_copy_file_range, {-7, 0, -7, 0, 0, 0}},
        {"copy 1", NR_copy_file_range, {-7, 0, -7, 0, 1, 0}},
        {"xattr", NR_fgetxattr, {-7, (int)&"user.x", (int)data, 100}},
        {"statx", NR_statx, {-7, (int)&"", AT_EMPTY_PATH, 0x7ff, (int)data}},
        {"openat", NR_openat, {-7, (int)&"nothing", O_RDONLY}},
        {"openat /", NR_faccessat2, {-7, (int)&"/", 0, 0}},
        {"faccessat2", NR_faccessat2, {-7, (int)&"", 0, AT_EMPTY_PATH}},
        {"readlinkat", NR_readlinkat, {-7, (int)&"", (int)data, 100}},
        {"linkat", NR_linkat, {-7, (int)&"", -7, (int)&"nothing/x", AT_EMPTY_PATH}},
        {"fchmodat", NR_fchmodat, {-7, (int)&"nothing", 0}},
        {"unlinkat", NR_unlinkat, {-7, (int)&"nothing", 0}},
        {"mkdirat", NR_mkdirat, {-7, (int)&".", 0}},
        {"epoll_wait", NR_epoll_wait, {-7, (int)data, 1, 0}},
        {"epoll_ctl", NR_epoll_ctl, {-7, 2, -7, (int)event}},
        {"timerfd_gettime", NR_timerfd_gettime, {-7, (int)times}},
        {"timerfd_settime", NR_timerfd_settime, {-7, 0, (int)times, 0}},
        {"signalfd", NR_signalfd, {-7, (int)mask, 8}},
        {"inotify_rm_watch", NR_inotify_rm_watch, {-7, 77}},
        {"inotify_add_watch", NR_inotify_add_watch, {-7, (int)&"nothing", 2}},
        {"pidfd_send_signal", NR_pidfd_send_signal, {-7, 0, 0, 0}},
        {"pidfd_getfd", NR_pidfd_getfd, {-7, NONE, 0}},
        {"waitid", NR_waitid, {P_PIDFD, -7, 0, WNOHANG | WEXITED, 0}},
        {"mq", NR_mq_getsetattr, {-7, 0, (int)data}},
        {"getpeername", NR_getpeername, {-7, (int)data, (int)&handle_size}},
        {"listen", NR_listen, {-7, 1}},
        {"sendto nothing", NR_sendto, {-7, (int)data, 0, 0x40, 0, 0}},
        {"recvfrom", NR_recvfrom, {-7, (int)data, 1, 0x40, 0, 0}},
        {"shutdown", NR_shutdown, {-7, 9}},
    };
    const struct try not_of_the_last[] = {
        {"write bad", NR_write, {-7, BAD, 8}},
        {"pwrite64 nothing", NR_pwrite64, {-7, (int)data, 0, 0, 0}},
        {"pwrite64 bad", NR_pwrite64, {-7, BAD, 1, 0, 0}},
        {"pwritev nothing", NR_pwritev, {-7, (int)&empty, 1, 0, 0}},
        {"mmap to read", NR_mmap2, {0, PAGE, PROT_READ, MAP_PRIVATE, -7, 0}},
        {"mmap shared", NR_mmap2, {0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, -7, 0}},
        {"mmap to run", NR_mmap2, {0, PAGE, PROT_READ | 4, MAP_PRIVATE, -7, 0}},
        {"mmap nothing", NR_mmap2, {0, 0, PROT_READ, MAP_PRIVATE, -7, 0}},
    };
    const struct try in_proc[] = {
        {"fchmod", NR_fchmod, {-7, 0644}},
        {"fchmod to what it is", NR_fchmod, {-7, 0444}},
        {"fchown", NR_fchown32, {-7, -1, -1}},
    };
    EACH(everywhere, 0, count);
    EACH(not_of_the_last, 0, count - LAST);
    EACH(in_proc, count - LAST - 3, count - LAST + 1);
}

/* Whether each can be watched, and what poll finds. */
static void readiness(void)
{
    int epoll = call1(NR_epoll_create1, 0);
    print("added:");
    for (int i = 0; i < count; i++) {
        int wanted[3] = {5, i, 0}, result = call4(NR_epoll_ctl, epoll, 1, kinds[i].fd, (int)wanted);
        print(" "), print(result ? errno_name(-result) : "0");
    }
    print("\nevents:");
    for (int i = 0; i < count; i++) {
        struct { int fd; short events, found; } wish = {kinds[i].fd, 0x7fff, 0};
        call3(NR_poll, (int)&wish, 1, 0);
        print(" "), print_hex((word)(wish.found & 0xffff));
    }
    print("\n");
    close(epoll);
}

int main(void)
{
    for (int fd = 3; fd < NONE + 1; fd++)
        close(fd);
    call2(NR_signal, 13, SIG_IGN);
    enter_folder();
    make_file("file", "contents"), mkdir("folder", 0755), mknod("fifo", 010600, 0);
    make_all();
    for (int i = 0; i < count; i++)
        print(kinds[i].name), print(i + 1 < count ? ", " : "\n");
    calls();
    readiness();
    remove_folder();
    return quiet[0];
}
