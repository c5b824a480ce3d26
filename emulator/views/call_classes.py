"""Classes of system calls by the names that strace's filters give them, as on i386."""

from __future__ import annotations

_XATTR = "setxattr lsetxattr getxattr lgetxattr listxattr llistxattr removexattr lremovexattr"
_AT = (
    "openat mkdirat mknodat fchownat futimesat fstatat64 unlinkat renameat linkat symlinkat "
    "readlinkat fchmodat faccessat utimensat fanotify_mark name_to_handle_at renameat2 execveat "
    "statx utimensat_time64 open_tree move_mount fspick openat2 faccessat2 mount_setattr fsconfig "
    "inotify_add_watch"
)
_SEND_SIGNAL = "kill rt_sigqueueinfo tkill tgkill rt_tgsigqueueinfo pidfd_send_signal"
_IDS = "setuid getuid setgid getgid geteuid getegid setreuid setregid getgroups setgroups"
_MORE_IDS = "setfsuid setfsgid setresuid getresuid setresgid getresgid"
_MESSAGES = "mq_timedsend mq_timedreceive mq_timedsend_time64 mq_timedreceive_time64"

_TABLE = {
    "file": f"""open creat link unlink execve chdir mknod chmod lchown oldstat mount umount utime
        access rename mkdir rmdir acct umount2 chroot symlink oldlstat readlink uselib swapon
        truncate statfs stat lstat swapoff quotactl chown getcwd truncate64 stat64 lstat64
        lchown32 chown32 pivot_root statfs64 utimes {_XATTR} {_AT}""",
    "process": f"""fork waitpid execve wait4 clone vfork waitid execveat clone3 exit exit_group
        {_SEND_SIGNAL}""",
    "signal": f"""pause signal sigaction sgetmask ssetmask sigsuspend sigpending sigprocmask
        sigreturn rt_sigreturn rt_sigaction rt_sigprocmask rt_sigpending rt_sigtimedwait
        rt_sigsuspend sigaltstack signalfd signalfd4 rt_sigtimedwait_time64 io_uring_enter
        {_SEND_SIGNAL}""",
    "desc": f"""read write open close creat lseek oldfstat dup pipe ioctl fcntl dup2 select readdir
        mmap ftruncate fchmod fchown fstatfs socketcall fstat fsync fchdir _llseek getdents
        _newselect flock readv writev fdatasync poll pread64 pwrite64 sendfile mmap2 ftruncate64
        fstat64 fchown32 getdents64 fcntl64 readahead fsetxattr fgetxattr flistxattr fremovexattr
        sendfile64 fadvise64 epoll_create epoll_ctl epoll_wait fstatfs64 fadvise64_64 mq_open
        mq_notify mq_getsetattr inotify_init inotify_rm_watch pselect6 ppoll splice
        sync_file_range tee vmsplice epoll_pwait signalfd timerfd_create eventfd fallocate
        timerfd_settime timerfd_gettime signalfd4 eventfd2 epoll_create1 dup3 pipe2 inotify_init1
        preadv pwritev perf_event_open fanotify_init open_by_handle_at syncfs setns finit_module
        memfd_create bpf userfaultfd copy_file_range preadv2 pwritev2 timerfd_gettime64
        timerfd_settime64 pselect6_time64 ppoll_time64 pidfd_send_signal io_uring_setup
        io_uring_enter io_uring_register fsopen fsmount pidfd_open pidfd_getfd process_madvise
        epoll_pwait2 quotactl_fd landlock_create_ruleset landlock_add_rule landlock_restrict_self
        memfd_secret process_mrelease {_MESSAGES} {_AT}""",
    "ipc": """ipc semget semctl shmget shmctl shmat shmdt msgget msgsnd msgrcv msgctl
        semtimedop_time64""",
    "memory": """break brk mmap munmap mprotect msync mlock munlock mlockall munlockall mremap
        mmap2 mincore madvise io_setup io_destroy remap_file_pages mbind get_mempolicy
        set_mempolicy migrate_pages move_pages mlock2 pkey_mprotect shmat shmdt
        io_uring_register""",
    "network": """sendfile getpmsg putpmsg sendfile64 recvmmsg sendmmsg socket socketpair bind
        connect listen accept4 getsockopt setsockopt getsockname getpeername sendto sendmsg
        recvfrom recvmsg shutdown recvmmsg_time64""",
    "clock": """time gettimeofday settimeofday adjtimex clock_settime clock_gettime clock_getres
        clock_adjtime clock_gettime64 clock_settime64 clock_adjtime64 clock_getres_time64""",
    "creds": f"""{_IDS} {_MORE_IDS} prctl capget capset
        {"32 ".join(_IDS.split())}32 {"32 ".join(_MORE_IDS.split())}32""",
    "stat": "oldstat stat stat64",
    "lstat": "oldlstat lstat lstat64",
    "fstat": "oldfstat fstat fstat64 fstatat64 statx",
    "statfs": "statfs statfs64",
    "fstatfs": "fstatfs fstatfs64",
    "pure": """getpid getuid getgid geteuid getegid getppid getpgrp getuid32 getgid32 geteuid32
        getegid32 gettid""",
}
CLASSES = {name: frozenset(calls.split()) for name, calls in _TABLE.items()}
"""The calls of each class; the name without its %."""
CLASSES["%stat"] = CLASSES["stat"] | CLASSES["lstat"] | CLASSES["fstat"]
CLASSES["%statfs"] = CLASSES["statfs"] | CLASSES["fstatfs"] | {"ustat"}
CLASSES["net"] = CLASSES["network"]

WITHOUT_PERCENT = frozenset({"file", "process", "signal", "desc", "ipc", "memory", "network"})
"""Classes whose % may be left out."""
