"""Descriptors of processes: pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2)."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.process import PidfdFlag, PidfdSignalFlag, Resource
from kernel.abi.signal_frames import SIGINFO_SIZE
from kernel.abi.signals import LAST_SIGNAL, SiCode
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.fs.permission import may_inspect
from kernel.fs.pidfd import ProcessFile
from kernel.signals import send, siginfo
from kernel.signals.state import SigInfo
from kernel.syscalls.arguments import Fd, FlagsArgument, Hex, Int, SignalNumber
from kernel.syscalls.signal_structures import InSigInfo
from kernel.syscalls.table import syscall
from kernel.task.task import Task


def file_of_process(task: Task, fd: int) -> ProcessFile:
    """The process behind a descriptor; EBADF where it is none of a process."""
    file = task.files.get(fd)
    if not isinstance(file, ProcessFile):
        raise SysError(Errno.EBADF)
    return file


@syscall(Sysno.PIDFD_OPEN)
def pidfd_open(
    task: Task, pid: Int, flags: Annotated[int, FlagsArgument(PidfdFlag, prefix="PIDFD_")]
) -> int:
    """A descriptor for a process, closed on exec. EINVAL, EMFILE, ENOENT, ESRCH.

    With PIDFD_THREAD `pid` may be any thread's id; without it, that is ENOENT.
    """
    if flags & ~sum(PidfdFlag) or pid <= 0:
        raise SysError(Errno.EINVAL)
    found = task.system.tasks.find(pid)
    if found is None:
        raise SysError(Errno.ESRCH)
    thread = found if flags & PidfdFlag.PIDFD_THREAD else None
    if thread is None and not found.is_leader:
        raise SysError(Errno.ENOENT)
    file = ProcessFile(task.system, found.process, thread, flags & PidfdFlag.PIDFD_NONBLOCK)
    limit = task.process.limits.soft(Resource.RLIMIT_NOFILE)
    return task.files.add(file, limit, close_on_exec=True)


@syscall(Sysno.PIDFD_SEND_SIGNAL)
def pidfd_send_signal(
    task: Task,
    fd: Fd,
    signal: SignalNumber,
    info: InSigInfo,
    flags: Annotated[int, FlagsArgument(PidfdSignalFlag)],
) -> int:
    """Send a signal as kill does, or with a siginfo as rt_sigqueueinfo does.

    Flags choose the thread, the process (what a plain pidfd stands for) or its process group.
    EAGAIN, EBADF, EFAULT, EINVAL, EPERM, ESRCH.
    """
    if flags & ~sum(PidfdSignalFlag) or flags & flags - 1:
        raise SysError(Errno.EINVAL)
    file = file_of_process(task, fd)
    target = file.thread or file.process.leader
    queued = _siginfo(task, signal, info, is_self=target.tid == task.tid)
    if not 0 <= signal <= LAST_SIGNAL:
        raise SysError(Errno.EINVAL)
    if file.is_reaped:
        raise SysError(Errno.ESRCH)
    if flags & PidfdSignalFlag.PIDFD_SIGNAL_PROCESS_GROUP:
        return _to_group(task, file, queued)
    if not send.may_signal(task, target, signal):
        raise SysError(Errno.EPERM)
    to_process = file.thread is None or flags & PidfdSignalFlag.PIDFD_SIGNAL_THREAD_GROUP
    if signal and to_process and not flags & PidfdSignalFlag.PIDFD_SIGNAL_THREAD:
        send.send_to_process(file.process, queued)
    elif signal:
        send.send_to_task(target, queued)
    return 0


def _siginfo(task: Task, signal: int, address: int, is_self: bool) -> SigInfo:
    """What is sent; to others nobody may pretend to be kill(2) or the kernel."""
    if not address:
        return SigInfo(signal, SiCode.SI_USER, task.pid, task.credentials.uid)
    image = task.memory.read(address, SIGINFO_SIZE)
    if int.from_bytes(image[:4], "little", signed=True) != signal:
        raise SysError(Errno.EINVAL)
    info = siginfo.unpack(signal, image)
    if (info.code >= 0 or info.code == SiCode.SI_TKILL) and not is_self:
        raise SysError(Errno.EPERM)
    return info


def _to_group(task: Task, file: ProcessFile, info: SigInfo) -> int:
    members = task.system.tasks.in_group(file.process.group)
    allowed = [one for one in members if send.may_signal(task, one.leader, info.signal)]
    if not allowed:
        raise SysError(Errno.EPERM if members else Errno.ESRCH)
    for process in allowed:
        if info.signal:
            send.send_to_process(process, info)
    return 0


@syscall(Sysno.PIDFD_GETFD)
def pidfd_getfd(task: Task, fd: Fd, wanted: Fd, flags: Hex) -> int:
    """A descriptor for what another process has open, closed on exec.

    EBADF, EINVAL, EMFILE, EPERM where the caller could not trace the process, ESRCH.
    """
    if flags:
        raise SysError(Errno.EINVAL)
    file = file_of_process(task, fd)
    target = file.thread or file.process.leader
    if file.is_reaped or target.is_gone:
        raise SysError(Errno.ESRCH)
    if not may_inspect(task, target):
        raise SysError(Errno.EPERM)
    found = target.files.get_any(wanted)
    limit = task.process.limits.soft(Resource.RLIMIT_NOFILE)
    return task.files.add(found, limit, close_on_exec=True)
