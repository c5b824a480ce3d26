/* edges: calls with pointers to nothing, to read-only memory, over the end of memory, and beyond user space: a word for each. */
#include "tries.h"

enum { NR_time = 13, NR_gettimeofday = 78, NR_uname = 122, NR_oldolduname = 59, NR_olduname = 109, NR_sigaction = 67, NR_sigpending = 73, NR_sigprocmask = 126, NR_newselect = 142, NR_sched_getparam = 155, NR_sched_rr_get_interval = 161, NR_getresuid = 165, NR_getresgid = 171, NR_getresuid32 = 209 };
enum { NR_getgroups32 = 205, NR_rt_sigtimedwait = 177, NR_rt_sigqueueinfo = 178, NR_rt_sigsuspend = 179, NR_capget = 184, NR_timer_create = 259, NR_timer_settime, NR_timer_gettime, NR_clock_getres = 266, NR_clock_nanosleep, NR_getrusage = 77, NR_settimer = 104 };
enum { NR_getcpu = 318, NR_signalfd4 = 327, NR_prlimit64 = 340, NR_getrandom = 355, NR_socketpair = 360, NR_bind = 361, NR_connect, NR_getsockopt = 365, NR_setsockopt, NR_getsockname, NR_getpeername, NR_sendto, NR_sendmsg, NR_recvfrom, NR_recvmsg, NR_statx = 383, NR_clock_gettime64 = 403, NR_futex = 240, NR_set_robust_list = 311, NR_get_robust_list, NR_sched_getattr = 352 };
enum { PAGE = 4096, PRIVATE = MAP_PRIVATE | MAP_ANONYMOUS, BOTH = PROT_READ | PROT_WRITE };

static int file, ends[2], pair[2], folder, timer, event_file, epoll, watch, signals, timer_file;
static byte *edge, *fixed;

static void tell(int result)
{
    print(" ");
    if (result < 0 && result > -4096)
        print(errno_name(-result));
    else if (result < 10)
        print_number(result);
    else
        print("+");
}

/* -7 is the pointer. */
static void each(const struct try *one)
{
    int places[] = {0, (int)BAD, (int)fixed, (int)(edge - 1), (int)(edge - 2), (int)(edge - 4), (int)(edge - 8), (int)(edge - 16), (int)(edge - 48), (int)0xfffff000, (int)0xfffffffc};
    print(one->what), print(":");
    for (word i = 0; i < sizeof places / sizeof *places; i++) {
        int words[6];
        memset(edge - 64, 0, 64);
        call3(NR_lseek, file, 0, SEEK_SET), call3(NR_lseek, folder, 0, SEEK_SET);
        for (int j = 0; j < 6; j++)
            words[j] = one->words[j] == -7 ? places[i] : one->words[j];
        tell(call(one->number, words));
    }
    print("\n");
}

