"""Anonymous inodes: files that never had a name, numbered as they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.files import makedev
from kernel.fs.inode import Inode

if TYPE_CHECKING:
    from kernel.system import System

PIPE_DEVICE = makedev(0, 13)
"""st_dev of pipes."""
ANONYMOUS_DEVICE = makedev(0, 14)
"""st_dev of epoll instances, eventfds and the like."""


def next_number(system: System) -> int:
    """An inode number for a file without a name."""
    system.anonymous_inodes += 1
    return system.anonymous_inodes


class AnonymousInode(Inode):
    """The inode behind an epoll instance or eventfd: mode 0600 and no file type, as on Linux."""

    def __init__(self, system: System) -> None:
        super().__init__(next_number(system), 0o600, now=system.clock.wall)
        self.device = ANONYMOUS_DEVICE
