"""May I: access and faccessat, asked with the real user's rights."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import AT_EACCESS, AT_FDCWD, Access, AtFlag
from kernel.abi.mount import MountFlag
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.fs.inode import DirectoryInode, RegularInode
from kernel.fs.opening import check_writable
from kernel.fs.path import Location
from kernel.fs.permission import EXECUTE, WRITE, require
from kernel.syscalls.arguments import Fd, Path
from kernel.syscalls.file_arguments import NamedFlagsArgument
from kernel.syscalls.stat import resolve_flagged
from kernel.syscalls.table import syscall
from kernel.task.credentials import Credentials
from kernel.task.task import Task

_MODES = ((4, "R_OK"), (2, "W_OK"), (1, "X_OK"))
_FLAGS = (
    (AtFlag.AT_SYMLINK_NOFOLLOW, "AT_SYMLINK_NOFOLLOW"),
    (AT_EACCESS, "AT_EACCESS"),
    (AtFlag.AT_EMPTY_PATH, "AT_EMPTY_PATH"),
)
AccessMode = Annotated[int, NamedFlagsArgument(_MODES, "F_OK", "?_OK")]
AccessFlags = Annotated[int, NamedFlagsArgument(_FLAGS)]
_ANY_MODE = int(Access.R_OK | Access.W_OK | Access.X_OK)
_ANY_FLAG = AT_EACCESS | AtFlag.AT_SYMLINK_NOFOLLOW | AtFlag.AT_EMPTY_PATH


@syscall(Sysno.ACCESS)
def access(task: Task, path: Path, mode: AccessMode) -> int:
    """access(2): EACCES, EROFS, EINVAL and those of path lookup."""
    return _access(task, AT_FDCWD, path, mode, 0)


@syscall(Sysno.FACCESSAT)
def faccessat(task: Task, at: Fd, path: Path, mode: AccessMode) -> int:
    """access(2) below a directory's descriptor."""
    return _access(task, at, path, mode, 0)


@syscall(Sysno.FACCESSAT2)
def faccessat2(task: Task, at: Fd, path: Path, mode: AccessMode, flags: AccessFlags) -> int:
    """The same with flags; AT_EACCESS asks for the effective user."""
    return _access(task, at, path, mode, flags)


def _access(task: Task, at: int, path: bytes, mode: int, flags: int) -> int:
    if mode & ~_ANY_MODE or flags & ~_ANY_FLAG:
        raise SysError(Errno.EINVAL)
    own = task.credentials
    task.credentials = own if flags & AT_EACCESS else _real(own)
    try:
        place = resolve_flagged(task, at, path, flags & ~AT_EACCESS)
        require(task.credentials, place.inode, mode)
        if mode & EXECUTE and isinstance(place.inode, RegularInode):
            _check_executable(place)
    finally:
        task.credentials = own
    if mode & WRITE and isinstance(place.inode, (RegularInode, DirectoryInode)):
        check_writable(place)
    return 0


def _check_executable(place: Location) -> None:
    if place.mount is not None and place.mount.flags & MountFlag.MS_NOEXEC:
        raise SysError(Errno.EACCES)


def _real(credentials: Credentials) -> Credentials:
    """The real user's, who has capabilities only as root."""
    effective = 0 if credentials.uid else credentials.permitted
    return replace(credentials, fsuid=credentials.uid, fsgid=credentials.gid, effective=effective)
