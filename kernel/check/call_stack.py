"""A task's call stack, by name: what strace's -k shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.memory import Prot
from kernel.check.program import Program, program_of
from kernel.check.unwinding import Site, caller, innermost_caller, site_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kernel.events import StackFrame
    from kernel.mm.address_space import AddressSpace
    from kernel.task.task import Task

_MOST = 256


def call_stack(task: Task) -> tuple[StackFrame, ...]:
    """From the task's own place outwards; at most 256 frames, as far as they can be told.

    The task is in a system call, or was interrupted.
    """
    memory = task.memory
    program = program_of(memory.executable) if memory.executable is not None else None
    frames: list[StackFrame] = []
    for site in call_sites(task, program):
        frames.append(_frame(program, memory, site))
        if not frames[-1][0]:
            break
    return tuple(frames)


def call_sites(task: Task, program: Program | None) -> Iterator[Site]:
    """The same as addresses in the program that the task runs."""
    memory, registers = task.memory, task.registers
    site: Site | None = site_of(registers, task.call is not None)
    for count in range(_MOST):
        if site is None or (count and not site.pc):
            break
        yield site
        if count:
            site = caller(program, memory, site)
        else:
            site = innermost_caller(program, memory, site, registers)


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
