"""Signal numbers: gdb has its own, the same for all systems (gdb's include/gdb/signals.def)."""

from __future__ import annotations

from kernel.abi.signals import Signal

UNKNOWN = 143
TRAP, INTERRUPT = 5, 2
_FIRST_REAL_TIME = 33
"""gdb counts real-time signals from here on; 32 and 64 have places of their own."""
_OF_LINUX: dict[int, int] = {
    Signal.SIGHUP: 1, Signal.SIGINT: 2, Signal.SIGQUIT: 3, Signal.SIGILL: 4, Signal.SIGTRAP: 5,
    Signal.SIGABRT: 6, Signal.SIGFPE: 8, Signal.SIGKILL: 9, Signal.SIGBUS: 10, Signal.SIGSEGV: 11,
    Signal.SIGSYS: 12, Signal.SIGPIPE: 13, Signal.SIGALRM: 14, Signal.SIGTERM: 15,
    Signal.SIGURG: 16, Signal.SIGSTOP: 17, Signal.SIGTSTP: 18, Signal.SIGCONT: 19,
    Signal.SIGCHLD: 20, Signal.SIGTTIN: 21, Signal.SIGTTOU: 22, Signal.SIGIO: 23,
    Signal.SIGXCPU: 24, Signal.SIGXFSZ: 25, Signal.SIGVTALRM: 26, Signal.SIGPROF: 27,
    Signal.SIGWINCH: 28, Signal.SIGUSR1: 30, Signal.SIGUSR2: 31, Signal.SIGPWR: 32,
    32: 77, **{number: number + 12 for number in range(_FIRST_REAL_TIME, 64)}, 64: 78,
}  # fmt: skip
_OF_GDB = {theirs: ours for ours, theirs in _OF_LINUX.items()}


def to_gdb(signal: int) -> int:
    """gdb's number for one of Linux's (1 to 64); UNKNOWN where gdb has none (SIGSTKFLT)."""
    return _OF_LINUX.get(signal, UNKNOWN)


def from_gdb(number: int) -> int | None:
    """Linux's number for one of gdb's; None where Linux has none."""
    return _OF_GDB.get(number)
