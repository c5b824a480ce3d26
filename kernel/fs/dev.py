"""/dev: a small memory file system with the device files that exist here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.files import S_IFCHR, S_IFDIR, makedev
from kernel.fs import devices
from kernel.fs.devpts import Devpts
from kernel.fs.memory_directory import MemoryDirectory
from kernel.fs.memory_file import Quota
from kernel.fs.tmpfs import MemoryFileSystem

if TYPE_CHECKING:
    from kernel.system import System

DEVICE = makedev(0, 5)
"""st_dev of the files in /dev."""
_LIMIT = 16 << 20
"""Octets that files in /dev and /dev/shm may take."""
_TTY_GROUP = 5
_NODES = (
    (b"null", 0o666, devices.NULL),
    (b"zero", 0o666, devices.ZERO),
    (b"full", 0o666, devices.FULL),
    (b"random", 0o666, devices.RANDOM),
    (b"urandom", 0o666, devices.URANDOM),
    (b"tty", 0o666, devices.TTY),
    (b"console", 0o600, devices.CONSOLE),
    (b"ptmx", 0o666, devices.PTMX),
)
_LINKS = (
    (b"fd", b"/proc/self/fd"),
    (b"stdin", b"/proc/self/fd/0"),
    (b"stdout", b"/proc/self/fd/1"),
    (b"stderr", b"/proc/self/fd/2"),
)


def build_dev(system: System, owner: int = 0) -> MemoryDirectory:
    """The root directory of a new /dev (its `system` is the file system to be mounted).

    `owner` is the uid that the terminal belongs to. The console learns its terminal's inode, the
    system its pseudo-terminals.
    """
    system.devpts = Devpts(system)
    now = system.clock.wall
    root = MemoryFileSystem(DEVICE, Quota(_LIMIT), "devtmpfs").new_root(0o755, now)
    for name, mode, number in _NODES:
        root.create(name, S_IFCHR | mode, 0, 0, now, number)
    for name in (b"tty", b"ptmx"):
        root.lookup(name).gid = _TTY_GROUP
    terminal = root.create(b"tty1", S_IFCHR | 0o620, owner, _TTY_GROUP, now, devices.TTY1)
    system.console.terminal_inode = terminal
    root.create(b"shm", S_IFDIR | 0o1777, 0, 0, now)
    root.create(b"pts", S_IFDIR | 0o755, 0, 0, now)
    for name, target in _LINKS:
        root.symlink(name, target, 0, 0, now)
    return root
