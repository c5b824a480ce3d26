"""Expressions as numbers: what `x`, `break *`, `pagetable`, counts and others take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.debug.c.values import integer
from emulator.debug.command_table import CommandError

if TYPE_CHECKING:
    from emulator.debug.line_mode import LineMode

_MASK = 0xFFFF_FFFF


def evaluate(mode: LineMode, text: str) -> int:
    """The value of an expression, a 32-bit word: of an array or function, its address.

    CommandError says what is wrong with it.
    """
    text = text.strip()
    if text.isdecimal():  # needs no task that is alive
        return int(text) & _MASK
    scope = mode.scope()
    return integer(scope.target, scope.value(text)) & _MASK


def octets_at(mode: LineMode, address: int, size: int) -> bytes:
    """What is in memory; CommandError where there is less."""
    data = mode.stepper.read_memory(mode.task, address, size)
    if len(data) < size:
        raise CommandError(f"Cannot access memory at address {address + len(data):#x}")
    return data


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
        raise CommandError(f'No symbol "{text}" in current context.')
    return address


def _line(mode: LineMode, file: str, number: str) -> int:
    if not number.isdigit():
        raise CommandError(f"not FILE:LINE: {file}:{number}")
    found = mode.program.address_of_line(file.rsplit("/", 1)[-1], int(number))
    if found is None:
        raise CommandError(f"no code is known for {file}:{number}")
    return found
