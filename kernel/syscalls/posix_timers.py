"""POSIX timers: timer_create(2), timer_settime(2), timer_getoverrun(2), timer_delete(2).

Omitted: the alarm clocks, which wake a sleeping computer, EOPNOTSUPP.
"""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.signals import LAST_SIGNAL, Signal
from kernel.abi.sysno import Sysno
from kernel.abi.time import ClockId, SigevNotify, TimerFlag
from kernel.errors import SysError
from kernel.events import Described
from kernel.signals import send
from kernel.signals.posix_timers import Notification, PosixTimer
from kernel.syscalls.arguments import (
    DescribedArgument,
    FlagsArgument,
    Int,
    Moment,
    enum_of,
    signed,
)
from kernel.syscalls.clocks import Clock
from kernel.syscalls.table import syscall
from kernel.syscalls.time_values import (
    InItimerspec,
    InItimerspec64,
    OutItimerspec,
    OutItimerspec64,
    read_itimerspec,
    write_itimerspec,
)
from kernel.task.cpu_clock import cpu_clock, is_cpu_clock, is_device_clock
from kernel.task.process import Process
from kernel.task.task import Task

_EVENT = struct.Struct("<IiiI")
_INT_MAX = (1 << 31) - 1
_WALL_CLOCKS = (ClockId.CLOCK_REALTIME, ClockId.CLOCK_TAI)
_CLOCKS = (*_WALL_CLOCKS, ClockId.CLOCK_MONOTONIC, ClockId.CLOCK_BOOTTIME)
_KINDS = {int(kind): kind.name for kind in SigevNotify}


def _describe_event(task: Task, address: int) -> Described:
    value, signal, kind, tid = _EVENT.unpack(task.memory.read(address, _EVENT.size))
    number = (
        "struct",
        [("sival_int", ("int", signed(value))), ("sival_ptr", ("ptr", value))],
        False,
    )
    fields: list[tuple[str, Described]] = [("sigev_value", number)] if value else []
    fields += [
        ("sigev_signo", ("signal", signal)),
        ("sigev_notify", ("flags", kind, _KINDS.get(kind, f"{kind:#x} /* SIGEV_??? */"))),
    ]
    if kind == SigevNotify.SIGEV_THREAD_ID:
        fields.append(("sigev_notify_thread_id", ("int", signed(tid))))
    return ("struct", fields, False)


def _describe_number(task: Task, address: int) -> Described:
    return ("array", [("int", signed(task.memory.read_word(address)))], False)


InEvent = Annotated[int, DescribedArgument(_describe_event)]
OutNumber = Annotated[int, DescribedArgument(_describe_number, Moment.EXIT)]
SetFlags = Annotated[int, FlagsArgument(TimerFlag)]


@syscall(Sysno.TIMER_CREATE)
def timer_create(task: Task, clock: Clock, event: InEvent, number: OutNumber) -> int:
    """A timer that is off, its number at `number`; NULL for `event` means SIGALRM.

    EAGAIN at RLIMIT_SIGPENDING, EFAULT, EINVAL, EOPNOTSUPP for clocks that cannot ring.
    """
    words = _EVENT.unpack(task.memory.read(event, _EVENT.size)) if event else None
    _check_clock(clock)
    if send.is_queue_full(task):
        raise SysError(Errno.EAGAIN)
    process = task.process
    chosen = _new_number(process)
    if words is None:
        notification = Notification(SigevNotify.SIGEV_SIGNAL, Signal.SIGALRM, chosen)
    else:
        notification = _notification(task, *words)
    task.memory.write_word(number, chosen)
    cpu = cpu_clock(task, clock) if is_cpu_clock(clock) else None
    timer = PosixTimer(process, chosen, notification, cpu, clock in _WALL_CLOCKS)
    process.timers[chosen] = timer
    return 0


def _new_number(process: Process) -> int:
    """Numbers ascend, whatever becomes of the timers."""
    number = process.next_timer
    while number in process.timers:
        number = number + 1 & _INT_MAX
    process.next_timer = number + 1 & _INT_MAX
    return number


def _check_clock(clock: int) -> None:
    """EINVAL for no clock, EOPNOTSUPP for one that cannot ring; CPU clocks are looked at later."""
    is_fixed = not is_cpu_clock(clock)
    if is_device_clock(clock) or (is_fixed and enum_of(ClockId, clock) not in _CLOCKS):
        raise SysError(Errno.EOPNOTSUPP)


def _notification(task: Task, value: int, signal: int, kind: int, tid: int) -> Notification:
    how, thread = enum_of(SigevNotify, kind), None
    if how is not SigevNotify.SIGEV_NONE and not 1 <= signal <= LAST_SIGNAL:
        raise SysError(Errno.EINVAL)
    if how is SigevNotify.SIGEV_THREAD_ID:
        thread = task.system.tasks.find(tid)
        if thread is None or thread.process is not task.process:
            raise SysError(Errno.EINVAL)
    return Notification(how, signal, value, thread)


def _find(task: Task, number: int) -> PosixTimer:
    timer = task.process.timers.get(number)
    if timer is None:
        raise SysError(Errno.EINVAL)
    return timer


@syscall(Sysno.TIMER_SETTIME)
def timer_settime(
    task: Task, number: Int, flags: SetFlags, setting: InItimerspec, old: OutItimerspec
) -> int:
    """Start a timer, or with it_value 0 switch it off; stores the old setting. EFAULT, EINVAL."""
    return _settime(task, number, flags, setting, old, wide=False)


@syscall(Sysno.TIMER_SETTIME64)
def timer_settime64(
    task: Task, number: Int, flags: SetFlags, setting: InItimerspec64, old: OutItimerspec64
) -> int:
    """The same with 64-bit seconds."""
    return _settime(task, number, flags, setting, old, wide=True)


def _settime(task: Task, number: int, flags: int, setting: int, old: int, wide: bool) -> int:
    if not setting:
        raise SysError(Errno.EINVAL)
    interval, value = read_itimerspec(task, setting, wide)
    timer = _find(task, number)
    before = timer.interval, timer.left()
    timer.set(value, interval, bool(flags & TimerFlag.TIMER_ABSTIME))
    if old:
        write_itimerspec(task, old, *before, wide)
    return 0


@syscall(Sysno.TIMER_GETTIME)
def timer_gettime(task: Task, number: Int, setting: OutItimerspec) -> int:
    """Store the interval and the time until the timer rings next. EFAULT, EINVAL."""
    timer = _find(task, number)
    write_itimerspec(task, setting, timer.interval, timer.left(), wide=False)
    return 0


@syscall(Sysno.TIMER_GETTIME64)
def timer_gettime64(task: Task, number: Int, setting: OutItimerspec64) -> int:
    """The same with 64-bit seconds."""
    timer = _find(task, number)
    write_itimerspec(task, setting, timer.interval, timer.left(), wide=True)
    return 0


@syscall(Sysno.TIMER_GETOVERRUN)
def timer_getoverrun(task: Task, number: Int) -> int:
    """Rings besides the one that the signal taken last stands for. EINVAL."""
    return _find(task, number).overrun


@syscall(Sysno.TIMER_DELETE)
def timer_delete(task: Task, number: Int) -> int:
    """Remove a timer; a signal of its that is pending goes with it. EINVAL."""
    _find(task, number).cancel()
    del task.process.timers[number]
    return 0
