"""Timers as files: a read tells how often one has expired (timerfd_create(2)).

Nothing happens when a timer expires: how often it has is computed from the clock when somebody
asks, and sleepers wake at `poll_deadline`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag, Poll
from kernel.abi.time import ClockId
from kernel.clock import NANOSECONDS
from kernel.errors import Block, SysError
from kernel.fs.anonymous import AnonymousFile, AnonymousInode
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.system import System
    from kernel.task.task import Task

_OCTETS = 8


class TimerFile(AnonymousFile):
    """A timer: the moment it expires next and was not asked about yet (monotonic nanoseconds,
    None while it is off), and the interval after that (0: once)."""

    takes_nowait = True

    def __init__(self, system: System, clock: ClockId, flags: int) -> None:
        super().__init__(AnonymousInode(system), OpenFlag.O_RDWR | flags, "anon_inode:[timerfd]")
        self.system = system
        self.clock = clock
        self.set_flags = 0
        """What timerfd_settime(2) was called with."""
        self.moment: int | None = None
        self.interval = 0
        self.expired = WaitQueue("timer")

    def set(self, moment: int | None, interval: int) -> None:
        """Start at a moment, or switch off."""
        self.moment, self.interval = moment, interval
        self.expired.wake_all()

    def left(self) -> int:
        """Nanoseconds until it expires next; 0 while it is off."""
        if self.moment is None:
            return 0
        left = self.moment - self.system.clock.now
        if left <= 0:
            left = left % self.interval or self.interval if self.interval else 0
        return left

    def expirations(self) -> int:
        """How often it expired since it was set or last read."""
        if self.moment is None or self.system.clock.now < self.moment:
            return 0
        if not self.interval:
            return 1
        return (self.system.clock.now - self.moment) // self.interval + 1

    def read(self, task: Task, count: int) -> bytes:
        """Number of expirations as 8 octets; EINVAL for less room."""
        if count < _OCTETS:
            raise SysError(Errno.EINVAL)
        times = self.expirations()
        if not times:
            raise Block(self.expired, deadline=self.moment)
        assert self.moment is not None
        self.moment = self.moment + times * self.interval if self.interval else None
        return times.to_bytes(_OCTETS, "little")

    def details(self) -> str:
        left, interval = divmod(self.left(), NANOSECONDS), divmod(self.interval, NANOSECONDS)
        return (
            f"clockid: {int(self.clock)}\nticks: {self.expirations()}\n"
            f"settime flags: {self.set_flags:02o}\n"
            f"it_value: ({left[0]}, {left[1]})\nit_interval: ({interval[0]}, {interval[1]})\n"
        )

    def poll(self, task: Task) -> int:
        return int(Poll.POLLIN) if self.expirations() else 0

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        return (self.expired,)

    def poll_deadline(self) -> int | None:
        return self.moment
