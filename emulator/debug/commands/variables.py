"""Commands that show variables and types, in gdb's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from emulator.debug.c import formats
from emulator.debug.c.debug_info import name_of_entry
from emulator.debug.c.declarations import described, name_of
from emulator.debug.c.evaluation import Scope
from emulator.debug.c.printing import contents, shown
from emulator.debug.c.types import Typedef
from emulator.debug.command_table import CommandError, command

if TYPE_CHECKING:
    from emulator.debug.line_mode import LineMode

_FORMAT = re.compile(rf"/([{formats.LETTERS}]?)(?:\s+|(?=[^\w/]))")


@command("print", "p", "inspect", usage="[/FMT] EXPRESSION")
def print_(mode: LineMode, argument: str) -> None:
    """A value, by C's rules: variables, $registers, members, casts, arithmetic; $N is an old value.

    FMT is one of x d u o t a c f s z. `first@count` is an array that begins with a value. Nothing
    can be assigned: what has happened stays as it was, so that going back is exact.
    """
    letter, rest = "", argument
    if argument.startswith("/"):
        match = _FORMAT.match(argument)
        if match is None:
            raise CommandError(f"not a format of print: {argument.split()[0]}")
        letter, rest = match[1], argument[match.end() :]
    scope = mode.scope()
    value = scope.value(rest or "$")
    value = value if value.is_gone else value.read(scope.target)
    text = shown(scope.target, value, letter)
    mode.history.append(value)
    mode.say(f"${len(mode.history)} = {text}")


@command("whatis", usage="EXPRESSION | TYPE")
def whatis(mode: LineMode, argument: str) -> None:
    """The type of an expression, by its name."""
    kind, is_type = mode.scope().type(argument or "$")
    mode.say(f"type = {name_of(kind.target if is_type and isinstance(kind, Typedef) else kind)}")


@command("ptype", usage="EXPRESSION | TYPE")
def ptype(mode: LineMode, argument: str) -> None:
    """The type of an expression, with its members."""
    kind, _ = mode.scope().type(argument or "$")
    mode.say(f"type = {described(kind)}")


@command("info locals")
def info_locals(mode: LineMode, argument: str) -> None:
    """The variables of the function looked at, those of the innermost block first."""
    scope = mode.scope()
    blocks = scope.info.blocks_at(scope.target.pc)
    if not blocks:
        raise CommandError("No symbol table info available.")
    entries = [entry for block in blocks for entry in scope.info.variables_in(block, False)]
    _list(mode, scope, entries, "No locals.")


@command("info args")
def info_args(mode: LineMode, argument: str) -> None:
    """The parameters of the function looked at."""
    scope = mode.scope()
    function = scope.info.function_at(scope.target.pc)
    if function is None:
        raise CommandError("No symbol table info available.")
    _list(mode, scope, scope.info.variables_in(function, True), "No arguments.")


def _list(mode: LineMode, scope: Scope, entries: list[Any], nothing: str) -> None:
    lines = [
        f"{name_of_entry(entry)} = {contents(scope.target, scope.variable(entry))}"
        for entry in entries
    ]
    mode.say("\n".join(lines) or nothing)
