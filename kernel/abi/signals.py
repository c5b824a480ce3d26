"""Signal numbers, default actions, action flags and si_code values (signal(7), sigaction(2))."""

from enum import IntEnum


class Signal(IntEnum):
    """Standard signals 1 to 31; 32 to 64 are real-time and have no member."""

    SIGHUP = 1
    SIGINT = 2
    SIGQUIT = 3
    SIGILL = 4
    SIGTRAP = 5
    SIGABRT = 6
    SIGBUS = 7
    SIGFPE = 8
    SIGKILL = 9
    SIGUSR1 = 10
    SIGSEGV = 11
    SIGUSR2 = 12
    SIGPIPE = 13
    SIGALRM = 14
    SIGTERM = 15
    SIGSTKFLT = 16
    SIGCHLD = 17
    SIGCONT = 18
    SIGSTOP = 19
    SIGTSTP = 20
    SIGTTIN = 21
    SIGTTOU = 22
    SIGURG = 23
    SIGXCPU = 24
    SIGXFSZ = 25
    SIGVTALRM = 26
    SIGPROF = 27
    SIGWINCH = 28
    SIGIO = 29
    SIGPWR = 30
    SIGSYS = 31


LAST_SIGNAL = 64
FIRST_REAL_TIME = 32


_NAMES = {int(signal): signal.name for signal in Signal}
_NAMES[FIRST_REAL_TIME] = "SIGRTMIN"
_NAMES |= {n: f"SIGRT_{n - FIRST_REAL_TIME}" for n in range(FIRST_REAL_TIME + 1, LAST_SIGNAL + 1)}


def signal_name(number: int) -> str:
    """Name as strace prints it: SIGCHLD, SIGRTMIN, SIGRT_3 (number 35), or the bare number."""
    return _NAMES.get(number) or str(number)


def bit(number: int) -> int:
    """Mask with only this signal (1 to 64) in it."""
    return 1 << (number - 1)


def mask_of(*signals: int) -> int:
    """Mask with all these signals in it."""
    total = 0
    for number in signals:
        total |= bit(number)
    return total


def next_signal(mask: int) -> int:
    """Which of a nonempty set is taken first: one that an instruction causes, else the lowest."""
    mask = mask & SYNCHRONOUS or mask
    return (mask & -mask).bit_length()


STOPPING = mask_of(Signal.SIGSTOP, Signal.SIGTSTP, Signal.SIGTTIN, Signal.SIGTTOU)
IGNORED_BY_DEFAULT = mask_of(Signal.SIGCHLD, Signal.SIGCONT, Signal.SIGURG, Signal.SIGWINCH)
CORE_DUMPING = mask_of(
    Signal.SIGQUIT, Signal.SIGILL, Signal.SIGTRAP, Signal.SIGABRT, Signal.SIGBUS, Signal.SIGFPE,
    Signal.SIGSEGV, Signal.SIGXCPU, Signal.SIGXFSZ, Signal.SIGSYS,
)  # fmt: skip
UNBLOCKABLE = mask_of(Signal.SIGKILL, Signal.SIGSTOP)
SYNCHRONOUS = mask_of(
    Signal.SIGSEGV, Signal.SIGBUS, Signal.SIGILL, Signal.SIGTRAP, Signal.SIGFPE, Signal.SIGSYS
)
ALL_SIGNALS = (1 << LAST_SIGNAL) - 1

SIG_DFL = 0
SIG_IGN = 1
SIG_ERR = 0xFFFF_FFFF


class SigactionFlag(IntEnum):
    """sa_flags (sigaction(2))."""

    SA_NOCLDSTOP = 1
    SA_NOCLDWAIT = 2
    SA_SIGINFO = 4
    SA_EXPOSE_TAGBITS = 0x800
    SA_RESTORER = 0x0400_0000
    SA_ONSTACK = 0x0800_0000
    SA_RESTART = 0x1000_0000
    SA_NODEFER = 0x4000_0000
    SA_RESETHAND = 0x8000_0000


class SigprocmaskHow(IntEnum):
    """First argument of sigprocmask(2)."""

    SIG_BLOCK = 0
    SIG_UNBLOCK = 1
    SIG_SETMASK = 2


SS_ONSTACK = 1
SS_DISABLE = 2
SS_AUTODISARM = 0x8000_0000
MINSIGSTKSZ = 2048


class SiCode(IntEnum):
    """si_code of signals from kill(2) and friends; per-signal codes are plain constants below."""

    SI_USER = 0
    SI_KERNEL = 0x80
    SI_QUEUE = -1
    SI_TIMER = -2
    SI_MESGQ = -3
    SI_SIGIO = -5
    SI_TKILL = -6


ILL_ILLOPN = 2
FPE_INTDIV = 1
FPE_INTOVF = 2
FPE_FLTDIV = 3
FPE_FLTOVF = 4
FPE_FLTUND = 5
FPE_FLTRES = 6
FPE_FLTINV = 7
SEGV_MAPERR = 1
SEGV_ACCERR = 2
BUS_ADRALN = 1
BUS_ADRERR = 2
TRAP_BRKPT = 1
SYS_SECCOMP = 1
TRAP_TRACE = 2
TRAP_HWBKPT = 4
CLD_EXITED = 1
CLD_KILLED = 2
CLD_DUMPED = 3
CLD_TRAPPED = 4
CLD_STOPPED = 5
CLD_CONTINUED = 6
