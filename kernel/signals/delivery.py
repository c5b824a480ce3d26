"""Delivery: what a task does about its signals before it executes its next instruction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emulator.machine.machine import EAX, EIP
from kernel import events
from kernel.abi.errno import Errno
from kernel.abi.process import Resource, signal_status
from kernel.abi.signals import (
    CORE_DUMPING,
    SIG_DFL,
    SIG_IGN,
    STOPPING,
    SiCode,
    SigactionFlag,
    Signal,
    bit,
    next_signal,
)
from kernel.abi.sysno import Sysno
from kernel.errors import Restart, SysError
from kernel.signals import attention, frame, masks, send, stop
from kernel.signals.siginfo import describe_siginfo
from kernel.signals.state import DEFAULT, Action, Pending, SigInfo
from kernel.task import exit as exiting
from kernel.task import job_control, rseq, tracing, waiting
from kernel.task.task import TaskState
from kernel.task.tracing import StopKind

if TYPE_CHECKING:
    from kernel.system import System
    from kernel.task.task import Task

_EINTR = -Errno.EINTR & 0xFFFF_FFFF
_INT_LENGTH = 2
"""Octets of `int $0x80`."""


def is_due(task: Task) -> bool:
    """Whether to deliver now, before the task goes on.

    A call in flight is tried again first: what it waited for may have come with the signal.
    """
    signals = task.signals
    return signals.attention and (task.call is None or signals.interrupted is not None)


def ends_sleep(task: Task) -> bool:
    """Whether signals keep the call in flight, which raised Block, from sleeping."""
    if attention.ends_sleep(task):
        return True
    if task.signals.attention:
        _show_dropped(task)
    return False


def interrupt(task: Task) -> None:
    """The call in flight is interrupted: from now on delivery is due and decides its fate."""
    task.signals.interrupted = task.restart
    task.report_interrupted(task.restart)


def show_unseen(system: System) -> None:
    """Have a trace show the signals that were dropped while their tasks slept, and sleep on."""
    for task in system.unseen:
        if task.state is TaskState.BLOCKED and task.signals.ignored.mask:
            _show_dropped(task)
    system.unseen.clear()


def _show_dropped(task: Task) -> None:
    """A trace shows the sleep as interrupted, as it is under strace; nothing else changes."""
    signals, call = task.signals, task.call
    interrupts = call is not None and task.restart is not Restart.NEVER
    if interrupts:
        task.report_interrupted(task.restart)
    while signals.ignored.mask:
        _report(task, signals.ignored.take(next_signal(signals.ignored.mask)), "ignore")
    attention.refresh(task)
    if interrupts and call is not None:
        call.restarts += task.restart is Restart.BLOCK
        task.report_restarted()


def deliver(task: Task) -> None:
    """Act on every signal that is ready: for the current task, its registers in the machine.

    Called when `is_due`. Afterwards the task may be stopped or ending; a call that is still in
    `task.call` is to be tried again from its first line.
    """
    more = task.signals.attention
    while more:
        more = proceed(task)


def proceed(task: Task) -> bool:
    """One move of that: act on one signal, or end the delivery where none is ready.

    Whether there is more to do; not where the task has stopped or is to end.
    """
    if task.process.must_tell_continued:
        waiting.tell_continued(task.process)
        return True
    if task.is_ending:
        return False
    if attention.must_join(task):
        stop.join_stop(task)
        return False
    if task.tracing is not None and task.tracing.wants_trap:
        tracing.stop_for_trap(task)
        return False
    taken = _take(task)
    if taken is None:
        _finish(task)
        return task.signals.attention
    info, dropped = taken
    if task.tracing is not None and info is not task.signals.injected:
        tracing.stop(task, StopKind.SIGNAL, info.signal, info)
        return False
    task.signals.injected = None
    _act(task, info, dropped)
    return task.state is TaskState.RUNNING


def upcoming(task: Task) -> SigInfo | None:
    """The signal that the next move of a task's delivery acts on, if it is one that acts on one."""
    if not is_due(task) or task.process.must_tell_continued or task.is_ending:
        return None
    if attention.must_join(task) or (task.tracing is not None and task.tracing.wants_trap):
        return None
    injected = task.signals.injected
    if injected is not None or task.tracing is not None:
        return injected  # any other is first shown to the tracer
    found = _find(task)
    return None if found is None else found[0].first(found[1])


def replace_upcoming(task: Task, info: SigInfo | None) -> None:
    """Let the task act on another signal in place of that one, or (None) on nothing.

    A signal that the task blocks stays pending, as after a tracer's choice of it (ptrace(2)).
    """
    signals = task.signals
    if signals.injected is not None:
        signals.injected = None
    else:
        found = _find(task)
        assert found is not None
        found[0].take(found[1])
    if info is not None:
        signals.pending.add(info)


