"""epoll_create(2), epoll_ctl(2) and epoll_wait(2)."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.event_files import EpollCommand, EpollEvent, EpollFlag
from kernel.abi.process import Resource
from kernel.abi.sysno import Sysno
from kernel.errors import Restart, SysError
from kernel.events import Described
from kernel.fs.epoll import EpollFile
from kernel.signals import masks
from kernel.syscalls.arguments import (
    Argument,
    ChoiceArgument,
    DescribedArgument,
    Fd,
    FlagsArgument,
    Int,
    Moment,
    Size,
    flags_text,
)
from kernel.syscalls.readiness import fix_deadline, has_passed, wait_for
from kernel.syscalls.signal_structures import InSet, read_mask
from kernel.syscalls.table import syscall
from kernel.syscalls.time_values import InTimespec64, read_timespec
from kernel.task.task import Call, Task

_EVENT = struct.Struct("<IQ")
_NAMES = [(int(event), event.name) for event in EpollEvent]
_MOST_EVENTS = (1 << 31) // _EVENT.size
_MILLISECOND = 1_000_000


def _described(events: int, data: int) -> Described:
    shown = [("u32", ("int", data & 0xFFFF_FFFF)), ("u64", ("int", data))]
    text = ("flags", events, flags_text(_NAMES, events))
    return ("struct", [("events", text), ("data", ("struct", shown, False))], False)


def _describe_event(task: Task, address: int) -> Described:
    return _described(*_EVENT.unpack(task.memory.read(address, _EVENT.size)))


class _EventsArgument(Argument):
    """The events found: as many as the result says."""

    moment = Moment.EXIT

    def describe(self, task: Task, call: Call, word: int) -> Described:
        if call.result < 0:
            return ("ptr", call.words[word])
        data = task.memory.read(call.words[word], call.result * _EVENT.size)
        found = [_described(events, tag) for events, tag in _EVENT.iter_unpack(data)]
        return ("array", found, False)


Events = Annotated[int, _EventsArgument()]
Command = Annotated[int, ChoiceArgument(EpollCommand, "EPOLL_CTL_")]


@syscall(Sysno.EPOLL_CREATE)
def epoll_create(task: Task, size: Int) -> int:
    """A new epoll instance; the size must be positive and means nothing."""
    if size <= 0:
        raise SysError(Errno.EINVAL)
    return _create(task, 0)


@syscall(Sysno.EPOLL_CREATE1)
def epoll_create1(task: Task, flags: Annotated[int, FlagsArgument(EpollFlag)]) -> int:
    """A new epoll instance; EINVAL for flags but EPOLL_CLOEXEC."""
    if flags & ~EpollFlag.EPOLL_CLOEXEC:
        raise SysError(Errno.EINVAL)
    return _create(task, flags)


def _create(task: Task, flags: int) -> int:
    limit = task.process.limits.soft(Resource.RLIMIT_NOFILE)
    return task.files.add(EpollFile(task.system), limit, bool(flags))


@syscall(Sysno.EPOLL_CTL)
def epoll_ctl(
    task: Task,
    epoll_fd: Fd,
    command: Command,
    fd: Fd,
    event: Annotated[int, DescribedArgument(_describe_event)],
) -> int:
    """Add, change or remove a file of interest; EBADF, EINVAL, EEXIST, ENOENT, EPERM, ELOOP."""
    events = data = 0
    if command != EpollCommand.EPOLL_CTL_DEL:
        events, data = _EVENT.unpack(task.memory.read(event, _EVENT.size))
    epoll, file = task.files.get(epoll_fd), task.files.get(fd)
    if not file.has_poll:
        raise SysError(Errno.EPERM)
    if not isinstance(epoll, EpollFile) or file is epoll:
        raise SysError(Errno.EINVAL)
    if command == EpollCommand.EPOLL_CTL_ADD:
        epoll.add(task, fd, file, events, data)
    elif command == EpollCommand.EPOLL_CTL_MOD:
        epoll.change(task, fd, file, events, data)
    elif command == EpollCommand.EPOLL_CTL_DEL:
        epoll.remove(fd, file)
    else:
        raise SysError(Errno.EINVAL)
    return 0


@syscall(Sysno.EPOLL_WAIT, restart=Restart.NEVER)
def epoll_wait(task: Task, epoll: Fd, events: Events, most: Int, timeout: Int) -> int:
    """How many events were stored, waiting `timeout` milliseconds (negative: for ever)."""
    wait = None if timeout < 0 else timeout * _MILLISECOND
    return _wait(task, epoll, events, most, wait)


@syscall(Sysno.EPOLL_PWAIT, restart=Restart.NEVER)
def epoll_pwait(
    task: Task, epoll: Fd, events: Events, most: Int, timeout: Int, mask: InSet, size: Size
) -> int:
    """The same with other signals blocked meanwhile."""
    wait = None if timeout < 0 else timeout * _MILLISECOND
    return _wait_masked(task, epoll, events, most, wait, mask, size)


@syscall(Sysno.EPOLL_PWAIT2, restart=Restart.NEVER)
def epoll_pwait2(
    task: Task, epoll: Fd, events: Events, most: Int, timeout: InTimespec64, mask: InSet,
    size: Size,
) -> int:  # fmt: skip
    """The same with nanoseconds."""
    wait = read_timespec(task, timeout, wide=True) if timeout else None
    return _wait_masked(task, epoll, events, most, wait, mask, size)


def _wait_masked(
    task: Task, epoll: int, events: int, most: int, wait: int | None, mask: int, size: int
) -> int:
    with masks.exchanged(task, read_mask(task, mask, size)):
        return _wait(task, epoll, events, most, wait)


def _wait(task: Task, fd: int, events: int, most: int, wait: int | None) -> int:
    if not 0 < most <= _MOST_EVENTS:
        raise SysError(Errno.EINVAL)
    epoll = task.files.get(fd)
    if not isinstance(epoll, EpollFile):
        raise SysError(Errno.EINVAL)
    deadline = fix_deadline(task, wait)
    found = epoll.collect(task, most)
    if not found and not has_passed(task, deadline):
        wait_for(task, [epoll], deadline)
    task.memory.write(events, b"".join(_EVENT.pack(*event) for event in found))
    return len(found)
