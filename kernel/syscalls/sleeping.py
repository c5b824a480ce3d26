"""nanosleep(2) and clock_nanosleep(2).

Omitted: sleeping on CPU clocks and alarm clocks, EOPNOTSUPP.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.abi.time import ClockId, TimerFlag
from kernel.errors import Block, Restart, SysError
from kernel.events import Described
from kernel.syscalls.arguments import DescribedArgument, FlagsArgument, Moment
from kernel.syscalls.clocks import Clock
from kernel.syscalls.table import on_interrupt, syscall
from kernel.syscalls.time_values import (
    InTimespec,
    InTimespec64,
    describe_timespec,
    describe_timespec64,
    read_timespec,
    write_timespec,
)
from kernel.task.task import Call, Task
from kernel.wait import WaitQueue

_MONOTONIC = (ClockId.CLOCK_MONOTONIC, ClockId.CLOCK_BOOTTIME)
_WALL = (ClockId.CLOCK_REALTIME, ClockId.CLOCK_TAI)


class _Sleep(NamedTuple):
    """A sleep's progress: when it ends, and whether the time left has been stored."""

    deadline: int
    has_stored: bool = False


class _LeftArgument(DescribedArgument):
    """Where the time left is stored: shown only after an interrupted sleep, as strace does."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        if call.progress is None or not call.progress.has_stored:
            return ("ptr", call.words[word])
        return self._describe(task, call.words[word])


Left = Annotated[int, _LeftArgument(describe_timespec, Moment.EXIT)]
Left64 = Annotated[int, _LeftArgument(describe_timespec64, Moment.EXIT)]
Flags = Annotated[int, FlagsArgument(TimerFlag)]


@syscall(Sysno.NANOSLEEP, restart=Restart.BLOCK)
def nanosleep(task: Task, request: InTimespec, left: Left) -> int:
    """Sleep; a signal ends it with EINTR and the time left at `left`."""
    return _sleep(task, ClockId.CLOCK_MONOTONIC, 0, request, wide=False)


@syscall(Sysno.CLOCK_NANOSLEEP, restart=Restart.BLOCK)
def clock_nanosleep(task: Task, clock: Clock, flags: Flags, request: InTimespec, left: Left) -> int:
    """Sleep by a clock, with TIMER_ABSTIME until a moment of it; ENOTSUP, EINVAL."""
    return _sleep(task, clock, flags, request, wide=False)


@syscall(Sysno.CLOCK_NANOSLEEP_TIME64, restart=Restart.BLOCK)
def clock_nanosleep_time64(
    task: Task, clock: Clock, flags: Flags, request: InTimespec64, left: Left64
) -> int:
    """The same with 64-bit seconds."""
    return _sleep(task, clock, flags, request, wide=True)


def _sleep(task: Task, clock: int, flags: int, request: int, wide: bool) -> int:
    call = task.call
    assert call is not None
    if call.progress is None:
        call.progress = _Sleep(_deadline(task, clock, flags, request, wide))
    deadline = call.progress.deadline
    if task.system.clock.now >= deadline:
        return 0
    restart = Restart.NOHAND if flags & TimerFlag.TIMER_ABSTIME else None
    raise Block(WaitQueue("time"), deadline=deadline, restart=restart)


def _deadline(task: Task, clock: int, flags: int, request: int, wide: bool) -> int:
    """When the sleep ends; decided once, for `left` may overwrite `request`."""
    if clock not in _MONOTONIC + _WALL:
        is_known = clock < 0 or clock in frozenset(ClockId)
        raise SysError(Errno.EOPNOTSUPP if is_known else Errno.EINVAL)
    time = read_timespec(task, request, wide)
    if not flags & TimerFlag.TIMER_ABSTIME:
        assert task.call is not None
        return task.call.entered + time
    return time - task.system.clock.wall_at_boot if clock in _WALL else time


@on_interrupt(Sysno.NANOSLEEP, Sysno.CLOCK_NANOSLEEP, Sysno.CLOCK_NANOSLEEP_TIME64)
def store_time_left(task: Task, call: Call) -> None:
    """A signal ended the sleep: tell the caller how much was left of it. EFAULT."""
    is_plain = call.number == Sysno.NANOSLEEP
    left = call.words[1 if is_plain else 3]
    if not left or (not is_plain and call.words[1] & TimerFlag.TIMER_ABSTIME):
        return
    time = max(0, call.progress.deadline - task.system.clock.now)
    write_timespec(task, left, time, wide=call.number == Sysno.CLOCK_NANOSLEEP_TIME64)
    call.progress = call.progress._replace(has_stored=True)
