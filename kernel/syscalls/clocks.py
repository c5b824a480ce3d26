"""Reading the clocks: time(2), gettimeofday(2), clock_gettime(2), clock_getres(2), times(2).

The clocks cannot be set: stime, settimeofday and clock_settime end with EPERM, as in a container.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Annotated, NoReturn

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.process import CLOCK_TICKS
from kernel.abi.sysno import Sysno
from kernel.abi.time import COARSE_NS, ClockId
from kernel.clock import NANOSECONDS
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import (
    ChoiceArgument,
    DescribedArgument,
    Moment,
    SignedArgument,
    signed,
)
from kernel.syscalls.table import note, syscall
from kernel.syscalls.time_values import (
    InTimespec,
    InTimespec64,
    InTimeval,
    OutTimespec,
    OutTimespec64,
    OutTimeval,
    pack_timeval,
    read_timespec,
    read_timeval,
    write_timespec,
)
from kernel.task.cpu_clock import CpuClockKind, cpu_clock, is_cpu_clock
from kernel.task.task import Task

_FARTHEST_WEST = 15 * 60
"""Minutes that a time zone may be away."""
_TICK_NS = NANOSECONDS // CLOCK_TICKS
_COARSE_CLOCKS = (ClockId.CLOCK_REALTIME_COARSE, ClockId.CLOCK_MONOTONIC_COARSE)
_WALL_CLOCKS = (
    ClockId.CLOCK_REALTIME,
    ClockId.CLOCK_REALTIME_COARSE,
    ClockId.CLOCK_TAI,
)
_ALARM_CLOCKS = (ClockId.CLOCK_REALTIME_ALARM, ClockId.CLOCK_BOOTTIME_ALARM)


class _ClockArgument(ChoiceArgument, SignedArgument):
    """A clock's number, a signed int."""


Clock = Annotated[int, _ClockArgument(ClockId, "CLOCK_")]


def clock_time(task: Task, clock: int) -> int:
    """What the clock shows, in nanoseconds; EINVAL where there is no such clock."""
    now = task.system.clock.now
    if is_cpu_clock(clock):
        return cpu_clock(task, clock, reading=True).spent()
    if clock not in frozenset(ClockId) or clock in _ALARM_CLOCKS:
        raise SysError(Errno.EINVAL)
    time = task.system.clock.wall if clock in _WALL_CLOCKS else now
    return time - time % COARSE_NS if clock in _COARSE_CLOCKS else time


def _describe_timezone(task: Task, address: int) -> Described:
    west, summer = struct.unpack("<ii", task.memory.read(address, 8))
    return ("struct", [("tz_minuteswest", ("int", west)), ("tz_dsttime", ("int", summer))], False)


InTimezone = Annotated[int, DescribedArgument(_describe_timezone)]


def _describe_times(task: Task, address: int) -> Described:
    names = ("tms_utime", "tms_stime", "tms_cutime", "tms_cstime")
    values = struct.unpack("<4I", task.memory.read(address, 16))
    fields = [(name, ("int", value)) for name, value in zip(names, values, strict=True)]
    return ("struct", fields, False)


def _describe_seconds(task: Task, address: int) -> Described:
    seconds = signed(task.memory.read_word(address))
    return ("array", [("text", f"{seconds} /* {_calendar(seconds)} */")], False)


def _describe_word(task: Task, address: int) -> Described:
    return ("array", [("int", signed(task.memory.read_word(address)))], False)


