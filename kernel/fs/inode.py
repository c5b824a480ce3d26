"""Inodes: a file itself, whatever name leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from kernel.abi import files as abi
from kernel.abi.errno import Errno
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.fs.open_file import OpenFile
    from kernel.task.task import Task


class CachedPages(Protocol):
    """Pages of a regular file that are in emulated RAM because somebody maps them.

    While an inode has them, they are the truth about the octets they hold.
    """

    def patch(self, offset: int, data: bytearray) -> None:
        """Replace what was read from `offset` by what the pages hold."""

    def store(self, offset: int, data: bytes) -> None:
        """Write through to the pages in this range."""

    def truncate(self, size: int) -> None:
        """The file ends at `size` now: clear or drop what lies behind."""


class Inode:
    """A file: type and permission bits in `mode`, owner, times (nanoseconds since 1970), links.

    `device` is the st_dev of its file system, `rdev` the device number of a device file.
    Subclasses give the contents; what a kind of file cannot do fails with the errno Linux has.
    """

    def __init__(self, number: int, mode: int, uid: int = 0, gid: int = 0, now: int = 0) -> None:
        self.number = number
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.links = 1
        self.rdev = 0
        self.device = 0
        self.accessed = self.modified = self.changed = now

    @property
    def type(self) -> int:
        """The S_IFMT part of the mode."""
        return self.mode & abi.S_IFMT

    @property
    def is_directory(self) -> bool:
        return self.type == abi.S_IFDIR

    @property
    def is_symlink(self) -> bool:
        return self.type == abi.S_IFLNK

    @property
    def is_regular(self) -> bool:
        return self.type == abi.S_IFREG

    @property
    def size(self) -> int:
        """st_size in octets."""
        return 0

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        """A new open file for open(2) (creation and permission are done); may raise Block."""
        raise SysError(Errno.ENXIO)


class RegularInode(Inode):
    """A regular file: octets that can be read, written, cut and mapped.

    `cached` is set by the page cache while pages are mapped; `read_at` and `write_at` here keep
    both in step, subclasses implement the `_raw` methods on their own store. `key` (hashable)
    names contents that do not change, so that translated code can be shared; it is the inode
    itself unless a subclass knows better.
    """

    cached: CachedPages | None = None

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to `count` octets from `offset`; fewer at the end of the file."""
        data = self.read_raw(offset, count)
        if self.cached is None:
            return data
        patched = bytearray(data)
        self.cached.patch(offset, patched)
        return bytes(patched)

    def write_at(self, offset: int, data: bytes) -> int:
        """Store octets, filling a gap behind the old end with zeros; returns their number."""
        self.write_raw(offset, data)
        if self.cached is not None:
            self.cached.store(offset, data)
        return len(data)

    def truncate(self, size: int) -> None:
        """Cut or extend (with zeros) to `size` octets."""
        self.truncate_raw(size)
        if self.cached is not None:
            self.cached.truncate(size)

    def read_raw(self, offset: int, count: int) -> bytes:
        raise NotImplementedError

    def write_raw(self, offset: int, data: bytes) -> None:
        raise NotImplementedError

    def truncate_raw(self, size: int) -> None:
        raise NotImplementedError


class DirectoryInode(Inode):
    """A directory: names to inodes. Raises SysError with Linux's errno."""

    def lookup(self, name: bytes) -> Inode:
        """The inode behind a name (never "." or ".."); ENOENT."""
        raise SysError(Errno.ENOENT)

    def entries(self) -> Iterator[tuple[bytes, Inode]]:
        """All names but "." and "..", in a stable order."""
        raise NotImplementedError

    def create(self, name: bytes, mode: int, uid: int, gid: int, now: int, rdev: int = 0) -> Inode:
        """A new file of the type in `mode`, directories included; EEXIST, EROFS."""
        raise SysError(Errno.EROFS)

    def symlink(self, name: bytes, target: bytes, uid: int, gid: int, now: int) -> Inode:
        """A new symbolic link; EEXIST, EROFS."""
        raise SysError(Errno.EROFS)

    def link(self, name: bytes, inode: Inode, now: int) -> None:
        """One more name for an inode of the same file system; EEXIST, EXDEV, EMLINK, EROFS."""
        raise SysError(Errno.EROFS)

    def unlink(self, name: bytes, now: int) -> None:
        """Remove a name that is no directory; ENOENT, EISDIR, EROFS."""
        raise SysError(Errno.EROFS)

    def rmdir(self, name: bytes, now: int) -> None:
        """Remove an empty directory; ENOENT, ENOTDIR, ENOTEMPTY, EROFS."""
        raise SysError(Errno.EROFS)

    def rename(self, old: bytes, target: DirectoryInode, new: bytes, now: int) -> None:
        """Move a name, replacing what `new` was; EXDEV, ENOTEMPTY, EISDIR, ENOTDIR, EROFS."""
        raise SysError(Errno.EROFS)


class SymlinkInode(Inode):
    """A symbolic link."""

    def target(self, task: Task) -> bytes:
        """Where it leads."""
        raise NotImplementedError

    def jump(self, task: Task) -> Inode | None:
        """For the links of /proc that lead to a file without a name: that file; else None."""
        return None
