"""System V shared memory: a file without a name that processes map by its identifier (shmop(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.files import S_IFREG
from kernel.abi.ipc import SHM_DEST
from kernel.abi.memory import PAGE_SHIFT
from kernel.fs.anonymous import SHARED_MEMORY_DEVICE
from kernel.fs.memory_file import MemoryFile
from kernel.ipc.objects import IpcObject, Table, seconds

if TYPE_CHECKING:
    from kernel.fs.memory_file import Quota
    from kernel.task.task import Task


class SharedSegment(IpcObject):
    """`size` octets; gone with the last area that maps it once it was removed.

    `locker` is the user who has locked it (SHM_LOCK), None where nobody has.
    """

    def __init__(
        self, task: Task, table: Table[SharedSegment], key: int, mode: int, size: int
    ) -> None:
        super().__init__(task, key, mode)
        self.table = table
        self.size = size
        self.inode = SegmentInode(self, task.system.file_quota, task.system.clock.wall)
        self.inode.truncate_raw(size)
        self.creator = task.pid
        self.last = 0
        self.attached = self.detached = 0
        self.locker: int | None = None

    @property
    def attachments(self) -> int:
        """Areas that map it, in all processes."""
        cached = self.inode.cached
        return 0 if cached is None else cached.mappers

    @property
    def resident(self) -> int:
        """Octets of it that are in RAM."""
        cached = self.inode.cached
        return len(cached.pages) << PAGE_SHIFT if cached is not None else 0

    def attach(self, task: Task) -> None:
        """One more area shows it."""
        self.last, self.attached = task.pid, seconds(task)

    def detach(self, task: Task) -> None:
        """One area less."""
        self.last, self.detached = task.pid, seconds(task)

    def remove(self) -> None:
        """IPC_RMID: at once, or once the last area that maps it is gone."""
        self.inode.links = 0
        if self.attachments:
            self.mode |= SHM_DEST
            self.key = 0
        else:
            self.table.remove(self)
            self.inode.discard()

    @property
    def path(self) -> str:
        """What /proc/PID/maps shows."""
        return f"/SYSV{self.key & 0xFFFF_FFFF:08x} (deleted)"


class SegmentInode(MemoryFile):
    """The file: it has octets as long as the segment is there."""

    def __init__(self, segment: SharedSegment, quota: Quota, now: int) -> None:
        super().__init__(quota, S_IFREG | 0o777, 0, 0, now)
        self.device = SHARED_MEMORY_DEVICE
        self.segment = segment

    def drop(self) -> None:
        """Nobody maps it any more: a removed one is gone."""
        super().drop()
        if not self.uses and self.segment.mode & SHM_DEST:
            self.segment.table.remove(self.segment)
