"""What of strace's command line changes the lines of a trace (strace(1))."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.views.decoding import PLAIN, Decoding
from emulator.views.leader import NO_TIMES, Times
from emulator.views.selection import EVERYTHING, Selection
from emulator.views.values import DEFAULT, Style

RESULT_COLUMN = 40
"""Column, from 0, of the `=` before a result; lines that are longer push it right."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options; each is what the command line leaves it when it says nothing."""

    style: Style = DEFAULT
    follow: bool = True
    """-f: children, too."""
    to_file: bool = False
    """-o FILE: with -f every line begins with its bare pid; nobody is told of attached ones."""
    quiet: frozenset[str] = frozenset()
    """Messages that are left out, by strace's names: attach, exit …"""
    selection: Selection = EVERYTHING
    times: Times = NO_TIMES
    column: int = RESULT_COLUMN
    """-a."""
    numbers: bool = False
    """-n: the number of the call before each line."""
    places: bool = False
    """-i: the address of the next instruction."""
    stacks: bool = False
    """-k: who called whom, after each line."""
    decoding: Decoding = PLAIN
    names: bool = False
    """-Y: the names of processes behind pids."""
    detach_on_exec: bool = False
    """-b execve: who executes is not traced any more."""


USUAL = Options()
