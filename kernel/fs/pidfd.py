"""Processes as files: to be signalled, waited for, and polled for their end (pidfd_open(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.files import OpenFlag, Poll
from kernel.fs.anonymous import AnonymousInode
from kernel.fs.open_file import OpenFile
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.system import System
    from kernel.task.process import Process
    from kernel.task.task import Task


class ProcessFile(OpenFile):
    """A process, or one `thread` of it; it stays the same one when its number is used again."""

    gives_splice = takes_splice = False

    def __init__(self, system: System, process: Process, thread: Task | None, flags: int) -> None:
        super().__init__(AnonymousInode(system), OpenFlag.O_RDWR | flags, "anon_inode:[pidfd]")
        self.process = process
        self.thread = thread
        process.watched_end()

    @property
    def is_reaped(self) -> bool:
        """Whether nothing is left of it."""
        if self.thread is not None:
            return self.thread not in self.process.threads
        return not self.process.threads

    def poll(self, task: Task) -> int:
        """Readable from its end on, hung up once it was waited for."""
        if self.is_reaped:
            return int(Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLHUP)
        ended = self.process.is_zombie if self.thread is None else self.thread.is_gone
        return int(Poll.POLLIN | Poll.POLLRDNORM) if ended else 0

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        queue = self.process.end_watched
        assert queue is not None
        return (queue,)

    def details(self) -> str:
        """Whose it is; -1 once it was waited for."""
        tid = self.process.pid if self.thread is None else self.thread.tid
        number = -1 if self.is_reaped else tid
        return f"Pid:\t{number}\nNSpid:\t{number}\n"
