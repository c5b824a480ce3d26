"""System V semaphores: sets of counters that change all at once or not at all (semop(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.ipc import IPC_NOWAIT, SEM_UNDO, SEMVMX
from kernel.errors import Block, Restart, SysError
from kernel.ipc.objects import IpcObject, seconds
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.task.process import Process
    from kernel.task.task import Task


class Operation(NamedTuple):
    """struct sembuf."""

    number: int
    change: int
    flags: int


class Semaphore:
    """A counter: who changed it last, and who waits for it to grow or to become zero."""

    __slots__ = ("grown", "pid", "value", "zero")

    def __init__(self) -> None:
        self.value = 0
        self.pid = 0
        self.grown = WaitQueue("semaphore")
        self.zero = WaitQueue("semaphore zero")

    def set(self, value: int) -> None:
        """Another value; whoever may have waited for it looks."""
        old, self.value = self.value, value
        if value > old:
            self.grown.wake_all()
        if not value:
            self.zero.wake_all()


class SemaphoreSet(IpcObject):
    """Semaphores, and by process what is to be added to each when the process ends (SEM_UNDO)."""

    def __init__(self, task: Task, key: int, mode: int, count: int) -> None:
        super().__init__(task, key, mode)
        self.semaphores = [Semaphore() for _ in range(count)]
        self.operated = 0
        self.adjustments: dict[int, list[int]] = {}

    def operate(self, task: Task, operations: list[Operation], deadline: int | None) -> None:
        """All of them, or none: EAGAIN, ERANGE; waits for the first that cannot be done."""
        values = [semaphore.value for semaphore in self.semaphores]
        adjusted = dict(self._adjustments_of(task, operations))
        for operation in operations:
            number = operation.number
            if operation.change == 0:
                if values[number]:
                    self._wait(task, operation, self.semaphores[number].zero, deadline)
                continue
            value = values[number] + operation.change
            if value < 0:
                self._wait(task, operation, self.semaphores[number].grown, deadline)
            if value > SEMVMX:
                raise SysError(Errno.ERANGE)
            values[number] = value
            if operation.flags & SEM_UNDO:
                adjusted[number] -= operation.change
                if not -SEMVMX - 1 < adjusted[number] <= SEMVMX:
                    raise SysError(Errno.ERANGE)
        self._commit(task, operations, values, adjusted)

    def _adjustments_of(self, task: Task, operations: list[Operation]) -> dict[int, int]:
        old = self.adjustments.get(task.pid)
        numbers = {one.number for one in operations if one.flags & SEM_UNDO}
        return {number: old[number] if old is not None else 0 for number in numbers}

    def _wait(
        self, task: Task, operation: Operation, queue: WaitQueue, deadline: int | None
    ) -> None:
        if operation.flags & IPC_NOWAIT:
            raise SysError(Errno.EAGAIN)
        if deadline is not None and task.system.clock.now >= deadline:
            raise SysError(Errno.EAGAIN)
        raise Block(queue, deadline=deadline, restart=Restart.NEVER)

    def _commit(
        self, task: Task, operations: list[Operation], values: list[int], adjusted: dict[int, int]
    ) -> None:
        if adjusted:
            own = self.adjustments.setdefault(task.pid, [0] * len(self.semaphores))
            for number, adjustment in adjusted.items():
                own[number] = adjustment
        for number in dict.fromkeys(operation.number for operation in operations):
            semaphore = self.semaphores[number]
            semaphore.pid = task.pid
            semaphore.set(values[number])
        self.operated = seconds(task)

    def assign(self, task: Task, number: int, value: int) -> None:
        """SETVAL, and each step of SETALL: what was to be undone is forgotten."""
        for adjustment in self.adjustments.values():
            adjustment[number] = 0
        self.semaphores[number].pid = task.pid
        self.semaphores[number].set(value)
        self.changed = seconds(task)

    def undo(self, process: Process) -> None:
        """The process ends: give back what it took with SEM_UNDO, within what a value can be."""
        adjustments = self.adjustments.pop(process.pid, None)
        for number, adjustment in enumerate(adjustments or ()):
            if adjustment:
                semaphore = self.semaphores[number]
                semaphore.pid = process.pid
                semaphore.set(min(max(semaphore.value + adjustment, 0), SEMVMX))

    def wake_all(self) -> None:
        """The set is gone."""
        for semaphore in self.semaphores:
            semaphore.grown.wake_all()
            semaphore.zero.wake_all()
