"""Listeners: descriptors through which one process answers another's calls (seccomp(2))."""

from __future__ import annotations

import struct
from enum import Enum
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag, Poll
from kernel.abi.memory import PAGE_SIZE
from kernel.abi.process import Resource
from kernel.abi.seccomp import (
    ADDFD_SIZE,
    NOTIFICATION_SIZE,
    RESPONSE_SIZE,
    SYNC_WAKE_UP,
    AddFdFlag,
    NotifyRequest,
    ResponseFlag,
)
from kernel.errors import Block, Restart, SysError
from kernel.fs.anonymous import AnonymousFile, AnonymousInode
from kernel.signals import send
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.task.seccomp.filters import Filter
    from kernel.task.task import Task

_NOTIFICATION = struct.Struct("<QII16I")
_RESPONSE = struct.Struct("<QqiI")
_ADDFD = struct.Struct("<QIIII")
_CLOEXEC = int(OpenFlag.O_CLOEXEC)
_SIZE_BITS = 0x3FFF
"""An ioctl request's upper bits that say how large its argument is."""


class Stage(Enum):
    """How far a notification has come."""

    NEW = "new"
    SENT = "received by the listener"
    REPLIED = "answered"


class Notification:
    """A call that waits for a listener's answer: `value`, `error` (-errno or 0) and `goes_on`,
    which says that the call is to be made after all.
    """

    def __init__(self, listener: Listener, task: Task, data: tuple[int, ...]) -> None:
        self.listener = listener
        self.task = task
        self.data = data
        self.id = listener.next_id()
        self.stage = Stage.NEW
        self.value = self.error = 0
        self.goes_on = False
        self.answered = WaitQueue("seccomp listener's answer")

    def wait(self) -> None:
        """Block until there is an answer; once it was received, perhaps deaf to most signals."""
        if self.stage is not Stage.REPLIED:
            is_killable = self.listener.source.waits_killably and self.stage is Stage.SENT
            deaf = is_killable and not send.is_dying(self.task)
            raise Block(self.answered, restart=Restart.SYS, deaf=deaf, even_nonblocking=True)

    def reply(self, value: int, error: int, goes_on: bool) -> None:
        """The answer."""
        self.value, self.error, self.goes_on = value, error, goes_on
        self.stage = Stage.REPLIED
        self.answered.wake_all()

    def withdraw(self) -> None:
        """The call waits no longer: nobody may answer it now."""
        if self in self.listener.notifications:
            self.listener.notifications.remove(self)


