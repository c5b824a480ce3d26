"""Deadlock (W6): a vfork child that waits for its parent, which waits for the child."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.machine.machine import EIP
from kernel.abi.signals import signal_name
from kernel.abi.sysno import Sysno
from kernel.fs.locks import LockWait
from kernel.fs.pipe import PipeFile
from kernel.task.task import TaskState

if TYPE_CHECKING:
    from kernel.check.program import Program
    from kernel.task.task import Task

_INT = 2
Facts = dict[str, int | str]


def is_suspended(parent: Task) -> bool:
    """Whether the parent waits for the release of its memory."""
    return parent.state is TaskState.HELD


def instruction_of(task: Task) -> int:
    """The `int` of the call that the task is in."""
    return (task.context.words[EIP] - _INT) & 0xFFFF_FFFF if task.call is not None else 0


def facts_of_stop(task: Task, parent: Task) -> Facts:
    """The child is stopped by a signal."""
    return {
        "child": f"stopped by {signal_name(task.process.stop_signal)}",
        "needs": "SIGCONT, which its parent cannot send it",
        "parent": _parent(task),
    }


def facts_of_sleep(task: Task, parent: Task, program: Program) -> Facts | None:
    """The child sleeps in a system call; None where it does not."""
    if task.state is not TaskState.BLOCKED or task.call is None:
        return None
    return {
        "child": f"asleep in {_call_name(task)}",
        "waits for": task.wait_channel or "a signal",
        "needs": _needs(task, parent, program),
        "parent": _parent(task),
    }


def _parent(task: Task) -> str:
    return f"suspended until {task.tid} executes a program or exits"


def _call_name(task: Task) -> str:
    assert task.call is not None
    try:
        return Sysno(task.call.number).name.lower()
    except ValueError:
        return f"system call {task.call.number}"


def _needs(task: Task, parent: Task, program: Program) -> str:
    """What the parent would have to do."""
    assert task.call is not None
    channel = task.wait_channel
    if channel.startswith("futex"):
        word = int(channel.split()[-1], 16)
        symbol = program.object_at(word)
        name = f" ({symbol.name})" if symbol is not None else ""
        return f"that its parent changes the word at {word:#x}{name} and makes FUTEX_WAKE"
    progress = task.call.progress
    if isinstance(progress, LockWait):
        obstacle = progress.locks.conflict(progress.wanted)
        owner = "somebody" if obstacle is None else f"process {obstacle.pid}"
        return f"the record lock that {owner} holds"
    if channel.startswith("pipe"):
        return _pipe_partner(task, parent)
    if channel == "child":
        return "a child that ends, but none that is left can"
    return "somebody who is not suspended"


def _pipe_partner(task: Task, parent: Task) -> str:
    """The parent's descriptors for the other end of the pipe that the child waits for."""
    assert task.call is not None
    reading = "readable" in task.wait_channel
    file = task.files.get(task.call.words[0])
    if not isinstance(file, PipeFile):
        return "the other end of the pipe"
    numbers = [
        number
        for number, other in parent.files.files.items()
        if other.inode is file.inode and (other.is_writable if reading else other.is_readable)
    ]
    verb = "writes to" if reading else "reads from"
    whom = ", ".join(map(str, numbers))
    return f"that its parent {verb} the pipe (descriptor {whom})" if numbers else "a lost partner"
