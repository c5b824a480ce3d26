"""Nodes of /proc: files whose contents are made when they are read, and tables of names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFDIR, S_IFREG, Ioctl, Whence, makedev
from kernel.errors import SysError
from kernel.fs.directory import OpenDirectory
from kernel.fs.inode import DirectoryInode, Inode
from kernel.fs.open_file import OpenFile

if TYPE_CHECKING:
    from kernel.system import System
    from kernel.task.task import Task

DEVICE = makedev(0, 21)
"""st_dev of everything in /proc."""
Make = Callable[[Any], "str | bytes"]
"""Makes a file's contents from what it is about: a Task or the System; raises SysError."""
Store = Callable[["Task", Any, bytes], "int | None"]
"""Carries out what was written, by this task: how many octets, None for all; raises SysError."""


class ProcNode(Inode):
    """A file of /proc."""

    may_run = False

    def __init__(self, number: int, mode: int, uid: int = 0, gid: int = 0, now: int = 0) -> None:
        super().__init__(number, mode, uid, gid, now)
        self.device = DEVICE


def unread(file: OpenFile, task: Task, request: int, argument: int) -> int:
    """FIONREAD of a file of /proc, whose size is 0; ENOTTY for other requests."""
    if request != Ioctl.FIONREAD:
        raise SysError(Errno.ENOTTY)
    task.memory.write_word(argument, -file.offset & 0xFFFF_FFFF)
    return 0


def as_bytes(text: str | bytes) -> bytes:
    """Text as Latin-1."""
    return text.encode("latin-1") if isinstance(text, str) else text


class MadeFile(ProcNode):
    """A file whose contents are made. `make` and `store` are functions of modules, so that it can
    be copied.
    """

    refusal = Errno.EIO
    """What a write says to a file that only tells."""

    def __init__(
        self, system: System, number: int, mode: int, about: object, make: Make, store: Store | None
    ) -> None:
        super().__init__(number, S_IFREG | mode, now=system.clock.wall)
        self.about = about
        self.make = make
        self.store = store

    def contents(self) -> bytes:
        """What a read gives now; str as Latin-1."""
        return as_bytes(self.make(self.about))

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        return OpenMadeFile(self, flags, path)


class TaskFile(MadeFile):
    """A file about a task."""

    refusal = Errno.EINVAL


class TaskRecord(TaskFile):
    """A file about a task that is no lines of text to Linux, but one record."""

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        return OpenRecord(self, flags, path)


class NetworkFile(MadeFile):
    """A file below /proc/net: whatever its mode says, nobody can open it to write."""

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        file = super().open(task, flags, path)
        if file.is_writable:
            raise SysError(Errno.EACCES)
        return file


class OpenMadeFile(OpenFile):
    """An open file of /proc: contents are made at the first read and whenever it starts over.

    Linux's seq_file: it cannot be written at a place, and has no end.
    """

    inode: MadeFile
    minds_empty_writes = True

    def __init__(self, inode: MadeFile, flags: int, path: str) -> None:
        super().__init__(inode, flags, path)
        self._contents: bytes | None = None

    def read(self, task: Task, count: int) -> bytes:
        taken = self.read_at(task, self.offset, count)
        self.offset += len(taken)
        return taken

    def read_at(self, task: Task, offset: int, count: int) -> bytes:
        if self._contents is None or offset == 0:
            self._contents = self.contents()
        return self._contents[offset : offset + count]

    def contents(self) -> bytes:
        """What is read from now on."""
        return self.inode.contents()

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        return unread(self, task, request, argument)

    @property
    def can_write_places(self) -> bool:
        return False

    def write(self, task: Task, data: bytes) -> int:
        """A whole setting at once; EIO or EINVAL for files that only tell."""
        if self.inode.store is None:
            raise SysError(self.inode.refusal)
        taken = self.inode.store(task, self.inode.about, data)
        return len(data) if taken is None else taken

    def seek(self, offset: int, whence: int) -> int:
        return self.seek_without_end(offset, whence)


class OpenRecord(OpenMadeFile):
    """An open file that has the size 0 and can be written anywhere: the place does not matter."""

    @property
    def can_write_places(self) -> bool:
        return True

    def write_at(self, task: Task, offset: int, data: bytes) -> int:
        return self.write(task, data)

    def seek(self, offset: int, whence: int) -> int:
        return super().seek(offset, _without_size(whence))


class Setting(MadeFile):
    """A file below /proc/sys."""

    is_setting = True

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        return OpenSetting(self, flags, path)


class OpenSetting(OpenRecord):
    """An open setting: it can be watched, though nothing is ever told."""

    minds_empty_writes = False

    @property
    def has_poll(self) -> bool:
        return True


def _without_size(whence: int) -> int:
    """What lseek's whence comes to in a file of size 0; ENXIO."""
    if whence in (Whence.SEEK_DATA, Whence.SEEK_HOLE):
        raise SysError(Errno.ENXIO)
    return Whence.SEEK_SET if whence == Whence.SEEK_END else whence


class OpenProcDirectory(OpenDirectory):
    """An open directory of /proc."""

    def seek(self, offset: int, whence: int) -> int:
        return super().seek(offset, _without_size(whence))


class ProcDirectory(DirectoryInode):
    """A directory of /proc: nothing can be made or removed in it."""

    takes_new_names = False
    may_run = False

    def __init__(self, system: System, number: int, mode: int = 0o555) -> None:
        super().__init__(number, S_IFDIR | mode, now=system.clock.wall)
        self.system = system
        self.device = DEVICE
        self.links = 2

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        return OpenProcDirectory(self, flags, path)

    def create(self, name: bytes, mode: int, uid: int, gid: int, now: int, rdev: int = 0) -> Inode:
        raise SysError(Errno.ENOENT)

    def unlink(self, name: bytes, now: int) -> None:
        self.lookup(name)
        raise SysError(Errno.EPERM)

    def rmdir(self, name: bytes, now: int) -> None:
        self.lookup(name)
        raise SysError(Errno.EPERM)


class TableDirectory(ProcDirectory):
    """A directory whose names never change: each leads to an inode made beforehand."""

    def __init__(self, system: System, number: int) -> None:
        super().__init__(system, number)
        self.nodes: dict[bytes, Inode] = {}

    def lookup(self, name: bytes) -> Inode:
        if name not in self.nodes:
            raise SysError(Errno.ENOENT)
        return self.nodes[name]

    def names(self) -> list[bytes]:
        return list(self.nodes)
