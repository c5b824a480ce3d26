"""The end of sharing: a task leaves its memory, and a parent that lent it goes on."""

from __future__ import annotations

from emulator.machine.machine import EBP, EBX, ECX, EDI, EDX, ESI
from kernel import events
from kernel.task.task import Task, TaskState

_SHARED_REGISTERS = (EBX, ECX, EDX, EBP, ESI, EDI)


def leave_memory(task: Task, how: str) -> bool:
    """Give up the task's address space: the one way there, for exec's commit and for exit.

    A vfork parent that waits becomes ready, first in the queue. Returns whether one did: the
    caller then yields, so that the parent goes on before the child is seen to go further.
    """
    if task.watch is not None:
        task.watch.end()
    memory, queue = task.memory, task.vfork_queue
    if queue is not None:
        task.vfork_queue = None
    if memory.users == 1 and task.system.ipc.shared.by_index:
        task.system.ipc.leave_memory(task)
    task.peak = max(task.peak, memory.tables.peak)
    was_last = memory.leave()
    if task.system.journal.recording and was_last:
        task.emit(events.MemoryReleased, memory.name)
        task.tell_frames()
    if queue is None or not queue.sleepers:
        return False
    parent, *others = [sleeper for sleeper in queue.sleepers if isinstance(sleeper, Task)]
    if task.system.settings.vfork.registers_from_child and not parent.is_ending:
        _hand_over_registers(task, parent)
    for thread in others:
        thread.wake(f"vfork child {task.tid} {how}")
    if task.system.journal.recording:
        parent.emit(events.Released, task.tid, how)
    parent.wake(f"vfork child {task.tid} {how}", first=True)
    return True


def _hand_over_registers(child: Task, parent: Task) -> None:
    """The parent goes on with the child's values, but for eax, the stack and where it was."""
    registers = child.system.machine.registers
    for register in _SHARED_REGISTERS:
        parent.context.words[register] = registers[register]


def hold_back(task: Task) -> bool:
    """Where vfork suspends a whole process: put a thread of it to sleep until the release."""
    queue = task.process.held_for
    if queue is None or task.is_ending:
        return False
    if not queue.sleepers:
        task.process.held_for = None
        return False
    task.blocked_on = (queue,)
    queue.add(task)
    task.move_to(TaskState.HELD, queue.name)
    return True
