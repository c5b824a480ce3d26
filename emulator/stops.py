"""Stops: what a stepped run is to stop at, and what it says when it has."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from kernel.events import Event, SignalDelivered, SyscallEntered, SyscallExited


class Reason(Enum):
    """Why a run came to a stop."""

    START = "start"
    """Going back reached the beginning."""
    STEP = "step"
    """As many steps as asked for were taken."""
    BREAKPOINT = "breakpoint"
    """The next instruction is at an address that was named."""
    WATCHPOINT = "watchpoint"
    """The last step changed memory that was named."""
    ACCESS = "access"
    """The last step, an instruction, read memory that was named, or wrote it where that counts."""
    SYSCALL_ENTRY = "syscall entry"
    """A system call was made, and has not been attempted yet."""
    SYSCALL_EXIT = "syscall exit"
    """A system call has ended."""
    SIGNAL = "signal"
    """A signal is acted on; where it has a handler, that comes next."""
    SIGNAL_WAITS = "signal waits"
    """A task is about to act on a signal: that is the next step."""
    EVENT = "event"
    """An event of a kind that was named has happened."""
    INPUT = "input"
    """Everybody sleeps, and the host has no input yet for the one who waits for it."""
    LIMIT = "limit"
    """The number of steps given with the stops is over."""
    INTERRUPTED = "interrupted"
    """Somebody called `interrupt`."""
    END = "end"
    """No process is left, or nothing can ever wake one."""


@dataclass(frozen=True)
class Breakpoint:
    """Stop before the instruction at a linear address, in task `tid` or in any."""

    address: int
    tid: int | None = None


@dataclass(frozen=True)
class Watchpoint:
    """Stop after the step that changes any of `length` octets (1 to 128) from an address on.

    With `tid` it is that task's memory that is watched, whoever changes it; without, the memory
    of whichever task runs, as far as its own steps change it.
    """

    address: int
    length: int
    tid: int | None = None


@dataclass(frozen=True)
class AccessWatch:
    """Stop after the instruction that reads any of `length` octets (1 to 128) from an address on.

    With `writes` also after one that writes there, changed or not. What the kernel does with that
    memory is not counted. `tid` is as for a Watchpoint.
    """

    address: int
    length: int
    writes: bool = False
    tid: int | None = None


@dataclass(frozen=True)
class CatchCall:
    """Stop when a system call of these numbers (None: any) is entered, and when it has ended."""

    numbers: frozenset[int] | None = None
    entry: bool = True
    exit: bool = True

    def reason(self, event: Event) -> Reason | None:
        """What the event means for this stop."""
        if isinstance(event, SyscallEntered):
            wanted, reason = self.entry, Reason.SYSCALL_ENTRY
        elif isinstance(event, SyscallExited):
            wanted, reason = self.exit, Reason.SYSCALL_EXIT
        else:
            return None
        is_named = self.numbers is None or event.number in self.numbers
        return reason if wanted and is_named else None


@dataclass(frozen=True)
class CatchSignal:
    """Stop when a task acts on one of these signals (None: any); on ignored ones, too."""

    signals: frozenset[int] | None = None

    def reason(self, event: Event) -> Reason | None:
        """What the event means for this stop."""
        if not isinstance(event, SignalDelivered):
            return None
        return Reason.SIGNAL if self.signals is None or event.signal in self.signals else None


@dataclass(frozen=True)
class BeforeSignal:
    """Stop before a task acts on one of these signals, which may still be replaced then."""

    signals: frozenset[int]


@dataclass(frozen=True)
class CatchEvent:
    """Stop after an event of these kinds, of task `tid` or of any."""

    kinds: frozenset[type[Event]]
    tid: int | None = None

    def reason(self, event: Event) -> Reason | None:
        """What the event means for this stop."""
        is_meant = type(event) in self.kinds and self.tid in (None, event.pid)
        return Reason.EVENT if is_meant else None


Catch = CatchCall | CatchSignal | CatchEvent
Stop = Breakpoint | Watchpoint | AccessWatch | BeforeSignal | Catch


@dataclass(frozen=True)
class Stopped:
    """Where and why a run stopped.

    `tid` is the task concerned (0: none): the one that runs next, made the change, or has the
    event. `stop` is what was met, `event` what happened and `change` what watched memory was and
    is, None where it was nothing of the kind.
    """

    reason: Reason
    position: int
    tid: int
    stop: Stop | None = None
    event: Event | None = None
    change: tuple[bytes, bytes] | None = None


def caught(
    catches: Collection[Catch], event: Event, tid: int | None
) -> tuple[Reason, Catch] | None:
    """Which of these an event is a reason to stop for, if it is of task `tid` (None: any)."""
    if tid is None or event.pid == tid:
        for catch in catches:
            reason = catch.reason(event)
            if reason is not None:
                return reason, catch
    return None
