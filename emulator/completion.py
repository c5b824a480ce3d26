"""Shell completion: scripts that shtab makes of the parsers."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from emulator.parsers import COMMANDS, Parser
from kernel.errors import BadGuest

_TAKING_PROGRAM = ("run", "trace", "step")
_TAKING_FILE = frozenset({"record", "file", "output"})
_TAKING_FOLDER = frozenset({"root"})


def script(shell: str) -> str:
    """What the shell is to evaluate; BadGuest where shtab is not installed."""
    try:
        import shtab
    except ImportError:
        raise BadGuest("completion needs shtab: pip install shtab") from None
    text: str = shtab.complete(_whole(shtab.FILE, shtab.DIRECTORY), shell)
    return text


def _whole(file: object, folder: object) -> argparse.ArgumentParser:
    """One parser with all commands and their options, which only completion needs."""
    parser = Parser(prog="emu386")
    commands = parser.add_subparsers()
    for name, (make, text) in COMMANDS.items():
        made = make()
        if name in _TAKING_PROGRAM:
            _mark([made.add_argument("program", nargs="*")], file)
        _mark((each for each in made._actions if each.dest in _TAKING_FILE), file)
        _mark((each for each in made._actions if each.dest in _TAKING_FOLDER), folder)
        commands.add_parser(name, help=text, parents=[made], add_help=False)
    return parser


def _mark(actions: Iterable[argparse.Action], kind: object) -> None:
    for action in actions:
        action.complete = kind  # type: ignore[attr-defined]
