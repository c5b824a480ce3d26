"""Signal state: actions (shareable), pending signals, and what a task blocks."""

from dataclasses import dataclass

from kernel.abi.signals import SIG_DFL, bit


@dataclass(frozen=True, slots=True)
class Action:
    """What a signal does: handler address (SIG_DFL 0, SIG_IGN 1), flags, mask, restorer."""

    handler: int = SIG_DFL
    flags: int = 0
    mask: int = 0
    restorer: int = 0


DEFAULT = Action()


class Sighand:
    """The 64 actions, by signal number; shared by threads. `users` counts the tasks."""

    __slots__ = ("actions", "users")

    def __init__(self, actions: dict[int, Action] | None = None) -> None:
        self.actions = actions or {}
        self.users = 1

    def get(self, signal: int) -> Action:
        """The action of a signal (1 to 64)."""
        return self.actions.get(signal, DEFAULT)

    def copy(self) -> "Sighand":
        """A table of one's own with the same actions."""
        return Sighand(dict(self.actions))


@dataclass(frozen=True, slots=True)
class SigInfo:
    """siginfo_t (sigaction(2)); which of the fields count depends on signal and code."""

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
    trap: int = 0
    """CPU vector and error code, for the signal frame's trapno and err."""
    error: int = 0


class Pending:
    """Signals that were sent and not yet taken: one of each standard kind, a queue of real-time."""

    __slots__ = ("mask", "queue")

    def __init__(self) -> None:
        self.mask = 0
        self.queue: list[SigInfo] = []

    def add(self, info: SigInfo) -> None:
        """Enter a signal; a standard one that is pending already stays as it was."""
        if self.mask & bit(info.signal) and info.signal < 32:
            return
        self.mask |= bit(info.signal)
        self.queue.append(info)

    def take(self, signal: int) -> SigInfo:
        """Remove and return the first entry of this signal, which must be pending."""
        index = next(i for i, info in enumerate(self.queue) if info.signal == signal)
        info = self.queue.pop(index)
        if all(other.signal != signal for other in self.queue):
            self.mask &= ~bit(signal)
        return info

    def drop(self, mask: int) -> None:
        """Forget all signals in the mask."""
        if self.mask & mask:
            self.queue = [info for info in self.queue if not mask & bit(info.signal)]
            self.mask &= ~mask


class SignalState:
    """What is a task's own: pending and blocked signals, the alternate stack."""

    __slots__ = ("blocked", "pending", "saved_mask", "stack_flags", "stack_size", "stack_start")

    def __init__(self, blocked: int = 0) -> None:
        self.pending = Pending()
        self.blocked = blocked
        self.saved_mask: int | None = None
        """The mask to go back to after sigsuspend and friends: put into the frame, or restored."""
        self.stack_start = 0
        self.stack_size = 0
        self.stack_flags = 2
        """SS_DISABLE while there is no alternate stack."""
