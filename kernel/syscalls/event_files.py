"""eventfd(2), signalfd(2), and the timerfd calls."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.event_files import EventFlag, SignalFileFlag, TimerFileFlag, TimerSetFlag
from kernel.abi.files import OpenFlag
from kernel.abi.process import Resource
from kernel.abi.signals import UNBLOCKABLE
from kernel.abi.sysno import Sysno
from kernel.abi.time import ClockId
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.eventfd import EventFile
from kernel.fs.open_file import OpenFile
from kernel.fs.signalfd import SignalFile
from kernel.fs.timerfd import TimerFile
from kernel.syscalls.arguments import (
    DescribedArgument,
    Fd,
    File,
    FlagsArgument,
    Moment,
    Size,
)
from kernel.syscalls.clocks import Clock
from kernel.syscalls.signal_structures import InSet, check_set_size, read_set
from kernel.syscalls.table import syscall
from kernel.syscalls.time_values import (
    describe_timespec,
    describe_timespec64,
    read_timespec,
    write_timespec,
)
from kernel.task.task import Task

_TIMER_CLOCKS = (ClockId.CLOCK_REALTIME, ClockId.CLOCK_MONOTONIC, ClockId.CLOCK_BOOTTIME)
_NONBLOCK, _CLOEXEC = int(OpenFlag.O_NONBLOCK), int(OpenFlag.O_CLOEXEC)


def _install(task: Task, file: OpenFile, flags: int) -> int:
    limit = task.process.limits.soft(Resource.RLIMIT_NOFILE)
    return task.files.add(file, limit, bool(flags & _CLOEXEC))


@syscall(Sysno.EVENTFD)
def eventfd(task: Task, count: Size) -> int:
    """A descriptor for a counter."""
    return _install(task, EventFile(task.system, count, False, 0), 0)


@syscall(Sysno.EVENTFD2)
def eventfd2(task: Task, count: Size, flags: Annotated[int, FlagsArgument(EventFlag)]) -> int:
    """The same with flags; EINVAL, EMFILE."""
    if flags & ~sum(EventFlag):
        raise SysError(Errno.EINVAL)
    is_semaphore = bool(flags & EventFlag.EFD_SEMAPHORE)
    return _install(task, EventFile(task.system, count, is_semaphore, flags & _NONBLOCK), flags)


@syscall(Sysno.SIGNALFD)
def signalfd(task: Task, fd: Fd, mask: InSet, size: Size) -> int:
    """A descriptor to read signals from, or with `fd` another mask for one; EINVAL, EBADF."""
    return _signalfd(task, fd, mask, size, 0)


@syscall(Sysno.SIGNALFD4)
def signalfd4(
    task: Task,
    fd: Fd,
    mask: InSet,
    size: Size,
    flags: Annotated[int, FlagsArgument(SignalFileFlag)],
) -> int:
    """The same with flags."""
    return _signalfd(task, fd, mask, size, flags)


def _signalfd(task: Task, fd: int, mask: int, size: int, flags: int) -> int:
    check_set_size(size)
    if flags & ~sum(SignalFileFlag):
        raise SysError(Errno.EINVAL)
    wanted = read_set(task, mask) & ~UNBLOCKABLE
    if fd == -1:
        return _install(task, SignalFile(task.system, wanted, flags & _NONBLOCK), flags)
    file = task.files.get(fd)
    if not isinstance(file, SignalFile):
        raise SysError(Errno.EINVAL)
    file.mask = wanted
    task.signals.queue.wake_all()
    return fd


def _describe_setting(task: Task, address: int) -> Described:
    interval, value = describe_timespec(task, address), describe_timespec(task, address + 8)
    return ("struct", [("it_interval", interval), ("it_value", value)], False)


def _describe_setting64(task: Task, address: int) -> Described:
    interval, value = describe_timespec64(task, address), describe_timespec64(task, address + 16)
    return ("struct", [("it_interval", interval), ("it_value", value)], False)


InSetting = Annotated[int, DescribedArgument(_describe_setting)]
OutSetting = Annotated[int, DescribedArgument(_describe_setting, Moment.EXIT)]
InSetting64 = Annotated[int, DescribedArgument(_describe_setting64)]
OutSetting64 = Annotated[int, DescribedArgument(_describe_setting64, Moment.EXIT)]
SetFlags = Annotated[int, FlagsArgument(TimerSetFlag)]


@syscall(Sysno.TIMERFD_CREATE)
def timerfd_create(
    task: Task, clock: Clock, flags: Annotated[int, FlagsArgument(TimerFileFlag)]
) -> int:
    """A descriptor for a timer that is off; EINVAL, EMFILE."""
    if flags & ~sum(TimerFileFlag) or clock not in _TIMER_CLOCKS:
        raise SysError(Errno.EINVAL)
    timer = TimerFile(task.system, clock == ClockId.CLOCK_REALTIME, flags & _NONBLOCK)
    return _install(task, timer, flags)


@syscall(Sysno.TIMERFD_SETTIME)
def timerfd_settime(
    task: Task, file: File, flags: SetFlags, setting: InSetting, old: OutSetting
) -> int:
    """Start a timer, or with it_value 0 switch it off; stores the old setting."""
    return _settime(task, file, flags, setting, old, wide=False)


@syscall(Sysno.TIMERFD_SETTIME64)
def timerfd_settime64(
    task: Task, file: File, flags: SetFlags, setting: InSetting64, old: OutSetting64
) -> int:
    """The same with 64-bit seconds."""
    return _settime(task, file, flags, setting, old, wide=True)


@syscall(Sysno.TIMERFD_GETTIME)
def timerfd_gettime(task: Task, file: File, setting: OutSetting) -> int:
    """Store the interval and the time until the timer expires next."""
    _store(task, _timer(file), setting, wide=False)
    return 0


@syscall(Sysno.TIMERFD_GETTIME64)
def timerfd_gettime64(task: Task, file: File, setting: OutSetting64) -> int:
    """The same with 64-bit seconds."""
    _store(task, _timer(file), setting, wide=True)
    return 0


def _timer(file: OpenFile) -> TimerFile:
    if not isinstance(file, TimerFile):
        raise SysError(Errno.EINVAL)
    return file


def _settime(task: Task, file: OpenFile, flags: int, setting: int, old: int, wide: bool) -> int:
    interval = read_timespec(task, setting, wide)
    value = read_timespec(task, setting + (16 if wide else 8), wide)
    if flags & ~sum(TimerSetFlag):
        raise SysError(Errno.EINVAL)
    timer, clock = _timer(file), task.system.clock
    if old:
        _store(task, timer, old, wide)
    moment = clock.now + value
    if flags & TimerSetFlag.TFD_TIMER_ABSTIME:
        moment = value - clock.wall_at_boot if timer.is_wall_clock else value
    timer.set(moment if value else None, interval)
    return 0


def _store(task: Task, timer: TimerFile, address: int, wide: bool) -> None:
    size = struct.calcsize("<qq") if wide else struct.calcsize("<ii")
    task.memory.read(address, 2 * size)
    write_timespec(task, address, timer.interval, wide)
    write_timespec(task, address + size, timer.left(), wide)
