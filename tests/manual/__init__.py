"""What the manual pages (section 2, ERRORS) say each system call can return, and what shows it.

A line of a table is `CALL OUTCOME WHERE`, separated by tabs: an outcome is `success` or the name of
an errno, and WHERE is the program whose run shows it, natively and emulated (`names` in
tests/programs, `libc/threads` in guest_programs), or `never: WHY` for what cannot happen here, or
only where a test cannot bring it about.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

NEVER = "never: "


class Row(NamedTuple):
    """One outcome of one call."""

    call: str
    outcome: str
    where: str


@cache
def rows() -> tuple[Row, ...]:
    """Every line of the tables beside this file."""
    tables = sorted(Path(__file__).parent.glob("*.tsv"))
    lines = [line for table in tables for line in table.read_text().splitlines()]
    return tuple(Row(*line.split("\t")) for line in lines)


def promised(program: str) -> set[tuple[str, str]]:
    """The calls and outcomes that a run of this program is said to show."""
    return {(row.call, row.outcome) for row in rows() if row.where == program}


def shown(record: Path) -> set[tuple[str, str]]:
    """The calls and outcomes in the record of a run; a call that a signal ended counts as EINTR."""
    found = set()
    with record.open() as lines:
        for line in lines:
            if line.startswith('{"event":"SyscallExited"'):
                event = json.loads(line)
                outcome = event["error"] or "success"
                found.add((event["name"], "EINTR" if outcome.startswith("ERESTART") else outcome))
    return found
