"""Waiting for children: waitpid, wait4, waitid."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.process import WALL, WCLONE, WNOTHREAD, WaitIdType, WaitOption
from kernel.abi.signals import Signal
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.signals.siginfo import describe_siginfo, pack, unpack
from kernel.signals.state import SigInfo
from kernel.syscalls.accounting import OutUsage, pack_rusage
from kernel.syscalls.arguments import (
    Argument,
    ChoiceArgument,
    FlagsArgument,
    Int,
    Moment,
    enum_of,
)  # fmt: skip
from kernel.syscalls.pidfds import file_of_process
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task
from kernel.task.waiting import Report, wait_for_child

_WAIT4_OPTIONS = WaitOption.WNOHANG | WaitOption.WUNTRACED | WaitOption.WCONTINUED
_CLONE_OPTIONS = WNOTHREAD | WALL | WCLONE
_WAITID_STATES = WaitOption.WEXITED | WaitOption.WUNTRACED | WaitOption.WCONTINUED
SIGINFO_SIZE = 128
_INFO_WRITTEN = 24
"""waitid fills in the siginfo up to si_status."""


class _StatusArgument(Argument):
    """Where the status word goes; it is shown only if a child was reported."""

    moment = Moment.EXIT

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address = call.words[word]
        if call.result <= 0 or not address:
            return ("ptr", address)
        return ("wstatus", task.memory.read_word(address))


class _WaitOptions(FlagsArgument):
    """waitid calls WUNTRACED WSTOPPED."""

    def __init__(self, stopped: str) -> None:
        super().__init__(WaitOption)
        order = ["WNOHANG", stopped, "WEXITED", "WCONTINUED", "WNOWAIT"]
        values = {name: value for value, name in self.names} | {stopped: 2}
        self.names = [(values[name], name) for name in order]
        self.names += [(WNOTHREAD, "__WNOTHREAD"), (WALL, "__WALL"), (WCLONE, "__WCLONE")]


class _InfoArgument(Argument):
    """waitid's siginfo; {} where nothing was reported."""

    moment = Moment.EXIT

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address = call.words[word]
        if call.result < 0 or not address:
            return ("ptr", address)
        image = task.memory.read(address, SIGINFO_SIZE)
        if not any(image[:4]):
            return ("text", "{}")
        return describe_siginfo(unpack(Signal.SIGCHLD, image))


Status = Annotated[int, _StatusArgument()]
WaitOptions = Annotated[int, _WaitOptions("WSTOPPED")]
Wait4Options = Annotated[int, _WaitOptions("WSTOPPED")]


def _selector(task: Task, pid: int) -> tuple[WaitIdType, int]:
    """wait4's pid argument: one child, any, those of a group, those of the caller's group."""
    if pid == -(1 << 31):
        raise SysError(Errno.ESRCH)
    if pid > 0:
        return WaitIdType.P_PID, pid
    if pid == -1:
        return WaitIdType.P_ALL, 0
    return WaitIdType.P_PGID, -pid if pid else task.process.group


def _rusage(report: Report) -> bytes:
    return pack_rusage(report.usage)


def _wait4(task: Task, pid: int, status: int, options: int, rusage: int) -> int:
    if options & ~(_WAIT4_OPTIONS | _CLONE_OPTIONS):
        raise SysError(Errno.EINVAL)
    kind, number = _selector(task, pid)
    report = wait_for_child(task, kind, number, options | WaitOption.WEXITED)
    if report is None:
        return 0
    if status:
        task.memory.write_word(status, report.status)
    if rusage:
        task.memory.write(rusage, _rusage(report))
    return report.pid


@syscall(Sysno.WAIT4)
def wait4(task: Task, pid: Int, status: Status, options: Wait4Options, rusage: OutUsage) -> int:
    """wait4(2): the child's pid, or 0 with WNOHANG. ECHILD, EINVAL, EFAULT (after reaping)."""
    return _wait4(task, pid, status, options, rusage)


@syscall(Sysno.WAITPID)
def waitpid(task: Task, pid: Int, status: Status, options: Wait4Options) -> int:
    """waitpid(2)."""
    return _wait4(task, pid, status, options, 0)


def _write_info(task: Task, address: int, report: Report | None) -> None:
    if not address:
        return
    if report is None:
        task.memory.write(address, bytes(_INFO_WRITTEN))
        return
    info = SigInfo(Signal.SIGCHLD, report.code, report.pid, report.uid, report.detail)
    task.memory.write(address, pack(info)[:_INFO_WRITTEN])


@syscall(Sysno.WAITID)
def waitid(
    task: Task,
    kind: Annotated[int, ChoiceArgument(WaitIdType, "P_")],
    number: Int,
    info: Annotated[int, _InfoArgument()],
    options: WaitOptions,
    rusage: OutUsage,
) -> int:
    """waitid(2): EAGAIN of a nonblocking pidfd, EBADF, ECHILD, EINVAL, EFAULT (after reaping)."""
    try:
        report = _wait_for(task, kind, number, options)
    except SysError:
        _write_info(task, info, None)
        raise
    _write_info(task, info, report)
    if rusage and report is not None:
        task.memory.write(rusage, _rusage(report))
    return 0


def _wait_for(task: Task, kind: int, number: int, options: int) -> Report | None:
    """What waitid waits for; None where WNOHANG found nothing."""
    which = enum_of(WaitIdType, kind)
    allowed = _WAITID_STATES | WaitOption.WNOHANG | WaitOption.WNOWAIT | _CLONE_OPTIONS
    if options & ~allowed or not options & _WAITID_STATES:
        raise SysError(Errno.EINVAL)
    if number < 0 and which is not WaitIdType.P_ALL:
        raise SysError(Errno.EINVAL)
    is_nonblocking = False
    if which is WaitIdType.P_PIDFD:
        file = file_of_process(task, number)
        is_nonblocking = file.is_nonblocking and not options & WaitOption.WNOHANG
        which, number = WaitIdType.P_PID, file.process.pid if not file.is_reaped else 0
    elif which is WaitIdType.P_PID and number == 0:
        raise SysError(Errno.EINVAL)
    elif which is WaitIdType.P_PGID and number == 0:
        number = task.process.group
    hanging = WaitOption.WNOHANG if is_nonblocking else 0
    report = wait_for_child(task, which, number, options | hanging)
    if report is None and is_nonblocking:
        raise SysError(Errno.EAGAIN)
    return report
