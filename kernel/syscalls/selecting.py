"""select(2) and pselect(2), in all the forms they have had on i386."""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterator
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import Poll
from kernel.abi.sysno import Sysno
from kernel.clock import NANOSECONDS
from kernel.errors import Restart, SysError
from kernel.events import Described
from kernel.fs.open_file import OpenFile
from kernel.signals import masks
from kernel.syscalls.arguments import Argument, DescribedArgument, Int, signed
from kernel.syscalls.readiness import (
    fix_deadline,
    has_passed,
    left_text,
    time_left,
    wait_for,
)
from kernel.syscalls.signal_structures import read_mask, read_set
from kernel.syscalls.table import note, on_interrupt, syscall
from kernel.syscalls.time_values import (
    InTimespec,
    InTimespec64,
    InTimeval,
    describe_timeval,
    pack_timeval,
    read_timespec,
    write_timespec,
)
from kernel.task.task import Call, Task

_ERRORS = Poll.POLLERR
_MEANINGS = (
    Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLRDBAND | Poll.POLLHUP | _ERRORS,
    Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND | _ERRORS,
    int(Poll.POLLPRI),
)
"""Poll events that make a file readable, writable, exceptional."""
_SET_NAMES = ("in", "out", "except")
_LEAST_DESCRIPTORS = 64
_SIGNAL_ARGUMENT = struct.Struct("<II")
_MOST_SHOWN = 1 << 20
"""Descriptors that a trace looks at, as strace does."""
_BITS = [[bit for bit in range(8) if octet >> bit & 1] for octet in range(256)]
Sets = tuple[int, int, int]


