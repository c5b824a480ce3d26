"""nanosleep(2) and clock_nanosleep(2).

Omitted: sleeping on alarm clocks, which wake a sleeping computer, EOPNOTSUPP.
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
from kernel.task.cpu_clock import CpuSleep, cpu_clock, is_cpu_clock, is_device_clock
from kernel.task.task import Call, Task
from kernel.wait import WaitQueue

_MONOTONIC = (ClockId.CLOCK_MONOTONIC, ClockId.CLOCK_BOOTTIME)
_WALL = (ClockId.CLOCK_REALTIME, ClockId.CLOCK_TAI)


class _Sleep(NamedTuple):
    """A sleep's progress: when it ends, and whether the time left has been stored.

    `deadline` is a moment of monotonic time, or where `cpu` is set of that clock's CPU time.
    """

    deadline: int
    cpu: CpuSleep | None = None
    has_stored: bool = False

    def left(self, task: Task) -> int:
        """Nanoseconds until it ends."""
        now = task.system.clock.now if self.cpu is None else self.cpu.now
        return max(0, self.deadline - now)


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
        begin = _begin_cpu_sleep if is_cpu_clock(clock) else _begin
        call.progress = begin(task, clock, flags, request, wide)
    progress: _Sleep = call.progress
    if not progress.left(task):
        return 0
    restart = Restart.NOHAND if flags & TimerFlag.TIMER_ABSTIME else None
    if progress.cpu is not None:
        raise Block(progress.cpu.wait(), restart=restart)
    raise Block(WaitQueue("time"), deadline=progress.deadline, restart=restart)


def _begin(task: Task, clock: int, flags: int, request: int, wide: bool) -> _Sleep:
    """When the sleep ends; decided once, for `left` may overwrite `request`."""
    if clock not in _MONOTONIC + _WALL:
        raise SysError(Errno.EOPNOTSUPP if clock in frozenset(ClockId) else Errno.EINVAL)
    time = read_timespec(task, request, wide)
    if not flags & TimerFlag.TIMER_ABSTIME:
        assert task.call is not None
        return _Sleep(task.call.entered + time)
    return _Sleep(time - task.system.clock.wall_at_boot if clock in _WALL else time)


def _begin_cpu_sleep(task: Task, clock: int, flags: int, request: int, wide: bool) -> _Sleep:
    """The same by CPU time, of others: EINVAL for the caller's own."""
    if clock == ClockId.CLOCK_THREAD_CPUTIME_ID or is_device_clock(clock):
        raise SysError(Errno.EOPNOTSUPP)
    time = read_timespec(task, request, wide)
    chosen = cpu_clock(task, clock)
    if chosen.thread is task:
        raise SysError(Errno.EINVAL)
    moment = time if flags & TimerFlag.TIMER_ABSTIME else chosen.spent() + time
    return _Sleep(moment, CpuSleep(chosen, moment))


@on_interrupt(Sysno.NANOSLEEP, Sysno.CLOCK_NANOSLEEP, Sysno.CLOCK_NANOSLEEP_TIME64)
def store_time_left(task: Task, call: Call) -> None:
    """A signal ended the sleep: tell the caller how much was left of it. EFAULT."""
    is_plain = call.number == Sysno.NANOSLEEP
    left = call.words[1 if is_plain else 3]
    if not left or (not is_plain and call.words[1] & TimerFlag.TIMER_ABSTIME):
        return
    write_timespec(
        task, left, call.progress.left(task), wide=call.number == Sysno.CLOCK_NANOSLEEP_TIME64
    )
    call.progress = call.progress._replace(has_stored=True)
