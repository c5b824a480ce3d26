"""Commands that look at memory and values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emulator.debug.command_table import CommandError, command
from emulator.debug.expressions import evaluate, integer_at
from emulator.debug.where import symbol_suffix
from emulator.views.inert import visible

if TYPE_CHECKING:
    from emulator.debug.line_mode import LineMode

_FORMAT = re.compile(r"/(\d*)([xduotacsi]?)([bhwg]?)\s*")
_SIZES = {"b": 1, "h": 2, "w": 4, "g": 8}
_ROW = 16
"""Octets in a line."""
_LONGEST_STRING = 200


@command("x", usage="/FMT ADDRESS", repeats=False)
def x(mode: LineMode, argument: str) -> None:
    """Memory: /NFS with a count, a format (x d u o t a c s i) and a size (b h w g)."""
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
    match = _FORMAT.match(argument)
    if match is None:
        if argument.startswith("/"):
            raise CommandError(f"not a format: {argument.split()[0]}")
        return 1, "x", 4, argument
    letter = match[2] or "x"
    size = _SIZES[match[3]] if match[3] else (1 if letter == "c" else 4)
    return int(match[1] or 1), letter, size, argument[match.end() :]


def _numbers(mode: LineMode, address: int, count: int, letter: str, size: int) -> None:
    program, per_row = mode.stepper.program(mode.task), max(_ROW // size, 1)
    for first in range(0, count, per_row):
        at = address + first * size
        values = [integer_at(mode, at + i * size, size) for i in range(min(per_row, count - first))]
        cells = "\t".join(_text(mode, value, letter, size) for value in values)
        mode.say(f"{at:#x}{_object_suffix(program, at)}:\t{cells}")


def _object_suffix(program: object, address: int) -> str:
    from kernel.check.program import Program

    if not isinstance(program, Program):
        return ""
    found = program.object_at(address)
    if found is None:
        return symbol_suffix(program, address)
    return f" <{found.name}+{address - found.start}>"


def _text(mode: LineMode, value: int, letter: str, size: int) -> str:
    signed = value - (1 << 8 * size) if value >> 8 * size - 1 else value
    match letter:
        case "d":
            return str(signed)
        case "u":
            return str(value)
        case "o":
            return f"0{value:o}"
        case "t":
            return f"{value:0{8 * size}b}"
        case "a":
            return f"{value:#x}{_object_suffix(mode.stepper.program(mode.task), value)}"
        case "c":
            return f"{value} '{visible(chr(value & 0xFF))}'"
    return f"0x{value:0{2 * size}x}"


def _string(mode: LineMode, address: int) -> int:
    data = mode.stepper.read_memory(mode.task, address, _LONGEST_STRING)
    if not data:
        raise CommandError(f"cannot read memory at {address:#x}")
    text, end, _ = data.partition(b"\0")
    mode.say(f'{address:#x}:\t"{visible(text.decode("latin-1"))}"{"" if end else "..."}')
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


@command("print", "p", "inspect", usage="[/FMT] EXPRESSION")
def print_(mode: LineMode, argument: str) -> None:
    """A value: numbers, $registers, variables, &names, *addresses, + and -."""
    _, letter, _, rest = _format(argument) if argument.startswith("/") else (1, "", 4, argument)
    if not rest:
        raise CommandError("print what?")
    if letter == "s":
        _string(mode, evaluate(mode, rest))
        return
    value = evaluate(mode, rest)
    plain = f"{_text(mode, value, 'd', 4)} ({value:#x})"
    mode.say(_text(mode, value, letter, 4) if letter else plain)
