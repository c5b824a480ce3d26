"""Ranges: where a thread can leave the instructions that it is to be stepped through.

A loop on one line of source is many steps. Between the places told here they need not be taken one
by one: then stepping through it is as fast as running.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emulator.machine.disassembly import Instruction, instructions

if TYPE_CHECKING:
    from emulator.stepper import Stepper
    from kernel.task.task import Task

_LARGEST = 0x1000
"""Octets of a range that is worth the look."""
_LEAVING = ("ret", "retf", "int", "int1", "int3", "into", "iret", "iretd", "sysenter", "syscall",
            "hlt", "lcall", "ljmp")  # fmt: skip
_BRANCHING = ("j", "loop", "call")


def exits(stepper: Stepper, task: Task, start: int, end: int) -> frozenset[int] | None:
    """Instructions before which a thread that is inside must be looked at: those outside to which
    it gets by itself, and those inside of which cannot be told where they lead (returns, calls
    through pointers, system calls). None where the range is not understood.
    """
    if not 0 < end - start <= _LARGEST:
        return None
    inside = list(instructions(stepper.read_memory(task, start, end - start), start))
    if not inside or inside[-1].address + len(inside[-1].code) != end:
        return None
    known = {instruction.address for instruction in inside}
    targets = {place for instruction in inside for place in _leads_to(instruction)} - known
    if task.instruction not in known or any(start < place < end for place in targets):
        return None  # there are other instructions between these
    unclear = {instruction.address for instruction in inside if _is_unclear(instruction)}
    return frozenset(targets | unclear | {end})


def _word(instruction: Instruction) -> str:
    """The mnemonic without prefixes."""
    return instruction.mnemonic.rpartition(" ")[2]


def _leads_to(instruction: Instruction) -> Iterator[int]:
    """Where it branches to, if it says so."""
    if _word(instruction).startswith(_BRANCHING) and instruction.operands.startswith("0x"):
        yield int(instruction.operands, 16)


def _is_unclear(instruction: Instruction) -> bool:
    word = _word(instruction)
    return word in _LEAVING or (word.startswith(_BRANCHING) and not any(_leads_to(instruction)))
