"""Interval timers: alarm(2), setitimer(2), getitimer(2)."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.abi.time import ItimerWhich
from kernel.clock import NANOSECONDS
from kernel.errors import SysError
from kernel.events import Described
from kernel.signals import alarm as ringing
from kernel.signals import cpu_timers
from kernel.syscalls.arguments import ChoiceArgument, DescribedArgument, Moment, Size
from kernel.syscalls.table import syscall
from kernel.syscalls.time_values import describe_timeval, pack_timeval, read_timeval
from kernel.task.task import Task

_TIMEVAL_SIZE = 8
_INT_MAX = (1 << 31) - 1


def _describe_itimerval(task: Task, address: int) -> Described:
    return (
        "struct",
        [
            ("it_interval", describe_timeval(task, address)),
            ("it_value", describe_timeval(task, address + _TIMEVAL_SIZE)),
        ],
        False,
    )


Which = Annotated[int, ChoiceArgument(ItimerWhich, "ITIMER_")]
InItimerval = Annotated[int, DescribedArgument(_describe_itimerval)]
OutItimerval = Annotated[int, DescribedArgument(_describe_itimerval, Moment.EXIT)]


@syscall(Sysno.ALARM)
def alarm(task: Task, seconds: Size) -> int:
    """SIGALRM in so many seconds, 0 for never; the seconds an earlier alarm had left, rounded."""
    left = ringing.time_left(task.process)
    ringing.set_alarm(task.process, min(seconds, _INT_MAX) * NANOSECONDS, 0)
    whole, rest = divmod(left, NANOSECONDS)
    return whole + (rest >= NANOSECONDS // 2 or (not whole and rest > 0))


@syscall(Sysno.SETITIMER)
def setitimer(task: Task, which: Which, value: InItimerval, old: OutItimerval) -> int:
    """Set a timer (NULL: stop it) and report the old one. EINVAL, EFAULT."""
    interval = delay = 0
    if value:
        interval = read_timeval(task, value)
        delay = read_timeval(task, value + _TIMEVAL_SIZE)
    previous = _packed(task, which)
    if which == ItimerWhich.ITIMER_REAL:
        ringing.set_alarm(task.process, delay, interval if delay else 0)
    else:
        cpu_timers.set_timer(task.process, which, delay, interval)
    if old:
        task.memory.write(old, previous)
    return 0


@syscall(Sysno.GETITIMER)
def getitimer(task: Task, which: Which, value: OutItimerval) -> int:
    """The interval of a timer, and the time until it next rings."""
    task.memory.write(value, _packed(task, which))
    return 0


def _packed(task: Task, which: int) -> bytes:
    if which == ItimerWhich.ITIMER_REAL:
        left = ringing.time_left(task.process)
        return pack_timeval(task.process.alarm_interval) + pack_timeval(left)
    if which in (ItimerWhich.ITIMER_VIRTUAL, ItimerWhich.ITIMER_PROF):
        interval, left = (
            cpu_timers.interval(task.process, which),
            cpu_timers.time_left(task.process, which),
        )
        return pack_timeval(interval) + pack_timeval(left)
    raise SysError(Errno.EINVAL)
