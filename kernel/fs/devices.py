"""Character devices: what opening a device file gives, by device number (null(4), random(4))."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFCHR, OpenFlag, makedev
from kernel.errors import SysError
from kernel.fs import tty
from kernel.fs.inode import Inode
from kernel.fs.open_file import OpenFile
from kernel.fs.tty import Terminal, open_terminal

if TYPE_CHECKING:
    from kernel.task.task import Task

NULL, ZERO, FULL = makedev(1, 3), makedev(1, 5), makedev(1, 7)
RANDOM, URANDOM = makedev(1, 8), makedev(1, 9)
TTY, CONSOLE, PTMX, TTY1 = makedev(5, 0), makedev(5, 1), makedev(5, 2), tty.DEVICE
_MOST_RANDOM = 1 << 25
"""Octets that one read of /dev/urandom gives at most."""


class DeviceInode(Inode):
    """A device file; only the devices of this file can be opened, others fail with ENXIO."""

    def __init__(
        self, number: int, mode: int, uid: int = 0, gid: int = 0, now: int = 0, rdev: int = 0
    ) -> None:
        super().__init__(number, mode, uid, gid, now)
        self.rdev = rdev

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        opener = _OPENERS.get(self.rdev) if self.type == S_IFCHR else None
        if opener is None:
            raise SysError(Errno.ENXIO)
        return opener(task, self, flags, path)


class NullFile(OpenFile):
    """/dev/null: nothing to read, takes everything."""

    takes_nowait = True
    ignores_data = True
    gives_splice = False

    def read(self, task: Task, count: int) -> bytes:
        return b""

    def write(self, task: Task, data: bytes) -> int:
        return len(data)

    def read_at(self, task: Task, offset: int, count: int) -> bytes:
        return self.read(task, count)

    def write_at(self, task: Task, offset: int, data: bytes) -> int:
        return self.write(task, data)

    def seek(self, offset: int, whence: int) -> int:
        """Always 0, whatever was asked for."""
        return 0


class ZeroFile(NullFile):
    """/dev/zero: zeros without end."""

    gives_splice = True

    def read(self, task: Task, count: int) -> bytes:
        return bytes(count)


class FullFile(ZeroFile):
    """/dev/full: zeros to read, ENOSPC to write."""

    takes_nowait = False
    minds_empty_writes = True
    takes_splice = False

    def write(self, task: Task, data: bytes) -> int:
        raise SysError(Errno.ENOSPC)


class RandomFile(NullFile):
    """/dev/random and /dev/urandom: octets of the system's seeded generator."""

    ignores_data = False
    gives_splice = True

    def read(self, task: Task, count: int) -> bytes:
        return task.system.random.randbytes(min(count, _MOST_RANDOM))

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        raise SysError(Errno.EINVAL)


def _open_null(task: Task, inode: Inode, flags: int, path: str) -> OpenFile:
    return NullFile(inode, flags, path)


def _open_zero(task: Task, inode: Inode, flags: int, path: str) -> OpenFile:
    return ZeroFile(inode, flags, path)


def _open_full(task: Task, inode: Inode, flags: int, path: str) -> OpenFile:
    return FullFile(inode, flags, path)


def _open_random(task: Task, inode: Inode, flags: int, path: str) -> OpenFile:
    return RandomFile(inode, flags, path)


def _open_own_terminal(task: Task, inode: Inode, flags: int, path: str) -> OpenFile:
    """/dev/tty: the controlling terminal; ENXIO for a session without one."""
    terminal = task.process.terminal
    if terminal is None:
        raise SysError(Errno.ENXIO)
    return open_terminal(task, terminal, inode, flags, path, may_control=False)


def _console_terminal(task: Task) -> Terminal:
    console = task.system.console
    if not console.has_terminal:
        raise SysError(Errno.ENXIO)
    return console.terminal


def _open_console(task: Task, inode: Inode, flags: int, path: str) -> OpenFile:
    """/dev/console never becomes a controlling terminal."""
    return open_terminal(task, _console_terminal(task), inode, flags, path, may_control=False)


def _open_tty1(task: Task, inode: Inode, flags: int, path: str) -> OpenFile:
    may_control = not flags & OpenFlag.O_NOCTTY
    return open_terminal(task, _console_terminal(task), inode, flags, path, may_control)


def _open_ptmx(task: Task, inode: Inode, flags: int, path: str) -> OpenFile:
    """A new pseudo-terminal, of which this is the master."""
    return task.system.devpts.open_master(task, inode, flags, path)


_OPENERS: dict[int, Callable[[Task, Inode, int, str], OpenFile]] = {
    NULL: _open_null,
    ZERO: _open_zero,
    FULL: _open_full,
    RANDOM: _open_random,
    URANDOM: _open_random,
    TTY: _open_own_terminal,
    CONSOLE: _open_console,
    PTMX: _open_ptmx,
    TTY1: _open_tty1,
}
