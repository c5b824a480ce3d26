"""Waiting for children: who may be waited for, what is reported, and when the parent is told."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.process import (
    CLOCK_TICKS,
    CONTINUED_STATUS,
    WALL,
    WCLONE,
    WNOTHREAD,
    WaitIdType,
    WaitOption,
    stop_status,
)
from kernel.abi.signals import (
    CLD_CONTINUED,
    CLD_DUMPED,
    CLD_EXITED,
    CLD_KILLED,
    CLD_STOPPED,
    CLD_TRAPPED,
    LAST_SIGNAL,
    SIG_IGN,
    SigactionFlag,
    Signal,
)  # fmt: skip
from kernel.clock import NANOSECONDS
from kernel.errors import Block, SysError
from kernel.signals import send
from kernel.signals.state import SigInfo
from kernel.task import exit as exiting
from kernel.task import tracing
from kernel.task.process import Process
from kernel.task.task import Task, TaskState
from kernel.task.usage import Usage

_TICK_NS = NANOSECONDS // CLOCK_TICKS


class Report(NamedTuple):
    """What a wait found: the child, the status word for wait4, si_code and si_status for waitid."""

    pid: int
    uid: int
    status: int
    code: int
    detail: int
    usage: Usage
    """With that of children it waited for."""


def wait_for_child(task: Task, kind: WaitIdType, number: int, options: int) -> Report | None:
    """Report a child that fits, reaping it unless WNOWAIT; None with WNOHANG when none is ready.

    ECHILD when no child fits. Raises Block until one changes (wait(2)).
    """
    process = task.process
    fitting = [child for child in process.children if _fits(child, task, kind, number, options)]
    for child in fitting:
        report = _report(child, process, options)
        if report is not None:
            return report
    tracees = [each for each in process.tracees if _fits_tracee(each, process, kind, number)]
    for tracee in tracees:
        report = _report_tracee(tracee, options)
        if report is not None:
            return report
    if not fitting and not tracees:
        raise SysError(Errno.ECHILD)
    if options & WaitOption.WNOHANG:
        return None
    raise Block(process.child_changed)


def _fits(child: Process, task: Task, kind: WaitIdType, number: int, options: int) -> bool:
    if kind is WaitIdType.P_PID and child.pid != number:
        return False
    if options & WNOTHREAD and child.maker is not task:
        return False
    if kind is WaitIdType.P_PGID and child.group != number:
        return False
    if child.waits_for_waitpid and kind is not WaitIdType.P_PID:
        return False
    if options & WALL or _traces(task.process, child.leader):
        return True
    return (child.exit_signal != Signal.SIGCHLD) == bool(options & WCLONE)


def _traces(process: Process, task: Task) -> bool:
    return task.tracing is not None and task.tracing.tracer.process is process


def _fits_tracee(task: Task, tracer: Process, kind: WaitIdType, number: int) -> bool:
    """Whether it is waited for as a task that is traced; one's own children are anyway."""
    if task.is_leader and task.process.parent is tracer:
        return False
    if kind is WaitIdType.P_PGID:
        return task.process.group == number
    return kind is not WaitIdType.P_PID or task.tid == number


def _report(child: Process, parent: Process, options: int) -> Report | None:
    keep = options & WaitOption.WNOWAIT
    if child.is_zombie and options & WaitOption.WEXITED and not child.waits_for_tracer:
        status = exit_status_of(child)
        report = _make(child, status, *_exit_code(status))
        if not keep:
            exiting.reap(child, parent)
        return report
    if _traces(parent, child.leader):
        return _report_stop_of_tracee(child.leader, options)
    if child.stop_report and options & WaitOption.WUNTRACED:
        signal = child.stop_report
        if not keep:
            child.stop_report = 0
        return _make(child, stop_status(signal), CLD_STOPPED, signal)
    if child.continue_report and options & WaitOption.WCONTINUED:
        if not keep:
            child.continue_report = False
        return _make(child, CONTINUED_STATUS, CLD_CONTINUED, Signal.SIGCONT)
    return None


