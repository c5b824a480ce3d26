"""The wait status word as strace spells it, in the terms of wait(2)'s macros."""

from __future__ import annotations

from kernel.abi.process import CONTINUED_STATUS
from kernel.abi.signals import signal_name

STOPPED = 0x7F
CORE_DUMPED = 0x80


def wait_status(word: int) -> str:
    """`{WIFEXITED(s) && WEXITSTATUS(s) == 7}` and the like; bits that mean nothing in hex."""
    low = word & 0xFF
    if low == STOPPED:
        return f"{{WIFSTOPPED(s) && WSTOPSIG(s) == {_stopping(word >> 8 & 0xFF)}}}" + _rest(word)
    if word & 0xFFFF == CONTINUED_STATUS:
        return "{WIFCONTINUED(s)}" + _rest(word)
    if word & STOPPED == 0:
        return f"{{WIFEXITED(s) && WEXITSTATUS(s) == {word >> 8 & 0xFF}}}" + _rest(word & ~low)
    if word & STOPPED != STOPPED:
        core = " && WCOREDUMP(s)" if word & CORE_DUMPED else ""
        return f"{{WIFSIGNALED(s) && WTERMSIG(s) == {signal_name(word & 0x7F)}{core}}}"
    return f"{word:#x}"


def ending(word: int) -> str:
    """What became of a process: `exited with 7`, `killed by SIGSEGV (core dumped)`."""
    if word & STOPPED == 0:
        return f"exited with {word >> 8 & 0xFF}"
    core = " (core dumped)" if word & CORE_DUMPED else ""
    return f"killed by {signal_name(word & STOPPED)}{core}"


def _stopping(signal: int) -> str:
    """Bit 7 marks a stop at a system call under a tracer."""
    return signal_name(signal & 0x7F) + (" | 0x80" if signal & 0x80 else "")


def _rest(word: int) -> str:
    event = word >> 16
    return f" | {event:#x} << 16" if event else ""
