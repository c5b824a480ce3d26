"""Files of the guest for gdb: executables and /proc, read with the vFile packets.

Only reading is offered: gdb wants programs and their maps, and a debugger should leave no traces.
Nothing is entered into the guest's tables of open files (gdb manual, "Host I/O Packets").
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from kernel.abi.errno import Errno
from kernel.errors import SysError
from kernel.fs.inode import Inode, RegularInode, SymlinkInode
from kernel.fs.path import resolve
from kernel.fs.permission import READ, require
from kernel.fs.proc_nodes import MadeFile

if TYPE_CHECKING:
    from kernel.task.task import Task

_STAT = struct.Struct(">7I3Q3I")
"""gdb's `struct stat`: device, inode, mode, links, user, group, rdev, size, block size, blocks,
times of access, modification and change in seconds."""
_BLOCK = 4096
_FIRST_DESCRIPTOR = 3
MAX_OPEN = 64
_ACCESS_MODE = 3
_AS_LINUX = (
    Errno.EPERM, Errno.ENOENT, Errno.EINTR, Errno.EBADF, Errno.EACCES, Errno.EFAULT, Errno.EBUSY,
    Errno.EEXIST, Errno.ENODEV, Errno.ENOTDIR, Errno.EISDIR, Errno.EINVAL, Errno.ENFILE,
    Errno.EMFILE, Errno.EFBIG, Errno.ENOSPC, Errno.ESPIPE, Errno.EROFS,
)  # fmt: skip
_ENAMETOOLONG, _EUNKNOWN = 91, 9999


def gdb_errno(errno: Errno) -> int:
    """gdb's number for an error: Linux's for the old ones, else a few of its own."""
    if errno in _AS_LINUX:
        return int(errno)
    return _ENAMETOOLONG if errno is Errno.ENAMETOOLONG else _EUNKNOWN


class _Opened(NamedTuple):
    """An open file, and its contents where they were made for the occasion (/proc)."""

    inode: Inode
    made: bytes | None

    def read(self, offset: int, count: int) -> bytes:
        if self.made is not None:
            return self.made[offset : offset + count]
        assert isinstance(self.inode, RegularInode)
        return self.inode.read_at(offset, count)

    def status(self) -> bytes:
        """The 64 octets of fstat; what does not fit a field is cut to it."""
        inode = self.inode
        size = inode.size if self.made is None else len(self.made)
        words = (inode.device, inode.number, inode.mode, inode.links, inode.uid, inode.gid,
                 inode.rdev)  # fmt: skip
        times = (inode.accessed, inode.modified, inode.changed)
        return _STAT.pack(
            *(word & 0xFFFF_FFFF for word in words), size, _BLOCK, inode.blocks,
            *(time // 1_000_000_000 & 0xFFFF_FFFF for time in times),
        )  # fmt: skip


class GuestFiles:
    """The files one gdb has open. Paths are looked up as a task sees them, with its rights."""

    def __init__(self) -> None:
        self._open: dict[int, _Opened] = {}

    def open(self, task: Task, path: bytes, flags: int) -> int:
        """A descriptor for reading; SysError, EROFS for any other access."""
        if flags & _ACCESS_MODE:
            raise SysError(Errno.EROFS)
        inode = resolve(task, path).inode
        if inode.is_directory:
            raise SysError(Errno.EISDIR)
        if not isinstance(inode, RegularInode | MadeFile):
            raise SysError(Errno.EACCES)  # reading a device or pipe would change something
        inode.refresh()
        require(task.credentials, inode, READ)
        made = inode.contents() if isinstance(inode, MadeFile) else None
        descriptor = self._free_descriptor()
        self._open[descriptor] = _Opened(inode, made)
        return descriptor

    def _free_descriptor(self) -> int:
        for number in range(_FIRST_DESCRIPTOR, _FIRST_DESCRIPTOR + MAX_OPEN):
            if number not in self._open:
                return number
        raise SysError(Errno.EMFILE)

    def read(self, descriptor: int, count: int, offset: int) -> bytes:
        """Up to `count` octets from `offset`; b"" at the end."""
        return self._find(descriptor).read(offset, count)

    def status(self, descriptor: int) -> bytes:
        """fstat: see _Opened.status."""
        return self._find(descriptor).status()

    def close(self, descriptor: int) -> None:
        """Forget a descriptor."""
        self._find(descriptor)
        del self._open[descriptor]

    def _find(self, descriptor: int) -> _Opened:
        if descriptor not in self._open:
            raise SysError(Errno.EBADF)
        return self._open[descriptor]


def read_link(task: Task, path: bytes) -> bytes:
    """Where a symbolic link leads; EINVAL for what is none."""
    inode = resolve(task, path, follow=False).inode
    if not isinstance(inode, SymlinkInode):
        raise SysError(Errno.EINVAL)
    return inode.target(task)
