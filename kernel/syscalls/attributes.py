"""Changing files' attributes: chmod, chown, truncate, umask, and their descriptor-based forms."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import AtFlag
from kernel.abi.signals import Signal
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.fs import attributes
from kernel.fs.file_flags import require_no_flags
from kernel.fs.inode import RegularInode
from kernel.fs.notify import MODIFY, tell
from kernel.fs.opening import cut
from kernel.fs.path import Location, resolve
from kernel.fs.permission import APPEND_ONLY
from kernel.fs.regular import FileSizeLimit, require_size
from kernel.syscalls.arguments import Fd, Mode, OctalArgument, Path, Size, signed
from kernel.syscalls.file_arguments import AtFlags, Length, Owner, Owner16
from kernel.syscalls.stat import location_of, resolve_flagged
from kernel.syscalls.table import syscall
from kernel.syscalls.transfer import send_own
from kernel.task.task import Task

Mask = Annotated[int, OctalArgument()]


@syscall(Sysno.UMASK)
def umask(task: Task, mask: Mode) -> Mask:
    """Replace the bits that new files do not get; the old ones."""
    old, task.fs.umask = task.fs.umask, mask & 0o777
    return old


# ---- mode ------------------------------------------------------------------------------------


@syscall(Sysno.CHMOD)
def chmod(task: Task, path: Path, mode: Mode) -> int:
    """chmod(2)."""
    attributes.change_mode(task, resolve(task, path), mode)
    return 0


@syscall(Sysno.FCHMOD)
def fchmod(task: Task, fd: Fd, mode: Mode) -> int:
    """fchmod(2); EBADF for an O_PATH descriptor too."""
    attributes.change_mode(task, _location(task, fd), mode)
    return 0


@syscall(Sysno.FCHMODAT)
def fchmodat(task: Task, at: Fd, path: Path, mode: Mode) -> int:
    """chmod(2) below a directory's descriptor."""
    attributes.change_mode(task, resolve(task, path, at), mode)
    return 0


def _location(task: Task, fd: int) -> Location:
    task.files.get(fd)
    return location_of(task, fd)


# ---- owner -----------------------------------------------------------------------------------


def _chown(task: Task, path: bytes, uid: int, gid: int, follow: bool) -> int:
    attributes.change_owner(task, resolve(task, path, follow=follow), uid, gid)
    return 0


@syscall(Sysno.CHOWN)
def chown(task: Task, path: Path, uid: Owner16, gid: Owner16) -> int:
    """chown(2) with 16-bit numbers."""
    return _chown(task, path, uid, gid, follow=True)


@syscall(Sysno.LCHOWN)
def lchown(task: Task, path: Path, uid: Owner16, gid: Owner16) -> int:
    """The same of a symbolic link itself."""
    return _chown(task, path, uid, gid, follow=False)


@syscall(Sysno.FCHOWN)
def fchown(task: Task, fd: Fd, uid: Owner16, gid: Owner16) -> int:
    """The same of an open file."""
    attributes.change_owner(task, _location(task, fd), uid, gid)
    return 0


@syscall(Sysno.CHOWN32)
def chown32(task: Task, path: Path, uid: Owner, gid: Owner) -> int:
    """chown(2)."""
    return _chown(task, path, uid, gid, follow=True)


@syscall(Sysno.LCHOWN32)
def lchown32(task: Task, path: Path, uid: Owner, gid: Owner) -> int:
    """lchown(2)."""
    return _chown(task, path, uid, gid, follow=False)


@syscall(Sysno.FCHOWN32)
def fchown32(task: Task, fd: Fd, uid: Owner, gid: Owner) -> int:
    """fchown(2)."""
    attributes.change_owner(task, _location(task, fd), uid, gid)
    return 0


@syscall(Sysno.FCHOWNAT)
def fchownat(task: Task, at: Fd, path: Path, uid: Owner, gid: Owner, flags: AtFlags) -> int:
    """fchownat(2)."""
    if flags & ~(AtFlag.AT_SYMLINK_NOFOLLOW | AtFlag.AT_EMPTY_PATH):
        raise SysError(Errno.EINVAL)
    attributes.change_owner(task, resolve_flagged(task, at, path, flags), uid, gid)
    return 0


# ---- size ------------------------------------------------------------------------------------


def _truncate(task: Task, path: bytes, size: int) -> int:
    if size < 0:
        raise SysError(Errno.EINVAL)
    try:
        attributes.truncate(task, resolve(task, path), size)
    except FileSizeLimit:
        send_own(task, Signal.SIGXFSZ)
        raise
    return 0


def _ftruncate(task: Task, fd: int, size: int) -> int:
    """ftruncate(2): EINVAL for anything but a regular file that is open for writing."""
    if size < 0:
        raise SysError(Errno.EINVAL)
    file = task.files.get(fd)
    inode = file.inode
    if not inode.is_regular or not file.is_writable:
        raise SysError(Errno.EINVAL)
    if not isinstance(inode, RegularInode):
        return 0  # in /proc, where there is nothing to cut
    require_no_flags(inode, APPEND_ONLY)
    try:
        require_size(task, size)
    except FileSizeLimit:
        send_own(task, Signal.SIGXFSZ)
        raise
    cut(task, inode, size)
    tell(file.location, MODIFY)
    return 0


@syscall(Sysno.TRUNCATE)
def truncate(task: Task, path: Path, size: Size) -> int:
    """truncate(2) with a 32-bit size."""
    return _truncate(task, path, signed(size))


@syscall(Sysno.FTRUNCATE)
def ftruncate(task: Task, fd: Fd, size: Size) -> int:
    """ftruncate(2) with a 32-bit size."""
    return _ftruncate(task, fd, signed(size))


@syscall(Sysno.TRUNCATE64)
def truncate64(task: Task, path: Path, size: Length) -> int:
    """truncate(2)."""
    return _truncate(task, path, size)


@syscall(Sysno.FTRUNCATE64)
def ftruncate64(task: Task, fd: Fd, size: Length) -> int:
    """ftruncate(2)."""
    return _ftruncate(task, fd, size)
