"""vfork-systems: the same guests under each system's vfork, and a table of what differed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from emulator.demos.guest_run import GuestRun
from emulator.session import TERMINAL, Streams
from kernel.errors import BadGuest
from kernel.task.semantics import SYSTEMS

FOLDER = Path(__file__).parents[1] / "guests" / "vfork"
GUESTS = (
    "column_memory",
    "column_wait",
    "column_threads",
    "column_end",
    "column_handlers",
    "column_terminal",
    "fallback",
)
"""Each prints lines `question: answer`."""
TYPED = b"a line\n"
"""What somebody has typed on the terminal that every guest runs on."""

Answers = dict[str, str]
"""Question to answer."""


def show(words: Sequence[str]) -> int:
    """Print the table, for the systems that are named or for all of them."""
    if unknown := [name for name in words if name not in SYSTEMS]:
        raise BadGuest(f"no system is called {', '.join(unknown)}; there are: {', '.join(SYSTEMS)}")
    names = list(words) or list(SYSTEMS)
    answers = {name: ask(name) for name in names}
    if len(names) > 1:
        answers = _differing(answers)
    if sys.stdout.isatty():
        _show_rich(answers)
    else:
        print(table(answers), end="")
    return 0


def ask(system: str) -> Answers:
    """Run every guest under one system."""
    answers: Answers = {}
    for guest in GUESTS:
        answers |= _answers_of(guest, system)
    return answers


def _answers_of(guest: str, system: str) -> Answers:
    program = FOLDER / guest
    if not program.exists():
        raise BadGuest("the guests about vfork are not built: run `make guests` first")
    streams = Streams(TYPED, (TERMINAL,) * 3)
    run = GuestRun(str(program), (), ["--vfork", system], streams=streams)
    run.run()
    lines = (line.partition(": ") for line in run.output.splitlines())
    return {question: answer for question, colon, answer in lines if colon}


def _differing(answers: dict[str, Answers]) -> dict[str, Answers]:
    """Without the questions that all systems answer alike, where they have the call at all."""
    questions = [
        question
        for question in next(iter(answers.values()))
        if len({each[question] for each in answers.values()} - {"ENOSYS"}) > 1
    ]
    return {
        name: {question: each[question] for question in questions} for name, each in answers.items()
    }


def table(answers: dict[str, Answers]) -> str:
    """A line for each question, a column for each system."""
    questions = list(next(iter(answers.values())))
    rows = [["", *answers]]
    rows += [[question, *(each[question] for each in answers.values())] for question in questions]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines)


def _show_rich(answers: dict[str, Answers]) -> None:
    from rich.console import Console
    from rich.table import Table

    shown = Table(title="What vfork means on different systems, as the guests found it")
    for heading in ("", *answers):
        shown.add_column(heading)
    colours = {"yes": "green", "no": "yellow", "ENOSYS": "red"}
    for question in next(iter(answers.values())):
        cells = [each[question] for each in answers.values()]
        shown.add_row(question, *(f"[{colours.get(cell, 'cyan')}]{cell}[/]" for cell in cells))
    Console().print(shown)
