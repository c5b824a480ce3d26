"""Stopping and going on: what stop signals and SIGCONT do to a process as a whole.

A stop begins when one thread acts on the signal; every other joins when it would next execute an
instruction of its own, and with the last of them the process is stopped and its parent is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel import events
from kernel.abi.signals import signal_name
from kernel.signals import attention
from kernel.task import tracing, waiting
from kernel.task.task import TaskState

if TYPE_CHECKING:
    from kernel.task.process import Process
    from kernel.task.task import Task


def begin_stop(task: Task, signal: int) -> None:
    """Stop the process of the current task, and the task at once."""
    task.process.stop_signal = signal
    for thread in task.process.threads:
        if thread.tracing is not None:
            thread.tracing.is_past_group_stop = False
        if thread is not task and not thread.is_gone:
            attention.notify(thread, signal_name(signal))
    join_stop(task)


def join_stop(task: Task) -> None:
    """Stop the current task, because its process is stopping."""
    signal = task.process.stop_signal
    if task.system.journal.recording:
        task.emit(events.TaskStopped, signal)
    task.signals.attention = True
    if task.tracing is not None:
        tracing.join_group_stop(task)
    else:
        task.move_to(TaskState.STOPPED, signal_name(signal))
    report_if_stopped(task.process)


def is_stopped(process: Process) -> bool:
    """Whether every living thread has stopped."""
    living = [task for task in process.threads if not task.is_gone]
    return bool(process.stop_signal and living) and all(map(_has_joined, living))


def _has_joined(task: Task) -> bool:
    return task.state is TaskState.STOPPED or tracing.is_in_group_stop(task)


def report_if_stopped(process: Process) -> None:
    """Tell the parent once the last thread has stopped, or the last that had not is gone."""
    if is_stopped(process):
        waiting.report_stopped(process, process.stop_signal)


def thread_left(task: Task) -> None:
    """One of several threads is gone: others take its signals, and may now all be stopped."""
    attention.retarget(task, ~task.signals.blocked)
    report_if_stopped(task.process)


def resume(process: Process) -> None:
    """SIGCONT was sent: the process goes on, whatever it does with the signal itself."""
    was_stopped = is_stopped(process)
    process.stop_signal = 0
    for task in process.threads:
        if task.state is TaskState.STOPPED:
            task.wake("SIGCONT")
        elif task.tracing is not None:
            tracing.group_continues(task)
    if was_stopped:
        waiting.note_continued(process)
