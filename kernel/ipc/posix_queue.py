"""POSIX message queues: bounded queues of messages with priorities (mq_overview(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFREG, Poll, makedev
from kernel.errors import Block, Restart, SysError
from kernel.fs.anonymous import next_number
from kernel.fs.inode import Inode
from kernel.fs.open_file import OpenFile
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.task.process import Process
    from kernel.task.task import Task

DEVICE = makedev(0, 18)
"""st_dev of queues."""
STATUS_SIZE = 80
"""What a queue's st_size is, as on Linux."""


class QueuedMessage(NamedTuple):
    """Octets with a priority, 0 the lowest."""

    priority: int
    data: bytes


class Registration(NamedTuple):
    """Who is to be told that a message has come to the empty queue; signal 0: nobody is told."""

    process: Process
    file: MessageFile
    signal: int
    value: int


class PosixQueue(Inode):
    """At most `most` messages of at most `longest` octets, highest priority and oldest first."""

    def __init__(self, task: Task, mode: int, most: int, longest: int) -> None:
        credentials, system = task.credentials, task.system
        super().__init__(
            next_number(system), S_IFREG | mode, credentials.fsuid, credentials.fsgid,
            system.clock.wall,
        )  # fmt: skip
        self.device = DEVICE
        self.most = most
        self.longest = longest
        self.messages: list[QueuedMessage] = []
        self.registration: Registration | None = None
        self.not_empty = WaitQueue("message")
        self.not_full = WaitQueue("room in message queue")

    @property
    def size(self) -> int:
        return STATUS_SIZE

    def send(self, task: Task, message: QueuedMessage, deadline: int | None) -> Registration | None:
        """Enter a message behind those of its priority: EMSGSIZE, ETIMEDOUT; waits for room.

        Who is to be told that the queue is not empty any more, if anybody.
        """
        if len(message.data) > self.longest:
            raise SysError(Errno.EMSGSIZE)
        if len(self.messages) >= self.most:
            _wait(task, self.not_full, deadline)
        at = next(
            (n for n, one in enumerate(self.messages) if one.priority < message.priority),
            len(self.messages),
        )
        was_empty = not self.messages and not self.not_empty.sleepers
        self.messages.insert(at, message)
        self.not_empty.wake_all()
        if not was_empty:
            return None
        told, self.registration = self.registration, None
        return told

    def receive(self, task: Task, deadline: int | None) -> QueuedMessage:
        """Take the first message: ETIMEDOUT; waits for one."""
        if not self.messages:
            _wait(task, self.not_empty, deadline)
        self.not_full.wake_all()
        return self.messages.pop(0)


def _wait(task: Task, queue: WaitQueue, deadline: int | None) -> None:
    if deadline is not None and task.system.clock.now >= deadline:
        raise SysError(Errno.ETIMEDOUT)
    raise Block(queue, deadline=deadline, restart=Restart.SYS)


class MessageFile(OpenFile):
    """An open queue."""

    def __init__(self, queue: PosixQueue, flags: int, name: str) -> None:
        super().__init__(queue, flags, name)
        self.queue = queue

    def poll(self, task: Task) -> int:
        events = 0
        if self.queue.messages:
            events |= Poll.POLLIN | Poll.POLLRDNORM
        if len(self.queue.messages) < self.queue.most:
            events |= Poll.POLLOUT | Poll.POLLWRNORM
        return events

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        return (self.queue.not_empty, self.queue.not_full)

    def read(self, task: Task, count: int) -> bytes:
        """What /dev/mqueue would show of it, from the offset on."""
        registration = self.queue.registration
        octets = sum(len(message.data) for message in self.queue.messages)
        pid = registration.process.pid if registration is not None else 0
        signal = registration.signal if registration is not None else 0
        kind = 0 if registration is None or signal else 1
        text = f"QSIZE:{octets:<10d} NOTIFY:{kind:<5d} SIGNO:{signal:<5d} NOTIFY_PID:{pid:<6d}\n"
        taken = text.encode()[self.offset : self.offset + count]
        self.offset += len(taken)
        return taken

    def close(self) -> None:
        """A notification that was asked for through this descriptor is asked for no more."""
        registration = self.queue.registration
        if registration is not None and registration.file is self:
            self.queue.registration = None
