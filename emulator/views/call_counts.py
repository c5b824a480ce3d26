"""How often each call was made, how often it failed and how long it took: strace's -c."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from emulator.views.leader import seconds
from emulator.views.selection import Selection
from kernel.abi.sysno import Sysno
from kernel.clock import SYSCALL_NS
from kernel.events import Booted, Event, SyscallEntered, SyscallExited, TaskCreated

MICROSECOND = 1000


@dataclass(slots=True)
class Count:
    """One row: a call by name and number; times in nanoseconds."""

    name: str
    number: int
    calls: int = 0
    errors: int = 0
    total: int = 0
    shortest: int = 0
    longest: int = 0

    def add(self, spent: int, failed: bool) -> None:
        """One more call."""
        self.shortest = min(self.shortest, spent) if self.calls else spent
        self.longest = max(self.longest, spent)
        self.calls += 1
        self.errors += failed
        self.total += spent

    @property
    def average(self) -> int:
        """Microseconds per call."""
        return self.total // self.calls // MICROSECOND if self.calls else 0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table; `cell` gets a row and the time of all calls."""

    title: str
    width: int
    cell: Callable[[Count, int], str]


COLUMNS = {
    "time-percent": Column("% time", 6, lambda row, whole: f"{_percent(row.total, whole):.2f}"),
    "total-time": Column("seconds", 11, lambda row, whole: seconds(row.total, 6)),
    "min-time": Column("shortest", 8, lambda row, whole: seconds(row.shortest, 6)),
    "max-time": Column("longest", 8, lambda row, whole: seconds(row.longest, 6)),
    "avg-time": Column("usecs/call", 11, lambda row, whole: str(row.average)),
    "calls": Column("calls", 9, lambda row, whole: str(row.calls)),
    "errors": Column("errors", 9, lambda row, whole: str(row.errors or "")),
    "name": Column("syscall", -16, lambda row, whole: row.name),
}
DEFAULT_COLUMNS = ("time-percent", "total-time", "avg-time", "calls", "errors", "name")
ALIASES = {
    "time": "time-percent", "time_percent": "time-percent", "total": "total-time",
    "total_time": "total-time", "seconds": "total-time", "min": "min-time", "shortest": "min-time",
    "min_time": "min-time", "max": "max-time", "longest": "max-time", "max_time": "max-time",
    "avg": "avg-time", "avg_time": "avg-time", "usecs/call": "avg-time", "count": "calls",
    "error": "errors", "syscall": "name", "syscall-name": "name", "none": "nothing",
}  # fmt: skip
ORDERS: dict[str, Callable[[Count], Any]] = {
    "time-percent": lambda row: -row.total,
    "total-time": lambda row: -row.total,
    "min-time": lambda row: -row.shortest,
    "max-time": lambda row: -row.longest,
    "avg-time": lambda row: -row.average,
    "calls": lambda row: -row.calls,
    "errors": lambda row: -row.errors,
    "name": lambda row: row.name,
    "nothing": lambda row: 0,
}


def columns(text: str) -> tuple[str, ...]:
    """Names of columns with commas between them."""
    names = tuple(ALIASES.get(word, word) for word in text.split(","))
    for name, word in zip(names, text.split(","), strict=True):
        if name not in COLUMNS:
            raise argparse.ArgumentTypeError(f"unknown column name: {word!r}")
        if names.count(name) > 1:
            raise argparse.ArgumentTypeError(f"column given twice: {word!r}")
    return names


def order(text: str) -> str:
    """What rows are sorted by."""
    name = ALIASES.get(text, text)
    if name not in ORDERS:
        raise argparse.ArgumentTypeError(f"invalid sortby: {text!r}")
    return name


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the table."""
    add_option = parser.add_argument
    add_option("-c", "--summary-only", action="store_true", help="only a table of all calls")
    add_option("-C", "--summary", action="store_true", help="a table after the trace")
    add_option("-S", "--summary-sort-by", type=order, default="total-time", metavar="COLUMN",
               help="what the table is sorted by (time)")  # fmt: skip
    add_option("-U", "--summary-columns", type=columns, default=DEFAULT_COLUMNS, metavar="COLUMNS",
               help="the table's columns, with commas")  # fmt: skip
    add_option("-w", "--summary-wall-clock", action="store_true",
               help="time from a call's beginning to its end, sleep included")  # fmt: skip


class CallCounts:
    """Counts the calls among events. Times are of the kernel, or by the clock with `wall`."""

    def __init__(self, selection: Selection, follow: bool, wall: bool) -> None:
        self.selection = selection
        self.follow = follow
        self.wall = wall
        self.rows: dict[str, Count] = {}
        self._followed: set[int] = set()
        self._begun: dict[int, tuple[str, int, int]] = {}

    def feed_all(self, events: Iterable[Event]) -> None:
        """Count what these events tell."""
        for event in events:
            if isinstance(event, SyscallEntered):
                self._entered(event)
            elif isinstance(event, SyscallExited):
                self._exited(event)
            elif isinstance(event, TaskCreated):
                if self.follow and event.pid in self._followed:
                    self._followed.add(event.child)
            elif isinstance(event, Booted):
                self._followed.add(event.pid)
                if self.selection.has_call("execve", (("path", event.path, False),)):
                    self._row("execve", Sysno.EXECVE).add(0 if self.wall else SYSCALL_NS, False)

    def _row(self, name: str, number: int) -> Count:
        if name not in self.rows:
            self.rows[name] = Count(name, number)
        return self.rows[name]

    def _entered(self, event: SyscallEntered) -> None:
        shown = event.pid in self._followed
        if shown and self.selection.has_call(event.name, event.arguments):
            self._begun[event.pid] = (event.name, event.number, event.time)

    def _exited(self, event: SyscallExited) -> None:
        begun = self._begun.pop(event.pid, None)
        if begun is None or (event.result is None and event.error is None):
            return
        outcomes = self.selection.outcomes
        outcome = "successful" if event.error is None else "failed"
        if outcomes is not None and outcome not in outcomes:
            return
        name, number, since = begun
        spent = event.time - since if self.wall else SYSCALL_NS
        self._row(name, number).add(spent, event.error is not None)

    def table(self, names: tuple[str, ...], by: str) -> str:
        """The counts as strace's table; "" where there are none."""
        if not self.rows:
            return ""
        chosen = [COLUMNS[name] for name in names]
        rows = sorted(self.rows.values(), key=lambda row: row.number)
        rows.sort(key=ORDERS[by])
        whole = sum(row.total for row in rows)
        ruler = [("-" * abs(column.width)) for column in chosen]
        lines = [[column.title for column in chosen], ruler]
        lines += [[column.cell(row, whole) for column in chosen] for row in rows]
        sums = _total(rows)
        # of no time at all each call has nothing, and all together have everything
        total = [
            "100.00" if column is COLUMNS["time-percent"] else column.cell(sums, whole)
            for column in chosen
        ]
        return "".join(_line(chosen, line) for line in [*lines, ruler, total])


def _total(rows: list[Count]) -> Count:
    return Count(
        "total", 0,
        sum(row.calls for row in rows), sum(row.errors for row in rows),
        sum(row.total for row in rows),
        min(row.shortest for row in rows), max(row.longest for row in rows),
    )  # fmt: skip


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _line(chosen: list[Column], cells: list[str]) -> str:
    padded = [
        cell.ljust(-column.width) if column.width < 0 else cell.rjust(column.width)
        for column, cell in zip(chosen, cells, strict=True)
    ]
    if chosen[-1].width < 0:
        padded[-1] = cells[-1]
    return " ".join(padded) + "\n"
