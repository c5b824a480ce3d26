"""Commands about the call stack: who called whom with what, and which frame is looked at."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from emulator.debug.c.debug_info import name_of_entry
from emulator.debug.c.evaluation import Scope
from emulator.debug.c.printing import argument_text
from emulator.debug.c.target import Frame, Target, frame, frames
from emulator.debug.command_table import CommandError, command
from emulator.debug.commands.sources import source_lines
from emulator.debug.expressions import count_of, evaluate

if TYPE_CHECKING:
    from emulator.debug.line_mode import LineMode


@command("backtrace", "bt", "where", "info stack", usage="[N]")
def backtrace(mode: LineMode, argument: str) -> None:
    """Who called whom, with which arguments, up to main or as far as that can be told; or N."""
    most = count_of(mode, argument) if argument else None
    for each in frames(mode.task, mode.program):
        if each.number == most:
            mode.say("(More stack frames follow...)")
            break
        mode.say(_line(mode, each))


@command("frame", "f", usage="[N]")
def frame_(mode: LineMode, argument: str) -> None:
    """Look at frame N, or tell which is looked at: its variables and registers are then meant."""
    _select(mode, evaluate(mode, argument) if argument else mode.level)


@command("up", usage="[N]", repeats=True)
def up(mode: LineMode, argument: str) -> None:
    """Look at the caller of the frame looked at, or N frames outwards."""
    if mode.level + 1 == sum(1 for _ in frames(mode.task, mode.program)):
        raise CommandError("Initial frame selected; you can't go up.")
    _select(mode, mode.level + count_of(mode, argument))


@command("down", "dow", usage="[N]", repeats=True)
def down(mode: LineMode, argument: str) -> None:
    """Look at the frame that the one looked at has called, or N frames inwards."""
    if not mode.level:
        raise CommandError("Bottom (innermost) frame selected; you can't go down.")
    _select(mode, max(mode.level - count_of(mode, argument), 0))


def _select(mode: LineMode, level: int) -> None:
    found = frame(mode.task, mode.program, level)
    mode.level = level
    mode.say(_line(mode, found))
    file, _, number = mode.program.line_of(found.site.inside).rpartition(":")
    with suppress(CommandError, IndexError):
        if number:
            text = source_lines(mode.program.source_of(file) or file)[int(number) - 1]
            mode.say(f"{number}\t{text}")


def _line(mode: LineMode, each: Frame) -> str:
    """`#1  0x08049161 in outer (n=3) at misuse.c:12`."""
    program, pc = mode.program, each.site.pc
    scope = Scope(Target(mode.stepper, mode.task, program, each))
    line = program.line_of(each.site.inside)
    is_plain = each.number == 0 and line and program.begins_line(pc)
    start = f"#{each.number:<3}" + ("" if is_plain else f"0x{pc:08x} in ")
    entry = scope.info.function_at(scope.target.pc)
    if entry is None:
        symbol = program.function_at(each.site.inside)
        name, arguments = symbol.name if symbol is not None else "??", ""
    else:
        name = name_of_entry(entry)
        arguments = ", ".join(
            f"{name_of_entry(parameter)}={argument_text(scope.target, scope.variable(parameter))}"
            for parameter in scope.info.variables_in(entry, True)
        )
    return f"{start}{name} ({arguments})" + (f" at {line}" if line else "")
