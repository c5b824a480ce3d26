"""Commands that look at memory and values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emulator.debug.c.formats import formatted
from emulator.debug.c.strings import MOST, quoted
from emulator.debug.command_table import CommandError, command
from emulator.debug.expressions import evaluate, octets_at
from emulator.debug.where import symbol_suffix

if TYPE_CHECKING:
    from emulator.debug.line_mode import LineMode
    from kernel.check.program import Program

_LETTERS = "xduotacfsi"
_FORMAT = re.compile(rf"/(\d*)([{_LETTERS}bhwg]{{0,2}})(?:\s+|(?=[^\w/])|$)")
_SIZES = {"b": 1, "h": 2, "w": 4, "g": 8}
_ROW = 16
"""Octets in a line."""


@command("x", usage="/FMT ADDRESS", repeats=False)
def x(mode: LineMode, argument: str) -> None:
    """Memory: /NFS with a count, a format (x d u o t a c f s i) and a size (b h w g)."""
    count, letter, size, rest = _format(argument)
    if not rest:
        raise CommandError("x needs an address")
    address = evaluate(mode, rest)
    if letter == "i":
        _instructions(mode, address, count)
    elif letter == "s":
        for _ in range(count):
            address = _string(mode, address)
    else:
        _numbers(mode, address, count, letter, 4 if letter == "a" else size)


def _format(argument: str) -> tuple[int, str, int, str]:
    """Count, letter and size, which may stand in either order, and the rest."""
    match = _FORMAT.match(argument)
    if match is None:
        if argument.startswith("/"):
            raise CommandError(f"not a format: {argument.split()[0]}")
        return 1, "x", 4, argument
    letters = match[2]
    letter = next((sign for sign in letters if sign in _LETTERS), "x")
    sizes = [_SIZES[sign] for sign in letters if sign in _SIZES]
    size = sizes[-1] if sizes else (1 if letter == "c" else 4)
    return int(match[1] or 1), letter, size, argument[match.end() :]


def _numbers(mode: LineMode, address: int, count: int, letter: str, size: int) -> None:
    program, per_row = mode.stepper.program(mode.task), max(_ROW // size, 1)
    for first in range(0, count, per_row):
        at = address + first * size
        values = [octets_at(mode, at + i * size, size) for i in range(min(per_row, count - first))]
        cells = "\t".join(_text(program, value, letter) for value in values)
        mode.say(f"{at:#x}{_object_suffix(program, at)}:\t{cells}")


def _object_suffix(program: Program | None, address: int) -> str:
    """` <name+4>`, of a variable or function, or nothing."""
    if program is None:
        return ""
    found = program.object_at(address) or program.function_at(address)
    if found is None:
        return ""
    offset = address - found.start
    return f" <{found.name}+{offset}>" if offset else f" <{found.name}>"


def _text(program: Program | None, data: bytes, letter: str) -> str:
    value, size = int.from_bytes(data, "little"), len(data)
    match letter:
        case "x":
            return f"0x{value:0{2 * size}x}"
        case "t":
            return f"{value:0{8 * size}b}"
        case "o":
            return f"0{value:o}"
    return formatted(data, letter, lambda address: _object_suffix(program, address))


def _string(mode: LineMode, address: int) -> int:
    """Print one; where the next begins."""
    data = mode.stepper.read_memory(mode.task, address, MOST)
    if not data:
        raise CommandError(f"Cannot access memory at address {address:#x}")
    text, end, _ = data.partition(b"\0")
    place = f"{address:#x}{_object_suffix(mode.stepper.program(mode.task), address)}"
    mode.say(f"{place}:\t{quoted(text, is_cut=not end)}")
    return address + len(text) + len(end)


@command("disassemble", "disas", usage="[/COUNT] [LOCATION]")
def disassemble(mode: LineMode, argument: str) -> None:
    """Ten instructions, or COUNT, from the next one or a location on; `=>` marks the next one."""
    count, _, _, rest = _format(argument) if argument.startswith("/") else (10, "", 0, argument)
    _instructions(mode, evaluate(mode, rest) if rest else mode.task.instruction, count)


def _instructions(mode: LineMode, address: int, count: int) -> None:
    task, program = mode.task, mode.stepper.program(mode.task)
    found = mode.stepper.disassemble(task, address, count)
    if not found:
        raise CommandError(f"no instruction at {address:#x}")
    line = ""
    for item in found:
        now = program.line_of(item.address) if program is not None else ""
        if now and now != line:
            line = now
            mode.say(f"{line}:")
        mark = "=>" if item.address == task.instruction else "  "
        mode.say(f"{mark} {item.address:#x}{symbol_suffix(program, item.address)}:\t{item}")
