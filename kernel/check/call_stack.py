"""A task's call stack, by name: what strace's -k shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.memory import Prot
from kernel.check.program import Program, program_of
from kernel.check.unwinding import Site, caller, innermost_caller, site_of

if TYPE_CHECKING:
    from kernel.events import StackFrame
    from kernel.mm.address_space import AddressSpace
    from kernel.task.task import Task

_MOST = 256


def call_stack(task: Task) -> tuple[StackFrame, ...]:
    """From the task's own place outwards; at most 256 frames, as far as they can be told.

    The task is in a system call, or was interrupted.
    """
    memory, registers = task.memory, task.registers
    program = program_of(memory.executable) if memory.executable is not None else None
    site: Site | None = site_of(registers, task.call is not None)
    frames: list[StackFrame] = []
    while site is not None and len(frames) < _MOST:
        frames.append(_frame(program, memory, site))
        if not frames[-1][0]:
            break
        if len(frames) == 1:
            site = innermost_caller(program, memory, site, registers)
        else:
            site = caller(program, memory, site)
        if site is not None and not site.pc:
            break
    return tuple(frames)


def _frame(program: Program | None, memory: AddressSpace, site: Site) -> StackFrame:
    """One frame as an event has it; no file where the code lies in none."""
    area = memory.find(site.inside)
    if area is None or area.inode is None or not area.prot & Prot.PROT_EXEC:
        return "", "", 0, site.pc
    at = site.pc - area.start + area.offset
    function = None
    if program is not None and area.inode is memory.executable:
        function = program.function_at(site.inside)
    if function is None:
        return area.path, "", 0, at
    return area.path, function.name, site.pc - function.start, at
