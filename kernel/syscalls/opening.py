"""Opening and closing: open, openat, creat, close."""

from __future__ import annotations

from kernel.abi.files import AT_FDCWD, OpenFlag
from kernel.abi.process import Resource
from kernel.abi.sysno import Sysno
from kernel.fs.opening import open_at
from kernel.syscalls.arguments import Fd, Mode, Path
from kernel.syscalls.file_arguments import CreationMode, OpenFlags
from kernel.syscalls.table import syscall
from kernel.task.task import Task

_CLOEXEC = int(OpenFlag.O_CLOEXEC)
_CREAT = int(OpenFlag.O_CREAT | OpenFlag.O_WRONLY | OpenFlag.O_TRUNC)


def open_number(task: Task, path: bytes, flags: int, mode: int, at: int = AT_FDCWD) -> int:
    """Open a file at the lowest free number, which is looked for first: EMFILE changes nothing."""
    number = task.files.lowest_free(task.process.limits.soft(Resource.RLIMIT_NOFILE))
    file = open_at(task, path, flags, mode, at)
    task.files.put(number, file, bool(flags & _CLOEXEC))
    return number


@syscall(Sysno.OPEN)
def open(task: Task, path: Path, flags: OpenFlags, mode: CreationMode) -> int:
    """open(2)."""
    return open_number(task, path, flags, mode)


@syscall(Sysno.OPENAT)
def openat(task: Task, at: Fd, path: Path, flags: OpenFlags, mode: CreationMode) -> int:
    """open(2) below a directory's descriptor."""
    return open_number(task, path, flags, mode, at)


@syscall(Sysno.CREAT)
def creat(task: Task, path: Path, mode: Mode) -> int:
    """open(2) with O_CREAT, O_WRONLY and O_TRUNC."""
    return open_number(task, path, _CREAT, mode)


@syscall(Sysno.CLOSE)
def close(task: Task, fd: Fd) -> int:
    """close(2): EBADF."""
    task.files.close(fd)
    return 0
