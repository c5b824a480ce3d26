"""Events: what happened, as frozen values in the past tense; and the journal that collects them.

Arguments and structures travel as "described" values, small tuples that JSON can hold, so that a
view can print them without asking the kernel. Kinds, with what follows the kind in the tuple:

    ("int", n)  ("hex", n)  ("ptr", n)  ("oct", n)     numbers
    ("fd", n, path or None)                            descriptor
    ("bytes", text, more)                              octets as Latin-1; more: cut short
    ("path", text, more)                               the same for a path, always shown in full
    ("abstract", text)                                 an abstract socket name without its NUL
    ("octets", text, more)                             the same for what is not text (random bytes)
    ("flags", n, text)                                 number with its symbolic form
    ("array", [value, ...], more)
    ("struct", [(name, value), ...], more)             a name may be empty
    ("sigset", mask) or ("sigset", mask, 32)           64 signals, or 32 for the old calls
    ("signal", n)  ("wstatus", n)
    ("timespec", seconds, nanoseconds)
    ("brief", value, value)                            one that is cut short, and all of it
    ("text", s)                                        printed as it is
    ("omit",)                                          not printed at all, nor its comma or name
"""

from dataclasses import dataclass
from typing import Any, TypeVar, dataclass_transform

from kernel.clock import EPOCH

Described = tuple[Any, ...]
StackFrame = tuple[str, str, int, int]
"""File and function ("" where unknown), offset in the function, offset in the file (or address)."""


_Kind = TypeVar("_Kind")


@dataclass_transform(frozen_default=True)
def event(kind: type[_Kind]) -> type[_Kind]:
    """A class of events. The type checker keeps them frozen: at run time that would make each of
    them, of which a traced call has two, six times as expensive.
    """
    return dataclass(slots=True, unsafe_hash=True)(kind)


@event
class Event:
    """Every event: sequence number from 0, virtual time in nanoseconds, pid (tid) it concerns."""

    sequence: int
    time: int
    pid: int


@event
class Booted(Event):
    """The first program is about to run, with its arguments, environment size and environment.

    `epoch` is the wall time at virtual time 0, in nanoseconds since 1970.
    """

    path: str
    argv: tuple[Described, ...]
    environment: int
    stack: int
    variables: tuple[Described, ...] = ()
    epoch: int = EPOCH


@event
class TaskCreated(Event):
    """A task exists now; `child` is its tid, `tgid` its process, `flags` clone's."""

    child: int
    tgid: int
    flags: int
    memory: str


@event
class TaskExecuted(Event):
    """The task runs a new image, in an address space of its own."""

    path: str
    memory: str


@event
class TaskExited(Event):
    """The task is over: `status` is the wait status word."""

    status: int


@event
class TaskReaped(Event):
    """The zombie `child` was waited for by `pid` (1: by init)."""

    child: int


@event
class StateChanged(Event):
    """The task moved from one state to another."""

    old: str
    new: str
    why: str


@event
class Switched(Event):
    """The CPU went over to this task."""

    why: str


@event
class SyscallEntered(Event):
    """A system call begins. An argument known only at the end is None here."""

    number: int
    name: str
    words: tuple[int, ...]
    arguments: tuple[Described | None, ...]


@event
class SyscallBlocked(Event):
    """The call in flight cannot finish yet and sleeps on `on`."""

    name: str
    on: str


@event
class SyscallExited(Event):
    """The call ends. `result` is eax, -errno for an error, or None where it does not return.

    `error` is the name of an errno or of one of Linux's restart codes; `arguments` holds those
    that were None at entry (None for the others, but for one that the call changed in place, which
    is then shown as `before => after`); `value` describes a result that is no plain
    number and `note` is what strace adds in parentheses.
    """

    number: int
    name: str
    result: int | None
    error: str | None
    arguments: tuple[Described | None, ...]
    value: Described | None
    note: str | None


