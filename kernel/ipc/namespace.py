"""The objects of System V IPC and the POSIX message queues of a system. Part of the System."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.ipc import MSGMNI, SEMMNI, SHMMNI
from kernel.ipc.limits import Limits
from kernel.ipc.objects import Table

if TYPE_CHECKING:  # at run time they are imported by who uses them: most runs have no IPC
    from collections.abc import Callable, Mapping

    from kernel.ipc.message_queue import MessageQueue
    from kernel.ipc.posix_queue import PosixQueue
    from kernel.ipc.semaphores import SemaphoreSet
    from kernel.ipc.shared_segment import SharedSegment
    from kernel.system import System
    from kernel.task.process import Process
    from kernel.task.task import Task


class Ipc:
    """Message queues, semaphore sets and shared segments by identifier; POSIX queues by name."""

    def __init__(self) -> None:
        self.limits = Limits()
        self.messages: Table[MessageQueue] = Table(MSGMNI)
        self.semaphores: Table[SemaphoreSet] = Table(SEMMNI)
        self.shared: Table[SharedSegment] = Table(SHMMNI)
        self.queues: dict[bytes, PosixQueue] = {}

    @property
    def tables(self) -> Mapping[bytes, Callable[[System], str]]:
        """What /proc/sysvipc shows."""
        from kernel.ipc.tables import TABLES

        return TABLES

    def leave_memory(self, task: Task) -> None:
        """The last task leaves an address space: the segments in it notice."""
        for segment in _segments_in(task):
            segment.detach(task)

    def copy_memory(self, task: Task) -> None:
        """The task's address space is copied: the segments in it are attached once more."""
        for segment in _segments_in(task):
            segment.attach(task)

    def end(self, process: Process) -> None:
        """A process ends: its semaphore operations with SEM_UNDO are undone."""
        for semaphores in self.semaphores.by_index.values():
            if semaphores.adjustments:
                semaphores.undo(process)


def _segments_in(task: Task) -> list[SharedSegment]:
    from kernel.ipc.shared_segment import SegmentInode

    inodes = [area.inode for area in task.memory.areas]
    return [inode.segment for inode in inodes if isinstance(inode, SegmentInode)]
