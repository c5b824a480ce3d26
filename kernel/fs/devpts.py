"""The file system of /dev/pts: one device file for each pseudo-terminal that is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFCHR, S_IFDIR, S_IFMT, S_IFREG, makedev
from kernel.errors import SysError
from kernel.fs.devices import PTMX, DeviceInode
from kernel.fs.inode import DirectoryInode, Inode
from kernel.fs.mount import FileSystem
from kernel.fs.pty import MasterFile, Pty, SlaveInode

if TYPE_CHECKING:
    from kernel.fs.open_file import OpenFile
    from kernel.system import System
    from kernel.task.task import Task

MAGIC = 0x1CD1
DEVICE = makedev(0, 22)
"""st_dev of the files in /dev/pts."""
_MODE, _TTY_GROUP = 0o620, 5
_MOST = 4096
_FIRST_NUMBER = 3
"""Inode number of /dev/pts/0; the directory is 1, its ptmx 2."""


class Devpts(FileSystem):
    """The pseudo-terminals by number, and the directory that shows them."""

    def __init__(self, system: System) -> None:
        super().__init__("devpts", MAGIC, DEVICE)
        self.system = system
        self.options = f"gid={_TTY_GROUP},mode={_MODE:o},ptmxmode=000"
        self.slaves: dict[int, SlaveInode] = {}
        self.root = DevptsDirectory(self)

    def open_master(self, task: Task, inode: Inode, flags: int, path: str) -> OpenFile:
        """A new pseudo-terminal with the lowest free number; ENOSPC."""
        number = next((n for n in range(_MOST) if n not in self.slaves), None)
        if number is None:
            raise SysError(Errno.ENOSPC)
        pty = Pty(self.system, number)
        slave = SlaveInode(
            pty, _FIRST_NUMBER + number, _MODE, task.credentials.fsuid, _TTY_GROUP,
            self.system.clock.wall,
        )  # fmt: skip
        slave.device = DEVICE
        self.slaves[number] = slave
        return MasterFile(inode, flags, path, pty, self)

    def remove(self, number: int) -> None:
        """The master is closed: the number is free again."""
        self.slaves.pop(number).links = 0


class DevptsDirectory(DirectoryInode):
    """/dev/pts: names come and go with the masters, and in no other way."""

    def __init__(self, devpts: Devpts) -> None:
        super().__init__(1, S_IFDIR | 0o755, now=devpts.system.clock.wall)
        self.links = 2
        self.device = DEVICE
        self.devpts = devpts
        self.ptmx = DeviceInode(2, S_IFCHR, now=devpts.system.clock.wall, rdev=PTMX)
        self.ptmx.device = DEVICE

    def lookup(self, name: bytes) -> Inode:
        if name == b"ptmx":
            return self.ptmx
        digits = name.decode("latin-1")
        slave = self.devpts.slaves.get(int(digits)) if digits.isdecimal() else None
        if slave is None or str(slave.pty.number) != digits:
            raise SysError(Errno.ENOENT)
        return slave

    def names(self) -> list[bytes]:
        return [*(str(number).encode() for number in sorted(self.devpts.slaves)), b"ptmx"]

    def create(self, name: bytes, mode: int, uid: int, gid: int, now: int, rdev: int = 0) -> Inode:
        raise SysError(Errno.EACCES if mode & S_IFMT == S_IFREG else Errno.EPERM)

    def symlink(self, name: bytes, target: bytes, uid: int, gid: int, now: int) -> Inode:
        raise SysError(Errno.EPERM)

    def link(self, name: bytes, inode: Inode, now: int) -> None:
        raise SysError(Errno.EPERM)

    def unlink(self, name: bytes, now: int) -> None:
        self.lookup(name)
        raise SysError(Errno.EPERM)

    def rmdir(self, name: bytes, now: int) -> None:
        self.lookup(name)
        raise SysError(Errno.EPERM)

    def rename(self, old: bytes, target: DirectoryInode, new: bytes, now: int) -> None:
        raise SysError(Errno.EPERM)
