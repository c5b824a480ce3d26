/* bits: calls with each bit of their flags alone, and with each number of what they can be asked for. */
#include "tries.h"

enum { NR_mlockall = 152, NR_munlockall, NR_msync = 144, NR_mremap = 163, NR_getrusage = 77, NR_getpriority = 96, NR_clock_getres = 266, NR_getrandom = 355, NR_statx = 383, NR_sync_file_range = 314 };
enum { NR_signalfd4 = 327, NR_pidfd_open = 434, NR_mlock2 = 376, NR_sched_get_priority_max = 159, NR_ioprio_get = 290 };
enum { PAGE = 4096, PRIVATE = MAP_PRIVATE | MAP_ANONYMOUS };

static int file, ends[2], data[200], mask[2], times[8], area;

/* The result in a word: the error, or + for success; a descriptor is closed again. */
static void tell(int result, int makes_descriptor)
{
    print(" ");
    if (result < 0 && result > -4096)
        print(errno_name(-result));
    else
        print("+");
    if (makes_descriptor && result > 2)
        close(result);
}

struct flagged { const char *what; int number, words[6], makes_descriptor; }; /* -7 is the bit or number */

static int make(const struct flagged *one, int value)
{
    int words[6];
    for (int i = 0; i < 6; i++)
        words[i] = one->words[i] == -7 ? value : one->words[i];
    return call(one->number, words);
}

static void each_bit(const struct flagged *calls, word count)
{
    for (word i = 0; i < count; i++) {
        print(calls[i].what), print(":");
        for (int bit = 0; bit < 32; bit++)
            tell(make(calls + i, 1 << bit), calls[i].makes_descriptor);
        print("\n");
    }
}

static void each_number(const struct flagged *one, int first, int last)
{
    print(one->what), print_line(" from ", first);
    for (int value = first; value < last; value++)
        tell(make(one, value), one->makes_descriptor);
    print("\n");
}

static void flags(void)
{
    const struct flagged calls[] = {
        {"pipe2", NR_pipe2, {(int)ends, -7}, 0}, {"eventfd2", NR_eventfd2, {0, -7}, 1}, {"epoll_create1", NR_epoll_create1, {-7}, 1}, {"timerfd_create", NR_timerfd_create, {1, -7}, 1}, {"signalfd4", NR_signalfd4, {-1, (int)mask, 8, -7}, 1}, {"inotify_init1", NR_inotify_init1, {-7}, 1},
        {"dup3", NR_dup3, {file, 50, -7}, 1}, {"close_range", NR_close_range, {100, 200, -7}, 0}, {"pidfd_open", NR_pidfd_open, {getpid(), -7}, 1},
        {"open", NR_open, {(int)&"file", -7, 0}, 1}, {"open a folder", NR_open, {(int)&".", -7, 0}, 1}, {"open a device", NR_open, {(int)&"/dev/null", -7, 0}, 1}, {"open nothing", NR_open, {(int)&"nothing/x", -7, 0}, 1},
        {"mremap", NR_mremap, {area, PAGE, PAGE, -7, 0}, 0}, {"mlockall", NR_mlockall, {-7}, 0}, {"msync", NR_msync, {area, PAGE, -7}, 0}, {"mlock2", NR_mlock2, {area, PAGE, -7}, 0}, {"mprotect", NR_mprotect, {area, PAGE, -7}, 0},
        {"fallocate", NR_fallocate, {file, -7, 0, 0, 4, 0}, 0}, {"sync_file_range", NR_sync_file_range, {file, 0, 0, 4, 0, -7}, 0}, {"renameat2", NR_renameat2, {AT_FDCWD, (int)&"nothing", AT_FDCWD, (int)&"x", -7}, 0}, {"faccessat2", NR_faccessat2, {AT_FDCWD, (int)&"file", 0, -7}, 0}, {"access", NR_access, {(int)&"file", -7}, 0},
        {"statx", NR_statx, {AT_FDCWD, (int)&"file", -7, 0x7ff, (int)data}, 0}, {"statx mask", NR_statx, {AT_FDCWD, (int)&"file", 0, -7, (int)data}, 0}, {"linkat", NR_linkat, {AT_FDCWD, (int)&"nothing", AT_FDCWD, (int)&"x", -7}, 0}, {"unlinkat", NR_unlinkat, {AT_FDCWD, (int)&"nothing", -7}, 0},
        {"fchownat", NR_fchownat, {AT_FDCWD, (int)&"file", -1, -1, -7}, 0}, {"utimensat", NR_utimensat, {AT_FDCWD, (int)&"file", 0, -7}, 0}, {"fstatat64", NR_fstatat64, {AT_FDCWD, (int)&"file", (int)data, -7}, 0},
        {"splice", NR_splice, {NONE, 0, NONE, 0, 1, -7}, 0}, {"tee", NR_tee, {NONE, NONE, 1, -7}, 0}, {"vmsplice", NR_vmsplice, {NONE, (int)data, 1, -7}, 0}, {"copy_file_range", NR_copy_file_range, {file, 0, file, 0, 0, -7}, 0},
        {"waitid", NR_waitid, {0, 0, 0, -7, 0}, 0}, {"wait4", NR_wait4, {-1, 0, -7, 0}, 0}, {"inotify_add_watch", NR_inotify_add_watch, {NONE, (int)&"file", -7}, 0}, {"getrandom", NR_getrandom, {(int)data, 1, -7}, 0},
        {"setxattr", NR_setxattr, {(int)&"file", (int)&"user.x", (int)data, 1, -7}, 0}, {"umount2", NR_umount2, {(int)&"file", -7}, 0},
    };
    each_bit(calls, sizeof calls / sizeof *calls);
}

