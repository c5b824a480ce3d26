"""Waiting until one of several files is ready: what poll, select and epoll have in common."""

from __future__ import annotations

from collections.abc import Collection
from typing import NoReturn

from kernel.clock import NANOSECONDS
from kernel.errors import Block
from kernel.fs.open_file import OpenFile
from kernel.syscalls.time_values import MICROSECONDS
from kernel.task.task import Task
from kernel.wait import WaitQueue


def wait_for(task: Task, files: Collection[OpenFile], deadline: int | None) -> NoReturn:
    """Sleep until something changes with one of the files, or until the deadline."""
    queues = dict.fromkeys(queue for file in files for queue in file.poll_queues(task))
    moments = [deadline, *(file.poll_deadline() for file in files)]
    first = min((moment for moment in moments if moment is not None), default=None)
    if not queues:
        queues[WaitQueue("signal" if first is None else "time")] = None
    raise Block(*queues, deadline=first)


def fix_deadline(task: Task, timeout: int | None) -> int | None:
    """When a call with this timeout (nanoseconds) gives up: decided at its first attempt."""
    call = task.call
    assert call is not None
    if call.progress is None:
        call.progress = (None if timeout is None else call.entered + timeout,)
    deadline: int | None = call.progress[0]
    return deadline


def has_passed(task: Task, deadline: int | None) -> bool:
    """Whether the call is to give up."""
    return deadline is not None and task.system.clock.now >= deadline


def time_left(task: Task, deadline: int) -> int:
    """Nanoseconds to the deadline, at least 0."""
    return max(0, deadline - task.system.clock.now)


def left_text(nanoseconds: int, unit: str) -> str:
    """`left {tv_sec=1, tv_nsec=5}`; `unit` is tv_nsec or tv_usec."""
    seconds, rest = divmod(nanoseconds, NANOSECONDS)
    if unit == "tv_usec":
        rest //= NANOSECONDS // MICROSECONDS
    return f"left {{tv_sec={seconds}, {unit}={rest}}}"
