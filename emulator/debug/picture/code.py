"""Instructions around the next one, with symbols and source lines where the executable has them."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from emulator.debug.picture.model import CodeLine
from emulator.machine.disassembly import Instruction, instructions
from emulator.machine.machine import EAX, EIP
from kernel.check.program import Program, program_of
from kernel.mm.peek import peek
from kernel.syscalls.table import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kernel.task.task import Task

LONGEST = 15
"""Octets of an instruction."""
_BEFORE = 4
_MOST_BEFORE = 4096
_INTERRUPT = "int 0x80"
_ADDRESS = re.compile(r"0x[0-9a-f]{5,8}\b")


def program_behind(task: Task) -> Program | None:
    """What the executable of a task tells about itself."""
    if task.memory_left or task.memory.executable is None:
        return None
    return program_of(task.memory.executable)


def code(task: Task, registers: Sequence[int], count: int) -> tuple[CodeLine, ...]:
    """A few instructions before the next, the next, and those after it: `count` in all.

    Those before are found only from the beginning of a function: code reads in one direction.
    """
    program, at = program_behind(task), registers[EIP]
    earlier = list(_before(task, at))[-_BEFORE:]
    after = instructions(peek(task.memory, at, LONGEST * count), at)
    return tuple(
        CodeLine(
            item.address,
            str(item).replace(" ptr ", " "),
            _note(item, program, registers if item.address == at else ()),
            _new_line(program, item.address),
            item.address == at,
        )
        for item in [*earlier, *islice(after, count - len(earlier))]
    )


def _before(task: Task, at: int) -> Iterator[Instruction]:
    """The instructions of the function from its beginning up to `at`, if they lead there."""
    program = program_behind(task)
    function = program.function_at(at) if program is not None else None
    start = function.start if function is not None else at
    if not 0 < at - start <= _MOST_BEFORE:
        return
    octets = peek(task.memory, start, at - start)
    found = list(instructions(octets, start))
    if found and found[-1].address + len(found[-1].code) == at:
        yield from found


def _new_line(program: Program | None, address: int) -> str:
    """The source line, where the instruction is the first of it."""
    if program is None:
        return ""
    line = program.line_of(address)
    return line if line != program.line_of(address - 1) else ""


def _note(item: Instruction, program: Program | None, registers: Sequence[int]) -> str:
    """The system call about to be made, or the symbol that is spoken of."""
    if str(item) == _INTERRUPT and registers:
        entry = TABLE.find(registers[EAX])
        return f"{entry.name}()" if entry is not None else ""
    match = _ADDRESS.search(item.operands)
    return symbol(program, int(match[0], 16)) if match is not None else ""


def symbol(program: Program | None, address: int) -> str:
    """`main+0x1c` or the like for code and variables; "" for what has no name."""
    if program is None:
        return ""
    found = program.function_at(address) or program.object_at(address)
    if found is None:
        return ""
    offset = address - found.start
    return f"{found.name}+{offset:#x}" if offset else found.name
