"""Times as calls pass them: timespec and timeval, with 32-bit and with 64-bit seconds.

Everywhere in the kernel a time is one number of nanoseconds.
"""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.clock import NANOSECONDS
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import DescribedArgument, Moment
from kernel.task.task import Task

_TIMESPEC = struct.Struct("<iI")
_TIMESPEC64 = struct.Struct("<qq")
_TIMEVAL = struct.Struct("<ii")
MICROSECONDS = 1_000_000


def read_timespec(task: Task, address: int, wide: bool) -> int:
    """Nanoseconds from a timespec (`wide`: __kernel_timespec); EINVAL for one out of range."""
    if wide:
        seconds, nanoseconds = _TIMESPEC64.unpack(task.memory.read(address, 16))
        nanoseconds &= 0xFFFF_FFFF  # a 32-bit program leaves the upper half undefined
    else:
        seconds, nanoseconds = _TIMESPEC.unpack(task.memory.read(address, 8))
    if seconds < 0 or nanoseconds >= NANOSECONDS:
        raise SysError(Errno.EINVAL)
    return int(seconds * NANOSECONDS + nanoseconds)


def write_timespec(task: Task, address: int, time: int, wide: bool) -> None:
    """Store nanoseconds as a timespec; 32-bit seconds wrap, as they do on Linux."""
    seconds, nanoseconds = divmod(time, NANOSECONDS)
    if wide:
        task.memory.write(address, _TIMESPEC64.pack(seconds, nanoseconds))
    else:
        task.memory.write(address, pack_timespec(time))


def pack_timespec(time: int) -> bytes:
    """Nanoseconds as an i386 struct timespec."""
    seconds, nanoseconds = divmod(time, NANOSECONDS)
    return struct.pack("<II", seconds & 0xFFFF_FFFF, nanoseconds)


def read_itimerspec(task: Task, address: int, wide: bool) -> tuple[int, int]:
    """Interval and value of an itimerspec in nanoseconds; EINVAL for one out of range."""
    interval = read_timespec(task, address, wide)
    return interval, read_timespec(task, address + (16 if wide else 8), wide)


def write_itimerspec(task: Task, address: int, interval: int, value: int, wide: bool) -> None:
    """Store an itimerspec, as a whole or not at all."""
    size = 16 if wide else 8
    task.memory.read(address, 2 * size)
    write_timespec(task, address, interval, wide)
    write_timespec(task, address + size, value, wide)


def read_timeval(task: Task, address: int) -> int:
    """Nanoseconds from a timeval; EINVAL for negative seconds or microseconds out of range."""
    seconds, microseconds = _TIMEVAL.unpack(task.memory.read(address, 8))
    if seconds < 0 or not 0 <= microseconds < MICROSECONDS:
        raise SysError(Errno.EINVAL)
    return int(seconds * NANOSECONDS + microseconds * 1000)


def pack_timeval(time: int) -> bytes:
    """Nanoseconds as an i386 struct timeval, rounded down."""
    seconds, nanoseconds = divmod(time, NANOSECONDS)
    return struct.pack("<II", seconds & 0xFFFF_FFFF, nanoseconds // 1000)


def describe_timespec(task: Task, address: int) -> Described:
    """A timespec in memory; nanoseconds out of range show as the unsigned word."""
    return ("timespec", *_TIMESPEC.unpack(task.memory.read(address, 8)))


def describe_timespec64(task: Task, address: int) -> Described:
    """The same with 64-bit seconds."""
    return ("timespec", *_TIMESPEC64.unpack(task.memory.read(address, 16)))


def describe_timeval(task: Task, address: int) -> Described:
    """A timeval in memory."""
    seconds, microseconds = _TIMEVAL.unpack(task.memory.read(address, 8))
    return ("struct", [("tv_sec", ("int", seconds)), ("tv_usec", ("int", microseconds))], False)


def _describe_itimerspec(task: Task, address: int) -> Described:
    interval, value = describe_timespec(task, address), describe_timespec(task, address + 8)
    return ("struct", [("it_interval", interval), ("it_value", value)], False)


def _describe_itimerspec64(task: Task, address: int) -> Described:
    interval, value = describe_timespec64(task, address), describe_timespec64(task, address + 16)
    return ("struct", [("it_interval", interval), ("it_value", value)], False)


InTimespec = Annotated[int, DescribedArgument(describe_timespec)]
InTimespec64 = Annotated[int, DescribedArgument(describe_timespec64)]
OutTimespec = Annotated[int, DescribedArgument(describe_timespec, Moment.EXIT)]
OutTimespec64 = Annotated[int, DescribedArgument(describe_timespec64, Moment.EXIT)]
InTimeval = Annotated[int, DescribedArgument(describe_timeval)]
OutTimeval = Annotated[int, DescribedArgument(describe_timeval, Moment.EXIT)]
InItimerspec = Annotated[int, DescribedArgument(_describe_itimerspec)]
InItimerspec64 = Annotated[int, DescribedArgument(_describe_itimerspec64)]
OutItimerspec = Annotated[int, DescribedArgument(_describe_itimerspec, Moment.EXIT)]
OutItimerspec64 = Annotated[int, DescribedArgument(_describe_itimerspec64, Moment.EXIT)]