class Listener(AnonymousFile):
    """What SECCOMP_FILTER_FLAG_NEW_LISTENER makes: the notifications of one filter, in order."""

    def __init__(self, task: Task, source: Filter) -> None:
        name = "anon_inode:seccomp notify"
        super().__init__(AnonymousInode(task.system), OpenFlag.O_RDWR, name)
        self.source = source
        self.notifications: list[Notification] = []
        self.changed = WaitQueue("seccomp notification")
        self._last_id = task.system.random.getrandbits(63)

    def next_id(self) -> int:
        """Numbers never come again."""
        self._last_id += 1
        return self._last_id

    def notify(self, task: Task, data: tuple[int, ...]) -> Notification:
        """A task's call waits from now on."""
        notification = Notification(self, task, data)
        self.notifications.append(notification)
        self.changed.wake_all()
        return notification

    def users_gone(self) -> None:
        """The last thread with the filter has ended."""
        self.changed.wake_all()

    def close(self) -> None:
        """Calls that wait fail, and so will all others that would have to."""
        self.source.listener = None
        for each in self.notifications:
            if each.stage is not Stage.REPLIED:
                each.reply(0, -Errno.ENOSYS, goes_on=False)

    def poll(self, task: Task) -> int:
        stages = {each.stage for each in self.notifications}
        ready = 0
        if Stage.NEW in stages:
            ready |= Poll.POLLIN | Poll.POLLRDNORM
        if Stage.SENT in stages:
            ready |= Poll.POLLOUT | Poll.POLLWRNORM
        return int(ready) | (0 if self.source.users else Poll.POLLHUP)

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        return (self.changed,)

    # ---- requests ----------------------------------------------------------------------------

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        """SECCOMP_IOCTL_NOTIF_*: EINVAL for others; ENOENT where the call waits no longer."""
        if request == NotifyRequest.SECCOMP_IOCTL_NOTIF_RECV:
            return self._receive(task, argument)
        if request == NotifyRequest.SECCOMP_IOCTL_NOTIF_SEND:
            return self._send(task, argument)
        if request == NotifyRequest.SECCOMP_IOCTL_NOTIF_SET_FLAGS:
            if argument & ~SYNC_WAKE_UP:
                raise SysError(Errno.EINVAL)
            return 0
        if request in (
            NotifyRequest.SECCOMP_IOCTL_NOTIF_ID_VALID,
            NotifyRequest.SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR,
        ):
            number = int.from_bytes(task.memory.read(argument, 8), "little")
            if self._find(number).stage is not Stage.SENT:
                raise SysError(Errno.ENOENT)
            return 0
        if request & 0xFFFF == NotifyRequest.SECCOMP_IOCTL_NOTIF_ADDFD & 0xFFFF:
            return self._add_descriptor(task, argument, request >> 16 & _SIZE_BITS)
        raise SysError(Errno.EINVAL)

    def _find(self, number: int) -> Notification:
        for each in self.notifications:
            if each.id == number:
                return each
        raise SysError(Errno.ENOENT)

    def _find_sent(self, number: int) -> Notification:
        """One that may be answered; EINPROGRESS before it was received, and after an answer."""
        found = self._find(number)
        if found.stage is not Stage.SENT:
            raise SysError(Errno.EINPROGRESS)
        return found

    def _receive(self, task: Task, address: int) -> int:
        """Take the oldest new notification; ENOENT once nobody can make any more."""
        if any(task.memory.read(address, NOTIFICATION_SIZE)):
            raise SysError(Errno.EINVAL)
        for each in self.notifications:
            if each.stage is Stage.NEW:
                image = _NOTIFICATION.pack(each.id, each.task.tid, 0, *each.data)
                task.memory.write(address, image)
                each.stage = Stage.SENT
                self.changed.wake_all()
                return 0
        if not self.source.users:
            raise SysError(Errno.ENOENT)
        raise Block(self.changed, even_nonblocking=True)

    def _send(self, task: Task, address: int) -> int:
        number, value, error, flags = _RESPONSE.unpack(task.memory.read(address, RESPONSE_SIZE))
        goes_on = bool(flags & ResponseFlag.SECCOMP_USER_NOTIF_FLAG_CONTINUE)
        if flags & ~sum(ResponseFlag) or (goes_on and (error or value)):
            raise SysError(Errno.EINVAL)
        self._find_sent(number).reply(value, error, goes_on)
        return 0

    def _add_descriptor(self, task: Task, address: int, size: int) -> int:
        """Open one of the listener's files for whoever waits; the number that it gets.

        The structure may be longer one day: what is not known here must be 0 (E2BIG).
        """
        if not ADDFD_SIZE <= size < PAGE_SIZE:
            raise SysError(Errno.EINVAL)
        image = task.memory.read(address, size)
        if any(image[ADDFD_SIZE:]):
            raise SysError(Errno.E2BIG)
        number, flags, source, target, target_flags = _ADDFD.unpack_from(image)
        is_chosen = flags & AddFdFlag.SECCOMP_ADDFD_FLAG_SETFD
        if target_flags & ~_CLOEXEC or flags & ~sum(AddFdFlag) or (target and not is_chosen):
            raise SysError(Errno.EINVAL)
        file = task.files.get(source)
        notification = self._find_sent(number)
        who, close_on_exec = notification.task, bool(target_flags & _CLOEXEC)
        limit = who.process.limits.soft(Resource.RLIMIT_NOFILE)
        if not is_chosen:
            target = who.files.add(file, limit, close_on_exec)
        elif target >= limit:
            raise SysError(Errno.EBADF)
        else:
            who.files.put(target, file, close_on_exec)
        if flags & AddFdFlag.SECCOMP_ADDFD_FLAG_SEND:
            notification.reply(target, 0, goes_on=False)
        return int(target)
