"""System V message queues: messages with types, received by type (msgop(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.ipc import IPC_NOWAIT, MSG_COPY, MSG_EXCEPT, MSG_NOERROR
from kernel.errors import Block, Restart, SysError
from kernel.ipc.objects import IpcObject, seconds
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.task.task import Task


class Message(NamedTuple):
    """A type, at least 1, and octets."""

    type: int
    data: bytes


class MessageQueue(IpcObject):
    """Messages in order; `most` octets of them, and as many messages."""

    def __init__(self, task: Task, key: int, mode: int) -> None:
        super().__init__(task, key, mode)
        self.messages: list[Message] = []
        self.octets = 0
        self.most = task.system.ipc.limits.msgmnb
        self.sent = self.received = 0
        self.last_sender = self.last_receiver = 0
        self.not_empty = WaitQueue("message")
        self.not_full = WaitQueue("room in message queue")

    def send(self, task: Task, message: Message, flags: int) -> None:
        """Append a message, waiting for room; EAGAIN with IPC_NOWAIT."""
        size = len(message.data)
        if size + self.octets > self.most or len(self.messages) + 1 > self.most:
            if flags & IPC_NOWAIT:
                raise SysError(Errno.EAGAIN)
            raise Block(self.not_full, restart=Restart.NOHAND)
        self.messages.append(message)
        self.octets += size
        self.last_sender, self.sent = task.pid, seconds(task)
        self.not_empty.wake_all()

    def receive(self, task: Task, size: int, type: int, flags: int) -> Message:
        """Take the first message that is meant, cut to `size`: E2BIG, ENOMSG with IPC_NOWAIT."""
        if flags & MSG_COPY:
            return self._copy(type, size)
        found = self._find(type, flags)
        if found is None:
            if flags & IPC_NOWAIT:
                raise SysError(Errno.ENOMSG)
            raise Block(self.not_empty, restart=Restart.NOHAND)
        if len(found.data) > size and not flags & MSG_NOERROR:
            raise SysError(Errno.E2BIG)
        self.messages.remove(found)
        self.octets -= len(found.data)
        self.last_receiver, self.received = task.pid, seconds(task)
        self.not_full.wake_all()
        return found._replace(data=found.data[:size])

    def _copy(self, index: int, size: int) -> Message:
        """MSG_COPY: the message in that place, which stays."""
        if not 0 <= index < len(self.messages):
            raise SysError(Errno.ENOMSG)
        found = self.messages[index]
        if len(found.data) > size:
            raise SysError(Errno.E2BIG)
        return found

    def _find(self, type: int, flags: int) -> Message | None:
        if type == 0:
            return self.messages[0] if self.messages else None
        if type > 0:
            wants_equal = not flags & MSG_EXCEPT
            meant = (one for one in self.messages if (one.type == type) == wants_equal)
            return next(meant, None)
        lowest = [one for one in self.messages if one.type <= -type]
        return min(lowest, key=_type_of, default=None)

    def wake_all(self) -> None:
        """Everybody looks again: limits have changed, or the queue is gone."""
        self.not_empty.wake_all()
        self.not_full.wake_all()


def _type_of(message: Message) -> int:
    return message.type
