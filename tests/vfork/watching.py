"""A run that stops where vfork suspends a parent, to look at both processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from emulator.demos.guest_run import GuestRun
from kernel.events import Event
from kernel.pause import Pause
from kernel.task.task import Task, TaskState

FIRST, CHILD = 100, 101
"""Pids of the first process and of its first child."""
_Kind = TypeVar("_Kind", bound=Event)


class Watched(GuestRun):
    """A recorded run that goes a block at a time: each block ends with a trap at most."""

    def __init__(self, program: Path, arguments: Sequence[str] = (), options: str = "") -> None:
        super().__init__(str(program), arguments, options.split(), record=True)
        self.system = self.session.system

    def until(self, holds: Callable[[], bool]) -> None:
        """Run until something holds; an error where it never does."""
        while not holds():
            assert self.session.kernel.run(1) is Pause.QUANTUM, self.output

    def until_suspended(self, pid: int = FIRST) -> tuple[Task, Task]:
        """Run until this task waits for a vfork child; both."""
        self.until(lambda: self.task(pid).state is TaskState.HELD)
        parent = self.task(pid)
        return parent, parent.process.children[-1].leader

    def task(self, pid: int) -> Task:
        """The task of that number."""
        task = self.system.tasks.find(pid)
        assert task is not None
        return task

    def seen(self, kind: type[_Kind]) -> list[_Kind]:
        """Events of a kind so far, in order."""
        events = self.events + self.system.journal.events
        return [event for event in events if isinstance(event, kind)]
