"""Opening and closing: open, openat, openat2, creat, close."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import AT_FDCWD, O_ACCMODE, O_SYNC, O_TMPFILE, OpenFlag
from kernel.abi.memory import PAGE_SIZE
from kernel.abi.process import Resource
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.opening import open_at
from kernel.fs.path import Resolve
from kernel.syscalls.arguments import DescribedArgument, Fd, Mode, Path, Size
from kernel.syscalls.file_arguments import (
    CreationMode,
    NamedFlagsArgument,
    OpenFlags,
    open_flags_text,
)
from kernel.syscalls.table import syscall
from kernel.task.task import Task

_CLOEXEC = int(OpenFlag.O_CLOEXEC)
_HOW = struct.Struct("<QQQ")
_LIMITS = NamedFlagsArgument(
    tuple((int(limit), str(limit.name)) for limit in Resolve), unknown="RESOLVE_???"
)
_ANY_LIMIT = sum(Resolve)
_ANY_FLAG = sum(OpenFlag) | O_SYNC | O_TMPFILE | O_ACCMODE
_CREATING = int(OpenFlag.O_CREAT) | O_TMPFILE & ~int(OpenFlag.O_DIRECTORY)
_WITH_PATH = OpenFlag.O_PATH | OpenFlag.O_DIRECTORY | OpenFlag.O_NOFOLLOW | OpenFlag.O_CLOEXEC
_CREAT = int(OpenFlag.O_CREAT | OpenFlag.O_WRONLY | OpenFlag.O_TRUNC)


def open_number(
    task: Task, path: bytes, flags: int, mode: int, at: int = AT_FDCWD, limits: int = 0
) -> int:
    """Open a file at the lowest free number, which is looked for first: EMFILE changes nothing."""
    number = task.files.lowest_free(task.process.limits.soft(Resource.RLIMIT_NOFILE))
    file = open_at(task, path, flags, mode, at, limits)
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


def _describe_how(task: Task, address: int) -> Described:
    flags, mode, resolve = _HOW.unpack(task.memory.read(address, _HOW.size))
    fields: list[tuple[str, Described]] = [("flags", ("flags", flags, open_flags_text(flags)))]
    if mode or flags & _CREATING:
        fields.append(("mode", ("oct", mode)))
    fields.append(("resolve", ("flags", resolve, _LIMITS.text(resolve))))
    return ("struct", fields, False)


How = Annotated[int, DescribedArgument(_describe_how)]


@syscall(Sysno.OPENAT2)
def openat2(task: Task, at: Fd, path: Path, how: How, size: Size) -> int:
    """openat2(2): open(2) that takes no unknown flags and limits how the path is looked up."""
    flags, mode, limits = _read_how(task, how, size)
    if flags & ~_ANY_FLAG or limits & ~_ANY_LIMIT:
        raise SysError(Errno.EINVAL)
    if mode & ~(0o7777 if flags & _CREATING else 0):
        raise SysError(Errno.EINVAL)
    if flags & OpenFlag.O_PATH and flags & ~_WITH_PATH:
        raise SysError(Errno.EINVAL)
    if limits & Resolve.RESOLVE_BENEATH and limits & Resolve.RESOLVE_IN_ROOT:
        raise SysError(Errno.EINVAL)
    if limits & Resolve.RESOLVE_CACHED and flags & (_CREATING | OpenFlag.O_TRUNC):
        raise SysError(Errno.EAGAIN)
    return open_number(task, path, flags, mode, at, limits)


def _read_how(task: Task, address: int, size: int) -> tuple[int, ...]:
    """struct open_how: flags, mode, limits. EINVAL for less, E2BIG for more that is not 0."""
    if size < _HOW.size:
        raise SysError(Errno.EINVAL)
    if size > PAGE_SIZE:
        raise SysError(Errno.E2BIG)
    data = task.memory.read(address, size)
    if any(data[_HOW.size :]):
        raise SysError(Errno.E2BIG)
    return _HOW.unpack_from(data)


@syscall(Sysno.CREAT)
def creat(task: Task, path: Path, mode: Mode) -> int:
    """open(2) with O_CREAT, O_WRONLY and O_TRUNC."""
    return open_number(task, path, _CREAT, mode)


@syscall(Sysno.CLOSE)
def close(task: Task, fd: Fd) -> int:
    """close(2): EBADF."""
    task.files.close(fd)
    return 0
