"""Tracing: a task watched and steered by another, and the stops where it waits (ptrace(2)).

A traced task stops itself, at points of its own: `stop` moves it from RUNNING to TRACED and tells
the tracer, and the kernel takes the CPU away. What was going on is kept as plain fields, and the
task goes on from there when the tracer resumes it.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from emulator.machine.machine import EAX, EBP, EBX, ECX, EDI, EDX, ESI
from kernel.abi.errno import Errno
from kernel.abi.process import CloneFlag
from kernel.abi.ptrace import SYSGOOD, TraceEvent, TraceOption
from kernel.abi.signals import CLD_TRAPPED, SiCode, SigactionFlag, Signal
from kernel.signals import attention, send
from kernel.signals.state import SigInfo
from kernel.task import exit as exiting
from kernel.task.task import Call, TaskState

if TYPE_CHECKING:
    from kernel.task.debug_registers import DebugRegisters
    from kernel.task.process import Process
    from kernel.task.task import Task

NO_CALL = 0xFFFF_FFFF
_TRAP = Signal.SIGTRAP | TraceEvent.PTRACE_EVENT_STOP << 8


class StopKind(Enum):
    """Why a traced task waits for its tracer."""

    ENTRY = "system call entry"
    EXIT = "system call exit"
    SIGNAL = "signal"
    GROUP = "group stop"
    EVENT = "event"


class Mode(Enum):
    """How the tracer let the task go on: until what."""

    CONTINUE = "until an event or a signal"
    SYSCALL = "until a system call begins or ends, too"
    STEP = "for one instruction"
    EMULATE = "until a system call, which is then not made"
    EMULATE_STEP = "for one instruction; a system call is not made"


_CALL_STOPS = (Mode.SYSCALL, Mode.EMULATE, Mode.EMULATE_STEP)
_EMULATING = (Mode.EMULATE, Mode.EMULATE_STEP)
_STEPPING = (Mode.STEP, Mode.EMULATE_STEP)


class TraceStop(NamedTuple):
    """One stop: its kind, what a wait reports (signal, event above it), the signal's siginfo."""

    kind: StopKind
    code: int
    info: SigInfo | None = None


class Tracing:
    """What being traced means for a task. `tracer` is the thread that may steer it.

    `stop` is set while the task is TRACED; `is_unseen` until a wait has reported it. `original` is
    orig_eax: the number of the call at work, or -1 outside of calls.
    """

    def __init__(self, tracer: Task, is_seized: bool, options: int = 0) -> None:
        self.tracer = tracer
        self.is_seized = is_seized
        self.options = options
        self.mode = Mode.CONTINUE
        self.stop: TraceStop | None = None
        self.is_unseen = False
        self.message = 0
        """What PTRACE_GETEVENTMSG tells."""
        self.original = NO_CALL
        self.event: TraceEvent | None = None
        """The call in flight is to stop with this event before its end takes effect."""
        self.has_told_exit = False
        self.wants_trap = False
        """A seized task is to stop soon: PTRACE_INTERRUPT, or it has just been created."""
        self.is_past_group_stop = False
        """The tracer had it go on although its process is stopped."""
        self.is_listening = False
        self.debug: DebugRegisters | None = None

    @property
    def is_stepping(self) -> bool:
        """Whether the task runs for one instruction."""
        return self.mode in _STEPPING

    @property
    def is_emulated(self) -> bool:
        """Whether system calls are reported and not made."""
        return self.mode in _EMULATING

    def stops_at_calls(self) -> bool:
        """Whether a system call's beginning is a stop."""
        return self.mode in _CALL_STOPS

    def wants(self, event: TraceEvent) -> bool:
        """Whether the tracer asked for this event."""
        return bool(self.options >> event & 1)


def trace(task: Task, tracer: Task, is_seized: bool, options: int = 0) -> Tracing:
    """Let `tracer` trace a task that nobody traces."""
    task.tracing = Tracing(tracer, is_seized, options)
    task.note_entry_work()
    tracer.process.tracees.append(task)
    return task.tracing


def release(task: Task) -> None:
    """Nobody traces the task any more; its state is the caller's business."""
    assert task.tracing is not None
    task.tracing.tracer.process.tracees.remove(task)
    task.tracing = None
    task.note_entry_work()


# ---- stopping ----------------------------------------------------------------------------------


def stop(task: Task, kind: StopKind, code: int, info: SigInfo | None = None) -> None:
    """Stop the current task, which somebody traces, and tell the tracer."""
    tracing = task.tracing
    assert tracing is not None
    tracing.stop, tracing.is_unseen = TraceStop(kind, code, info), True
    tracing.is_listening = False
    task.system.scheduler.must_yield = False
    task.move_to(TaskState.TRACED, f"{kind.value} ({tracing.tracer.tid} traces)")
    tell_tracer(task)


def stop_for_event(task: Task, event: TraceEvent, message: int) -> None:
    """The same for one of the events."""
    assert task.tracing is not None
    task.tracing.message = message
    if task.call is not None:
        task.system.machine.registers[EAX] = -Errno.ENOSYS & 0xFFFF_FFFF
    stop(task, StopKind.EVENT, Signal.SIGTRAP | event << 8)


