"""epoll instances: a set of files, and which of them are ready (epoll(7)).

Each item sleeps on its file's queues like a task. A wake makes it hot, which is what an
edge-triggered item is reported for; level-triggered ones are asked each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.event_files import EpollEvent
from kernel.abi.files import OpenFlag, Poll
from kernel.errors import SysError
from kernel.fs.anonymous import AnonymousFile, AnonymousInode
from kernel.fs.open_file import OpenFile
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.system import System
    from kernel.task.task import Task

_ALWAYS = EpollEvent.EPOLLERR | EpollEvent.EPOLLHUP
_WITH_EXCLUSIVE = (
    _ALWAYS | EpollEvent.EPOLLIN | EpollEvent.EPOLLOUT | EpollEvent.EPOLLET
    | EpollEvent.EPOLLWAKEUP | EpollEvent.EPOLLEXCLUSIVE
)  # fmt: skip
_MODES = (
    EpollEvent.EPOLLET | EpollEvent.EPOLLONESHOT | EpollEvent.EPOLLWAKEUP
    | EpollEvent.EPOLLEXCLUSIVE
)  # fmt: skip
MAX_DEPTH = 4
"""How deep epoll instances may watch each other."""


class Item:
    """A file of interest: the events asked for and 64 bits that are given back with them."""

    __slots__ = ("data", "events", "file", "is_hot", "owner", "queues")

    def __init__(
        self, task: Task, owner: EpollFile, file: OpenFile, events: int, data: int
    ) -> None:
        self.owner = owner
        self.file = file
        self.queues: tuple[WaitQueue, ...] = ()
        self.change(task, events, data)

    def change(self, task: Task, events: int, data: int) -> None:
        """Ask for other events; whatever holds now counts as new."""
        self.events = events | _ALWAYS
        self.data = data
        self.is_hot = True
        self.arm(task)

    def arm(self, task: Task) -> None:
        """Be told of the file's next change, as this task would be."""
        self.disarm()
        self.queues = self.file.poll_queues(task)
        for queue in self.queues:
            queue.add(self)

    def disarm(self) -> None:
        """Be told of nothing any more."""
        for queue in self.queues:
            queue.remove(self)
        self.queues = ()

    def wake(self, why: str) -> None:
        """The file changed: whoever waits for the instance looks again."""
        self.disarm()
        self.is_hot = True
        self.owner.ready.wake_all()

    @property
    def has_waiters(self) -> bool:
        """Whether anybody waits for the instance."""
        return bool(self.owner.ready.sleepers)

    def found(self, task: Task) -> int:
        """The events to be reported now."""
        if self.events & EpollEvent.EPOLLET and not self.is_hot:
            return 0
        return self.file.poll(task) & self.events & ~_MODES


class EpollFile(AnonymousFile):
    """An epoll instance; items by descriptor number, in the order in which they are asked."""

    def __init__(self, system: System) -> None:
        super().__init__(AnonymousInode(system), int(OpenFlag.O_RDWR), "anon_inode:[eventpoll]")
        self.items: dict[int, Item] = {}
        self.ready = WaitQueue("epoll event")

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        raise SysError(Errno.EINVAL)

    def add(self, task: Task, number: int, file: OpenFile, events: int, data: int) -> None:
        """EEXIST, EINVAL; ELOOP for circles."""
        if events & EpollEvent.EPOLLEXCLUSIVE and (
            events & ~_WITH_EXCLUSIVE or isinstance(file, EpollFile)
        ):
            raise SysError(Errno.EINVAL)
        if self._live(number, file) is not None:
            raise SysError(Errno.EEXIST)
        if isinstance(file, EpollFile) and file.depth(self) > MAX_DEPTH:
            raise SysError(Errno.ELOOP)
        self.items[number] = Item(task, self, file, events, data)
        self.ready.wake_all()

    def change(self, task: Task, number: int, file: OpenFile, events: int, data: int) -> None:
        """ENOENT for a file that is not in the set; EINVAL with EPOLLEXCLUSIVE, now or before."""
        if events & EpollEvent.EPOLLEXCLUSIVE:
            raise SysError(Errno.EINVAL)
        item = self._live(number, file)
        if item is None:
            raise SysError(Errno.ENOENT)
        if item.events & EpollEvent.EPOLLEXCLUSIVE:
            raise SysError(Errno.EINVAL)
        item.change(task, events, data)
        self.ready.wake_all()

    def remove(self, number: int, file: OpenFile) -> None:
        """ENOENT for a file that is not in the set."""
        if self._live(number, file) is None:
            raise SysError(Errno.ENOENT)
        self.items.pop(number).disarm()

    def _live(self, number: int, file: OpenFile) -> Item | None:
        """The item of this descriptor; one whose file was closed is dropped."""
        item = self.items.get(number)
        if item is not None and item.file is not file:
            self.items.pop(number).disarm()
            return None
        return item

    def depth(self, other: EpollFile) -> int:
        """How many instances deep this one watches; more than MAX_DEPTH where `other` is among
        them."""
        if self is other:
            return MAX_DEPTH + 1
        inner = (item.file for item in self.items.values())
        return 1 + max((f.depth(other) for f in inner if isinstance(f, EpollFile)), default=0)

    def collect(self, task: Task, most: int) -> list[tuple[int, int]]:
        """Up to `most` (events, data); what is reported goes to the end of the order."""
        found: list[tuple[int, int]] = []
        for number, item in list(self.items.items()):
            if not item.file.users:
                self.items.pop(number).disarm()
                continue
            if not item.queues:
                item.arm(task)
            events = item.found(task) if len(found) < most else 0
            if events:
                found.append((events, item.data))
                item.is_hot = False
                self.items[number] = self.items.pop(number)
                if item.events & EpollEvent.EPOLLONESHOT:
                    item.events = item.events & _MODES
        return found

    def details(self) -> str:
        return "".join(
            f"tfd: {number:8d} events: {item.events:8x} data: {item.data:16x} "
            f" pos:{item.file.offset} ino:{item.file.inode.number:x}"
            f" sdev:{item.file.inode.device:x}\n"
            for number, item in self.items.items()
            if item.file.users
        )

    def poll(self, task: Task) -> int:
        for item in self.items.values():
            if not item.queues:
                item.arm(task)
            if item.file.users and item.found(task):
                return Poll.POLLIN | Poll.POLLRDNORM
        return 0

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        return (self.ready,)

    def poll_deadline(self) -> int | None:
        deadlines = [item.file.poll_deadline() for item in self.items.values()]
        return min((moment for moment in deadlines if moment is not None), default=None)

    def close(self) -> None:
        for item in self.items.values():
            item.disarm()
        self.items.clear()
