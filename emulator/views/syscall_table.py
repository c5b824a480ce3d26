"""The table of system calls: what of i386 Linux is here, made from the calls' own declarations.

Four states: `yes`; `part`, with what is missing; `refused` by decision, with the reason; `no`. The
latter two fail with ENOSYS.
"""

from __future__ import annotations

import argparse
import inspect
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from emulator.views.columns import table
from kernel.abi.sysno import Sysno
from kernel.errors import BadGuest
from kernel.syscalls import registry  # noqa: F401  (importing it fills the table)
from kernel.syscalls.refused import REFUSED
from kernel.syscalls.table import TABLE, Entry

STATES = ("yes", "part", "refused", "no")
_HEAD = ("NUMBER", "NAME", "STATE", "REMARK")
_RIGHT = range(1)


@dataclass(frozen=True)
class Row:
    """One call: number, Linux name, a state of STATES, what is missing or why it is refused, and,
    where there is a function for it, the names of its arguments and its documentation.
    """

    number: int
    name: str
    state: str
    remark: str = ""
    arguments: tuple[str, ...] = ()
    text: str = ""


def rows() -> list[Row]:
    """Every call that i386 Linux has a number for, in the order of the numbers."""
    return [_row(number) for number in sorted(Sysno)]


def _row(number: Sysno) -> Row:
    entry, name = TABLE.get(number), number.name.lower()
    if entry is not None:
        state = "part" if entry.missing else "yes"
        return Row(number, name, state, entry.missing, _arguments(entry), _text(entry))
    if number in REFUSED:
        return Row(number, name, "refused", REFUSED[number])
    return Row(number, name, "no")


def _arguments(entry: Entry) -> tuple[str, ...]:
    return tuple(inspect.signature(entry.function).parameters)[1:]


def _text(entry: Entry) -> str:
    return inspect.getdoc(entry.function) or ""


# ---- the command -----------------------------------------------------------------------------


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `emu386 syscalls`."""
    parser.add_argument(
        "calls", nargs="*", metavar="CALL", help="names or numbers: tell all about these"
    )
    parser.add_argument("--state", choices=STATES, help="only the calls in this state")
    parser.add_argument("--json", action="store_true", help="as JSON, a line for each call")


def render(parsed: argparse.Namespace) -> Iterator[str]:
    """The text that the options ask for; BadGuest where a call has no such name or number."""
    chosen = [_find(word) for word in parsed.calls] or rows()
    if parsed.state:
        chosen = [row for row in chosen if row.state == parsed.state]
    if parsed.json:
        for row in chosen:
            yield json.dumps(asdict(row)) + "\n"
    elif parsed.calls:
        for row in chosen:
            yield _all_about(row)
    else:
        yield table([_HEAD, *map(_cells, chosen)], _RIGHT)
        yield _count(chosen)


def _find(word: str) -> Row:
    for row in rows():
        if word in (row.name, str(row.number)):
            return row
    raise BadGuest(f"i386 Linux has no system call {word!r}")


def _cells(row: Row) -> tuple[str, str, str, str]:
    return str(row.number), row.name, row.state, row.remark


def _count(chosen: Sequence[Row]) -> str:
    states = Counter(row.state for row in chosen)
    parts = [f"{states[state]} {state}" for state in STATES if states[state]]
    return f"{len(chosen)} calls: {', '.join(parts)}\n" if parts else "0 calls\n"


def _all_about(row: Row) -> str:
    remark = f": {row.remark}" if row.remark else ""
    text = "".join(f"    {line}".rstrip() + "\n" for line in row.text.splitlines())
    arguments = f"({', '.join(row.arguments)})" if row.state in ("yes", "part") else ""
    return f"{row.number} {row.name}{arguments}\n    {row.state}{remark}\n{text}"
