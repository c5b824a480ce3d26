"""Ask mode on standard input and output: plain text, at a terminal or in a pipe."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from emulator.debug.ask.quiz import Quiz
from emulator.views.inert import visible

if TYPE_CHECKING:
    from emulator.stepper import Stepper


def ask(stepper: Stepper, only_answers: bool) -> int:
    """Ask about a run, or print the answers; 0 if all were right, else 1.

    The run's seed chooses the questions, too.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    quiz = Quiz(stepper, _say, None if only_answers else _read, stepper.options.seed)
    return 0 if quiz.run() else 1


def _say(line: str) -> None:
    print(line, flush=True)


def _read(prompt: str) -> str | None:
    """A line that somebody typed; shown, too, where it comes from a pipe. None at the end."""
    print(prompt, end="", flush=True)
    line = sys.stdin.readline() if sys.stdin is not None else ""
    if not line:
        print()
        return None
    given = line.strip()
    if not sys.stdin.isatty():
        print(visible(given))
    return given
