"""Who a process is: its ids, its place in groups and sessions."""

from __future__ import annotations

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.syscalls.arguments import Int
from kernel.syscalls.table import syscall
from kernel.task import job_control
from kernel.task.process import Process
from kernel.task.task import Task


@syscall(Sysno.GETPID)
def getpid(task: Task) -> int:
    """getpid(2): the process's id, the same for all its threads."""
    return task.process.pid


@syscall(Sysno.GETPPID)
def getppid(task: Task) -> int:
    """getppid(2): 1 once the parent has ended."""
    parent = task.process.parent
    return parent.pid if parent is not None else 0


def _process_of(task: Task, pid: int) -> Process:
    process = task.process if pid == 0 else task.system.tasks.process(pid)
    if process is None:
        raise SysError(Errno.ESRCH)
    return process


@syscall(Sysno.GETPGRP)
def getpgrp(task: Task) -> int:
    """getpgrp(2)."""
    return task.process.group


@syscall(Sysno.GETPGID)
def getpgid(task: Task, pid: Int) -> int:
    """getpgid(2): ESRCH."""
    return _process_of(task, pid).group


@syscall(Sysno.GETSID)
def getsid(task: Task, pid: Int) -> int:
    """getsid(2): ESRCH."""
    return _process_of(task, pid).session.id


@syscall(Sysno.SETPGID)
def setpgid(task: Task, pid: Int, group: Int) -> int:
    """setpgid(2): EACCES, EINVAL, EPERM, ESRCH."""
    if group < 0:
        raise SysError(Errno.EINVAL)
    process = _process_of(task, pid)
    job_control.set_group(task.process, process, group or process.pid)
    return 0


@syscall(Sysno.SETSID)
def setsid(task: Task) -> int:
    """setsid(2): the new session's id; EPERM for the leader of a group."""
    return job_control.set_session(task.process)


@syscall(Sysno.VHANGUP)
def vhangup(task: Task) -> int:
    """vhangup(2): the caller's terminal, if it has one, hangs up; EPERM."""
    if not task.credentials.has(Capability.CAP_SYS_TTY_CONFIG):
        raise SysError(Errno.EPERM)
    if task.process.terminal is not None:
        task.process.terminal.hang_up(is_gone=False)
    return 0
