"""Flags of files in memory (chattr(1), FS_IOC_SETFLAGS): what cannot be changed, or only grow.

Nobody writes to an immutable file, and nobody changes its attributes or names; of an append-only
file that is so, too, but for writing at its end. In folders it means the names in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.files import O_ACCMODE, FileFlag, OpenFlag
from kernel.errors import SysError
from kernel.fs.inode import Inode
from kernel.fs.memory_directory import MemoryDirectory
from kernel.fs.memory_file import MemoryFile
from kernel.fs.permission import APPEND_ONLY, IMMUTABLE, require_owner

if TYPE_CHECKING:
    from kernel.fs.open_file import OpenFile
    from kernel.task.task import Task

_SETTABLE = sum(FileFlag)
_PRIVILEGED = IMMUTABLE | APPEND_ONLY
SHOWN = _PRIVILEGED | FileFlag.FS_NODUMP_FL
"""Those that statx(2) shows, by the same bits."""


def has_flags(inode: Inode) -> bool:
    """Whether the file system keeps such flags for this kind of file."""
    return isinstance(inode, (MemoryFile, MemoryDirectory))


def set_flags(task: Task, file: OpenFile, flags: int) -> None:
    """FS_IOC_SETFLAGS, of what has flags: EROFS, EPERM, EOPNOTSUPP."""
    inode, location = file.inode, file.location
    if location is not None and location.mount is not None:
        location.mount.check_writable()
    require_owner(task.credentials, inode)
    is_privileged = task.credentials.has(Capability.CAP_LINUX_IMMUTABLE)
    if (flags ^ inode.file_flags) & _PRIVILEGED and not is_privileged:
        raise SysError(Errno.EPERM)
    if flags & ~_SETTABLE:
        raise SysError(Errno.EOPNOTSUPP)
    inode.file_flags = flags
    inode.changed = task.system.clock.wall


def require_growing_only(inode: Inode, open_flags: int) -> None:
    """EPERM where an append-only file would be opened for more than reading and appending."""
    if not inode.file_flags & APPEND_ONLY:
        return
    writes_anywhere = open_flags & O_ACCMODE and not open_flags & OpenFlag.O_APPEND
    if writes_anywhere or open_flags & OpenFlag.O_TRUNC:
        raise SysError(Errno.EPERM)


def require_no_flags(inode: Inode, flags: int = _PRIVILEGED) -> None:
    """EPERM where the file has one of these flags."""
    if inode.file_flags & flags:
        raise SysError(Errno.EPERM)
