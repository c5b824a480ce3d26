"""Flags and layouts of the process calls: clone, wait, resource limits, auxiliary vector, TLS."""

from enum import IntEnum

from kernel.abi.capabilities import Capability as Capability

PID_MAX = 32768
LEAST_PID_MAX = 301
"""The range of /proc/sys/kernel/pid_max, as on a 32-bit Linux."""
LEAST_TASKS = 20
"""The least that /proc/sys/kernel/threads-max can be set to."""


class CloneFlag(IntEnum):
    """clone(2); the low byte of clone's flags word is the exit signal."""

    CLONE_VM = 0x0000_0100
    CLONE_FS = 0x0000_0200
    CLONE_FILES = 0x0000_0400
    CLONE_SIGHAND = 0x0000_0800
    CLONE_PIDFD = 0x0000_1000
    CLONE_PTRACE = 0x0000_2000
    CLONE_VFORK = 0x0000_4000
    CLONE_PARENT = 0x0000_8000
    CLONE_THREAD = 0x0001_0000
    CLONE_NEWNS = 0x0002_0000
    CLONE_SYSVSEM = 0x0004_0000
    CLONE_SETTLS = 0x0008_0000
    CLONE_PARENT_SETTID = 0x0010_0000
    CLONE_CHILD_CLEARTID = 0x0020_0000
    CLONE_DETACHED = 0x0040_0000
    CLONE_UNTRACED = 0x0080_0000
    CLONE_CHILD_SETTID = 0x0100_0000
    CLONE_NEWCGROUP = 0x0200_0000
    CLONE_NEWUTS = 0x0400_0000
    CLONE_NEWIPC = 0x0800_0000
    CLONE_NEWUSER = 0x1000_0000
    CLONE_NEWPID = 0x2000_0000
    CLONE_NEWNET = 0x4000_0000
    CLONE_IO = 0x8000_0000
    CLONE_CLEAR_SIGHAND = 0x1_0000_0000
    CLONE_INTO_CGROUP = 0x2_0000_0000


EXIT_SIGNAL_MASK = 0xFF


class WaitOption(IntEnum):
    """Options of waitpid(2), wait4(2) and waitid(2)."""

    WNOHANG = 1
    WUNTRACED = 2
    WEXITED = 4
    WCONTINUED = 8
    WNOWAIT = 0x0100_0000
    __WNOTHREAD = 0x2000_0000
    __WALL = 0x4000_0000
    __WCLONE = 0x8000_0000


WNOTHREAD = 0x2000_0000
WALL = 0x4000_0000
WCLONE = 0x8000_0000
WSTOPPED = WaitOption.WUNTRACED


class WaitIdType(IntEnum):
    """First argument of waitid(2)."""

    P_ALL = 0
    P_PID = 1
    P_PGID = 2
    P_PIDFD = 3


class PidfdFlag(IntEnum):
    """Flags of pidfd_open(2)."""

    PIDFD_NONBLOCK = 0o4000
    PIDFD_THREAD = 0o200


class PidfdSignalFlag(IntEnum):
    """Flags of pidfd_send_signal(2)."""

    PIDFD_SIGNAL_THREAD = 1
    PIDFD_SIGNAL_THREAD_GROUP = 2
    PIDFD_SIGNAL_PROCESS_GROUP = 4


class Personality(IntEnum):
    """Bits of personality(2); the low byte chooses a system."""

    UNAME26 = 0x002_0000
    ADDR_NO_RANDOMIZE = 0x004_0000
    FDPIC_FUNCPTRS = 0x008_0000
    MMAP_PAGE_ZERO = 0x010_0000
    ADDR_COMPAT_LAYOUT = 0x020_0000
    READ_IMPLIES_EXEC = 0x040_0000
    ADDR_LIMIT_32BIT = 0x080_0000
    SHORT_INODE = 0x100_0000
    WHOLE_SECONDS = 0x200_0000
    STICKY_TIMEOUTS = 0x400_0000
    ADDR_LIMIT_3GB = 0x800_0000


PER_CLEAR_ON_SETID = (
    Personality.READ_IMPLIES_EXEC | Personality.ADDR_NO_RANDOMIZE
    | Personality.ADDR_COMPAT_LAYOUT | Personality.MMAP_PAGE_ZERO
)  # fmt: skip


class Resource(IntEnum):
    """Resource limits (getrlimit(2)), numbered as on i386."""

    RLIMIT_CPU = 0
    RLIMIT_FSIZE = 1
    RLIMIT_DATA = 2
    RLIMIT_STACK = 3
    RLIMIT_CORE = 4
    RLIMIT_RSS = 5
    RLIMIT_NPROC = 6
    RLIMIT_NOFILE = 7
    RLIMIT_MEMLOCK = 8
    RLIMIT_AS = 9
    RLIMIT_LOCKS = 10
    RLIMIT_SIGPENDING = 11
    RLIMIT_MSGQUEUE = 12
    RLIMIT_NICE = 13
    RLIMIT_RTPRIO = 14
    RLIMIT_RTTIME = 15


RLIM_INFINITY = 0xFFFF_FFFF_FFFF_FFFF
RLIM32_INFINITY = 0xFFFF_FFFF


class Aux(IntEnum):
    """Types of the auxiliary vector (getauxval(3))."""

    AT_NULL = 0
    AT_PHDR = 3
    AT_PHENT = 4
    AT_PHNUM = 5
    AT_PAGESZ = 6
    AT_BASE = 7
    AT_FLAGS = 8
    AT_ENTRY = 9
    AT_UID = 11
    AT_EUID = 12
    AT_GID = 13
    AT_EGID = 14
    AT_PLATFORM = 15
    AT_HWCAP = 16
    AT_CLKTCK = 17
    AT_SECURE = 23
    AT_RANDOM = 25
    AT_HWCAP2 = 26
    AT_EXECFN = 31
    AT_MINSIGSTKSZ = 51


CLOCK_TICKS = 100
"""Ticks a second of times(2) and AT_CLKTCK."""


def exit_status(code: int) -> int:
    """The wait status word of a task that exited with this code (0 to 255)."""
    return (code & 0xFF) << 8


def signal_status(signal: int, dumped: bool) -> int:
    """The wait status word of a task that died by this signal (1 to 64)."""
    return signal | (0x80 if dumped else 0)


def stop_status(signal: int) -> int:
    """The wait status word of a task that this signal stopped."""
    return signal << 8 | 0x7F


CONTINUED_STATUS = 0xFFFF