def stop_at_call(task: Task, kind: StopKind) -> None:
    """The same for the beginning or the end of a system call."""
    assert task.tracing is not None
    is_marked = task.tracing.options & TraceOption.PTRACE_O_TRACESYSGOOD
    task.tracing.message = 1 if kind is StopKind.ENTRY else 2
    stop(task, kind, Signal.SIGTRAP | SYSGOOD if is_marked else Signal.SIGTRAP)


def stop_for_trap(task: Task) -> None:
    """A seized task stops because it was told to, or because it is new."""
    assert task.tracing is not None
    task.tracing.wants_trap = False
    signal = task.process.stop_signal or Signal.SIGTRAP
    task.tracing.message = 0
    stop(task, StopKind.EVENT, signal | TraceEvent.PTRACE_EVENT_STOP << 8)


def join_group_stop(task: Task) -> None:
    """The task's process stops: a traced task waits for its tracer, not for SIGCONT."""
    assert task.tracing is not None
    code = task.process.stop_signal
    if task.tracing.is_seized:
        code |= TraceEvent.PTRACE_EVENT_STOP << 8
    stop(task, StopKind.GROUP, code)


def is_in_group_stop(task: Task) -> bool:
    """Whether the task is stopped because its process is."""
    return task.tracing is not None and _is_group_stop(task.tracing.stop)


def group_continues(task: Task) -> None:
    """SIGCONT was sent: a traced task stays where it is; a seized one tells its tracer.

    One that listens does so at once, another when it goes on.
    """
    tracing = task.tracing
    assert tracing is not None
    tracing.is_past_group_stop = False
    if tracing.is_listening:
        trap_again(task)
    elif tracing.is_seized:
        tracing.wants_trap = True
        attention.notify(task, "SIGCONT")


def trap_again(task: Task) -> None:
    """A listening task, whose group's stop is over, tells its tracer of that."""
    tracing = task.tracing
    assert tracing is not None
    tracing.stop = TraceStop(StopKind.EVENT, _TRAP)
    tracing.is_unseen, tracing.is_listening, tracing.wants_trap = True, False, False
    tell_tracer(task)


def tell_tracer(task: Task) -> None:
    """SIGCHLD, unless the tracer has SA_NOCLDSTOP, and a wake-up for its wait."""
    assert task.tracing is not None
    assert task.tracing.stop is not None
    process = task.tracing.tracer.process
    action = process.leader.sighand.get(Signal.SIGCHLD)
    if not action.flags & SigactionFlag.SA_NOCLDSTOP:
        status, uid = task.tracing.stop.code & 0x7F, task.credentials.uid
        send.send_to_process(process, SigInfo(Signal.SIGCHLD, CLD_TRAPPED, task.tid, uid, status))
    process.child_changed.wake_all()


# ---- going on ----------------------------------------------------------------------------------


def resume(task: Task, mode: Mode, signal: int) -> None:
    """Let a stopped task go on; `signal` (0: none) is what it then gets.

    At a signal's stop it replaces that signal; at a system call's it is sent; at others it is lost.
    """
    tracing = task.tracing
    assert tracing is not None
    if _is_group_stop(tracing.stop):
        tracing.is_past_group_stop = bool(task.process.stop_signal)
    _leave_stop(task, tracing, signal)
    tracing.mode = mode
    _go_on(task)


def detach(task: Task, signal: int = 0) -> None:
    """Nobody traces the task any more: it goes on, with `signal`, or stays in its group's stop."""
    tracing, was_stopped = task.tracing, task.state is TaskState.TRACED
    assert tracing is not None
    if was_stopped:
        _leave_stop(task, tracing, signal)
    release(task)
    if was_stopped and task.process.stop_signal and not task.is_ending:
        task.move_to(TaskState.STOPPED, "its tracer left")
    elif was_stopped:
        _go_on(task)
    elif not task.is_gone:
        attention.refresh(task)


def _leave_stop(task: Task, tracing: Tracing, signal: int) -> None:
    """Turn what the tracer made of the stop into what the task finds when it goes on."""
    stopped = tracing.stop
    assert stopped is not None
    tracing.stop, tracing.is_unseen, tracing.is_listening = None, False, False
    if stopped.kind is StopKind.ENTRY or _is_seccomp_stop(stopped):
        _make_call(task, tracing, stopped)
    if not signal:
        return
    who = tracing.tracer
    info = SigInfo(signal, SiCode.SI_USER, who.pid, who.credentials.uid)
    if stopped.kind is StopKind.SIGNAL:
        is_same = stopped.info is not None and stopped.info.signal == signal
        task.signals.injected = stopped.info if is_same else info
    elif stopped.kind in (StopKind.ENTRY, StopKind.EXIT):
        send.send_to_task(task, info)


def _is_seccomp_stop(stopped: TraceStop) -> bool:
    return stopped.code >> 8 == TraceEvent.PTRACE_EVENT_SECCOMP


