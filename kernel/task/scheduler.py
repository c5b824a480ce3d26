"""The scheduler: who runs next, and who wakes when."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from kernel.task.task import Task, TaskState

if TYPE_CHECKING:
    from kernel.signals.posix_timers import PosixTimer
    from kernel.system import System
    from kernel.task.process import Process

SLICE_BLOCKS = 1_000_000
"""Blocks of code a task may enter before another gets the CPU: 10 ms of virtual time."""


class Scheduler:
    """Ready tasks in order (or drawn at random from the seed), and a heap of deadlines.

    `current` is the task whose registers are in the CPU, None while nobody's are.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self.queue: deque[Task] = deque()
        self.current: Task | None = None
        self.must_yield = False
        """The current task gives the CPU away at the end of this trap."""
        self.deadlines: list[tuple[int, int, Task | Process | PosixTimer]] = []
        self._serial = 0

    def ready(self, task: Task, first: bool = False) -> None:
        """Queue a task that is READY: last, or first where Linux would run it at once."""
        if first:
            self.queue.appendleft(task)
        else:
            self.queue.append(task)

    def pick(self) -> Task | None:
        """Take the next task off the queue."""
        if not self.queue:
            return None
        if self.system.settings.random_schedule and len(self.queue) > 1:
            self.queue.rotate(-self.system.random.randrange(len(self.queue)))
        return self.queue.popleft()

    def forget(self, task: Task) -> None:
        """Take a task that will not run off the queue."""
        if task in self.queue:
            self.queue.remove(task)

    # ---- time --------------------------------------------------------------------------------

    def add_deadline(self, sleeper: Task | Process | PosixTimer, moment: int) -> None:
        """Wake a sleeping task, or ring an alarm or timer, at this moment (monotonic ns)."""
        self._serial += 1
        heappush(self.deadlines, (moment, self._serial, sleeper))

    def next_deadline(self) -> int | None:
        """The earliest moment at which somebody has to be woken."""
        while self.deadlines:
            moment, _, sleeper = self.deadlines[0]
            if _due(sleeper) == moment:
                return moment
            heappop(self.deadlines)
        return None

    def take_due(self) -> list[Task | Process | PosixTimer]:
        """Sleepers whose moment has come, earliest first."""
        due, now = [], self.system.clock.now
        while (moment := self.next_deadline()) is not None and moment <= now:
            sleeper = heappop(self.deadlines)[2]
            due.append(sleeper)
            if isinstance(sleeper, Task):
                sleeper.deadline = None
        return due


def _due(sleeper: Task | Process | PosixTimer) -> int | None:
    """What the sleeper waits for now; an older entry in the heap does not count."""
    if isinstance(sleeper, Task):
        return sleeper.deadline if sleeper.state is TaskState.BLOCKED else None
    return sleeper.alarm