static void inputs(void)
{
    const struct try tries[] = {
        {"open", NR_open, {-7, O_RDONLY}}, {"stat64", NR_stat64, {-7, (int)fixed}}, {"chdir", NR_chdir, {-7}}, {"execve", NR_execve, {-7, 0, 0}}, {"link", NR_link, {-7, (int)&"x"}}, {"rename to", NR_rename, {(int)&"nothing", -7}},
        {"write", NR_write, {file, -7, 8}}, {"writev", NR_writev, {file, -7, 1}}, {"pwrite64", NR_pwrite64, {file, -7, 8, 0, 0}}, {"write to an event file", NR_write, {event_file, -7, 8}}, {"send", NR_sendto, {pair[0], -7, 8, 0x40, 0, 0}}, {"sendmsg", NR_sendmsg, {pair[0], -7, 0x40}},
        {"bind", NR_bind, {pair[0], -7, 3}}, {"connect", NR_connect, {pair[0], -7, 3}}, {"setsockopt", NR_setsockopt, {pair[0], 1, 2, -7, 4}}, {"rt_sigaction", NR_rt_sigaction, {SIGUSR1, -7, 0, 8}}, {"sigaction", NR_sigaction, {SIGUSR1, -7, 0}},
        {"rt_sigprocmask", NR_rt_sigprocmask, {SIG_UNBLOCK, -7, 0, 8}}, {"sigprocmask", NR_sigprocmask, {SIG_UNBLOCK, -7, 0}}, {"rt_sigqueueinfo", NR_rt_sigqueueinfo, {9999999, 0, -7}}, {"nanosleep", NR_nanosleep, {-7, 0}}, {"clock_nanosleep", NR_clock_nanosleep, {1, 0, -7, 0}},
        {"setitimer", NR_settimer, {0, -7, 0}}, {"timer_settime", NR_timer_settime, {timer, 0, -7, 0}}, {"timerfd_settime", NR_timerfd_settime, {timer_file, 0, -7, 0}}, {"setrlimit", NR_setrlimit, {4, -7}}, {"prlimit64", NR_prlimit64, {0, 99, -7, 0}},
        {"epoll_ctl", NR_epoll_ctl, {epoll, 1, NONE, -7}}, {"inotify_add_watch", NR_inotify_add_watch, {watch, -7, 2}}, {"signalfd4", NR_signalfd4, {signals, -7, 8, 0}}, {"futex wait", NR_futex, {-7, 128, 1, 0}}, {"futex timeout", NR_futex, {(int)(edge - 64), 128, 1, -7}}, {"set_robust_list", NR_set_robust_list, {-7, 12}},
        {"utime", NR_utime, {(int)&"file", -7}}, {"utimensat", NR_utimensat, {AT_FDCWD, (int)&"file", -7, 0}}, {"poll", NR_poll, {-7, 1, 0}}, {"select", NR_newselect, {8, -7, 0, 0, (int)(edge - 64)}}, {"select's time", NR_newselect, {0, 0, 0, 0, (int)(edge - 64)}}, {"memfd_create", NR_memfd_create, {-7, 8}},
        {"setxattr", NR_setxattr, {(int)&"file", -7, 0, 0, 0}}, {"fcntl lock", NR_fcntl64, {file, 7, -7}}, {"fcntl wide lock", NR_fcntl64, {file, 13, -7}}, {"capset", NR_capset, {-7, 0}}, {"openat2", NR_openat2, {AT_FDCWD, (int)&"file", -7, 24}},
        {"mremap", 163, {-7, PAGE, PAGE, 0, 0}}, {"munlock", 151, {-7, 1}}, {"symlink", NR_symlink, {-7, (int)&"nothing/x"}}, {"statfs64", NR_statfs64, {-7, 84, (int)fixed}}, {"mount", NR_mount, {0, -7, (int)&"nothing", 0, 0}}, {"removexattr", NR_removexattr, {(int)&"nothing", -7}},
    };
    for (word i = 0; i < sizeof tries / sizeof *tries; i++)
        each(tries + i);
}

