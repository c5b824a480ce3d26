"""Directories and symbolic links in memory; a directory may have a host folder beneath it, which
shows where memory has nothing else to say.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, FileFlag
from kernel.errors import SysError
from kernel.fs.devices import DeviceInode
from kernel.fs.inode import DirectoryInode, Inode, SymlinkInode
from kernel.fs.memory_file import MemoryFile
from kernel.fs.pipe import Pipe

if TYPE_CHECKING:
    from kernel.fs.host import HostNode
    from kernel.fs.tmpfs import MemoryFileSystem
    from kernel.task.task import Task

DIRECTORY_SIZE = 4096
"""st_size of a directory that was made here, as on ext4."""
_INHERITED = int(FileFlag.FS_NODUMP_FL | FileFlag.FS_NOATIME_FL)
"""Flags of a folder that what is made in it gets, too."""
SHORT_SYMLINK = 128
"""Octets of a target that is kept without taking a page of the quota, as in Linux's tmpfs."""


class MemorySymlink(SymlinkInode):
    """A symbolic link that is kept in memory."""

    def __init__(self, text: bytes, uid: int, gid: int, now: int) -> None:
        super().__init__(0, S_IFLNK | 0o777, uid, gid, now)
        self.text = text
        self.pages = int(len(text) > SHORT_SYMLINK)
        """What it takes of the quota."""

    @property
    def size(self) -> int:
        return len(self.text)

    def target(self, task: Task) -> bytes:
        return self.text


