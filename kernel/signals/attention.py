"""Attention: which thread is to look at pending signals, and waking it for them.

A pending signal does nothing by itself. Some thread's `signals.attention` is set, and that thread
delivers before it next executes an instruction of its own: Linux's TIF_SIGPENDING. A call in flight
is first tried again; only when it would still sleep does the signal interrupt it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kernel.abi.signals import bit, signal_name
from kernel.task.task import TaskState

if TYPE_CHECKING:
    from kernel.task.task import Task


def ready_signals(task: Task) -> int:
    """Mask of the pending signals, its own and its process's, that the task does not block."""
    signals = task.signals
    return (signals.pending.mask | task.process.pending.mask) & ~signals.blocked


def must_join(task: Task) -> bool:
    """Whether the task's process is stopping and the task has still to stop with it."""
    is_excused = task.tracing is not None and task.tracing.is_past_group_stop
    return bool(task.process.stop_signal) and not is_excused


def ends_sleep(task: Task) -> bool:
    """Whether there is something to deliver that a call in flight does not sleep through.

    Not so where another thread has taken the signal, or where a trace only shows a dropped one.
    """
    if not task.signals.attention:
        return False
    wants_trap = task.tracing is not None and task.tracing.wants_trap
    return bool(ready_signals(task)) or must_join(task) or wants_trap


def wants(task: Task, signal: int) -> bool:
    """Whether a signal to the process should go to this thread (Linux's wants_signal)."""
    if task.is_ending or task.is_gone or task.state in (TaskState.STOPPED, TaskState.TRACED):
        return False
    if task.signals.blocked & bit(signal):
        return False
    return task.state is TaskState.RUNNING or not task.signals.attention


def recipient(threads: Iterable[Task], signal: int) -> Task | None:
    """The thread to act on a process's signal: the first that wants it."""
    return next((task for task in threads if wants(task, signal)), None)


def notify(task: Task, why: str) -> None:
    """Have the task deliver soon: an interruptible sleep ends, a held task stays held."""
    task.signals.attention = True
    if task.state is TaskState.BLOCKED:
        task.wake(why)


def refresh(task: Task) -> None:
    """Decide anew whether there is anything to deliver, after the mask or pending set changed."""
    signals = task.signals
    signals.attention = bool(
        ready_signals(task)
        or signals.ignored.mask
        or signals.interrupted is not None
        or signals.injected is not None
        or task.process.stop_signal
        or (task.tracing is not None and task.tracing.wants_trap)
    )


def retarget(task: Task, mask: int) -> None:
    """Find other threads for the process's signals in `mask`, which this one no longer takes."""
    remaining = task.process.pending.mask & mask
    while remaining:
        signal = (remaining & -remaining).bit_length()
        remaining &= remaining - 1
        others = (thread for thread in task.process.threads if thread is not task)
        other = recipient(others, signal)
        if other is not None:
            notify(other, signal_name(signal))
