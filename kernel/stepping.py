"""The kernel in steps: each is an instruction attempted, a system call attempted, or a jump of the
clock while every task sleeps. Between two steps somebody may look at everything.

`int $0x80` is one step and what it asks for another; a call that has slept is a third when it is
tried again. To run n steps is the same as to run one n times. The virtual clock counts instructions
here, not blocks; otherwise everything is as `Kernel.run` has it.
"""

from __future__ import annotations

from emulator.machine.traps import BUDGET_SPENT, SYSCALL
from kernel.clock import BLOCK_NS
from kernel.kernel import Kernel
from kernel.pause import Pause
from kernel.signals import delivery
from kernel.system import System
from kernel.task import vfork
from kernel.task.task import Call, Task


class SteppedKernel(Kernel):
    """A kernel that goes on by `advance`. `steps` have been taken since boot.

    Between steps the task that runs next is the current one, None where everybody sleeps.
    """

    def __init__(self, system: System) -> None:
        super().__init__(system)
        self.steps = 0

    def advance(self, budget: int) -> Pause | None:
        """Take one step, or up to `budget` of them that are instructions of one task until the
        kernel has something to do. A pause says that nothing could be done, and why.
        """
        scheduler = self.system.scheduler
        task = scheduler.current
        if task is None:
            pause = self._idle()
            if pause is not None:
                return pause
            self.steps += 1
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
            task = scheduler.pick()
            if task is None:
                return
            if not vfork.hold_back(task):
                self._switch_to(task)
                self._resume(task)

    def skip(self) -> None:
        """Count as a step what came from outside: input, or the host's time."""
        self.steps += 1
        self.settle()

    def _execute(self, task: Task, budget: int) -> None:
        budget = min(budget, self.slice_left)
        if self.system.scheduler.deadlines:
            budget = self._until_deadline(budget)
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

    def _attempt(self, task: Task, call: Call) -> None:
        """Not now: it is the next step."""
