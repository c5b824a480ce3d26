"""What a task is up to and why, in a spectator's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.debug.picture.model import Standing
from emulator.views.wait_status import ending
from kernel.abi.signals import signal_name
from kernel.clock import NANOSECONDS
from kernel.syscalls.table import TABLE
from kernel.task.task import TaskState

if TYPE_CHECKING:
    from kernel.task.task import Task

_STANDINGS = {
    TaskState.READY: Standing.READY,
    TaskState.RUNNING: Standing.READY,
    TaskState.BLOCKED: Standing.ASLEEP,
    TaskState.HELD: Standing.SUSPENDED,
    TaskState.STOPPED: Standing.STOPPED,
    TaskState.ZOMBIE: Standing.OVER,
    TaskState.DEAD: Standing.OVER,
}


def call_of(task: Task) -> str:
    """The name of the system call in flight; "" where there is none."""
    if task.call is None:
        return ""
    entry = TABLE.find(task.call.number)
    return entry.name if entry is not None else f"syscall_{task.call.number:#x}"


def vfork_child_of(task: Task) -> Task | None:
    """The child whose exec or end this task's vfork waits for."""
    queues = task.blocked_on if task.state is TaskState.HELD else ()
    for other in task.system.tasks.tasks():
        if other.vfork_queue is not None and other.vfork_queue in queues:
            return other
    return None


def standing(task: Task, runs_next: Task | None) -> tuple[Standing, str]:
    """What it is up to, and the reason; "" where that says it all."""
    if task is runs_next:
        return Standing.NEXT, _in_flight(task)
    where = _STANDINGS[task.state]
    if where is Standing.ASLEEP:
        return where, _sleeps_for(task)
    if where is Standing.SUSPENDED:
        child = vfork_child_of(task)
        return where, f"child {child.tid} has not exec'd" if child else task.wait_channel
    if where is Standing.STOPPED:
        return where, signal_name(task.process.stop_signal) if task.process.stop_signal else ""
    if where is Standing.OVER:
        return where, _ended(task)
    return where, _in_flight(task)


def _in_flight(task: Task) -> str:
    """What a task that will run has still to finish in the kernel."""
    if task.held is not None:
        return f"{call_of(task)} is about to return {task.held.value}"
    if task.is_ending:
        return "about to end"
    if task.call is None:
        return ""
    if task.unreported is not None:
        return f"{call_of(task)} is about to return"
    is_new = task.call.entered == task.system.clock.now
    return f"has entered {call_of(task)}" if is_new else f"goes on in {call_of(task)}"


def _sleeps_for(task: Task) -> str:
    what = task.wait_channel or ("a signal" if task.deadline is None else "")
    if task.deadline is not None:
        left = (task.deadline - task.system.clock.now) / NANOSECONDS
        what += f"{' or ' if what else ''}{max(left, 0):g} s"
    return f"{call_of(task)} waits for {what}"


def _ended(task: Task) -> str:
    end = ending(task.exit_status) if task.exit_status is not None else "ended"
    return f"{end}, not waited for" if task.is_leader else end