class MemoryDirectory(DirectoryInode):
    """Names to inode numbers; `hidden` are names beneath that are gone here."""

    def __init__(self, system: MemoryFileSystem, mode: int, uid: int, gid: int, now: int) -> None:
        super().__init__(0, mode, uid, gid, now)
        self.system = system
        self.links = 2
        self.numbers: dict[bytes, int] = {}
        self.parent_number = 0
        self.beneath: HostNode | None = None
        self.hidden: set[bytes] = set()
        self.octets = DIRECTORY_SIZE
        self.host_blocks = DIRECTORY_SIZE >> 9

    @property
    def size(self) -> int:
        return self.octets

    @property
    def blocks(self) -> int:
        return self.host_blocks

    @property
    def parent(self) -> DirectoryInode | None:
        parent = self.system.inodes.get(self.parent_number)
        assert parent is None or isinstance(parent, DirectoryInode)
        return parent

    def place(self, parent: DirectoryInode, name: bytes) -> None:
        self.parent_number, self.name = parent.number, name

    def lay_over(self, node: HostNode) -> None:
        """Show a host folder beneath, and its attributes."""
        take_attributes(self, node.status())
        self.beneath = node

    def show(self, name: bytes, node: HostNode) -> None:
        """Show a host file under a name, instead of what has it."""
        self._name(name, self.system.adopt(node, node.status()))

    # ---- looking -----------------------------------------------------------------------------

    def lookup(self, name: bytes) -> Inode:
        number = self.numbers.get(name)
        if number is not None:
            return self.system.inodes[number]
        if self.beneath is None or name in self.hidden:
            raise SysError(Errno.ENOENT)
        node = self.beneath.child(name)
        inode = self.system.adopt(node, node.status())
        self._name(name, inode)
        return inode

    def names(self) -> list[bytes]:
        self._complete()
        return list(self.numbers)

    def _complete(self) -> None:
        """Take in all names beneath, which come first and in the host's order."""
        if self.beneath is None:
            return
        numbers: dict[bytes, int] = {}
        for name, status in self.beneath.children(self.numbers):
            if status is None:
                numbers[name] = self.numbers[name]
            elif name not in self.hidden:
                inode = self.system.adopt(self.beneath.child(name), status)
                if isinstance(inode, MemoryDirectory):
                    inode.place(self, name)
                numbers[name] = inode.number
        numbers.update(self.numbers)
        self.numbers = numbers

    def _find(self, name: bytes) -> Inode | None:
        try:
            return self.lookup(name)
        except SysError as error:
            if error.errno is not Errno.ENOENT:
                raise
            return None

    # ---- changing ----------------------------------------------------------------------------

    def _name(self, name: bytes, inode: Inode) -> None:
        self.numbers[name] = inode.number
        if isinstance(inode, MemoryDirectory):
            inode.place(self, name)

    def _unname(self, name: bytes) -> None:
        del self.numbers[name]
        if self.beneath is not None:
            self.hidden.add(name)

    def _check_new(self, name: bytes) -> None:
        if not self.links:
            raise SysError(Errno.ENOENT)
        if self._find(name) is not None:
            raise SysError(Errno.EEXIST)

    def _touch(self, now: int) -> None:
        self.modified = self.changed = now

    def _add(self, name: bytes, inode: Inode, now: int) -> Inode:
        self.system.check_space()
        self.system.enter(inode)
        if self.file_flags:
            inode.file_flags = self.file_flags & _INHERITED
        self._name(name, inode)
        self._touch(now)
        return inode

    def create(self, name: bytes, mode: int, uid: int, gid: int, now: int, rdev: int = 0) -> Inode:
        self._check_new(name)
        if mode & S_IFMT == S_IFDIR:
            made = self._add(name, MemoryDirectory(self.system, mode, uid, gid, now), now)
            self.links += 1
            return made
        return self._add(name, self._new_file(mode, uid, gid, now, rdev), now)

    def _new_file(self, mode: int, uid: int, gid: int, now: int, rdev: int) -> Inode:
        kind = mode & S_IFMT
        if kind == S_IFREG:
            return MemoryFile(self.system.quota, mode, uid, gid, now)
        if kind == S_IFIFO:
            return Pipe(0, mode, uid, gid, now)
        return DeviceInode(0, mode, uid, gid, now, rdev)

    def temporary(self, mode: int, uid: int, gid: int, now: int) -> Inode:
        file = MemoryFile(self.system.quota, mode, uid, gid, now)
        self.system.check_space()
        self.system.enter(file)
        file.file_flags = self.file_flags & _INHERITED
        del self.system.inodes[file.number]
        self.system.quota.count(-1)
        file.links = 0
        return file

    def symlink(self, name: bytes, target: bytes, uid: int, gid: int, now: int) -> Inode:
        self._check_new(name)
        link = MemorySymlink(target, uid, gid, now)
        self.system.quota.take(link.pages)
        return self._add(name, link, now)

    def link(self, name: bytes, inode: Inode, now: int) -> None:
        if inode.device != self.device:
            raise SysError(Errno.EXDEV)
        self._check_new(name)
        if not inode.links and not inode.may_get_name:
            raise SysError(Errno.ENOENT)
        inode.may_get_name = False
        if inode.links:
            self.system.check_space()
            self.system.second_names += 1
        else:
            self.system.quota.count(1)
        self.system.inodes[inode.number] = inode
        inode.links += 1
        inode.changed = now
        self._name(name, inode)
        self._touch(now)

    def unlink(self, name: bytes, now: int) -> None:
        inode = self.lookup(name)
        if inode.is_directory:
            raise SysError(Errno.EISDIR)
        self._unname(name)
        self._touch(now)
        self._lose(inode, now)

    def _lose(self, inode: Inode, now: int) -> None:
        """One name of an inode less."""
        inode.changed = now
        if isinstance(inode, MemoryDirectory):
            inode.links = 0
            self.links -= 1
        else:
            inode.links -= 1
            if inode.links and self.system.second_names:
                self.system.second_names -= 1
        if not inode.links:
            self.system.forget(inode)

    def rmdir(self, name: bytes, now: int) -> None:
        inode = self.lookup(name)
        if not isinstance(inode, MemoryDirectory):
            raise SysError(Errno.ENOTDIR)
        inode.check_empty()
        self._unname(name)
        self._touch(now)
        self._lose(inode, now)

    def check_empty(self) -> None:
        """ENOTEMPTY."""
        self._complete()
        if self.numbers:
            raise SysError(Errno.ENOTEMPTY)

    def rename(self, old: bytes, target: DirectoryInode, new: bytes, now: int) -> None:
        if not isinstance(target, MemoryDirectory) or target.system is not self.system:
            raise SysError(Errno.EXDEV)
        moved, replaced = self.lookup(old), target._find(new)
        if moved is replaced:
            return
        if not target.links:
            raise SysError(Errno.ENOENT)
        _check_replacement(moved, replaced)
        self._unname(old)
        if replaced is not None:
            target._unname(new)
            target._lose(replaced, now)
        self._moved(moved, target, new, now)

    def _moved(self, moved: Inode, target: MemoryDirectory, new: bytes, now: int) -> None:
        target._name(new, moved)
        if isinstance(moved, MemoryDirectory):
            self.links -= 1
            target.links += 1
        moved.changed = now
        self._touch(now)
        target._touch(now)

    def exchange(self, old: bytes, target: DirectoryInode, new: bytes, now: int) -> None:
        if not isinstance(target, MemoryDirectory) or target.system is not self.system:
            raise SysError(Errno.EXDEV)
        one, other = self.lookup(old), target.lookup(new)
        self._moved(one, target, new, now)
        target._moved(other, self, old, now)


def _check_replacement(moved: Inode, replaced: Inode | None) -> None:
    """What rename may replace: ENOTDIR, EISDIR, ENOTEMPTY."""
    if isinstance(replaced, MemoryDirectory):
        if not moved.is_directory:
            raise SysError(Errno.EISDIR)
        replaced.check_empty()
    elif replaced is not None and moved.is_directory:
        raise SysError(Errno.ENOTDIR)


def take_attributes(inode: Inode, status: os.stat_result) -> None:
    """Show what the host says of a file."""
    inode.mode, inode.uid, inode.gid = status.st_mode, status.st_uid, status.st_gid
    inode.links, inode.rdev = status.st_nlink, status.st_rdev
    inode.accessed, inode.modified = status.st_atime_ns, status.st_mtime_ns
    inode.changed = status.st_ctime_ns
    if isinstance(inode, MemoryDirectory):
        inode.octets, inode.host_blocks = status.st_size, status.st_blocks
