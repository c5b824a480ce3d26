"""Calls refused by decision: they lie outside this model of a PC, or Linux dropped them itself."""

from kernel.abi.sysno import Sysno

_DROPPED = "Linux itself has nothing behind this number"
_MODULES = "no kernel modules"
_NUMA = "there is one memory node"
_AIO = "no asynchronous I/O contexts"
_RINGS = "asynchronous I/O rings are not part of the model"
_KEYS = "no key rings"
_PORTS = "no port access"
_LANDLOCK = "no Landlock rules"
_MOUNTS = "mount(2) does what there is to do"
_HOST = "the machine is the host's to control"

REFUSED: dict[int, str] = {
    **dict.fromkeys(
        (
            *(Sysno.BREAK, Sysno.STTY, Sysno.GTTY, Sysno.FTIME, Sysno.PROF, Sysno.LOCK, Sysno.MPX),
            *(Sysno.ULIMIT, Sysno.PROFIL, Sysno.IDLE, Sysno.CREATE_MODULE, Sysno.GET_KERNEL_SYMS),
            *(Sysno.BDFLUSH, Sysno.AFS_SYSCALL, Sysno._SYSCTL, Sysno.QUERY_MODULE),
            *(Sysno.NFSSERVCTL, Sysno.GETPMSG, Sysno.PUTPMSG, Sysno.VSERVER, Sysno.USELIB),
        ),
        _DROPPED,
    ),
    **dict.fromkeys((Sysno.INIT_MODULE, Sysno.FINIT_MODULE, Sysno.DELETE_MODULE), _MODULES),
    **dict.fromkeys(
        (
            *(Sysno.MBIND, Sysno.GET_MEMPOLICY, Sysno.SET_MEMPOLICY, Sysno.MIGRATE_PAGES),
            *(Sysno.MOVE_PAGES, Sysno.SET_MEMPOLICY_HOME_NODE),
        ),
        _NUMA,
    ),
    **dict.fromkeys(
        (
            *(Sysno.IO_SETUP, Sysno.IO_DESTROY, Sysno.IO_GETEVENTS, Sysno.IO_SUBMIT),
            *(Sysno.IO_CANCEL, Sysno.IO_PGETEVENTS, Sysno.IO_PGETEVENTS_TIME64),
        ),
        _AIO,
    ),
    **dict.fromkeys((Sysno.IO_URING_SETUP, Sysno.IO_URING_ENTER, Sysno.IO_URING_REGISTER), _RINGS),
    **dict.fromkeys((Sysno.ADD_KEY, Sysno.REQUEST_KEY, Sysno.KEYCTL), _KEYS),
    **dict.fromkeys((Sysno.IOPERM, Sysno.IOPL), _PORTS),
    **dict.fromkeys((Sysno.VM86, Sysno.VM86OLD), "no virtual 8086 mode"),
    **dict.fromkeys(
        (
            *(Sysno.LANDLOCK_CREATE_RULESET, Sysno.LANDLOCK_ADD_RULE),
            Sysno.LANDLOCK_RESTRICT_SELF,
        ),
        _LANDLOCK,
    ),
    **dict.fromkeys(
        (
            *(Sysno.REBOOT, Sysno.KEXEC_LOAD, Sysno.SWAPON, Sysno.SWAPOFF, Sysno.ADJTIMEX),
            *(Sysno.CLOCK_ADJTIME, Sysno.CLOCK_ADJTIME64),
        ),
        _HOST,
    ),
    **dict.fromkeys((Sysno.QUOTACTL, Sysno.QUOTACTL_FD), "no quotas"),
    **dict.fromkeys((Sysno.FANOTIFY_INIT, Sysno.FANOTIFY_MARK), "no fanotify"),
    **dict.fromkeys(
        (
            *(Sysno.OPEN_TREE, Sysno.MOVE_MOUNT, Sysno.FSOPEN, Sysno.FSCONFIG, Sysno.FSMOUNT),
            *(Sysno.FSPICK, Sysno.MOUNT_SETATTR),
        ),
        _MOUNTS,
    ),
    Sysno.ACCT: "no process accounting",
    Sysno.BPF: "no BPF",
    Sysno.PERF_EVENT_OPEN: "no performance counters",
    Sysno.LOOKUP_DCOOKIE: "no profiling by directory cookies",
    Sysno.USERFAULTFD: "no page faults handled by guests",
    Sysno.MEMFD_SECRET: "no secret memory",
    Sysno.PROCESS_MADVISE: "advice on another process's memory would change nothing here",
    Sysno.PROCESS_MRELEASE: "a process that is killed gives its memory back at once",
}
"""Number to reason; they return ENOSYS."""

SILENT = frozenset(
    {
        *(number for number, reason in REFUSED.items() if reason == _DROPPED),
        *(Sysno.IO_URING_SETUP, Sysno.KEYCTL, Sysno.BPF),
        *(Sysno.VM86, Sysno.IOPERM, Sysno.IOPL, Sysno.PERF_EVENT_OPEN),
    }
)
"""Of these, those that programs try everywhere and manage without: no word on standard error."""