static void numbers(void)
{
    static const struct { struct flagged call; int first, last; } calls[] = {
        {{"lseek", NR_lseek, {NONE + 1, 0, -7}, 0}, -2, 8}, {{"clock_getres", NR_clock_getres, {-7, 0}, 0}, -9, 14}, {{"clock_gettime", NR_clock_gettime, {-7, (int)times}, 0}, 0, 8}, {{"timerfd_create", NR_timerfd_create, {-7, 0}, 1}, -2, 14}, {{"getrusage", NR_getrusage, {-7, (int)data}, 0}, -4, 4},
        {{"getpriority", NR_getpriority, {-7, 0}, 0}, -2, 5}, {{"getitimer", NR_getitimer, {-7, (int)data}, 0}, -2, 5}, {{"setitimer", NR_setitimer, {-7, (int)times, 0}, 0}, -2, 5}, {{"sched_get_priority_max", NR_sched_get_priority_max, {-7}, 0}, -1, 7}, {{"getrlimit", NR_ugetrlimit, {-7, (int)data}, 0}, -2, 18},
        {{"rt_sigprocmask", NR_rt_sigprocmask, {-7, (int)mask, 0, 8}, 0}, -2, 5}, {{"epoll_ctl", NR_epoll_ctl, {NONE, -7, NONE, BAD}, 0}, -1, 6}, {{"fadvise64", NR_fadvise64, {NONE + 1, 0, 0, 4, -7}, 0}, -1, 9}, {{"flock", NR_flock, {NONE + 1, -7}, 0}, -1, 17}, {{"waitid", NR_waitid, {-7, 0, 0, 5, 0}, 0}, -1, 6},
        {{"ioprio_get", NR_ioprio_get, {-7, 0}, 0}, -1, 6},
    };
    for (word i = 0; i < sizeof calls / sizeof *calls; i++)
        each_number(&calls[i].call, calls[i].first, calls[i].last);
}

static void requests(void)
{
    const struct flagged of_file = {"fcntl of a file", NR_fcntl64, {file, -7, 0}, 1}, of_pipe = {"fcntl of a pipe", NR_fcntl64, {ends[0], -7, 0}, 1}, of_none = {"fcntl of none", NR_fcntl64, {NONE, -7, 0}, 1};
    each_number(&of_file, 0, 45), each_number(&of_file, 1025, 1027), each_number(&of_file, 1029, 1045);
    each_number(&of_pipe, 0, 45), each_number(&of_pipe, 1025, 1027), each_number(&of_pipe, 1029, 1045);
    each_number(&of_none, 0, 45);
    const struct flagged ioctls[] = {
        {"ioctl of a file", NR_ioctl, {file, -7, BAD}, 0}, {"ioctl of a folder", NR_ioctl, {NONE + 2, -7, BAD}, 0}, {"ioctl of a pipe", NR_ioctl, {ends[0], -7, BAD}, 0}, {"ioctl of a device", NR_ioctl, {NONE + 3, -7, BAD}, 0},
    };
    for (int i = 0; i < 4; i++)
        each_number(ioctls + i, 0x5400, 0x5480), each_number(ioctls + i, 0, 16);
}

int main(void)
{
    for (int fd = 3; fd < NONE + 10; fd++)
        close(fd);
    enter_folder();
    make_file("file", "text");
    file = open("file", O_RDWR, 0);
    call3(NR_dup3, file, NONE + 1, 0);
    call3(NR_dup3, open(".", O_RDONLY, 0), NONE + 2, 0), call3(NR_dup3, open("/dev/null", O_RDWR, 0), NONE + 3, 0);
    area = call6(NR_mmap2, 0, PAGE, PROT_READ | PROT_WRITE, PRIVATE, -1, 0);
    flags();
    call0(NR_munlockall);
    for (int fd = 4; fd < NONE; fd++)
        close(fd);
    pipe(ends);
    numbers();
    requests();
    remove_folder();
    return 0;
}
