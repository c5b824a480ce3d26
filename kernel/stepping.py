"""The kernel in steps: each is an instruction attempted, a system call attempted, a signal acted
on, or a jump of the clock while every task sleeps. Between two steps one may look at everything.

`int $0x80` is one step and what it asks for another; a call that has slept is a third when it is
tried again. To run n steps is the same as to run one n times. The virtual clock counts instructions
here, not blocks; otherwise everything is as `Kernel.run` has it.
"""

from __future__ import annotations

from emulator.machine.traps import BUDGET_SPENT, SYSCALL
from kernel import idling
from kernel.clock import BLOCK_NS
from kernel.kernel import Kernel
from kernel.pause import Pause
from kernel.signals import delivery
from kernel.signals.state import SigInfo
from kernel.system import System
from kernel.task import vfork
from kernel.task.task import Call, Task, TaskState


class SteppedKernel(Kernel):
    """A kernel that goes on by `advance`. `steps` have been taken since boot.

    Between steps the task that runs next is the current one, None where everybody sleeps.
    Tasks whose tids are `frozen` get no CPU time, unless it is to end.
    """

    def __init__(self, system: System) -> None:
        super().__init__(system)
        self.steps = 0
        self.frozen: frozenset[int] = frozenset()

    @property
    def upcoming_signal(self) -> SigInfo | None:
        """The signal that the next step acts on, if it is one that does."""
        task = self.system.scheduler.current
        return None if task is None else delivery.upcoming(task)

    def advance(self, budget: int) -> Pause | None:
        """Take one step, or up to `budget` of them that are instructions of one task until the
        kernel has something to do. A pause says that nothing could be done, and why.
        """
        scheduler = self.system.scheduler
        task = scheduler.current
        if task is None:
            pause = idling.idle(self.system)
            if pause is not None:
                return pause
            self.steps += 1
        elif delivery.upcoming(task) is not None:
            self.steps += 1
            self._proceed(task)
        elif task.call is not None:
            self.steps += 1
            super()._attempt(task, task.call)
        else:
            self._execute(task, budget)
        if task is not None and scheduler.current is task:
            self._before_user_mode(task)
        self.settle()
        return None

    def settle(self) -> None:
        """Give the CPU to whoever is ready, as far as nobody has it."""
        scheduler = self.system.scheduler
        while scheduler.current is None:
            if self.system.unseen:
                delivery.show_unseen(self.system)
            task = self._pick()
            if task is None:
                return
            if not vfork.hold_back(task):
                self._switch_to(task)
                self._resume(task)

    def _pick(self) -> Task | None:
        scheduler = self.system.scheduler
        if not self.frozen:
            return scheduler.pick()
        held = [task for task in scheduler.queue if self.is_frozen(task)]
        for task in held:
            scheduler.forget(task)
        picked = scheduler.pick()
        for task in reversed(held):
            scheduler.ready(task, first=True)
        return picked

    def is_frozen(self, task: Task) -> bool:
        """Whether the task does not run though it might."""
        return task.tid in self.frozen and not task.is_ending

    def freeze(self, tids: frozenset[int]) -> None:
        """From now on these tasks, and no others, stay where they are."""
        self.frozen = tids
        task = self.system.scheduler.current
        if task is not None and self.is_frozen(task):
            self._switch_away(task)
            task.move_to(TaskState.READY, "is held by a debugger")
            self.system.scheduler.ready(task, first=True)

    def skip(self) -> None:
        """Count as a step what came from outside: input, the host's time, a debugger's change."""
        self.steps += 1
        self.settle()

    def _execute(self, task: Task, budget: int) -> None:
        budget = min(budget, self.slice_left)
        if self.system.scheduler.deadlines:
            budget = self.system.scheduler.until_deadline(budget)
        trap = self._run_task(task, max(budget, 1))
        spent = self.machine.spent
        self.steps += spent
        self.blocks += spent
        self.slice_left -= spent
        self.system.clock.now += spent * BLOCK_NS
        task.user_time += spent * BLOCK_NS
        if trap is SYSCALL:
            self._system_call(task)
        elif trap is not BUDGET_SPENT or spent:
            self._trap(task, trap)

    def _before_user_mode(self, task: Task) -> None:
        """As ever, but acting on a signal waits for the next step."""
        while delivery.is_due(task) and not task.is_ending:
            if delivery.upcoming(task) is not None or not self._proceed(task):
                return
        super()._before_user_mode(task)

    def _proceed(self, task: Task) -> bool:
        """One move of delivery; whether the task still runs."""
        delivery.proceed(task)
        if task.state is TaskState.RUNNING:
            return True
        self._switch_away(task)
        return False

    def _attempt(self, task: Task, call: Call) -> None:
        """Not now: it is the next step."""
