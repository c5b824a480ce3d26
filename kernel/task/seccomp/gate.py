"""The gate: what becomes of a restricted thread's call before it is made (seccomp(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.machine.machine import EIP
from kernel.abi.errno import Errno
from kernel.abi.ptrace import AUDIT_ARCH_I386, TraceEvent, TraceOption
from kernel.abi.seccomp import ACTION_MASK, DATA_MASK, MAX_ERRNO, Action, SeccompMode
from kernel.abi.signals import SYS_SECCOMP, Signal
from kernel.abi.sysno import Sysno
from kernel.errors import Block, Ending
from kernel.signals import masks, send
from kernel.signals.state import DEFAULT, SigInfo
from kernel.task import exit as exiting
from kernel.task import tracing
from kernel.task.seccomp import audit
from kernel.task.seccomp.filters import Filter, Seccomp, verdict

if TYPE_CHECKING:
    from kernel.task.task import Call, Task

_STRICT_CALLS = (Sysno.READ, Sysno.WRITE, Sysno.EXIT, Sysno.SIGRETURN)
_LOGGED_ON_REQUEST = (
    Action.SECCOMP_RET_TRAP, Action.SECCOMP_RET_ERRNO, Action.SECCOMP_RET_TRACE,
    Action.SECCOMP_RET_USER_NOTIF,
)  # fmt: skip


def judge(task: Task, call: Call) -> Ending | None:
    """How the current task's call ends without being made, or None: it is to be made.

    Raises Block while a listener has not answered. Where a tracer is asked, the task has stopped
    (TRACED) afterwards and the call is held.
    """
    seccomp, number = task.seccomp, 0 if call.restarts else call.number
    assert seccomp is not None
    seccomp.held = None
    was_asked, seccomp.is_judged_again = seccomp.is_judged_again, False
    if _is_suspended(task):
        return None
    if seccomp.mode is SeccompMode.SECCOMP_MODE_STRICT:
        if number in _STRICT_CALLS:
            return None
        audit.tell(task, number, Signal.SIGKILL, Action.SECCOMP_RET_KILL_THREAD)
        return exiting.exit_task(task, Signal.SIGKILL)
    if seccomp.notification is not None:
        return _wait(task, call, seccomp)
    data = _data(task, number, call.words)
    answer, whose = verdict(seccomp.filters, data)
    if was_asked and answer & ACTION_MASK == Action.SECCOMP_RET_TRACE:
        return None
    return _carry_out(task, call, answer, whose, data)


def _is_suspended(task: Task) -> bool:
    state = task.tracing
    return state is not None and bool(state.options & TraceOption.PTRACE_O_SUSPEND_SECCOMP)


def _data(task: Task, number: int, words: tuple[int, ...]) -> tuple[int, ...]:
    """struct seccomp_data as sixteen words: number, architecture, then 64-bit numbers."""
    at = task.system.machine.registers[EIP]
    wide = [half for word in words for half in (word, 0)]
    return (number & 0xFFFF_FFFF, AUDIT_ARCH_I386, at, 0, *wide)


def _carry_out(
    task: Task, call: Call, answer: int, whose: Filter, data: tuple[int, ...]
) -> Ending | None:
    action, detail, number = answer & ACTION_MASK, answer & DATA_MASK, data[0]
    if action == Action.SECCOMP_RET_ALLOW:
        return None
    if whose.is_logged and action in _LOGGED_ON_REQUEST:
        signal = Signal.SIGSYS if action == Action.SECCOMP_RET_TRAP else 0
        audit.tell(task, number, signal, action)
    if action == Action.SECCOMP_RET_LOG:
        audit.tell(task, number, 0, action)
        return None
    if action == Action.SECCOMP_RET_ERRNO:
        return -min(detail, MAX_ERRNO)
    if action == Action.SECCOMP_RET_TRAP:
        send.force(task, _signal(task, number, detail))
        return number
    if action == Action.SECCOMP_RET_TRACE:
        return _ask_tracer(task, detail)
    if action == Action.SECCOMP_RET_USER_NOTIF:
        return _ask_listener(task, call, whose, data)
    return _kill(task, number, action)


def _signal(task: Task, number: int, detail: int) -> SigInfo:
    at = task.system.machine.registers[EIP]
    return SigInfo(
        Signal.SIGSYS, SYS_SECCOMP, address=at, errno=detail, call=number, arch=AUDIT_ARCH_I386
    )


def _kill(task: Task, number: int, action: int) -> Ending:
    """End the process, or the thread where there are others; nobody is asked first."""
    audit.tell(task, number, Signal.SIGSYS, action)
    others = [each for each in task.process.threads if each is not task and not each.is_gone]
    if action == Action.SECCOMP_RET_KILL_THREAD and others:
        return exiting.exit_task(task, Signal.SIGSYS)
    task.sighand.actions[Signal.SIGSYS] = DEFAULT
    masks.set_blocked(task, task.signals.blocked & ~(1 << Signal.SIGSYS - 1))
    task.signals.injected = _signal(task, number, 0)._replace(is_final=True)
    task.signals.attention = True
    return number


def _ask_tracer(task: Task, detail: int) -> Ending | None:
    """A tracer that wants to is asked; afterwards the filters judge what it made of the call."""
    state = task.tracing
    if state is None or not state.wants(TraceEvent.PTRACE_EVENT_SECCOMP):
        return -Errno.ENOSYS
    tracing.stop_for_event(task, TraceEvent.PTRACE_EVENT_SECCOMP, detail)
    return None


# ---- listeners ---------------------------------------------------------------------------------


def _ask_listener(task: Task, call: Call, whose: Filter, data: tuple[int, ...]) -> Ending | None:
    seccomp = task.seccomp
    assert seccomp is not None
    if whose.listener is None:
        return -Errno.ENOSYS
    seccomp.notification = whose.listener.notify(task, data)
    return _wait(task, call, seccomp)


def _wait(task: Task, call: Call, seccomp: Seccomp) -> Ending | None:
    notification = seccomp.notification
    assert notification is not None
    try:
        notification.wait()
    except Block:
        seccomp.held = call
        raise
    withdraw(task)
    if notification.goes_on:
        return None
    return notification.error or notification.value


def withdraw(task: Task) -> None:
    """The task's call waits for a listener no longer: it was answered, or a signal came."""
    seccomp = task.seccomp
    assert seccomp is not None
    assert seccomp.notification is not None
    seccomp.notification.withdraw()
    seccomp.notification = None
