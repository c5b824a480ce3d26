"""The options of `emu386 step`, and which of its faces they ask for."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from emulator.options import add_run_options, session_options, size
from emulator.stepper import DEFAULT_HISTORY
from kernel.errors import BadGuest

if TYPE_CHECKING:
    from emulator.session import Streams
    from emulator.stepper import Stepper


def add(parser: argparse.ArgumentParser) -> None:
    """The options of run that make sense here, and our own."""
    add_run_options(parser, has_limits=False)
    add = parser.add_argument
    add("--plain", action="store_true", help="line mode: commands in gdb's words")
    add("--history", type=size, default=DEFAULT_HISTORY, metavar="SIZE",
        help="how much memory the way back may take (256M)")  # fmt: skip
    add("--stdin", metavar="FILE", help="the guest's standard input, in place of our own")


def run(parsed: argparse.Namespace, guest: list[str]) -> int:
    """Step the guest; the exit status."""
    if not parsed.plain:
        raise BadGuest("step has no screen yet: use --plain")
    from emulator.debug.line_mode import LineMode
    from emulator.debug.step_streams import LineStreams

    streams = LineStreams(parsed.stdin)
    return LineMode(_stepper(parsed, guest, streams)).run()


def _stepper(parsed: argparse.Namespace, guest: list[str], streams: Streams) -> Stepper:
    from emulator.stepper import Stepper

    return Stepper(guest[0], guest[1:], session_options(parsed), streams, parsed.history)
