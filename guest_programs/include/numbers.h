/* The i386 system call numbers and constants that our freestanding guests use. */
#ifndef NUMBERS_H
#define NUMBERS_H

enum {
    NR_exit = 1,
    NR_fork = 2,
    NR_read = 3,
    NR_write = 4,
    NR_open = 5,
    NR_close = 6,
    NR_execve = 11,
    NR_chdir = 12,
    NR_lseek = 19,
    NR_getpid = 20,
    NR_pause = 29,
    NR_kill = 37,
    NR_dup = 41,
    NR_pipe = 42,
    NR_times = 43,
    NR_brk = 45,
    NR_signal = 48,
    NR_ioctl = 54,
    NR_fcntl = 55,
    NR_setpgid = 57,
    NR_umask = 60,
    NR_dup2 = 63,
    NR_getpgrp = 65,
    NR_getppid = 64,
    NR_setsid = 66,
    NR_setrlimit = 75,
    NR_getrlimit = 76,
    NR_munmap = 91,
    NR_setitimer = 104,
    NR_getitimer = 105,
    NR_wait4 = 114,
    NR_sysinfo = 116,
    NR_sigreturn = 119,
    NR_clone = 120,
    NR_mprotect = 125,
    NR_sched_yield = 158,
    NR_nanosleep = 162,
    NR_poll = 168,
    NR_prctl = 172,
    NR_rt_sigreturn = 173,
    NR_rt_sigaction = 174,
    NR_rt_sigprocmask = 175,
    NR_rt_sigpending = 176,
    NR_getcwd = 183,
    NR_capset = 185,
    NR_sigaltstack = 186,
    NR_vfork = 190,
    NR_ugetrlimit = 191,
    NR_mmap2 = 192,
    NR_getuid32 = 199,
    NR_geteuid32 = 201,
    NR_setresuid32 = 208,
    NR_setuid32 = 213,
    NR_madvise = 219,
    NR_gettid = 224,
    NR_tkill = 238,
    NR_exit_group = 252,
    NR_clock_gettime = 265,
    NR_waitid = 284,
    NR_clone3 = 435,
};

enum { EPERM = 1, ENOENT = 2, ESRCH = 3, EIO = 5, ECHILD = 10, EAGAIN = 11, ENOMEM = 12, EFAULT = 14, EINVAL = 22, ENOSYS = 38 };
enum {
    CLONE_VM = 0x100,
    CLONE_FS = 0x200,
    CLONE_FILES = 0x400,
    CLONE_SIGHAND = 0x800,
    CLONE_VFORK = 0x4000,
    CLONE_THREAD = 0x10000,
    CLONE_SYSVSEM = 0x40000,
    CLONE_PARENT_SETTID = 0x100000,
    CLONE_CHILD_SETTID = 0x1000000,
};

enum { SIGQUIT = 3, SIGKILL = 9, SIGUSR1 = 10, SIGSEGV = 11, SIGUSR2 = 12, SIGTERM = 15, SIGCHLD = 17 };
enum { SIGCONT = 18, SIGSTOP = 19, SIGTSTP = 20, SIG_DFL = 0, SIG_IGN = 1 };
enum { SA_SIGINFO = 4, SA_RESTORER = 0x04000000, SIG_BLOCK = 0, SIG_UNBLOCK = 1, SI_USER = 0 };
#define WCLONE 0x80000000u
#define WALL 0x40000000u
enum { WNOHANG = 1, WUNTRACED = 2, WEXITED = 4, WCONTINUED = 8, WNOWAIT = 0x01000000, P_PID = 1 };
enum { O_RDONLY = 0, O_WRONLY = 1, O_NONBLOCK = 0x800, F_SETFL = 4, F_GETFL = 3, F_GETLK = 5, F_SETLK = 6 };
enum { F_RDLCK = 0, F_WRLCK = 1, F_UNLCK = 2 };
enum { PROT_READ = 1, PROT_WRITE = 2, MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20 };

#endif
