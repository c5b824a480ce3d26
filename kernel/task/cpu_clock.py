"""Clocks of CPU time: which tasks a clock number means, and what they have spent.

A negative number is ~pid << 3, plus 4 for a thread's clock, plus a kind; pid 0 is the caller
(clock_getcpuclockid(3)).
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple, Protocol

from kernel.abi.errno import Errno
from kernel.abi.time import ClockId
from kernel.errors import SysError
from kernel.task.process import Process
from kernel.task.task import Task
from kernel.wait import WaitQueue


class CpuClockKind(IntEnum):
    """The low two bits of such a number."""

    PROF = 0
    """User and system time, in ticks on Linux."""
    VIRT = 1
    """User time alone, likewise."""
    SCHED = 2
    """Both, to the nanosecond."""


class CpuClock(NamedTuple):
    """The clock of one thread, or where `thread` is None of a whole process."""

    process: Process
    thread: Task | None
    kind: CpuClockKind

    def spent(self) -> int:
        """What it shows: nanoseconds of CPU time."""
        if self.thread is not None:
            user, kernel = self.thread.user_time, self.thread.system_time
        else:
            user, kernel = self.process.times()
        return user if self.kind is CpuClockKind.VIRT else user + kernel

    def counts(self, task: Task) -> bool:
        """Whether it goes on while this task of its process runs."""
        return self.thread is None or self.thread is task


class Watcher(Protocol):
    """What waits for CPU time to be spent: `ring` is due once `now` has reached `moment`."""

    moment: int | None

    @property
    def now(self) -> int:
        """What its clock shows."""

    def counts(self, task: Task) -> bool:
        """Whether its clock goes on while this task of the process runs."""

    def ring(self) -> None:
        """The time has been spent."""


class CpuSleep:
    """A sleep until a clock of CPU time shows `moment` (nanoseconds)."""

    def __init__(self, clock: CpuClock, moment: int) -> None:
        self.clock = clock
        self.moment: int | None = moment
        self.queue = WaitQueue("CPU time")

    @property
    def now(self) -> int:
        """What its clock shows."""
        return self.clock.spent()

    def counts(self, task: Task) -> bool:
        """Whether its clock goes on while this task of the process runs."""
        return self.clock.counts(task)

    def ring(self) -> None:
        """Let the sleeper look at the clock again."""
        self.queue.wake_all()

    def wait(self) -> WaitQueue:
        """Where to sleep; from now on the clock is watched."""
        watchers = self.clock.process.cpu_watchers
        if self not in watchers:
            watchers.append(self)
        return self.queue


def is_cpu_clock(clock: int) -> bool:
    """Whether the number stands for a clock of CPU time, existing or not."""
    return clock < 0 or clock in (
        ClockId.CLOCK_PROCESS_CPUTIME_ID,
        ClockId.CLOCK_THREAD_CPUTIME_ID,
    )


def is_device_clock(clock: int) -> bool:
    """Whether the number stands for the clock of an open device, which no device here has."""
    return clock < 0 and clock & 7 == 3


def cpu_clock(task: Task, clock: int, reading: bool = False) -> CpuClock:
    """The clock that a number means to this task; EINVAL where there is none.

    Threads of other processes have no clock for it. For `reading` the caller may name its own
    process by the id of any of its threads, as on Linux.
    """
    if clock >= 0:
        thread = task if clock == ClockId.CLOCK_THREAD_CPUTIME_ID else None
        return CpuClock(task.process, thread, CpuClockKind.SCHED)
    is_thread, pid = bool(clock & 4), ~(clock >> 3)
    if clock & 3 == 3:
        raise SysError(Errno.EINVAL)
    found = task if pid == 0 else task.system.tasks.find(pid)
    if found is None or not _may_use(task, found, pid, is_thread, reading):
        raise SysError(Errno.EINVAL)
    return CpuClock(found.process, found if is_thread else None, CpuClockKind(clock & 3))


def _may_use(task: Task, found: Task, pid: int, is_thread: bool, reading: bool) -> bool:
    if is_thread:
        return found.process is task.process
    return pid == 0 or found.is_leader or (reading and found is task)
