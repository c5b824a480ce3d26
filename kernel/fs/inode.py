"""Inodes: a file itself, whatever name leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kernel.abi import files as abi
from kernel.abi.errno import Errno
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.fs.leases import Leases
    from kernel.fs.locks import FileLocks
    from kernel.fs.mount import Mount
    from kernel.fs.notify import Watcher
    from kernel.fs.open_file import OpenFile
    from kernel.fs.path import Location
    from kernel.fs.xattr import Attributes
    from kernel.task.task import Task


_PIECE = 1 << 20
"""Octets of zeros that are written at a time."""


class CachedPages(Protocol):
    """Pages of a regular file that are in emulated RAM because somebody maps them.

    While an inode has them, they are the truth about the octets they hold. `mappers` counts the
    areas that show the file, `pages` has the frame of each page that is there.
    """

    mappers: int
    pages: dict[int, int]

    def patch(self, offset: int, data: bytearray) -> None:
        """Replace what was read from `offset` by what the pages hold."""

    def store(self, offset: int, data: bytes) -> None:
        """Write through to the pages in this range."""

    def truncate(self, size: int) -> None:
        """The file ends at `size` now: clear or drop what lies behind."""


class Inode:
    """A file: type and permission bits in `mode`, owner, times (nanoseconds since 1970), links.

    `device` is the st_dev of its file system, `rdev` the device number of a device file;
    `mounted` is what is mounted over it, if anything; `locks` appear with the first lock;
    `watchers` are told what happens to it (kernel.fs.notify); `attributes` are the extended ones.
    `links` is 0 once its last name is gone; only a file that was made without a name may get one
    then (`may_get_name`).
    `may_run` says whether there may be programs in its file system;
    `write_hint` is what F_SET_RW_HINT says of it.
    Subclasses give the contents; what a kind of file cannot do fails with the errno Linux has.
    """

    may_get_name = False
    may_run = True
    write_hint = 0
    mounted: tuple[Mount, ...] = ()
    locks: FileLocks | None = None
    watchers: tuple[Watcher, ...] = ()
    attributes: Attributes | None = None
    leases: Leases | None = None
    file_flags = 0
    """Of FileFlag (kernel.fs.file_flags)."""
    keeps_attributes = False
    """Mode, owner and times cannot be changed by anybody: EOPNOTSUPP."""
    keeps_mode = False
    """The mode cannot, in /proc: EPERM."""
    is_setting = False
    """In /proc/sys: the owner cannot either, and no capability overrides the mode."""

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
        return self.mode & abi.S_IFMT == abi.S_IFDIR

    @property
    def is_symlink(self) -> bool:
        return self.mode & abi.S_IFMT == abi.S_IFLNK

    @property
    def is_regular(self) -> bool:
        return self.mode & abi.S_IFMT == abi.S_IFREG

    @property
    def size(self) -> int:
        """st_size in octets."""
        return 0

    @property
    def blocks(self) -> int:
        """st_blocks, in units of 512 octets."""
        return 0

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        """A new open file for open(2) (creation and permission are done); may raise Block."""
        raise SysError(Errno.ENXIO)

    def refresh(self) -> None:
        """Bring the attributes up to date before they are shown, and before the file is used."""

    def change_mode(self, mode: int, now: int) -> None:
        """Replace the permission bits (0 to 0o7777); EPERM, EROFS."""
        if self.keeps_mode or self.is_setting:
            raise SysError(Errno.EPERM)
        self.mode = self.type | mode
        self.changed = now

    def change_owner(self, uid: int, gid: int, now: int) -> None:
        """Replace the owner; EPERM, EROFS."""
        self.uid, self.gid = uid, gid
        self.changed = now

    def change_times(self, accessed: int, modified: int, now: int) -> None:
        """Replace both times (nanoseconds since 1970); EPERM, EROFS."""
        self.accessed, self.modified, self.changed = accessed, modified, now


class RegularInode(Inode):
    """A regular file: octets that can be read, written, cut and mapped.

    `cached` is set by the page cache while pages are mapped; `read_at` and `write_at` here keep
    both in step, subclasses implement the `_raw` methods on their own store. `uses` counts open
    files and mappings: who has the inode for longer than one call holds it, so that the octets
    stay when the last name goes. `writers` counts opens for writing and `executing` those who
    run it: one excludes the other (ETXTBSY). `seals` forbid changes (kernel.fs.memfd).
    """

    cached: CachedPages | None = None
    uses = 0
    writers = 0
    executing = 0
    seals = 0

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
        """Cut or extend (with zeros) to `size` octets; EFBIG, ENOSPC."""
        self.truncate_raw(size)
        if self.cached is not None:
            self.cached.truncate(size)

    def punch(self, offset: int, end: int) -> None:
        """Make a hole of [offset, end): zeros that take no space, where that can be had."""
        end = min(end, self.size)
        while offset < end:
            count = min(_PIECE, end - offset)
            self.write_at(offset, bytes(count))
            offset += count

    def reserve(self, offset: int, end: int) -> None:
        """Take the space for what will be written in [offset, end); ENOSPC."""

    def next_data(self, offset: int) -> int | None:
        """The first octet from `offset` on that is in no hole; None where there is none."""
        return offset if offset < self.size else None

    def next_hole(self, offset: int) -> int:
        """The first octet from `offset` on that is in a hole; what is behind the end is one."""
        return self.size

    def hold(self) -> None:
        """One more open file or mapping."""
        self.uses += 1

    def drop(self) -> None:
        """One less; with the last one the octets of a file without a name go."""
        self.uses -= 1
        if not self.uses and not self.links:
            self.discard()

    def discard(self) -> None:
        """Nobody can reach the octets any more: give back what they take."""

    def read_raw(self, offset: int, count: int) -> bytes:
        raise NotImplementedError

    def write_raw(self, offset: int, data: bytes) -> None:
        raise NotImplementedError

    def truncate_raw(self, size: int) -> None:
        raise NotImplementedError

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        from kernel.fs.regular import RegularFile

        return RegularFile(self, flags, path)


class DirectoryInode(Inode):
    """A directory: names to inodes. Raises SysError with Linux's errno.

    `parent` and `name` say where it is: path lookup sets them as it walks in, so that a directory
    that was moved knows its new place. None at the root of a file system.
    """

    takes_new_names = True
    """No: the kernel makes the names itself, and nobody else can."""
    _parent: DirectoryInode | None = None
    name: bytes = b""

    @property
    def parent(self) -> DirectoryInode | None:
        """The directory it is in; None for a root, and for one whose parent is gone."""
        return self._parent

    def place(self, parent: DirectoryInode, name: bytes) -> None:
        """It is in `parent`, called `name`."""
        self._parent, self.name = parent, name

    def lookup(self, name: bytes) -> Inode:
        """The inode behind a name (never "." or ".."); ENOENT."""
        raise SysError(Errno.ENOENT)

    def names(self) -> list[bytes]:
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

    def exchange(self, old: bytes, target: DirectoryInode, new: bytes, now: int) -> None:
        """Swap two names (RENAME_EXCHANGE); EXDEV, EINVAL where it cannot be done."""
        raise SysError(Errno.EINVAL)

    def temporary(self, mode: int, uid: int, gid: int, now: int) -> Inode:
        """A regular file without a name (O_TMPFILE); EOPNOTSUPP."""
        raise SysError(Errno.EOPNOTSUPP)

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        from kernel.fs.directory import OpenDirectory

        return OpenDirectory(self, flags, path)


class SymlinkInode(Inode):
    """A symbolic link."""

    def target(self, task: Task) -> bytes:
        """Where it leads."""
        raise NotImplementedError

    def jump(self, task: Task) -> Location | Inode | None:
        """For the links of /proc that lead to a file itself: where it is (an inode alone for one
        that never had a name). None: follow `target`.
        """
        return None
