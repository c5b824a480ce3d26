"""Commands about source code: where an address belongs, and the text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from emulator.debug.command_table import CommandError, command
from emulator.debug.expressions import evaluate, location

if TYPE_CHECKING:
    from emulator.debug.line_mode import LineMode

_AROUND = 5


@command("info line", usage="[LOCATION]")
def info_line(mode: LineMode, argument: str) -> None:
    """The source line and function of the next instruction, or of a location."""
    address = location(mode, argument)
    mode.say(f"{address:#x} is {mode.program.place(address)}")


@command("info symbol", usage="EXPRESSION")
def info_symbol(mode: LineMode, argument: str) -> None:
    """What a value is the address of."""
    address = evaluate(mode, argument)
    found = mode.program.object_at(address) or mode.program.function_at(address)
    if found is None:
        raise CommandError(f"no symbol is known for {address:#x}")
    mode.say(f"{found.name} + {address - found.start}")


@command("list", "l", usage="[LOCATION]")
def list_(mode: LineMode, argument: str) -> None:
    """The source around the next instruction, or a location, where its file is on this machine."""
    line = mode.program.line_of(location(mode, argument))
    if not line:
        raise CommandError("no source line is known here: was the program compiled with -g?")
    file, _, number = line.rpartition(":")
    lines = source_lines(mode.program.source_of(file) or file)
    first = max(int(number) - _AROUND, 1)
    for i, text in enumerate(lines[first - 1 : first + 2 * _AROUND - 1], first):
        mode.say(f"{'=>' if i == int(number) else '  '} {i}\t{text}")


def source_lines(path: str) -> list[str]:
    """A source file's text; CommandError where it is not on this machine."""
    try:
        return Path(path).read_text(errors="replace").splitlines()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None