def _make_call(task: Task, tracing: Tracing, stopped: TraceStop) -> None:
    """The call is made with the number and the arguments that the tracer left; -1 is none.

    The task's filters judge what it has become, also if it was they who asked the tracer.
    """
    words, call = task.context.words, task.call
    assert call is not None
    if tracing.original == NO_CALL or tracing.is_emulated:
        result: int = words[EAX]
        task.ending = result - (1 << 32) if result & 0x8000_0000 else result
        return
    arguments = (words[EBX], words[ECX], words[EDX], words[ESI], words[EDI], words[EBP])
    if (call.number, call.words) != (tracing.original, arguments) and not call.restarts:
        task.call = Call(tracing.original, arguments, call.entered)
    if task.seccomp is not None:
        task.seccomp.held = task.call
        task.seccomp.is_judged_again = _is_seccomp_stop(stopped)


def _is_group_stop(stopped: TraceStop | None) -> bool:
    if stopped is None or stopped.kind is StopKind.GROUP:
        return stopped is not None
    is_trap = stopped.code >> 8 == TraceEvent.PTRACE_EVENT_STOP
    return is_trap and stopped.code & 0x7F != Signal.SIGTRAP


def _go_on(task: Task) -> None:
    task.signals.attention = True
    task.move_to(TaskState.READY, "resumed by its tracer")
    task.system.scheduler.ready(task)


def end_exit_stops(process: Process) -> None:
    """SIGKILL comes to a process that is ending: who stopped on the way goes on."""
    for task in process.threads:
        if task.state is TaskState.TRACED and task.tracing is not None:
            task.tracing.stop = None
            _go_on(task)


# ---- whose end, and who else -------------------------------------------------------------------


def has_foreign_tracer(process: Process) -> bool:
    """Whether another process than its parent traces the process's leader."""
    tracing = process.leader.tracing
    return tracing is not None and tracing.tracer.process is not process.parent


def stops_at_exit(task: Task) -> bool:
    """Whether the task, which is to end, stops before; SIGKILL leaves no time for that."""
    tracing, status = task.tracing, task.exit_status
    if tracing is None or tracing.has_told_exit or status is None:
        return False
    return tracing.wants(TraceEvent.PTRACE_EVENT_EXIT) and status & 0x7F != Signal.SIGKILL


def stop_at_exit(task: Task) -> None:
    """Stop a task that is to end, while everything of it is still there."""
    assert task.tracing is not None
    assert task.exit_status is not None
    task.tracing.has_told_exit = True
    stop_for_event(task, TraceEvent.PTRACE_EVENT_EXIT, task.exit_status)


def leave_tracees(tracer: Task) -> None:
    """The tracer ends: what it traced goes on alone, or ends with it (PTRACE_O_EXITKILL)."""
    for task in [each for each in tracer.process.tracees if _is_tracer(each, tracer)]:
        assert task.tracing is not None
        if task.tracing.options & TraceOption.PTRACE_O_EXITKILL:
            send.send_to_task(task, SigInfo(Signal.SIGKILL, SiCode.SI_KERNEL))
        detach(task)
        if task.state is TaskState.ZOMBIE and not task.is_leader:
            exiting.bury_thread(task)
        elif task.process.waits_for_tracer:
            exiting.tell_parent(task.process)


def _is_tracer(task: Task, tracer: Task) -> bool:
    return task.tracing is not None and task.tracing.tracer is tracer


def inherit(task: Task, child: Task, flags: int, exit_signal: int) -> None:
    """A traced task has made a child: note the event and trace the child, if so asked."""
    tracing = task.tracing
    assert tracing is not None
    event = TraceEvent.PTRACE_EVENT_FORK
    if flags & CloneFlag.CLONE_VFORK:
        event = TraceEvent.PTRACE_EVENT_VFORK
    elif exit_signal != Signal.SIGCHLD:
        event = TraceEvent.PTRACE_EVENT_CLONE
    is_event = tracing.wants(event) and not flags & CloneFlag.CLONE_UNTRACED
    if is_event:
        tracing.event, tracing.message = event, child.tid
    if is_event or flags & CloneFlag.CLONE_PTRACE:
        theirs = trace(child, tracing.tracer, tracing.is_seized, tracing.options)
        theirs.original = tracing.original
        theirs.wants_trap = tracing.is_seized
        if not tracing.is_seized:
            child.signals.pending.add(SigInfo(Signal.SIGSTOP, SiCode.SI_USER))
        child.signals.attention = True


def executed(task: Task, old_tid: int) -> None:
    """A traced task runs a new program: an event, or for old tracers SIGTRAP."""
    tracing = task.tracing
    assert tracing is not None
    tracing.debug = None
    if tracing.wants(TraceEvent.PTRACE_EVENT_EXEC):
        tracing.event, tracing.message = TraceEvent.PTRACE_EVENT_EXEC, old_tid
    elif not tracing.is_seized:
        send.send_to_task(
            task, SigInfo(Signal.SIGTRAP, SiCode.SI_USER, task.pid, task.credentials.uid)
        )
