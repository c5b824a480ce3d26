"""A task: one thread of execution, and the process (thread group) it belongs to."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from emulator.machine.machine import EIP
from kernel import events
from kernel.errors import Block, Ending, Hold, Restart
from kernel.task.scheduling import NORMAL
from kernel.task.traits import USUAL
from kernel.task.usage import Usage
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emulator.machine.machine import Context
    from kernel.check.watch import Watch
    from kernel.fs.context import FsContext
    from kernel.fs.file_table import FileTable
    from kernel.mm.address_space import AddressSpace
    from kernel.signals.state import Sighand, SignalState
    from kernel.system import System
    from kernel.task.credentials import Credentials
    from kernel.task.process import Process
    from kernel.task.seccomp.filters import Seccomp
    from kernel.task.tracing import Tracing


class TaskState(Enum):
    """What a task is doing; the value is the letter in /proc/PID/stat and ps."""

    READY = "R"
    RUNNING = "R (running)"
    BLOCKED = "S"
    HELD = "D"
    STOPPED = "T"
    TRACED = "t"
    ZOMBIE = "Z"
    DEAD = "X"

    __hash__ = object.__hash__
    """Members are unique: their identity will do, and it is looked up with every move."""


_MOVES: dict[TaskState, frozenset[TaskState]] = {
    TaskState.READY: frozenset(
        {TaskState.RUNNING, TaskState.HELD, TaskState.ZOMBIE, TaskState.DEAD}
    ),
    TaskState.RUNNING: frozenset(TaskState) - {TaskState.RUNNING},
    TaskState.BLOCKED: frozenset(
        {TaskState.READY, TaskState.STOPPED, TaskState.ZOMBIE, TaskState.DEAD}
    ),
    TaskState.HELD: frozenset({TaskState.READY, TaskState.ZOMBIE, TaskState.DEAD}),
    TaskState.STOPPED: frozenset(
        {TaskState.READY, TaskState.TRACED, TaskState.ZOMBIE, TaskState.DEAD}
    ),
    TaskState.TRACED: frozenset(
        {TaskState.READY, TaskState.STOPPED, TaskState.ZOMBIE, TaskState.DEAD}
    ),
    TaskState.ZOMBIE: frozenset({TaskState.DEAD}),
    TaskState.DEAD: frozenset(),
}


class Call:
    """The system call in flight: number, six argument words, when it was entered, progress so far.

    `progress` is the call's own (bytes already written, a deadline); `result` is set for views
    when the call ends.
    """

    __slots__ = (
        "entered", "noted", "number", "progress", "restarts", "result", "tampered", "words",
    )  # fmt: skip

    def __init__(self, number: int, words: tuple[int, ...], entered: int) -> None:
        self.number = number
        self.words = words
        self.entered = entered
        self.progress: Any = None
        self.noted: Any = None
        """What a trace will want to know of the arguments as they were before."""
        self.result = 0
        self.restarts = 0
        """How often it went on as restart_syscall after a stop."""
        self.tampered: tuple[str, ...] = ()
        """What was injected, as a trace says it."""

    def as_meant(self, words: tuple[int, ...]) -> Call:
        """The same call with the words that a multiplexer's stand for."""
        call = Call(self.number, (*words, 0, 0, 0, 0, 0, 0)[:6], self.entered)
        call.progress, call.noted = self.progress, self.noted
        call.restarts, call.tampered = self.restarts, self.tampered
        return call