def _members(task: Task, address: int, count: int) -> list[int]:
    """The descriptors below `count` in the fd_set at this address; none for NULL."""
    if not address:
        return []
    octets = task.memory.read(address, (count + 31) // 32 * 4)
    found = [8 * i + bit for i, octet in enumerate(octets) if octet for bit in _BITS[octet]]
    return found[: bisect_left(found, count)]


def _set_text(members: list[int]) -> str:
    return f"[{' '.join(map(str, members))}]"


class _SetArgument(Argument):
    """An fd_set; the number of descriptors is the call's first word."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        return _describe_set(task, call.words[word], signed(call.words[0]))


def _describe_set(task: Task, address: int, count: int) -> Described:
    if not address:
        return ("ptr", 0)
    try:
        return ("text", _set_text(_members(task, address, min(max(0, count), _MOST_SHOWN))))
    except SysError:
        return ("ptr", address)


def _describe_signals(task: Task, address: int) -> Described:
    mask, size = _SIGNAL_ARGUMENT.unpack(task.memory.read(address, _SIGNAL_ARGUMENT.size))
    shown: Described = ("ptr", mask)
    if mask:
        try:
            shown = ("sigset", read_set(task, mask))
        except SysError:
            shown = ("ptr", mask)
    return ("struct", [("sigmask", shown), ("sigsetsize", ("int", size))], False)


Set = Annotated[int, _SetArgument()]
Signals = Annotated[int, DescribedArgument(_describe_signals)]


@syscall(Sysno._NEWSELECT, restart=Restart.NOHAND)
def _newselect(
    task: Task, count: Int, readable: Set, writable: Set, exceptional: Set, timeout: InTimeval
) -> int:
    """How many descriptors are ready, in three sets; stores the time left at `timeout`."""
    return _select_with_timeval(task, count, (readable, writable, exceptional), timeout)


def _select_with_timeval(task: Task, count: int, sets: Sets, timeout: int) -> int:
    assert task.call is not None
    wait = None
    if timeout and task.call.progress is None:
        seconds, microseconds = struct.unpack("<ii", task.memory.read(timeout, 8))
        if seconds < 0 or microseconds < 0:
            raise SysError(Errno.EINVAL)
        wait = seconds * NANOSECONDS + microseconds * 1000
    deadline = fix_deadline(task, wait)
    ready = _select(task, count, sets, deadline)
    _store_timeval(task, timeout, deadline)
    return ready


def _store_timeval(task: Task, timeout: int, deadline: int | None) -> None:
    if timeout and deadline is not None:
        task.memory.write(timeout, pack_timeval(time_left(task, deadline)))


def _select(task: Task, count: int, sets: Sets, deadline: int | None) -> int:
    """Test, then wait or store what was found; EINVAL, EBADF."""
    if count < 0:
        raise SysError(Errno.EINVAL)
    count = min(count, _table_size(task))
    wanted = [_members(task, address, count) for address in sets]
    files = {number: _file(task, number) for members in wanted for number in members}
    events = {number: file.poll(task) for number, file in files.items()}
    found = [
        [number for number in members if events[number] & meaning]
        for members, meaning in zip(wanted, _MEANINGS, strict=True)
    ]
    ready = sum(map(len, found))
    if not ready and not has_passed(task, deadline):
        wait_for(task, files.values(), deadline)
    for address, members in zip(sets, found, strict=True):
        if address:
            bits = sum(1 << number for number in members)
            task.memory.write(address, bits.to_bytes((count + 31) // 32 * 4, "little"))
    return ready


def _table_size(task: Task) -> int:
    """Descriptors beyond the table's size, a power of two, are not looked at."""
    highest = max(task.files.files, default=0)
    return max(_LEAST_DESCRIPTORS, 1 << highest.bit_length())


def _file(task: Task, number: int) -> OpenFile:
    file = task.files.find(number)
    if file is None:
        raise SysError(Errno.EBADF)
    return file


# ---- pselect6 ----------------------------------------------------------------------------------


@syscall(Sysno.PSELECT6, restart=Restart.NOHAND)
def pselect6(
    task: Task, count: Int, readable: Set, writable: Set, exceptional: Set, timeout: InTimespec,
    signals: Signals,
) -> int:  # fmt: skip
    """The same with nanoseconds, and other signals blocked meanwhile."""
    return _pselect(task, count, (readable, writable, exceptional), timeout, signals, wide=False)


@syscall(Sysno.PSELECT6_TIME64, restart=Restart.NOHAND)
def pselect6_time64(
    task: Task, count: Int, readable: Set, writable: Set, exceptional: Set, timeout: InTimespec64,
    signals: Signals,
) -> int:  # fmt: skip
    """The same with 64-bit seconds."""
    return _pselect(task, count, (readable, writable, exceptional), timeout, signals, wide=True)


def _pselect(task: Task, count: int, sets: Sets, timeout: int, signals: int, wide: bool) -> int:
    assert task.call is not None
    mask = size = 0
    if signals:
        mask, size = _SIGNAL_ARGUMENT.unpack(task.memory.read(signals, _SIGNAL_ARGUMENT.size))
    wait = None
    if timeout and task.call.progress is None:
        wait = read_timespec(task, timeout, wide)
    deadline = fix_deadline(task, wait)
    with masks.exchanged(task, read_mask(task, mask, size)):
        ready = _select(task, count, sets, deadline)
    if timeout and deadline is not None:
        write_timespec(task, timeout, time_left(task, deadline), wide)
    return ready


# ---- the first select, whose arguments lie in memory -------------------------------------------


class _FieldArgument(Argument):
    """One of the five words that select's only argument points to."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.words = 1 if index == 0 else 0

    def expression(self, word: int) -> str:
        return "w[0]"

    def describe(self, task: Task, call: Call, word: int) -> Described:
        try:
            fields = _fields(task, call.words[0])
        except SysError:
            return ("omit",) if self.index else ("ptr", call.words[0])
        value, count = fields[self.index], signed(fields[0])
        if self.index == 0:
            return ("int", count)
        if self.index < 4:
            return _describe_set(task, value, count)
        return describe_timeval(task, value) if value else ("ptr", 0)


def _fields(task: Task, address: int) -> tuple[int, ...]:
    return struct.unpack("<5I", task.memory.read(address, 20))


@syscall(Sysno.SELECT, restart=Restart.NOHAND)
def select(
    task: Task,
    count: Annotated[int, _FieldArgument(0)],
    readable: Annotated[int, _FieldArgument(1)],
    writable: Annotated[int, _FieldArgument(2)],
    exceptional: Annotated[int, _FieldArgument(3)],
    timeout: Annotated[int, _FieldArgument(4)],
) -> int:
    """_newselect with its arguments in memory: each parameter here is their address."""
    fields = _fields(task, count)
    return _select_with_timeval(
        task, signed(fields[0]), (fields[1], fields[2], fields[3]), fields[4]
    )


# ---- time left ---------------------------------------------------------------------------------


def _arguments(task: Task, call: Call) -> tuple[int, ...]:
    """Count, three sets and timeout, wherever the call has them."""
    return _fields(task, call.words[0]) if call.number == Sysno.SELECT else call.words[:5]


@on_interrupt(Sysno._NEWSELECT, Sysno.SELECT, Sysno.PSELECT6, Sysno.PSELECT6_TIME64)
def store_time_left(task: Task, call: Call) -> None:
    """A signal ended the wait."""
    timeout, deadline = _arguments(task, call)[4], call.progress[0]
    if call.number in (Sysno._NEWSELECT, Sysno.SELECT):
        _store_timeval(task, timeout, deadline)
    elif timeout and deadline is not None:
        wide = call.number == Sysno.PSELECT6_TIME64
        write_timespec(task, timeout, time_left(task, deadline), wide)


@note(Sysno._NEWSELECT, Sysno.SELECT, Sysno.PSELECT6, Sysno.PSELECT6_TIME64)
def _found_note(task: Task, call: Call, result: int) -> str | None:
    """What strace adds: the sets that are not empty and the time left; or Timeout."""
    if not result:
        return "Timeout"
    count, *sets, timeout = _arguments(task, call)
    return ", ".join([*_set_notes(task, count, sets), *_left_note(task, call, timeout)])


def _set_notes(task: Task, count: int, sets: list[int]) -> Iterator[str]:
    for name, address in zip(_SET_NAMES, sets, strict=True):
        members = _members(task, address, max(0, signed(count)))
        if members:
            yield f"{name} {_set_text(members)}"


def _left_note(task: Task, call: Call, timeout: int) -> Iterator[str]:
    if not timeout:
        return
    if call.number in (Sysno._NEWSELECT, Sysno.SELECT):
        seconds, microseconds = struct.unpack("<ii", task.memory.read(timeout, 8))
        yield left_text(seconds * NANOSECONDS + microseconds * 1000, "tv_usec")
    else:
        wide = call.number == Sysno.PSELECT6_TIME64
        yield left_text(read_timespec(task, timeout, wide), "tv_nsec")