static void outputs(void)
{
    const struct try tries[] = {
        {"read", NR_read, {file, -7, 8}}, {"readv", NR_readv, {file, -7, 1}}, {"pread64", NR_pread64, {file, -7, 8, 0, 0}}, {"getdents64", NR_getdents64, {folder, -7, 48}}, {"getdents", NR_getdents, {folder, -7, 48}}, {"fstat64", NR_fstat64, {file, -7}}, {"statx", NR_statx, {file, (int)&"", AT_EMPTY_PATH, 0x7ff, -7}},
        {"pipe", NR_pipe, {-7}}, {"time", NR_time, {-7}}, {"gettimeofday", NR_gettimeofday, {-7, 0}}, {"time zone", NR_gettimeofday, {0, -7}}, {"clock_gettime", NR_clock_gettime, {1, -7}}, {"clock_gettime64", NR_clock_gettime64, {1, -7}}, {"clock_getres", NR_clock_getres, {1, -7}},
        {"uname", NR_uname, {-7}}, {"olduname", NR_olduname, {-7}}, {"oldolduname", NR_oldolduname, {-7}}, {"sysinfo", NR_sysinfo, {-7}}, {"getrusage", NR_getrusage, {0, -7}}, {"getrlimit", NR_getrlimit, {7, -7}}, {"ugetrlimit", NR_ugetrlimit, {7, -7}}, {"prlimit64", NR_prlimit64, {0, 7, 0, -7}},
        {"getitimer", NR_getitimer, {0, -7}}, {"timer_gettime", NR_timer_gettime, {timer, -7}}, {"timerfd_gettime", NR_timerfd_gettime, {timer_file, -7}}, {"getresuid", NR_getresuid, {-7, (int)(edge - 64), (int)(edge - 64)}}, {"getresuid32", NR_getresuid32, {-7, (int)(edge - 64), (int)(edge - 64)}}, {"its second", NR_getresuid32, {(int)(edge - 64), -7, (int)(edge - 64)}},
        {"getresgid", NR_getresgid, {(int)(edge - 64), (int)(edge - 64), -7}}, {"getgroups32", NR_getgroups32, {0, -7}}, {"getcwd", NR_getcwd, {-7, 64}}, {"readlink", NR_readlink, {(int)&"link", -7, 8}}, {"fgetxattr", NR_fgetxattr, {file, (int)&"user.x", -7, 8}}, {"flistxattr", NR_flistxattr, {file, -7, 64}},
        {"rt_sigaction", NR_rt_sigaction, {SIGUSR1, 0, -7, 8}}, {"sigaction", NR_sigaction, {SIGUSR1, 0, -7}}, {"rt_sigprocmask", NR_rt_sigprocmask, {0, 0, -7, 8}}, {"sigprocmask", NR_sigprocmask, {0, 0, -7}}, {"rt_sigpending", NR_rt_sigpending, {-7, 8}}, {"sigpending", NR_sigpending, {-7}}, {"sigaltstack", NR_sigaltstack, {0, -7}},
        {"sched_getparam", NR_sched_getparam, {0, -7}}, {"sched_rr_get_interval", NR_sched_rr_get_interval, {0, -7}}, {"sched_getattr", NR_sched_getattr, {0, -7, 48, 0}}, {"getcpu", NR_getcpu, {-7, 0, 0}}, {"getrandom", NR_getrandom, {-7, 8, 0}}, {"prctl name", NR_prctl, {16, -7}}, {"prctl death", NR_prctl, {2, -7}},
        {"capget", NR_capget, {-7, 0}}, {"get_robust_list", NR_get_robust_list, {0, -7, (int)(edge - 64)}}, {"socketpair", NR_socketpair, {1, 1, 0, -7}}, {"getsockname", NR_getsockname, {pair[0], (int)(edge - 64), -7}}, {"getsockopt", NR_getsockopt, {pair[0], 1, 3, -7, (int)&(int[1]){4}}}, {"its length", NR_getsockopt, {pair[0], 1, 3, (int)(edge - 64), -7}}, {"recvmsg", NR_recvmsg, {pair[0], -7, 0x40}},
        {"fstatfs", 100, {file, -7}}, {"fstatfs64", 269, {file, 84, -7}}, {"FIONREAD", NR_ioctl, {file, 0x541b, -7}}, {"_llseek", NR__llseek, {file, 0, 0, -7, SEEK_SET}}, {"wait4", NR_wait4, {-1, -7, WNOHANG}}, {"waitid", NR_waitid, {0, 0, -7, WNOHANG | WEXITED, 0}}, {"sendfile", NR_sendfile, {ends[1], file, -7, 1}}, {"mincore", 218, {(int)fixed, PAGE, -7}},
        {"fcntl get lock", NR_fcntl64, {file, F_GETLK, -7}}, {"fcntl owner", NR_fcntl64, {file, 16, -7}}, {"fcntl hint", NR_fcntl64, {file, 1035, -7}}, {"name_to_handle_at", NR_name_to_handle_at, {file, (int)&"", -7, (int)(edge - 64), AT_EMPTY_PATH}},
    };
    for (word i = 0; i < sizeof tries / sizeof *tries; i++)
        each(tries + i);
}

int main(void)
{
    for (int fd = 3; fd < NONE + 1; fd++)
        close(fd);
    enter_folder();
    symlink("12345678", "link");
    make_file("file", "contents of a file");
    file = open("file", O_RDWR, 0), folder = open(".", O_RDONLY, 0);
    pipe(ends), call4(NR_socketpair, 1, 1, 0, (int)pair);
    event_file = call2(NR_eventfd2, 0, O_NONBLOCK), epoll = call1(NR_epoll_create1, 0), watch = call1(NR_inotify_init1, 0);
    static int mask[2];
    signals = call4(NR_signalfd4, -1, (int)mask, 8, 0), timer_file = call2(NR_timerfd_create, 1, 0);
    call3(NR_timer_create, 1, 0, (int)&timer);
    fixed = (byte *)call6(NR_mmap2, 0x60000000, PAGE, PROT_READ, PRIVATE, -1, 0);
    edge = (byte *)call6(NR_mmap2, 0x61000000, PAGE, BOTH, PRIVATE, -1, 0) + PAGE;
    inputs();
    outputs();
    remove_folder();
    return 0;
}
