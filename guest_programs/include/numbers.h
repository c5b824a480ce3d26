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
    NR_getpid = 20,
    NR_pause = 29,
    NR_kill = 37,
    NR_pipe = 42,
    NR_getppid = 64,
    NR_wait4 = 114,
    NR_sigreturn = 119,
    NR_rt_sigreturn = 173,
    NR_rt_sigaction = 174,
    NR_rt_sigprocmask = 175,
    NR_mmap2 = 192,
    NR_waitid = 284,
};

enum { ESRCH = 3, ECHILD = 10 };

enum { SIGKILL = 9, SIGUSR1 = 10, SIGSEGV = 11, SIGUSR2 = 12, SIGCONT = 18, SIGSTOP = 19 };
enum { SA_SIGINFO = 4, SA_RESTORER = 0x04000000, SIG_BLOCK = 0, SIG_UNBLOCK = 1, SI_USER = 0 };
enum { WNOHANG = 1, WUNTRACED = 2, WEXITED = 4, WCONTINUED = 8, WNOWAIT = 0x01000000, P_PID = 1 };
enum { O_WRONLY = 1 };
enum { PROT_READ = 1, PROT_WRITE = 2, MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20 };

#endif
