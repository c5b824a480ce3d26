"""The target: memory and registers, as one frame of a task's call stack sees them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from emulator.debug.command_table import CommandError
from emulator.machine.machine import EIP, ESP
from kernel.check.call_stack import call_sites
from kernel.check.unwinding import Site, by_rule, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.stepper import Stepper
    from kernel.check.program import Program
    from kernel.task.task import Task

_EBP = 5
_OUTERMOST = "main"


@dataclass(frozen=True)
class Frame:
    """A function that has been called and has not returned, number 0 the innermost.

    `registers` are by their DWARF numbers: the general ones in the machine's order, and EIP.
    """

    number: int
    site: Site
    cfa: int | None
    registers: list[int]


class Target:
    """A task of a stepper, looked at from a frame."""

    def __init__(self, stepper: Stepper, task: Task, program: Program, frame: Frame) -> None:
        self.stepper, self.task, self.program, self.frame = stepper, task, program, frame

    def read(self, address: int, length: int) -> bytes:
        """Octets of memory; CommandError where there are fewer."""
        data = self.stepper.read_memory(self.task, address & 0xFFFF_FFFF, length)
        if len(data) < length:
            at = (address & 0xFFFF_FFFF) + len(data)
            raise CommandError(f"Cannot access memory at address {at:#x}")
        return data

    def word(self, address: int) -> int:
        """The 32-bit word at an address."""
        return int.from_bytes(self.read(address, 4), "little")

    @property
    def pc(self) -> int:
        """Within the frame's function, as the program's file has it."""
        return self.frame.site.inside - self.program.bias


def frames(task: Task, program: Program) -> Iterator[Frame]:
    """From the innermost to that of main, or as far as can be told."""
    memory, registers = task.memory, list(task.registers[: EIP + 1])
    for number, site in enumerate(call_sites(task, program)):
        registers[ESP], registers[_EBP], registers[EIP] = site.esp, site.ebp, site.pc
        rule, cfa = program.frame_rule(site.inside), None
        if rule is not None:
            cfa, _ = by_rule(memory, rule, site.esp, site.ebp)
        yield Frame(number, site, cfa, registers.copy())
        if rule is not None and cfa is not None:
            for register, offset in rule.saved:
                registers[register] = word(memory, cfa + offset)
        function = program.function_at(site.inside)
        if function is not None and function.name == _OUTERMOST:
            break


def frame(task: Task, program: Program, number: int) -> Frame:
    """The frame of this number; CommandError where there are not so many."""
    found = next(islice(frames(task, program), number, None), None)
    if found is None:
        raise CommandError(f"No frame at level {number}.")
    return found
