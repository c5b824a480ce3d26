"""The table of line mode's commands: each is one function, declared with its words and its help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.debug.line_mode import LineMode

Function = Callable[["LineMode", str], None]


class CommandError(Exception):
    """What is wrong with a command, in one line for people."""


@dataclass(frozen=True)
class Command:
    """`name` may be two words; `usage` shows arguments; the first line of `help` says what for."""

    name: str
    aliases: tuple[str, ...]
    usage: str
    help: str
    function: Function
    repeats: bool

    @property
    def summary(self) -> str:
        return self.help.partition("\n")[0]


COMMANDS: dict[str, Command] = {}
_ALIASES: dict[str, Command] = {}
_GROUPS = ("info", "catch")


def command(
    name: str, *aliases: str, usage: str = "", repeats: bool = False
) -> Callable[[Function], Function]:
    """Enter a function; `repeats`: an empty line does the same again."""

    def enter(function: Function) -> Function:
        text = function.__doc__ or ""
        made = Command(name, aliases, usage, text.strip(), function, repeats)
        COMMANDS[name] = made
        _ALIASES.update(dict.fromkeys(aliases, made))
        return function

    return enter


def find(line: str) -> tuple[Command, str]:
    """The command that a line begins with, abbreviated or not, and the rest of the line."""
    first, rest = _cut(line)
    group = next((name for name in _GROUPS if name == _ALIASES_OF_GROUPS.get(first, first)), None)
    if group is None:
        return _look_up(first, COMMANDS, first), rest
    second, rest = _cut(rest)
    if not second:
        names = ", ".join(name.split()[1] for name in COMMANDS if name.startswith(f"{group} "))
        raise CommandError(f"{group} needs a word more: {names}")
    within = {name: found for name, found in COMMANDS.items() if name.startswith(f"{group} ")}
    return _look_up(f"{group} {second}", within, f"{group} {second}"), rest


_ALIASES_OF_GROUPS = {"i": "info", "inf": "info"}


def _cut(line: str) -> tuple[str, str]:
    """The first word, which `/` and `*` end, too, and the rest."""
    line = line.strip()
    end = next((i for i, sign in enumerate(line) if sign.isspace() or sign in "/*"), len(line))
    return line[:end], line[end:].strip()


def _look_up(word: str, table: dict[str, Command], shown: str) -> Command:
    found = table.get(word) or _ALIASES.get(word)
    if found is not None:
        return found
    fitting = sorted(name for name in table if name.startswith(word))
    if len(fitting) == 1:
        return table[fitting[0]]
    if fitting:
        raise CommandError(f"{shown!r} may be {', '.join(fitting)}")
    raise CommandError(f"no command {shown!r}: `help` lists them")
