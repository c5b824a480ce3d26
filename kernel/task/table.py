"""The table of tasks: every id that is in use, and the next to be given out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.process import PID_MAX
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.task.process import Process
    from kernel.task.task import Task

INIT_PID = 1
FIRST_PID = 100
STARTER_PID = FIRST_PID - 1
"""Session and group of the first process, named after one that is no more."""


class TaskTable:
    """Tasks by tid. At most `limit` exist at a time (init not counted)."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.pid_max = PID_MAX
        self.by_tid: dict[int, Task] = {}
        self.init: Process
        self.first: Process | None = None
        """The process the user asked for."""
        self._next = FIRST_PID
        self._has_wrapped = False

    def __len__(self) -> int:
        return len(self.by_tid)

    @property
    def last_tid(self) -> int:
        """The id given out last; before the first process, init's."""
        return self._next - 1 if self.by_tid and self._next > FIRST_PID else INIT_PID

    def find(self, tid: int) -> Task | None:
        """The task with this id; zombies are found, reaped ones are not."""
        return self.by_tid.get(tid)

    def process(self, pid: int) -> Process | None:
        """The process with this id."""
        task = self.by_tid.get(pid)
        return task.process if task is not None and task.is_leader else None

    def processes(self) -> Iterator[Process]:
        """All processes by pid, init first."""
        for tid in sorted(self.by_tid):
            task = self.by_tid[tid]
            if task.is_leader:
                yield task.process

    def tasks(self) -> Iterator[Task]:
        """All tasks by tid."""
        for tid in sorted(self.by_tid):
            yield self.by_tid[tid]

    def in_group(self, group: int) -> list[Process]:
        """Processes of a process group, by pid."""
        return [process for process in self.processes() if process.group == group]

    def count_of_user(self, uid: int) -> int:
        """Tasks (threads and zombies too) whose real uid this is; init is nobody's."""
        init = self.init.leader
        return sum(
            1 for task in self.by_tid.values() if task.credentials.uid == uid and task is not init
        )

    def count_queued(self, uid: int) -> int:
        """Signals pending for tasks of this real uid, and POSIX timers, which keep a place each.

        Linux counts a signal on with the user it was sent to, even after a change of user.
        """
        total = 0
        for task in self.by_tid.values():
            if task.credentials.uid == uid:
                total += task.signals.pending.count()
                if task.is_leader:
                    total += task.process.pending.count() + len(task.process.timers)
        return total

    def is_full(self) -> bool:
        """Whether the system-wide limit is reached."""
        return len(self.by_tid) - 1 >= self.limit

    def new_tid(self) -> int:
        """A free id, in ascending order, starting over below `pid_max`; EAGAIN for none."""
        for _ in range(self.pid_max):
            tid = self._next if self._next < self.pid_max else FIRST_PID
            self._next = tid + 1
            if self._next >= self.pid_max:
                self._next, self._has_wrapped = FIRST_PID, True
            if tid not in self.by_tid and not self._names_group(tid):
                return tid
        raise SysError(Errno.EAGAIN)

    def is_taken(self, tid: int) -> bool:
        """Whether the id is that of a task, or a process group or session is named after it."""
        return tid in self.by_tid or any(
            tid in (process.group, process.session.id) for process in self.processes()
        )

    def _names_group(self, number: int) -> bool:
        """Whether a process group or session outlives the process it was named after."""
        return self._has_wrapped and any(
            process.group == number or process.session.id == number for process in self.processes()
        )

    def add(self, task: Task) -> None:
        """Enter a task under its tid."""
        self.by_tid[task.tid] = task

    def remove(self, task: Task) -> None:
        """The task's id is free again."""
        del self.by_tid[task.tid]
