"""The task table as text: who there is, in which state, and what each sleeps for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.fs.proc_status import parent_pid, state_letter

if TYPE_CHECKING:
    from kernel.system import System
    from kernel.task.task import Task

_HEAD = ("PID", "PPID", "STATE", "MEMORY", "STRUCTURE", "NAME", "WAITS FOR")


def task_table(system: System) -> str:
    """A line for each task but init, below a line of headings.

    STRUCTURE is the physical address of the task's structure and kernel stack in emulated RAM.
    """
    tasks = [task for task in system.tasks.tasks() if task.process is not system.tasks.init]
    lines = [_HEAD, *(_columns(task) for task in tasks)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    return "".join(
        " ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        + "\n"
        for line in lines
    )


def _columns(task: Task) -> tuple[str, ...]:
    memory = "-" if task.memory_left else task.memory.name
    structure = "+".join(f"{frame << 12:#x}" for frame in task.structure)
    return (
        str(task.tid), str(parent_pid(task)), state_letter(task), memory, structure, task.name,
        task.wait_channel or "-",
    )  # fmt: skip
