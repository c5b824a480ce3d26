"""eventfd(2), signalfd(2), and the timerfd calls."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.event_files import EventFlag, SignalFileFlag, TimerFileFlag, TimerSetFlag
from kernel.abi.files import OpenFlag
from kernel.abi.process import Resource
from kernel.abi.signals import UNBLOCKABLE
from kernel.abi.sysno import Sysno
from kernel.abi.time import ClockId
from kernel.errors import SysError
from kernel.fs.eventfd import EventFile
from kernel.fs.open_file import OpenFile
from kernel.fs.signalfd import SignalFile
from kernel.fs.timerfd import TimerFile
from kernel.syscalls.arguments import Fd, File, FlagsArgument, Size
from kernel.syscalls.clocks import Clock
from kernel.syscalls.signal_structures import InSet, check_set_size, read_set
from kernel.syscalls.table import syscall
from kernel.syscalls.time_values import (
    InItimerspec,
    InItimerspec64,
    OutItimerspec,
    OutItimerspec64,
    read_itimerspec,
    write_itimerspec,
)
from kernel.task.task import Task

_WALL_CLOCKS = (ClockId.CLOCK_REALTIME, ClockId.CLOCK_REALTIME_ALARM)
_ALARM_CLOCKS = (ClockId.CLOCK_REALTIME_ALARM, ClockId.CLOCK_BOOTTIME_ALARM)
_TIMER_CLOCKS = (
    *_ALARM_CLOCKS, ClockId.CLOCK_REALTIME, ClockId.CLOCK_MONOTONIC, ClockId.CLOCK_BOOTTIME,
)  # fmt: skip
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


SetFlags = Annotated[int, FlagsArgument(TimerSetFlag)]


@syscall(Sysno.TIMERFD_CREATE)
def timerfd_create(
    task: Task, clock: Clock, flags: Annotated[int, FlagsArgument(TimerFileFlag)]
) -> int:
    """A descriptor for a timer that is off; EINVAL, EMFILE, EPERM for a clock of alarms."""
    if flags & ~sum(TimerFileFlag) or clock not in _TIMER_CLOCKS:
        raise SysError(Errno.EINVAL)
    _check_alarm(task, ClockId(clock))
    timer = TimerFile(task.system, ClockId(clock), flags & _NONBLOCK)
    return _install(task, timer, flags)


@syscall(Sysno.TIMERFD_SETTIME)
def timerfd_settime(
    task: Task, file: File, flags: SetFlags, setting: InItimerspec, old: OutItimerspec
) -> int:
    """Start a timer, or with it_value 0 switch it off; stores the old setting."""
    return _settime(task, file, flags, setting, old, wide=False)


@syscall(Sysno.TIMERFD_SETTIME64)
def timerfd_settime64(
    task: Task, file: File, flags: SetFlags, setting: InItimerspec64, old: OutItimerspec64
) -> int:
    """The same with 64-bit seconds."""
    return _settime(task, file, flags, setting, old, wide=True)


@syscall(Sysno.TIMERFD_GETTIME)
def timerfd_gettime(task: Task, file: File, setting: OutItimerspec) -> int:
    """Store the interval and the time until the timer expires next."""
    _store(task, _timer(file), setting, wide=False)
    return 0


@syscall(Sysno.TIMERFD_GETTIME64)
def timerfd_gettime64(task: Task, file: File, setting: OutItimerspec64) -> int:
    """The same with 64-bit seconds."""
    _store(task, _timer(file), setting, wide=True)
    return 0


def _timer(file: OpenFile) -> TimerFile:
    if not isinstance(file, TimerFile):
        raise SysError(Errno.EINVAL)
    return file


def _check_alarm(task: Task, clock: ClockId) -> None:
    """Waking a computer that sleeps needs CAP_WAKE_ALARM; here none ever sleeps."""
    if clock in _ALARM_CLOCKS and not task.credentials.has(Capability.CAP_WAKE_ALARM):
        raise SysError(Errno.EPERM)


def _settime(task: Task, file: OpenFile, flags: int, setting: int, old: int, wide: bool) -> int:
    interval, value = read_itimerspec(task, setting, wide)
    if flags & ~sum(TimerSetFlag):
        raise SysError(Errno.EINVAL)
    timer, clock = _timer(file), task.system.clock
    _check_alarm(task, timer.clock)
    if old:
        _store(task, timer, old, wide)
    moment = clock.now + value
    if flags & TimerSetFlag.TFD_TIMER_ABSTIME:
        moment = value - clock.wall_at_boot if timer.clock in _WALL_CLOCKS else value
    timer.set_flags = flags
    timer.set(moment if value else None, interval)
    return 0


def _store(task: Task, timer: TimerFile, address: int, wide: bool) -> None:
    write_itimerspec(task, address, timer.interval, timer.left(), wide)
