"""Signal state: actions (shareable), pending signals, and what a task blocks."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from kernel.abi.signals import (
    FIRST_REAL_TIME,
    IGNORED_BY_DEFAULT,
    SIG_DFL,
    SIG_IGN,
    SS_DISABLE,
    bit,
)
from kernel.errors import Restart
from kernel.mm.charge import Charge
from kernel.wait import WaitQueue


@dataclass(frozen=True, slots=True)
class Action:
    """What a signal does: handler address (SIG_DFL 0, SIG_IGN 1), flags, mask, restorer."""

    handler: int = SIG_DFL
    flags: int = 0
    mask: int = 0
    restorer: int = 0


DEFAULT = Action()


class Sighand:
    """The 64 actions, by signal number; shared by threads. `users` counts the tasks, `charge` is
    the emulated RAM that it takes.
    """

    __slots__ = ("actions", "charge", "users")

    def __init__(self, actions: dict[int, Action] | None = None) -> None:
        self.actions = actions or {}
        self.users = 1
        self.charge: Charge | None = None

    def get(self, signal: int) -> Action:
        """The action of a signal (1 to 64)."""
        return self.actions.get(signal, DEFAULT)

    def is_ignored(self, signal: int) -> bool:
        """Whether the signal does nothing: SIG_IGN, or SIG_DFL where the default is to ignore."""
        handler = self.get(signal).handler
        if handler == SIG_DFL:
            return bool(IGNORED_BY_DEFAULT & bit(signal))
        return handler == SIG_IGN

    def copy(self) -> "Sighand":
        """A table of one's own with the same actions."""
        return Sighand(dict(self.actions))

    def leave(self) -> None:
        """One user less; the last one gives the RAM back."""
        self.users -= 1
        if not self.users and self.charge is not None:
            self.charge.release()

    def reset_handlers(self) -> None:
        """What execve does to a table of the task's own: caught becomes default, ignored stays."""
        self.actions = {
            signal: Action(SIG_IGN)
            for signal, action in self.actions.items()
            if action.handler == SIG_IGN
        }


class Source(Protocol):
    """What a signal comes from that wants to know its fate: a POSIX timer."""

    def taken(self, info: "SigInfo") -> "SigInfo":
        """The signal leaves the queue for its receiver: as which it arrives."""

    def dropped(self) -> None:
        """The signal is dropped."""


class SigInfo(NamedTuple):
    """siginfo_t (sigaction(2)); which of the fields count depends on signal and code.

    `user_time` and `system_time` are in clock ticks (1/100 s); `value` is the sigval as a word.
    `is_final`: it ends the process, and no tracer is asked.
    """

    signal: int
    code: int
    pid: int = 0
    uid: int = 0
    status: int = 0
    user_time: int = 0
    system_time: int = 0
    address: int = 0
    value: int = 0
    timer: int = 0
    overrun: int = 0
    source: Source | None = None
    band: int = 0
    fd: int = 0
    errno: int = 0
    call: int = 0
    arch: int = 0
    is_final: bool = False


class Fault(NamedTuple):
    """The last CPU exception that became a signal: vector, error code, address of a page fault."""

    trap: int = 0
    error: int = 0
    cr2: int = 0


NO_FAULT = Fault()


class Pending:
    """Signals that were sent and not yet taken: one of each standard kind, a queue of real-time."""

    __slots__ = ("mask", "queue")

    def __init__(self) -> None:
        self.mask = 0
        self.queue: list[SigInfo] = []

    def add(self, info: SigInfo) -> bool:
        """Enter a signal; a standard one that is pending already stays as it was: False.

        A timer's has its own place in the queue, whatever its number.
        """
        is_standard = info.signal < FIRST_REAL_TIME and info.source is None
        if is_standard and self.mask & bit(info.signal):
            return False
        self.mask |= bit(info.signal)
        self.queue.append(info)
        return True

    def first(self, signal: int) -> SigInfo:
        """The first entry of this signal, which must be pending."""
        return next(info for info in self.queue if info.signal == signal)

    def take(self, signal: int) -> SigInfo:
        """Remove and return the first entry of this signal, which must be pending."""
        index = next(i for i, info in enumerate(self.queue) if info.signal == signal)
        info = self.queue.pop(index)
        if all(other.signal != signal for other in self.queue):
            self.mask &= ~bit(signal)
        return info if info.source is None else info.source.taken(info)

    def drop(self, mask: int) -> None:
        """Forget all signals in the mask."""
        if self.mask & mask:
            dropped = [info for info in self.queue if mask & bit(info.signal)]
            self.queue = [info for info in self.queue if not mask & bit(info.signal)]
            self.mask &= ~mask
            for info in dropped:
                if info.source is not None:
                    info.source.dropped()

    def count(self) -> int:
        """How many signals there are, without those of timers."""
        return sum(info.source is None for info in self.queue)

    def withdraw(self, source: Source) -> None:
        """Forget the signal of a source that takes it back."""
        self.queue = [info for info in self.queue if info.source is not source]
        self.mask = 0
        for info in self.queue:
            self.mask |= bit(info.signal)


class SignalState:
    """A task's own: pending and blocked signals, the alternate stack, delivery under way."""

    __slots__ = (
        "attention", "blocked", "fault", "ignored", "injected", "interrupted", "pending", "queue",
        "saved_mask", "stack_flags", "stack_size", "stack_start",
    )  # fmt: skip

    def __init__(self, blocked: int = 0) -> None:
        self.pending = Pending()
        self.blocked = blocked
        self.saved_mask: int | None = None
        """The mask to go back to after sigsuspend and friends: put into the frame, or restored."""
        self.attention = False
        """Delivery has something to do before the task next executes an instruction of its own.

        Linux's TIF_SIGPENDING; see kernel.signals.attention.
        """
        self.ignored = Pending()
        """Signals dropped when they were sent, while the journal records: a trace shows them."""
        self.injected: SigInfo | None = None
        """What a tracer had the task act on next, without another stop for it."""
        self.interrupted: Restart | None = None
        """How the call in flight was interrupted, from then until delivery has decided its fate."""
        self.queue = WaitQueue("signal")
        """Here sigtimedwait sleeps: it is woken by signals that stay pending, too."""
        self.fault = NO_FAULT
        """Every frame shows it, as on Linux, also one of a signal that has another cause."""
        self.stack_start = 0
        self.stack_size = 0
        self.stack_flags = SS_DISABLE
        """SS_DISABLE while there is no alternate stack."""

    def reset_stack(self) -> None:
        """No alternate stack (after execve)."""
        self.stack_start = self.stack_size = 0
        self.stack_flags = 2