class Task:
    """A thread. What it shares with others hangs on it as objects with counts of users.

    `context` is its register set while it is not loaded. `blocked_on` are the queues it sleeps on
    and `deadline` the moment (monotonic nanoseconds) at which it wakes all the same; while it runs,
    the moment at which it will have spent CPU time that somebody waits for.
    """

    # What most tasks never have otherwise stands here, what each has of its own in __init__:
    # Python makes and reads objects fastest that have at most 30 attributes of their own.

    ending: Ending | None = None
    """How the call in flight ends, once the tracer lets it."""
    unreported: int | None = None
    """Result of a finished call that is reported when the task next runs."""
    interrupted_call: Call | None = None
    """What restart_syscall goes on with."""
    is_deaf = False
    """Signals that do not kill leave its sleep alone."""
    seccomp: Seccomp | None = None
    """Which system calls it may make (seccomp(2)); None: all."""
    is_vfork_child = False
    """Made by vfork itself, and since then neither exec nor exit."""
    vfork_queue: WaitQueue | None = None
    """The parent sleeps here until this child releases the memory."""
    clear_child_tid = robust_list = rseq_area = rseq_signature = 0
    """Addresses that the thread has told the kernel, and rseq's signature."""
    sleeps = preemptions = 0
    """How often the CPU went to others because the task slept, and otherwise."""
    stint = (0, 0)
    """`sleeps`, and the CPU time by then, when it was last seen to run without a sleep."""
    peak = 0
    """The largest resident set of address spaces that it has left, in pages."""
    rank = 0
    """Its real-time priority, or one that it inherits: higher ones run first."""
    slice_left = 0
    """Blocks that were left of its time slice when a task of higher rank preempted it."""
    death_signal = 0
    """Signal the task gets when its parent ends (prctl)."""
    exceeds_limit = False
    """It became a user who had too many tasks already: execve looks again (RLIMIT_NPROC)."""

    def __init__(self, system: System, tid: int, process: Process, context: Context) -> None:
        self.system = system
        self.tid = tid
        self.process = process
        self.context = context
        self.state = TaskState.READY
        self.memory: AddressSpace
        self.files: FileTable
        self.fs: FsContext
        self.sighand: Sighand
        self.signals: SignalState
        self.credentials: Credentials
        self.structure: tuple[int, ...] = ()
        """Frames of emulated RAM that hold the task structure and kernel stack."""
        self.name = ""
        """Up to 15 octets as Latin-1 (comm)."""
        self.call: Call | None = None
        self.blocked_on: tuple[WaitQueue, ...] = ()
        self.deadline: int | None = None
        self.restart = Restart.SYS
        """What a signal does to the call while it sleeps."""
        self.held: Hold | None = None
        self.tracing: Tracing | None = None
        """What another task, which traces this one, wants of it."""
        self.has_entry_work = False
        """Somebody looks at its system calls before they are made (`note_entry_work`)."""
        self.watch: Watch | None = None
        """The misuse check's, while this task runs on lent memory."""
        self.exit_status: int | None = None
        """Wait status word once the task is to end (`is_ending`)."""
        self.memory_left = False
        """The first half of the exit is over: the address space is no longer the task's."""
        self.exit_signal = 0
        """Signal to the parent at the end; 0 for none, -1 for threads other than the leader."""
        self.scheduling = NORMAL
        self.traits = USUAL
        self.started = system.clock.now
        self.user_time = 0
        self.system_time = 0
        self.minor_faults = 0

    # ---- who it is ---------------------------------------------------------------------------

    @property
    def pid(self) -> int:
        """The process id: the thread group's leader's tid."""
        return self.process.pid

    @property
    def nice(self) -> int:
        """-20 to 19 (setpriority(2)); a child inherits it."""
        return self.scheduling.nice

    @property
    def is_leader(self) -> bool:
        """Whether this is the thread that its process is named after."""
        return self.tid == self.process.pid

    @property
    def is_ending(self) -> bool:
        """Whether the task's end has been decided, though it may still have to run to it."""
        return self.exit_status is not None

    @property
    def is_zombie(self) -> bool:
        """Whether the task is over and not yet taken away."""
        return self.state is TaskState.ZOMBIE

    @property
    def is_gone(self) -> bool:
        """Whether the task will never run again."""
        return self.state in (TaskState.ZOMBIE, TaskState.DEAD)

    @property
    def wait_channel(self) -> str:
        """What it sleeps for, as ps's WCHAN would say; empty while it does not sleep."""
        return " or ".join(queue.name for queue in self.blocked_on)

    @property
    def usage(self) -> Usage:
        """What the thread has used."""
        return Usage(
            self.user_time, self.system_time, self.minor_faults, self.sleeps, self.preemptions,
            self.peak,
        )  # fmt: skip

    # ---- state -------------------------------------------------------------------------------

    def move_to(self, state: TaskState, why: str = "") -> None:
        """The one place where a state changes: checks the move and reports it."""
        assert state in _MOVES[self.state], f"{self.tid}: {self.state} to {state}"
        journal = self.system.journal
        if journal.recording:
            self.emit(events.StateChanged, self.state.name, state.name, why)
        self.state = state

    def sleep(self, block: Block) -> None:
        """Join the queues and wait until woken or until the deadline."""
        self.blocked_on = block.queues
        self.deadline = block.deadline
        if self.is_deaf is not block.deaf:
            self.is_deaf = block.deaf
        for queue in block.queues:
            queue.add(self)
        if block.deadline is not None:
            self.system.scheduler.add_deadline(self, block.deadline)
        self.sleeps += 1
        self.move_to(TaskState.BLOCKED, str(block) if self.system.journal.recording else "")

    def hold(self, hold: Hold) -> None:
        """Wait, the call done, until the queue's owner releases it."""
        self.held = hold
        self.blocked_on = (hold.queue,)
        hold.queue.add(self)
        self.sleeps += 1
        self.move_to(TaskState.HELD, hold.queue.name)

    def report_interrupted(self, restart: Restart) -> None:
        """Show the call in flight as ended by a signal, with Linux's restart code."""
        self.system.reporter.call_interrupted(self, restart)

    def report_restarted(self) -> None:
        """Show the call in flight as entered anew after it was reported as interrupted."""
        self.system.reporter.call_restarted(self)

    def note_entry_work(self) -> None:
        """Call it when `tracing` or `seccomp` has changed."""
        self.has_entry_work = self.tracing is not None or self.seccomp is not None

    def leave_queues(self) -> None:
        """Sleep on nothing any more."""
        for queue in self.blocked_on:
            queue.remove(self)
        self.blocked_on = ()
        self.deadline = None

    def wake(self, why: str, first: bool = False) -> None:
        """Become ready; the call in flight is tried again when the task next runs."""
        self.leave_queues()
        self.move_to(TaskState.READY, why)
        if self.system.journal.recording:
            self.emit(events.Woken, why)
        self.system.scheduler.ready(self, first)

    def emit(self, kind: type[events.Event], *details: Any) -> None:
        """Record an event about this task; call it only while the journal records."""
        system = self.system
        if kind in system.journal.placed:
            self._tell_place(kind, details)
        system.journal.emit(kind, system.clock.now, self.tid, *details)

    def tell_frames(self) -> None:
        """Record how much of RAM is used now, like `emit`."""
        self.emit(events.FramesCounted, *self.system.frames.usage())

    def _tell_place(self, kind: type[events.Event], details: tuple[Any, ...]) -> None:
        """Record where the next event finds the task.

        A call ends with the stack that it began with, unless it returns from a handler.
        """
        journal, now = self.system.journal, self.system.clock.now
        if journal.locating:
            journal.emit(events.Located, now, self.tid, self.instruction)
        is_same = kind is events.SyscallExited and details[1] not in ("sigreturn", "rt_sigreturn")
        if journal.tracing_stacks and not is_same:
            from kernel.check.call_stack import call_stack

            journal.emit(events.StackTraced, now, self.tid, call_stack(self))

    @property
    def instruction(self) -> int:
        """Address of the instruction that the task executes next."""
        return self.registers[EIP]

    @property
    def registers(self) -> Sequence[int]:
        """The task's registers, wherever they are, to be read."""
        is_loaded = self.system.scheduler.current is self
        return self.system.machine.registers if is_loaded else self.context.words

    def __repr__(self) -> str:
        return f"<Task {self.tid} {self.name} {self.state.name}>"
