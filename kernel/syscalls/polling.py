"""poll(2) and ppoll(2)."""

from __future__ import annotations

import struct
from typing import Annotated, NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag, Poll
from kernel.abi.process import Resource
from kernel.abi.sysno import Sysno
from kernel.errors import Restart, SysError
from kernel.events import Described
from kernel.fs.open_file import OpenFile
from kernel.signals import masks
from kernel.syscalls.arguments import (
    Argument,
    Int,
    Size,
    describe_fd,
    flags_text,
)
from kernel.syscalls.readiness import (
    fix_deadline,
    has_passed,
    left_text,
    time_left,
    wait_for,
)
from kernel.syscalls.signal_structures import InSet, read_mask
from kernel.syscalls.table import note, on_interrupt, syscall
from kernel.syscalls.time_values import (
    InTimespec,
    InTimespec64,
    read_timespec,
    write_timespec,
)
from kernel.task.task import Call, Task

_POLLFD = struct.Struct("<iHH")
_ALWAYS = Poll.POLLERR | Poll.POLLHUP
_NAMES = [(int(flag), flag.name) for flag in Poll]
_DESCRIBED = 4096
_MILLISECOND = 1_000_000


class _Wish(NamedTuple):
    """A struct pollfd."""

    descriptor: int
    events: int
    found: int


def _read(task: Task, address: int, count: int) -> list[_Wish]:
    data = task.memory.read(address, count * _POLLFD.size)
    return [_Wish(*fields) for fields in _POLLFD.iter_unpack(data)]


class _WishesArgument(Argument):
    """An array of struct pollfd whose length is the next word."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address, count = call.words[word], call.words[word + 1]
        if not address:
            return ("ptr", 0)
        kept = min(count, _DESCRIBED)
        kept = task.memory.readable_length(address, kept * _POLLFD.size) // _POLLFD.size
        if count and not kept:
            return ("ptr", address)
        wishes = _read(task, address, kept)
        return ("array", [_describe(task, wish) for wish in wishes], count > kept)


def _describe(task: Task, wish: _Wish) -> Described:
    fields: list[tuple[str, Described]] = [("fd", describe_fd(task, wish.descriptor))]
    if wish.descriptor >= 0:
        text = flags_text(_NAMES, wish.events)
        fields.append(("events", ("flags", wish.events, text)))
    return ("struct", fields, False)


Wishes = Annotated[int, _WishesArgument()]


@syscall(Sysno.POLL, restart=Restart.BLOCK)
def poll(task: Task, wishes: Wishes, count: Size, timeout: Int) -> int:
    """How many of the files are ready, waiting `timeout` milliseconds (negative: for ever)."""
    wait = None if timeout < 0 else timeout * _MILLISECOND
    return _poll(task, wishes, count, fix_deadline(task, wait))


def _poll(task: Task, address: int, count: int, deadline: int | None) -> int:
    if count > task.process.limits.soft(Resource.RLIMIT_NOFILE):
        raise SysError(Errno.EINVAL)
    wishes = _read(task, address, count)
    files = [task.files.find(wish.descriptor) for wish in wishes]
    found = [_found(task, wish, file) for wish, file in zip(wishes, files, strict=True)]
    ready = sum(1 for events in found if events)
    if not ready and not has_passed(task, deadline):
        wait_for(task, [file for file in files if file is not None], deadline)
    packed = (_POLLFD.pack(w.descriptor, w.events, f) for w, f in zip(wishes, found, strict=True))
    task.memory.write(address, b"".join(packed))
    return ready


def _found(task: Task, wish: _Wish, file: OpenFile | None) -> int:
    if wish.descriptor < 0:
        return 0
    if file is None or file.flags & OpenFlag.O_PATH:
        return int(Poll.POLLNVAL)
    return file.poll(task) & (wish.events | _ALWAYS)


@syscall(Sysno.PPOLL, restart=Restart.NOHAND)
def ppoll(
    task: Task, wishes: Wishes, count: Size, timeout: InTimespec, mask: InSet, size: Size
) -> int:
    """The same with other signals blocked meanwhile; stores the time left at `timeout`."""
    return _ppoll(task, wishes, count, timeout, mask, size, wide=False)


@syscall(Sysno.PPOLL_TIME64, restart=Restart.NOHAND)
def ppoll_time64(
    task: Task, wishes: Wishes, count: Size, timeout: InTimespec64, mask: InSet, size: Size
) -> int:
    """The same with 64-bit seconds."""
    return _ppoll(task, wishes, count, timeout, mask, size, wide=True)


def _ppoll(
    task: Task, wishes: int, count: int, timeout: int, mask: int, size: int, wide: bool
) -> int:
    assert task.call is not None
    wait = None
    if timeout and task.call.progress is None:
        wait = read_timespec(task, timeout, wide)
    deadline = fix_deadline(task, wait)
    with masks.exchanged(task, read_mask(task, mask, size)):
        ready = _poll(task, wishes, count, deadline)
    _store_time_left(task, timeout, deadline, wide)
    return ready


def _store_time_left(task: Task, timeout: int, deadline: int | None, wide: bool) -> None:
    if timeout and deadline is not None:
        write_timespec(task, timeout, time_left(task, deadline), wide)


@on_interrupt(Sysno.PPOLL, Sysno.PPOLL_TIME64)
def store_time_left(task: Task, call: Call) -> None:
    """A signal ended the wait."""
    _store_time_left(task, call.words[2], call.progress[0], call.number == Sysno.PPOLL_TIME64)


@note(Sysno.POLL, Sysno.PPOLL, Sysno.PPOLL_TIME64)
def _found_note(task: Task, call: Call, result: int) -> str | None:
    """What strace adds: the files that are ready, and ppoll's time left; or Timeout."""
    if not result:
        return "Timeout"
    wishes = _read(task, call.words[0], call.words[1])
    ready = ", ".join(
        f"{{fd={wish.descriptor}, revents={flags_text(_NAMES, wish.found)}}}"
        for wish in wishes
        if wish.found
    )
    text = f"[{ready}]"
    if call.number == Sysno.POLL or not call.words[2]:
        return text
    wide = call.number == Sysno.PPOLL_TIME64
    return f"{text}, {left_text(read_timespec(task, call.words[2], wide), 'tv_nsec')}"
