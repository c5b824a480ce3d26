"""Event counters: a number that writers add to and readers take away (eventfd(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag, Poll
from kernel.errors import Block, SysError
from kernel.fs.anonymous import AnonymousFile, AnonymousInode
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.system import System
    from kernel.task.task import Task

_OCTETS = 8
_MOST = (1 << 64) - 2
"""The highest count; a write that would exceed it waits."""


class EventFile(AnonymousFile):
    """A counter; with `is_semaphore` a read takes 1, else everything."""

    takes_nowait = True
    minds_empty_writes = True

    def __init__(self, system: System, count: int, is_semaphore: bool, flags: int) -> None:
        super().__init__(AnonymousInode(system), OpenFlag.O_RDWR | flags, "anon_inode:[eventfd]")
        self.count = count
        self.is_semaphore = is_semaphore
        self.readable = WaitQueue("event")
        self.writable = WaitQueue("event counter")

    def read(self, task: Task, count: int) -> bytes:
        """The count as 8 octets; EINVAL for less room."""
        if count < _OCTETS:
            raise SysError(Errno.EINVAL)
        if not self.count:
            raise Block(self.readable)
        taken = 1 if self.is_semaphore else self.count
        self.count -= taken
        self.writable.wake_all()
        return taken.to_bytes(_OCTETS, "little")

    def write(self, task: Task, data: bytes) -> int:
        """Add 8 octets' number; EINVAL for fewer octets and for 2**64 - 1."""
        if len(data) < _OCTETS:
            raise SysError(Errno.EINVAL)
        added = int.from_bytes(data[:_OCTETS], "little")
        if added > _MOST:
            raise SysError(Errno.EINVAL)
        if self.count + added > _MOST:
            raise Block(self.writable)
        self.count += added
        if added:
            self.readable.wake_all()
        return _OCTETS

    def details(self) -> str:
        return (
            f"eventfd-count: {self.count:16x}\neventfd-id: {self.inode.number}\n"
            f"eventfd-semaphore: {int(self.is_semaphore)}\n"
        )

    def poll(self, task: Task) -> int:
        readable = Poll.POLLIN if self.count else 0
        return readable | (Poll.POLLOUT if self.count < _MOST else 0)

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        return (self.readable, self.writable)
