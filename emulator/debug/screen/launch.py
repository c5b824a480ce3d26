"""Opening the screen: what it needs is looked for first, and its lack is one line."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, TextIO

from kernel.errors import BadGuest

if TYPE_CHECKING:
    from emulator.debug.step_streams import TypedInput
    from emulator.stepper import Stepper

_MISSING = "the screen needs Textual: pip install 'emu386[screen]' (or use --plain)"
_NO_TERMINAL = "the screen needs a terminal: use --plain"


def check() -> None:
    """BadGuest (125) where there is no terminal to draw on, or nothing to draw with."""
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stdout)):
        raise BadGuest(_NO_TERMINAL)
    if find_spec("textual") is None:
        raise BadGuest(_MISSING)


def _is_terminal(stream: TextIO | None) -> bool:
    """Streams that are closed are None."""
    return stream is not None and stream.isatty()


def show(stepper: Stepper, program: str, streams: TypedInput) -> int:
    """Show the run until somebody closes the screen: 0, or 130 after Ctrl-C."""
    from emulator.debug.screen.app import Screen
    from emulator.debug.screen.run import Run

    screen = Screen(Run(stepper, program, streams))
    screen.run()
    return screen.return_code or 0
