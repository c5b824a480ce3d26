"""The options of `emu386 step`, and which of its faces they ask for."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from emulator.options import add_run_options, session_options, size
from emulator.stepper import DEFAULT_HISTORY

if TYPE_CHECKING:
    from emulator.session import Streams
    from emulator.stepper import Stepper


def add(parser: argparse.ArgumentParser) -> None:
    """The options of run that make sense here, and our own."""
    add_run_options(parser, has_limits=False)
    add = parser.add_argument
    add("--plain", action="store_true", help="line mode: commands in gdb's words")
    add("--ask", action="store_true",
        help="ask before system calls what will come of them; --seed chooses the questions",
    )  # fmt: skip
    add("--answers", action="store_true", help="print those questions with the right answers")
    add("--history", type=size, default=DEFAULT_HISTORY, metavar="SIZE",
        help="how much memory the way back may take (256M)")  # fmt: skip
    add("--stdin", metavar="FILE", help="the guest's standard input, in place of our own")


def run(parsed: argparse.Namespace, guest: list[str]) -> int:
    """Step the guest; the exit status."""
    if parsed.ask or parsed.answers:
        return _ask(parsed, guest)
    return _line_mode(parsed, guest) if parsed.plain else _screen(parsed, guest)


def _line_mode(parsed: argparse.Namespace, guest: list[str]) -> int:
    from emulator.debug.line_mode import LineMode
    from emulator.debug.step_streams import LineStreams

    return LineMode(_stepper(parsed, guest, LineStreams(parsed.stdin))).run()


def _screen(parsed: argparse.Namespace, guest: list[str]) -> int:
    from emulator.debug.screen import launch

    launch.check()
    from emulator.debug.step_streams import TypedInput

    streams = TypedInput(parsed.stdin)
    return launch.show(_stepper(parsed, guest, streams), guest[0], streams)


def _ask(parsed: argparse.Namespace, guest: list[str]) -> int:
    """Standard input is for answers: the guest's own is a file or empty."""
    from emulator.debug.ask.command import ask
    from emulator.debug.step_streams import content
    from emulator.session import Streams

    return ask(_stepper(parsed, guest, Streams(content(parsed.stdin))), parsed.answers)


def _stepper(parsed: argparse.Namespace, guest: list[str], streams: Streams) -> Stepper:
    from emulator.stepper import Stepper

    return Stepper(guest[0], guest[1:], session_options(parsed), streams, parsed.history)