def _calendar(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


@syscall(Sysno.TIME)
def time(task: Task, result: Annotated[int, DescribedArgument(_describe_word, Moment.EXIT)]) -> int:
    """Seconds since 1970, also stored at `result` unless that is NULL."""
    seconds = task.system.clock.wall // NANOSECONDS
    if result:
        task.memory.write_word(result, seconds & 0xFFFF_FFFF)
    return seconds


@note(Sysno.TIME)
def _time_note(task: Task, call: object, result: int) -> str | None:
    return _calendar(result)


@syscall(Sysno.STIME)
def stime(task: Task, seconds: Annotated[int, DescribedArgument(_describe_seconds)]) -> int:
    """EFAULT, EPERM: the clock cannot be set."""
    task.memory.read_word(seconds)
    raise SysError(Errno.EPERM)


@syscall(Sysno.SETTIMEOFDAY)
def settimeofday(task: Task, value: InTimeval, zone: InTimezone) -> int:
    """EFAULT, EINVAL, EPERM: neither the clock nor the time zone can be set."""
    if value:
        read_timeval(task, value)
    west, _ = struct.unpack("<ii", task.memory.read(zone, 8)) if zone else (0, 0)
    if not task.credentials.has(Capability.CAP_SYS_TIME):
        raise SysError(Errno.EPERM)
    if abs(west) > _FARTHEST_WEST:
        raise SysError(Errno.EINVAL)
    if value or zone:
        raise SysError(Errno.EPERM)
    return 0


@syscall(Sysno.CLOCK_SETTIME)
def clock_settime(task: Task, clock: Clock, value: InTimespec) -> int:
    """EFAULT, EINVAL, EPERM: no clock can be set."""
    return _settime(task, clock, value, wide=False)


@syscall(Sysno.CLOCK_SETTIME64)
def clock_settime64(task: Task, clock: Clock, value: InTimespec64) -> int:
    """The same with 64-bit seconds."""
    return _settime(task, clock, value, wide=True)


def _settime(task: Task, clock: int, value: int, wide: bool) -> NoReturn:
    """EINVAL for clocks that nobody can set on any Linux, and for moments that are none."""
    if clock >= 0 and clock != ClockId.CLOCK_REALTIME:
        raise SysError(Errno.EINVAL)
    if clock >= 0:
        read_timespec(task, value, wide)
    else:
        task.memory.read(value, 16 if wide else 8)
        clock_time(task, clock)
    raise SysError(Errno.EPERM)


@syscall(Sysno.GETTIMEOFDAY)
def gettimeofday(
    task: Task,
    value: OutTimeval,
    zone: Annotated[int, DescribedArgument(_describe_timezone, Moment.EXIT)],
) -> int:
    """The time since 1970, and a time zone that is always UTC; either pointer may be NULL."""
    if value:
        task.memory.write(value, pack_timeval(task.system.clock.wall))
    if zone:
        task.memory.write(zone, bytes(8))
    return 0


@syscall(Sysno.CLOCK_GETTIME)
def clock_gettime(task: Task, clock: Clock, value: OutTimespec) -> int:
    """What a clock shows."""
    write_timespec(task, value, clock_time(task, clock), wide=False)
    return 0


@syscall(Sysno.CLOCK_GETTIME64)
def clock_gettime64(task: Task, clock: Clock, value: OutTimespec64) -> int:
    """The same with 64-bit seconds."""
    write_timespec(task, value, clock_time(task, clock), wide=True)
    return 0


@syscall(Sysno.CLOCK_GETRES)
def clock_getres(task: Task, clock: Clock, value: OutTimespec) -> int:
    """A clock's resolution: a nanosecond, a tick for the coarse ones."""
    return _getres(task, clock, value, wide=False)


@syscall(Sysno.CLOCK_GETRES_TIME64)
def clock_getres_time64(task: Task, clock: Clock, value: OutTimespec64) -> int:
    """The same with 64-bit seconds."""
    return _getres(task, clock, value, wide=True)


def _getres(task: Task, clock: int, value: int, wide: bool) -> int:
    clock_time(task, clock)
    is_coarse = clock in _COARSE_CLOCKS or (clock < 0 and clock & 3 != CpuClockKind.SCHED)
    if value:
        write_timespec(task, value, COARSE_NS if is_coarse else 1, wide)
    return 0


@syscall(Sysno.TIMES)
def times(
    task: Task, buffer: Annotated[int, DescribedArgument(_describe_times, Moment.EXIT)]
) -> int:
    """Ticks since boot; CPU ticks of the process and its waited-for children at `buffer`."""
    if buffer:
        process = task.process
        children = process.children_usage
        spent = (*process.times(), children.user, children.kernel)
        task.memory.write(buffer, struct.pack("<4I", *(time // _TICK_NS for time in spent)))
    return task.system.clock.now // _TICK_NS