@event
class SignalSent(Event):
    """`signal` was sent to `target` by the task `pid` (0: by the kernel)."""

    target: int
    signal: int


@event
class SignalHeld(Event):
    """A signal waits until the task's vfork child has released the memory."""

    signal: int


@event
class SignalDelivered(Event):
    """The task acts on a signal: `action` is "handler", "kill", "core", "stop", "ignore", or
    "final" where it kills and no tracer is asked.
    """

    signal: int
    info: Described
    action: str


@event
class TaskStopped(Event):
    """The task stopped by a job-control signal."""

    signal: int


@event
class Suspended(Event):
    """The task waits, executing nothing, until its vfork child `child` releases the memory."""

    child: int


@event
class Released(Event):
    """The vfork parent may go on: the child `by` has executed, exited or died (`how`)."""

    by: int
    how: str


@event
class Woken(Event):
    """The task sleeps no longer."""

    by: str


@event
class PageFaulted(Event):
    """A page fault was resolved or not: `kind` is zero, copy, file, reuse, grow or bad."""

    address: int
    access: str
    kind: str


@event
class MemoryReleased(Event):
    """The last user of an address space left it."""

    memory: str


@event
class FramesCounted(Event):
    """RAM in frames of 4096 octets: `shared` of the `used` ones have more than one user.

    Counted when a task is created, executes, or leaves memory, and at every 256th page fault.
    """

    free: int
    used: int
    shared: int


@event
class ClockAdvanced(Event):
    """Every task slept; the clock jumped by this many nanoseconds."""

    by: int


@event
class ConsoleOutput(Event):
    """The guest wrote to host stream 1 or 2 (text is Latin-1)."""

    stream: int
    text: str


@event
class LimitReached(Event):
    """A limit of the run ended it: `what` is the option that set it, without its dashes."""

    what: str


@event
class Noticed(Event):
    """The emulator told people about its run: one line of text."""

    text: str


@event
class UnsupportedCall(Event):
    """A system call that does not exist here was made; it failed with ENOSYS."""

    number: int
    name: str


@event
class Finding(Event):
    """The vfork child `pid` broke `rule` (W1 to W6, or "note") on memory that `parent` lent it.

    `instruction` is the address of the instruction that did it (0: none did) and `place` that
    address in words; `touched` names the `length` octets at `address`, which were `before` and
    became `after` (hexadecimal, not all of them where they are many). It happened `count` times.
    """

    rule: str
    parent: int
    instruction: int
    place: str
    address: int
    length: int
    touched: str
    before: str
    after: str
    count: int
    facts: tuple[tuple[str, int | str], ...]
    """What else is known, by name: see kernel.check."""


@event
class Located(Event):
    """The next event of this task found it before the instruction at `address`."""

    address: int


@event
class StackTraced(Event):
    """The next event of this task found this call stack, the innermost function first."""

    frames: tuple[StackFrame, ...]


PLACED = frozenset({Booted, SyscallEntered, SyscallExited, SignalDelivered, TaskStopped})
"""Events before which it may be told where they found their task."""


class Journal:
    """Collects events while `recording`; whoever reads them drains it between runs.

    Emitters test `recording` first, so that nothing is built when nobody records. With `locating`
    a Located, with `tracing_stacks` a StackTraced goes before each of the events of PLACED.
    """

    def __init__(
        self, recording: bool = False, locating: bool = False, tracing_stacks: bool = False
    ) -> None:
        self.recording = recording
        self.locating = locating
        self.tracing_stacks = tracing_stacks
        self.placed: frozenset[type[Event]] = PLACED if locating or tracing_stacks else frozenset()
        self.sequence = 0
        self.events: list[Event] = []

    def emit(self, kind: type[Event], time: int, pid: int, *details: Any) -> None:
        """Append one event of this kind."""
        self.events.append(kind(self.sequence, time, pid, *details))
        self.sequence += 1

    def drain(self) -> list[Event]:
        """All events since the last drain."""
        drained, self.events = self.events, []
        return drained
