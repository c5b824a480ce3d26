"""Expressions: what `print`, `x`, `break *` and others take for a number.

A sum of terms, each a number (decimal, 0x…), a register ($eax, $pc, $sp), a function's name (its
address), a variable's name (its value; `&name` its address), or `*term`, the word at an address.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emulator.debug.command_table import CommandError

if TYPE_CHECKING:
    from emulator.debug.line_mode import LineMode

_TERM = re.compile(r"\s*([*&]*)\s*(?:(0x[0-9a-fA-F]+|\d+)|\$(\w+)|([A-Za-z_.][\w.]*)|\()\s*")
_REGISTERS = {"pc": "eip", "sp": "esp", "fp": "ebp", "flags": "eflags", "ps": "eflags"}
_MASK = 0xFFFF_FFFF


class _Reader:
    """Reads one expression from left to right."""

    def __init__(self, mode: LineMode, text: str) -> None:
        self.mode = mode
        self.text = text
        self.at = 0

    def total(self) -> int:
        value = self.term()
        while self.at < len(self.text) and self.text[self.at] in "+-":
            sign = self.text[self.at]
            self.at += 1
            term = self.term()
            value = value + term if sign == "+" else value - term
        return value & _MASK

    def term(self) -> int:
        match = _TERM.match(self.text, self.at)
        if match is None:
            raise CommandError(f"not an expression: {self.text!r}")
        self.at = match.end()
        marks, number, register, name = match.groups()
        if number is not None:
            value = int(number, 0)
        elif register is not None:
            value = self.register(register)
        elif name is not None:
            marks, value = self.symbol(name, marks)
        else:
            value = self.total()
            if not self.text.startswith(")", self.at):
                raise CommandError(f"a parenthesis is not closed: {self.text!r}")
            self.at += 1
        for _ in marks:
            value = word_at(self.mode, value)
        return value

    def register(self, name: str) -> int:
        values = self.mode.stepper.registers(self.mode.task)
        found = values.get(_REGISTERS.get(name, name))
        if found is None:
            raise CommandError(f"no register ${name}")
        return found

    def symbol(self, name: str, marks: str) -> tuple[str, int]:
        """The marks that are left, and an address or value."""
        program = self.mode.program
        address = program.address_of(name)
        if address is None:
            raise CommandError(f"no symbol {name!r} in this program")
        if marks.endswith("&"):
            return marks[:-1], address
        found = program.object_at(address)
        if found is None:
            return marks, address
        return marks, integer_at(self.mode, address, min(found.end - found.start, 4))


def evaluate(mode: LineMode, text: str) -> int:
    """The value of an expression, a 32-bit word; CommandError says what is wrong with it."""
    reader = _Reader(mode, text.strip())
    value = reader.total()
    if reader.at != len(reader.text):
        raise CommandError(f"not an expression: {text.strip()!r}")
    return value


def integer_at(mode: LineMode, address: int, size: int) -> int:
    """A little-endian number in memory."""
    data = mode.stepper.read_memory(mode.task, address, size)
    if len(data) < size:
        raise CommandError(f"cannot read memory at {address + len(data):#x}")
    return int.from_bytes(data, "little")


def word_at(mode: LineMode, address: int) -> int:
    """The 32-bit word at an address."""
    return integer_at(mode, address, 4)


def count_of(mode: LineMode, text: str) -> int:
    """The optional N of stepi and its like: 1 where nothing is said."""
    if not text:
        return 1
    count = evaluate(mode, text)
    if not count:
        raise CommandError("a number above 0 is meant")
    return count


def location(mode: LineMode, text: str) -> int:
    """Where to break: `*EXPRESSION`, a symbol, `FILE:LINE`, or nothing for the next instruction."""
    text = text.strip()
    if not text:
        return mode.task.instruction
    if text.startswith("*"):
        return evaluate(mode, text[1:])
    file, colon, number = text.rpartition(":")
    if colon:
        return _line(mode, file, number)
    address = mode.program.address_of(text)
    if address is None:
        raise CommandError(f"no symbol {text!r} in this program")
    return address


def _line(mode: LineMode, file: str, number: str) -> int:
    if not number.isdigit():
        raise CommandError(f"not FILE:LINE: {file}:{number}")
    found = mode.program.address_of_line(file.rsplit("/", 1)[-1], int(number))
    if found is None:
        raise CommandError(f"no code is known for {file}:{number}")
    return found
