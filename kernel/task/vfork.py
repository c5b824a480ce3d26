"""The end of sharing: a task leaves its memory, and a parent that lent it goes on."""

from __future__ import annotations

from kernel import events
from kernel.task.task import Task


def leave_memory(task: Task, how: str) -> bool:
    """Give up the task's address space: the one way there, for exec's commit and for exit.

    A vfork parent that waits becomes ready, first in the queue. Returns whether one did: the
    caller then yields, so that the parent goes on before the child is seen to go further.
    """
    memory, queue = task.memory, task.vfork_queue
    task.vfork_queue = None
    was_last = memory.leave()
    if task.system.journal.recording and was_last:
        task.emit(events.MemoryReleased, memory.name)
    if queue is None or not queue.sleepers:
        return False
    parent = queue.sleepers[0]
    assert isinstance(parent, Task)
    if task.system.journal.recording:
        parent.emit(events.Released, task.tid, how)
    parent.wake(f"vfork child {task.tid} {how}", first=True)
    return True
