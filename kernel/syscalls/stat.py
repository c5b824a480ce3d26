"""What files are: stat, lstat, fstat and their 64-bit and descriptor-based forms."""

from __future__ import annotations

from kernel.abi.errno import Errno
from kernel.abi.files import AT_FDCWD, AtFlag
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.fs.attributes import status_of
from kernel.fs.path import Location, resolve
from kernel.syscalls.arguments import Fd, Path
from kernel.syscalls.file_arguments import AtFlags
from kernel.syscalls.file_structures import OutStat, OutStat64, pack_stat, pack_stat64
from kernel.syscalls.table import syscall
from kernel.task.task import Task

_NOFOLLOW, _EMPTY_PATH = int(AtFlag.AT_SYMLINK_NOFOLLOW), int(AtFlag.AT_EMPTY_PATH)
_STATX_SYNC_TYPE = 0x6000
_STAT_FLAGS = _NOFOLLOW | _EMPTY_PATH | int(AtFlag.AT_NO_AUTOMOUNT) | _STATX_SYNC_TYPE


def resolve_flagged(task: Task, at: int, path: bytes, flags: int) -> Location:
    """The file that an *at call means, by AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH."""
    if not path and flags & _EMPTY_PATH:
        return location_of(task, at)
    return resolve(task, path, at, not flags & _NOFOLLOW)


def location_of(task: Task, fd: int) -> Location:
    """Where a descriptor's file is, pipes and the like included; EBADF."""
    if fd == AT_FDCWD:
        return task.fs.cwd
    file = task.files.get_any(fd)
    return file.location or Location(None, file.inode, None, file.name.encode("latin-1"))


@syscall(Sysno.STAT)
def stat(task: Task, path: Path, buffer: OutStat) -> int:
    """stat(2) with 32-bit sizes: EOVERFLOW."""
    task.memory.write(buffer, pack_stat(status_of(resolve(task, path).inode)))
    return 0


@syscall(Sysno.LSTAT)
def lstat(task: Task, path: Path, buffer: OutStat) -> int:
    """The same of a symbolic link itself."""
    task.memory.write(buffer, pack_stat(status_of(resolve(task, path, follow=False).inode)))
    return 0


@syscall(Sysno.FSTAT)
def fstat(task: Task, fd: Fd, buffer: OutStat) -> int:
    """The same of an open file."""
    task.memory.write(buffer, pack_stat(status_of(task.files.get_any(fd).inode)))
    return 0


@syscall(Sysno.STAT64)
def stat64(task: Task, path: Path, buffer: OutStat64) -> int:
    """stat(2)."""
    task.memory.write(buffer, pack_stat64(status_of(resolve(task, path).inode)))
    return 0


@syscall(Sysno.LSTAT64)
def lstat64(task: Task, path: Path, buffer: OutStat64) -> int:
    """lstat(2)."""
    task.memory.write(buffer, pack_stat64(status_of(resolve(task, path, follow=False).inode)))
    return 0


@syscall(Sysno.FSTAT64)
def fstat64(task: Task, fd: Fd, buffer: OutStat64) -> int:
    """fstat(2)."""
    task.memory.write(buffer, pack_stat64(status_of(task.files.get_any(fd).inode)))
    return 0


@syscall(Sysno.FSTATAT64)
def fstatat64(task: Task, at: Fd, path: Path, buffer: OutStat64, flags: AtFlags) -> int:
    """fstatat(2)."""
    if flags & ~_STAT_FLAGS:
        raise SysError(Errno.EINVAL)
    place = resolve_flagged(task, at, path, flags)
    task.memory.write(buffer, pack_stat64(status_of(place.inode)))
    return 0
