"""The population: which tasks there are after some events, in which states, of which parents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from kernel.abi.process import CloneFlag
from kernel.events import (
    Booted,
    Event,
    StateChanged,
    Switched,
    SyscallEntered,
    SyscallExited,
    TaskCreated,
    TaskExecuted,
    TaskExited,
    TaskReaped,
)

INIT = 1


@dataclass(slots=True)
class TaskView:
    """What the events so far tell about one task; times are virtual nanoseconds."""

    pid: int
    tgid: int
    parent: int
    creator: int
    flags: int
    """clone's, 0 for the first task."""
    name: str
    memory: str
    created: int
    state: str = "READY"
    waits_for: str = ""
    call: str | None = None
    """The call in flight."""
    status: int | None = None
    """The wait status word, once it has ended."""
    ended: int | None = None
    is_reaped: bool = False

    @property
    def is_thread(self) -> bool:
        return self.pid != self.tgid

    @property
    def how_created(self) -> str:
        """fork, vfork, thread or clone, by the flags."""
        if self.is_thread:
            return "thread"
        if self.flags & CloneFlag.CLONE_VFORK:
            return "vfork"
        return "clone" if self.flags & CloneFlag.CLONE_VM else "fork"


class Population:
    """Fed with events in order; `tasks` holds every task ever seen, by pid."""

    def __init__(self) -> None:
        self.tasks: dict[int, TaskView] = {}
        self.running: int | None = None
        """Who has the CPU."""
        self._children: dict[int, dict[int, None]] = {}
        self._handlers: dict[type[Event], Callable[[Any], None]] = {
            Booted: self._booted,
            TaskCreated: self._created,
            TaskExecuted: self._executed,
            TaskExited: self._exited,
            TaskReaped: self._reaped,
            StateChanged: self._changed,
            Switched: self._switched,
            SyscallEntered: self._entered,
            SyscallExited: self._left,
        }

    def feed(self, event: Event) -> None:
        """Take one event into account."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def feed_all(self, events: Iterable[Event]) -> Population:
        """Take all of these into account."""
        for event in events:
            self.feed(event)
        return self

    def present(self) -> list[TaskView]:
        """Tasks that a parent has not waited for, in order of creation."""
        return [task for task in self.tasks.values() if not task.is_reaped]

    def _add(self, task: TaskView) -> None:
        self.tasks[task.pid] = task
        self._children.setdefault(task.parent, {})[task.pid] = None

    def _booted(self, event: Booted) -> None:
        pid = event.pid
        self._add(TaskView(pid, pid, INIT, INIT, 0, event.path, "", event.time))

    def _created(self, event: TaskCreated) -> None:
        creator = self.tasks.get(event.pid)
        shares_parent = event.flags & CloneFlag.CLONE_PARENT or event.child != event.tgid
        parent = creator.parent if creator is not None and shares_parent else event.pid
        if creator is not None and not shares_parent:
            parent = creator.tgid
        name = creator.name if creator is not None else "?"
        if creator is not None and not creator.memory and event.flags & CloneFlag.CLONE_VM:
            creator.memory = event.memory
        child, flags = event.child, event.flags
        self._add(
            TaskView(child, event.tgid, parent, event.pid, flags, name, event.memory, event.time)
        )

    def _executed(self, event: TaskExecuted) -> None:
        task = self.tasks.get(event.pid)
        if task is not None:
            task.name, task.memory = event.path, event.memory

    def _exited(self, event: TaskExited) -> None:
        task = self.tasks.get(event.pid)
        if task is None:
            return
        task.status, task.ended, task.call = event.status, event.time, None
        if task.is_thread:
            task.is_reaped = True
            return
        for child in self._children.pop(task.pid, {}):
            self.tasks[child].parent = INIT
            self._children.setdefault(INIT, {})[child] = None

    def _reaped(self, event: TaskReaped) -> None:
        task = self.tasks.get(event.child)
        if task is not None:
            task.is_reaped = True
            self._children.get(task.parent, {}).pop(task.pid, None)

    def _changed(self, event: StateChanged) -> None:
        task = self.tasks.get(event.pid)
        if task is not None:
            task.state = event.new
            task.waits_for = event.why if event.new in ("BLOCKED", "HELD") else ""

    def _switched(self, event: Switched) -> None:
        self.running = event.pid

    def _entered(self, event: SyscallEntered) -> None:
        task = self.tasks.get(event.pid)
        if task is not None:
            task.call = event.name

    def _left(self, event: SyscallExited) -> None:
        task = self.tasks.get(event.pid)
        if task is not None:
            task.call = None
