"""Sending signals: kill(2), tkill(2), tgkill(2), rt_sigqueueinfo(2), rt_tgsigqueueinfo(2)."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.abi.errno import Errno
from kernel.abi.signal_frames import SIGINFO_SIZE
from kernel.abi.signals import LAST_SIGNAL, SiCode
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.signals import send, siginfo
from kernel.signals.state import SigInfo
from kernel.syscalls.arguments import Int, SignalNumber
from kernel.syscalls.signal_structures import InSigInfo
from kernel.syscalls.table import syscall
from kernel.task.process import Process
from kernel.task.task import Task


@syscall(Sysno.KILL)
def kill(task: Task, pid: Int, signal: SignalNumber) -> int:
    """Send a signal to a process (pid > 0), a group (0: one's own, < -1) or everybody else (-1).

    Signal 0 only checks. EINVAL, EPERM, ESRCH.
    """
    tasks = task.system.tasks
    if pid > 0:
        _send(task, _find(task, pid).process, signal)
    elif pid == -1:
        _send_to_all(task, signal)
    else:
        _send_to_group(task, tasks.in_group(-pid or task.process.group), signal)
    return 0


def _send(task: Task, target: Process, signal: int) -> None:
    _check(task, target.leader, signal)
    if signal:
        send.send_to_process(target, _from(task, signal, SiCode.SI_USER))


def _send_to_group(task: Task, members: Iterable[Process], signal: int) -> None:
    """Success if one could be signalled; else the error of the last one."""
    error: SysError | None = SysError(Errno.ESRCH)
    succeeded = False
    for member in members:
        try:
            _send(task, member, signal)
            succeeded = True
        except SysError as refused:
            error = refused
    if not succeeded and error is not None:
        raise error


def _send_to_all(task: Task, signal: int) -> None:
    """All but init and the caller; EPERM counts as success, nobody there is ESRCH."""
    tasks = task.system.tasks
    others = [p for p in tasks.processes() if p is not tasks.init and p is not task.process]
    if not others:
        raise SysError(Errno.ESRCH)
    error = None
    for process in others:
        try:
            _send(task, process, signal)
            error = None
        except SysError as refused:
            if refused.errno is not Errno.EPERM:
                error = refused
    if error is not None:
        raise error


def _find(task: Task, tid: int) -> Task:
    found = task.system.tasks.find(tid)
    if found is None:
        raise SysError(Errno.ESRCH)
    return found


def _check(task: Task, target: Task, signal: int) -> None:
    if not 0 <= signal <= LAST_SIGNAL:
        raise SysError(Errno.EINVAL)
    if not send.may_signal(task, target, signal):
        raise SysError(Errno.EPERM)


def _from(task: Task, signal: int, code: int) -> SigInfo:
    return SigInfo(signal, code, task.pid, task.credentials.uid)


# ---- to one thread -----------------------------------------------------------------------------


@syscall(Sysno.TKILL)
def tkill(task: Task, tid: Int, signal: SignalNumber) -> int:
    """Send a signal to a thread. EINVAL, EPERM, ESRCH."""
    if tid <= 0:
        raise SysError(Errno.EINVAL)
    return _send_to_thread(task, _find(task, tid), signal)


@syscall(Sysno.TGKILL)
def tgkill(task: Task, pid: Int, tid: Int, signal: SignalNumber) -> int:
    """The same, for a thread of this process only."""
    return _send_to_thread(task, _find_thread(task, pid, tid), signal)


def _find_thread(task: Task, pid: int, tid: int) -> Task:
    if pid <= 0 or tid <= 0:
        raise SysError(Errno.EINVAL)
    target = _find(task, tid)
    if target.pid != pid:
        raise SysError(Errno.ESRCH)
    return target


def _send_to_thread(task: Task, target: Task, signal: int) -> int:
    _check(task, target, signal)
    if signal:
        send.send_to_task(target, _from(task, signal, SiCode.SI_TKILL))
    return 0


# ---- with information --------------------------------------------------------------------------


@syscall(Sysno.RT_SIGQUEUEINFO)
def rt_sigqueueinfo(task: Task, pid: Int, signal: SignalNumber, info: InSigInfo) -> int:
    """Send a process a signal with a siginfo of the caller's making. EAGAIN, EPERM, ESRCH."""
    queued = _read_info(task, signal, info, is_self=pid == task.tid)
    target = _find(task, pid)
    _check(task, target, signal)
    if signal:
        send.send_to_process(target.process, queued)
    return 0


@syscall(Sysno.RT_TGSIGQUEUEINFO)
def rt_tgsigqueueinfo(task: Task, pid: Int, tid: Int, signal: SignalNumber, info: InSigInfo) -> int:
    """The same to a thread."""
    queued = _read_info(task, signal, info, is_self=tid == task.tid)
    target = _find_thread(task, pid, tid)
    _check(task, target, signal)
    if signal:
        send.send_to_task(target, queued)
    return 0


def _read_info(task: Task, signal: int, address: int, is_self: bool) -> SigInfo:
    """To others nobody may pretend to be kill(2) or the kernel: EPERM."""
    info = siginfo.unpack(signal, task.memory.read(address, SIGINFO_SIZE))
    if (info.code >= 0 or info.code == SiCode.SI_TKILL) and not is_self:
        raise SysError(Errno.EPERM)
    return info
