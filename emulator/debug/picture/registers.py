"""A task's registers, wherever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.task.task import Task


def registers_of(task: Task) -> tuple[int, ...]:
    """The ten general registers in the machine's order: in the CPU, or stored."""
    is_loaded = task.system.scheduler.current is task
    return tuple(task.system.machine.registers if is_loaded else task.context.words)
