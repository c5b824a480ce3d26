"""Anonymous inodes: files that never had a name, numbered as they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.files import S_IFREG, makedev
from kernel.fs.inode import Inode, RegularInode
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

    def __init__(self, system: System) -> None:
        super().__init__(next_number(system), 0o600, now=system.clock.wall)
        self.device = ANONYMOUS_DEVICE


class AnonymousFile(OpenFile):
    """An open file that has no offset, and says 0 to whoever wants to move it."""

    def seek(self, offset: int, whence: int) -> int:
        return 0


class SharedMemory(RegularInode):
    """What shared anonymous memory is a mapping of: zeros, `size` octets, without a name.

    It has no store of its own: its octets live in the pages that its mappings share.
    """

    def __init__(self, size: int) -> None:
        super().__init__(0, S_IFREG | 0o777)
        self.links = 0
        self.device = SHARED_MEMORY_DEVICE
        self._size = size

    @property
    def size(self) -> int:
        return self._size

    def read_raw(self, offset: int, count: int) -> bytes:
        return bytes(max(0, min(count, self._size - offset)))

    def write_raw(self, offset: int, data: bytes) -> None:
        """Nothing: the pages hold it."""

    def truncate_raw(self, size: int) -> None:
        self._size = size