def _report_tracee(task: Task, options: int) -> Report | None:
    """Its end, which its parent or process sees only after this wait, or its stop."""
    process, keep = task.process, options & WaitOption.WNOWAIT
    is_over = task.state is TaskState.ZOMBIE and (not task.is_leader or process.waits_for_tracer)
    if not is_over:
        return _report_stop_of_tracee(task, options)
    if not options & WaitOption.WEXITED:
        return None
    status = exit_status_of(process) if task.is_leader else _status_of_thread(task)
    report = _make(process, status, *_exit_code(status))._replace(pid=task.tid)
    if not keep:
        tracing.release(task)
        if task.is_leader:
            exiting.tell_parent(process)
        else:
            exiting.bury_thread(task)
    return report


def _status_of_thread(task: Task) -> int:
    group = task.process.group_exit
    status = task.exit_status if group is None else group
    assert status is not None
    return status


def _report_stop_of_tracee(task: Task, options: int) -> Report | None:
    """A tracer sees stops whatever it asked for, each once."""
    state = task.tracing
    if state is None or state.stop is None or not state.is_unseen or state.is_listening:
        return None
    if not options & WaitOption.WNOWAIT:
        state.is_unseen = False
    code = state.stop.code
    return _make(task.process, code << 8 | 0x7F, CLD_TRAPPED, code)._replace(pid=task.tid)


def _make(child: Process, status: int, code: int, detail: int) -> Report:
    usage = child.usage().plus(child.children_usage)
    return Report(child.pid, child.leader.credentials.uid, status, code, detail, usage)


def exit_status_of(process: Process) -> int:
    """The wait status word of a process that has ended."""
    if process.group_exit is not None:
        return process.group_exit
    status = process.leader.exit_status
    assert status is not None
    return status


def _exit_code(status: int) -> tuple[int, int]:
    """si_code and si_status of a wait status word."""
    if status & 0x7F == 0:
        return CLD_EXITED, status >> 8 & 0xFF
    return CLD_DUMPED if status & 0x80 else CLD_KILLED, status & 0x7F


def _tell_parent(process: Process, signal: int, code: int, detail: int) -> None:
    parent = process.parent
    assert parent is not None
    if 0 < signal <= LAST_SIGNAL and parent is not process.leader.system.tasks.init:
        user, kernel = process.times()
        uid = process.leader.credentials.uid
        info = SigInfo(signal, code, process.pid, uid, detail, user // _TICK_NS, kernel // _TICK_NS)
        with suppress(SysError):
            send.send_to_process(parent, info)
    parent.child_changed.wake_all()


def report_exited(process: Process) -> bool:
    """Tell the parent of an end; whether a zombie stays for it to wait for."""
    parent = process.parent
    assert parent is not None
    signal = process.exit_signal
    stays = exiting.stays_as_zombie(process, parent)
    if process.sends_no_sigchld:
        signal = 0
    ignored = signal == Signal.SIGCHLD and parent.leader.sighand.get(signal).handler == SIG_IGN
    _tell_parent(process, 0 if ignored else signal, *_exit_code(exit_status_of(process)))
    return stays


def tell_tracer_of_exit(task: Task) -> None:
    """The tracer gets SIGCHLD for a task that is over and waits for it."""
    assert task.tracing is not None
    tracer, status = task.tracing.tracer.process, _status_of_thread(task)
    code, detail = _exit_code(status)
    info = SigInfo(Signal.SIGCHLD, code, task.tid, task.credentials.uid, detail)
    send.send_to_process(tracer, info)
    tracer.child_changed.wake_all()


def report_stopped(process: Process, signal: int) -> None:
    """Tell the parent that the process stopped; WUNTRACED sees it once."""
    if process.parent is not None and _traces(process.parent, process.leader):
        return
    process.stop_report, process.continue_report = signal, False
    _tell_parent(process, _unless_nocldstop(process), CLD_STOPPED, signal)


def note_continued(process: Process) -> None:
    """WCONTINUED sees once, from now on, that the process goes on; the parent is told later."""
    process.stop_report, process.continue_report = 0, True
    process.must_tell_continued = True


def tell_continued(process: Process) -> None:
    """Tell the parent, when the process first runs again."""
    process.must_tell_continued = False
    _tell_parent(process, _unless_nocldstop(process), CLD_CONTINUED, Signal.SIGCONT)


def _unless_nocldstop(process: Process) -> int:
    parent = process.parent
    assert parent is not None
    action = parent.leader.sighand.get(Signal.SIGCHLD)
    return 0 if action.flags & SigactionFlag.SA_NOCLDSTOP else int(Signal.SIGCHLD)
