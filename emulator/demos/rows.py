"""Rows: what the reference texts say about vfork, each statement with the run that shows it.

The table is guest_programs/vfork/rows.json, built into emulator/guests/vfork. To add a row, add an
object with these members (those that are lists may be left out):

    id         V1 to V29, W1 to W6
    says       one sentence, in our own words
    from       lines of the texts: "L:14 M:29" (L sys_vfork, M vfork(2), S Solaris, P POSIX)
    guest      its program in emulator/guests/vfork, such as "waits" or "misuse/memory"
    arguments  the guest's arguments, as a list of words
    options    options of `emu386 run`, as a list of words
    prints     the lines it must print, as a list; without it, what the guest's header promises
    errors     texts that must occur on standard error: what the emulator says about the run
    status     its exit status, 0 where it is not given
    counts     what memory management must have counted by the end (kernel.mm.counters)
    during     lines of the task table while the parent waits, each as a regular expression
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from emulator.demos.guest_run import GuestRun
from kernel.errors import BadGuest

FOLDER = Path(__file__).parents[1] / "guests" / "vfork"


@dataclass(frozen=True)
class Row:
    """One statement and the run that shows it; the members are described above."""

    id: str
    says: str
    source: str
    guest: str
    arguments: Sequence[str] = ()
    options: Sequence[str] = ()
    prints: Sequence[str] = ()
    errors: Sequence[str] = ()
    status: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    during: Sequence[str] = ()

    @property
    def command(self) -> str:
        """The run as typed in a checkout."""
        program = f"emulator/guests/vfork/{self.guest}"
        return shlex.join(["emu386", "run", *self.options, program, *self.arguments])


@dataclass(frozen=True)
class Result:
    """What a row's run did; `differences` is empty where it did what the row says."""

    output: str
    errors: str
    counts: dict[str, int]
    tasks: str
    differences: list[str]


def load() -> list[Row]:
    """All rows in the order of the file; BadGuest where nothing is built."""
    try:
        rows = json.loads((FOLDER / "rows.json").read_text())
    except OSError:
        raise BadGuest("the guests about vfork are not built: run `make guests` first") from None
    return [Row(source=row.pop("from"), **row) for row in rows]


def run(row: Row) -> Result:
    """Run the row's guest and compare."""
    guest = GuestRun(str(FOLDER / row.guest), row.arguments, row.options)
    tasks = guest.run_until_suspended() if row.during else ""
    status = guest.run()
    counts = asdict(guest.session.system.frames.counters)
    found = []
    if guest.output != "".join(line + "\n" for line in row.prints):
        found.append("prints something else")
    if status != row.status:
        found.append(f"exit status {status}, not {row.status}")
    found += [f"does not say: {text}" for text in row.errors if text not in guest.errors]
    found += [
        f"{name} is {counts[name]}, not {number}"
        for name, number in row.counts.items()
        if counts[name] != number
    ]
    for line in row.during:
        if not re.search(line, tasks, re.MULTILINE):
            found.append(f"no such line in the task table: {line}")
    return Result(guest.output, guest.errors, counts, tasks, found)
