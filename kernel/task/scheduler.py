"""The scheduler: who runs next, and who wakes when."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from kernel.clock import BLOCK_NS
from kernel.task.task import Task, TaskState

if TYPE_CHECKING:
    from kernel.signals.posix_timers import PosixTimer
    from kernel.system import System
    from kernel.task.process import Process

_HEEDS_DEADLINE = (TaskState.BLOCKED, TaskState.RUNNING)


class Scheduler:
    """Ready tasks in order (or drawn at random from the seed), and a heap of deadlines.

    Where tasks have real-time priorities, their ranks, the queue begins with the highest.
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
        self.switches = 0
        """How often a task was given the CPU."""

    def ready(self, task: Task, first: bool = False) -> None:
        """Queue a task that is READY: last, or first where Linux would run it at once."""
        if first or task.rank:
            self._place(task, first)
        else:
            self.queue.append(task)

    def _place(self, task: Task, first: bool) -> None:
        """Queue a task behind those of higher rank, and unless it is `first` of the same. It
        preempts a current task of lower rank.
        """
        rank, place = task.rank, 0
        for other in self.queue:
            if other.rank < rank or (first and other.rank == rank):
                break
            place += 1
        self.queue.insert(place, task)
        if self.current is not None and rank > self.current.rank:
            self.must_yield = True

    def rank(self, task: Task, rank: int) -> None:
        """Give a task another rank: raised, it goes behind its new equals, lowered before them."""
        is_lowered, is_changed = rank < task.rank, rank != task.rank
        task.rank = rank
        if is_changed and task in self.queue:
            self.queue.remove(task)
            self._place(task, first=is_lowered)
        elif task is self.current and self.is_preempted(task):
            self.must_yield = True

    def is_preempted(self, task: Task) -> bool:
        """Whether somebody of higher rank than the current task's is ready."""
        return bool(self.queue) and self.queue[0].rank > task.rank

    def pick(self) -> Task | None:
        """Take the next task off the queue."""
        if not self.queue:
            return None
        if self.system.settings.random_schedule and len(self.queue) > 1:
            return self._draw()
        return self.queue.popleft()

    def _draw(self) -> Task:
        """One of the highest rank, by chance."""
        queue = self.queue
        if not queue[0].rank:
            queue.rotate(-self.system.random.randrange(len(queue)))
            return queue.popleft()
        equals = sum(task.rank == queue[0].rank for task in queue)
        drawn = queue[self.system.random.randrange(equals)]
        queue.remove(drawn)
        return drawn

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

    def until_deadline(self, budget: int) -> int:
        """No more blocks than it takes until somebody is to be woken."""
        deadline = self.next_deadline()
        if deadline is None:
            return budget
        return min(budget, -((self.system.clock.now - deadline) // BLOCK_NS))

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
        return sleeper.deadline if sleeper.state in _HEEDS_DEADLINE else None
    return sleeper.alarm
