"""Tracer: who may trace whom, and what a tracer asks about a stopped task (ptrace(2))."""

from __future__ import annotations

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.ptrace import TraceEvent, TraceOption
from kernel.abi.signals import SiCode, Signal
from kernel.errors import SysError
from kernel.fs.permission import may_inspect
from kernel.signals import attention, send
from kernel.signals.state import SigInfo
from kernel.task import tracing
from kernel.task.task import Task, TaskState
from kernel.task.tracing import StopKind, Tracing

ALL_OPTIONS = sum(TraceOption)
_SUSPEND = TraceOption.PTRACE_O_SUSPEND_SECCOMP


def trace_me(task: Task) -> None:
    """PTRACE_TRACEME: the parent traces the caller. EPERM where somebody does already."""
    parent = task.process.parent
    assert parent is not None
    if task.tracing is not None:
        raise SysError(Errno.EPERM)
    tracing.trace(task, parent.leader, is_seized=False)


def attach(task: Task, target: Task) -> None:
    """PTRACE_ATTACH: trace a task and send it SIGSTOP. EPERM."""
    _check_attach(task, target)
    tracing.trace(target, task, is_seized=False)
    if target.state is TaskState.STOPPED:
        _take_over_stop(target)
    else:
        send.send_to_task(target, SigInfo(Signal.SIGSTOP, SiCode.SI_KERNEL))


def seize(task: Task, target: Task, options: int) -> None:
    """PTRACE_SEIZE: trace a task without stopping it. EPERM; EIO for unknown options."""
    check_options(task, options, Errno.EIO)
    _check_attach(task, target)
    tracing.trace(target, task, is_seized=True, options=options)
    if target.state is TaskState.STOPPED:
        _take_over_stop(target)


def check_options(task: Task, options: int, unknown: Errno) -> None:
    """`unknown` for what is no option; EPERM for who may not suspend another's filters.

    That takes CAP_SYS_ADMIN, and nobody does it who has filters or has them suspended.
    """
    if options & ~ALL_OPTIONS:
        raise SysError(unknown)
    if options & _SUSPEND:
        is_suspended = task.tracing is not None and task.tracing.options & _SUSPEND
        is_restricted = task.seccomp is not None or is_suspended
        if is_restricted or not task.credentials.has(Capability.CAP_SYS_ADMIN):
            raise SysError(Errno.EPERM)


def _check_attach(task: Task, target: Task) -> None:
    is_init = target.process is task.system.tasks.init
    if is_init or target.process is task.process or not may_inspect(task, target):
        raise SysError(Errno.EPERM)
    if target.tracing is not None or target.is_gone or target.is_ending:
        raise SysError(Errno.EPERM)


def _take_over_stop(target: Task) -> None:
    """A task that its group's stop holds already is from now on the tracer's."""
    tracing.join_group_stop(target)


def interrupt(target: Task, state: Tracing) -> None:
    """PTRACE_INTERRUPT: a seized task stops soon; one that listens tells at once. EIO."""
    if not state.is_seized:
        raise SysError(Errno.EIO)
    if state.is_listening:
        tracing.trap_again(target)
    else:
        state.wants_trap = True
        attention.notify(target, "PTRACE_INTERRUPT")


def listen(target: Task, state: Tracing) -> None:
    """PTRACE_LISTEN: a seized task in its group's stop stays, but hears of SIGCONT. EIO."""
    stopped = state.stop
    is_trap = stopped is not None and stopped.code >> 8 == TraceEvent.PTRACE_EVENT_STOP
    if not state.is_seized or not is_trap:
        raise SysError(Errno.EIO)
    state.is_listening = True
    if state.wants_trap and not target.process.stop_signal:
        tracing.trap_again(target)


def siginfo(state: Tracing, target: Task) -> SigInfo:
    """PTRACE_GETSIGINFO: the signal that stopped the task. EINVAL in an old group stop."""
    stopped = state.stop
    assert stopped is not None
    if stopped.info is not None:
        return stopped.info
    if stopped.kind is StopKind.GROUP and not state.is_seized:
        raise SysError(Errno.EINVAL)
    uid = target.credentials.uid
    return SigInfo(stopped.code & 0x7F, stopped.code, target.tid, uid)


def replace_siginfo(state: Tracing, info: SigInfo) -> None:
    """PTRACE_SETSIGINFO: what the task will get with the signal. EINVAL in a group's stop."""
    stopped = state.stop
    assert stopped is not None
    if stopped.kind is StopKind.GROUP:
        raise SysError(Errno.EINVAL)
    if stopped.kind is StopKind.SIGNAL:
        state.stop = stopped._replace(info=info)
