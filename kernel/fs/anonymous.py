"""Anonymous inodes: files that never had a name, numbered as they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.files import makedev
from kernel.fs.inode import Inode
from kernel.fs.open_file import OpenFile

if TYPE_CHECKING:
    from kernel.system import System

PIPE_DEVICE = makedev(0, 13)
"""st_dev of pipes."""
ANONYMOUS_DEVICE = makedev(0, 14)
"""st_dev of epoll instances, eventfds and the like."""

SHARED_MEMORY_DEVICE = makedev(0, 1)
"""st_dev of shared anonymous memory, as /proc/PID/maps shows it."""


def next_number(system: System) -> int:
    """An inode number for a file without a name."""
    system.anonymous_inodes += 1
    return system.anonymous_inodes


class AnonymousInode(Inode):
    """The inode behind an epoll instance or eventfd: mode 0600 and no file type, as on Linux."""

    may_run = False
    keeps_attributes = True

    def __init__(self, system: System) -> None:
        super().__init__(next_number(system), 0o600, now=system.clock.wall)
        self.device = ANONYMOUS_DEVICE


class AnonymousFile(OpenFile):
    """An open file that has no offset, and says 0 to whoever wants to move it."""

    gives_splice = takes_splice = False

    def seek(self, offset: int, whence: int) -> int:
        return 0