def _finish(task: Task) -> None:
    task.signals.attention = False
    _settle_call(task)
    masks.restore_after_call(task)
    if task.signals.attention and task.call is not None:
        _start_afresh(task)


def _take(task: Task) -> tuple[SigInfo, bool] | None:
    """The next signal, and whether it was dropped."""
    if task.signals.injected is not None:
        return task.signals.injected, False
    found = _find(task)
    if found is None:
        return None
    pending, signal = found
    return pending.take(signal), pending is task.signals.ignored


def _find(task: Task) -> tuple[Pending, int] | None:
    """The next signal and where it is pending: the task's own before the process's."""
    signals, shared = task.signals, task.process.pending
    own = signals.pending.mask & ~signals.blocked
    if own:
        return signals.pending, next_signal(own)
    common = shared.mask & ~signals.blocked
    ready = common | signals.ignored.mask
    if not ready:
        return None
    signal = next_signal(ready)
    return (shared if common & bit(signal) else signals.ignored), signal


def _act(task: Task, info: SigInfo, dropped: bool) -> None:
    signal = info.signal
    action = task.sighand.get(signal)
    if dropped or task.sighand.is_ignored(signal):
        _report(task, info, "ignore")
    elif action.handler not in (SIG_DFL, SIG_IGN):
        _report(task, info, "handler")
        _call_handler(task, info, action)
    elif not bit(signal) & STOPPING:
        _terminate(task, info)
    elif signal != Signal.SIGSTOP and job_control.is_orphaned(task.system, task.process.group):
        _report(task, info, "ignore")
    else:
        _report(task, info, "stop")
        stop.begin_stop(task, signal)


def _report(task: Task, info: SigInfo, action: str) -> None:
    if task.system.journal.recording:
        task.emit(events.SignalDelivered, info.signal, describe_siginfo(info), action)


def _terminate(task: Task, info: SigInfo) -> None:
    may_dump = bit(info.signal) & CORE_DUMPING
    dumped = bool(may_dump and task.process.limits.soft(Resource.RLIMIT_CORE))
    _report(task, info, "final" if info.is_final else "core" if dumped else "kill")
    exiting.kill_process(task.process, signal_status(info.signal, dumped))


def _call_handler(task: Task, info: SigInfo, action: Action) -> None:
    """Make the task's next instruction the handler's first; SIGSEGV where the stack is bad."""
    signals, signal = task.signals, info.signal
    _end_call(task, bool(action.flags & SigactionFlag.SA_RESTART))
    if action.flags & SigactionFlag.SA_RESETHAND:
        task.sighand.actions[signal] = replace(action, handler=SIG_DFL)
    if task.rseq_area:
        rseq.abort(task)
    old_mask = signals.blocked if signals.saved_mask is None else signals.saved_mask
    try:
        frame.push(task, info, action, old_mask)
    except SysError:
        if signal == Signal.SIGSEGV:
            task.sighand.actions[signal] = DEFAULT
        send.force(task, SigInfo(Signal.SIGSEGV, SiCode.SI_KERNEL))
        return
    if task.watch is not None:
        task.watch.handler_called(signal, action.handler)
    signals.saved_mask = None
    itself = 0 if action.flags & SigactionFlag.SA_NODEFER else bit(signal)
    masks.set_blocked(task, signals.blocked | action.mask | itself)


# ---- the call in flight ------------------------------------------------------------------------


def _end_call(task: Task, sa_restart: bool) -> None:
    """A handler is about to run: the interrupted call fails, or is made again after it."""
    restart, call = task.signals.interrupted, task.call
    if restart is None or call is None:
        return
    if restart is Restart.NOINTR or (restart is Restart.SYS and sa_restart):
        _make_again(task, call.number)
    else:
        task.system.machine.registers[EAX] = _EINTR
    task.call = task.signals.interrupted = None


def _settle_call(task: Task) -> None:
    """No handler ran: the interrupted call is tried again, or goes on as restart_syscall."""
    restart, call = task.signals.interrupted, task.call
    task.signals.interrupted = None
    if restart is None or call is None:
        return
    if restart is Restart.BLOCK:
        task.interrupted_call = call
        _make_again(task, Sysno.RESTART_SYSCALL)
        task.call = None
    elif task.tracing is not None and restart is not Restart.NEVER:
        _make_again(task, call.number)
        task.call = None
    elif restart is Restart.NEVER:
        task.system.machine.registers[EAX] = _EINTR
        task.call = None
    else:
        call.progress = None
        call.entered = task.system.clock.now
        task.report_restarted()


def _start_afresh(task: Task) -> None:
    """More signals came with the old mask: the call is made again after their handlers."""
    assert task.call is not None
    _make_again(task, task.call.number)
    task.call = None


def _make_again(task: Task, number: int) -> None:
    registers = task.system.machine.registers
    registers[EAX] = number
    registers[EIP] = (registers[EIP] - _INT_LENGTH) & 0xFFFF_FFFF
