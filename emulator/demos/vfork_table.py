"""vfork-table: every statement about vfork with the guest that shows it, run here and now."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from emulator.demos.rows import Result, Row, load, run
from kernel.errors import BadGuest

_AS_SAID = "as said"


def show(ids: Sequence[str]) -> int:
    """Print the table, or with ids those rows in full; 0 where every run does what its row says."""
    rows = {row.id: row for row in load()}
    if unknown := [id for id in ids if id not in rows]:
        raise BadGuest(f"no row is called {', '.join(unknown)}; there are: {', '.join(rows)}")
    if ids:
        results = [_show_in_full(rows[id]) for id in ids]
    elif sys.stdout.isatty():
        results = _show_rich(list(rows.values()))
    else:
        width = max(len(_guest_of(row)) for row in rows.values())
        results = [_show_line(row, width) for row in rows.values()]
    return 1 if any(result.differences for result in results) else 0


def verdict(result: Result) -> str:
    """`as said`, or what differs."""
    return "; ".join(result.differences) or _AS_SAID


def _guest_of(row: Row) -> str:
    return " ".join([row.guest, *row.arguments])


def _show_line(row: Row, width: int) -> Result:
    result = run(row)
    print(
        f"{row.id:4} {_guest_of(row):{width}} {verdict(result):10} {row.says} [{row.source}]",
        flush=True,
    )
    return result


def _show_rich(rows: list[Row]) -> list[Result]:
    from rich.console import Console
    from rich.progress import track
    from rich.table import Table

    table = Table(title="What the texts say about vfork, and what the guests did", show_lines=True)
    for heading in ("", "statement", "from", "guest", "result"):
        table.add_column(heading, no_wrap=heading == "")
    results = []
    for row in track(rows, "running", transient=True):
        result = run(row)
        results.append(result)
        colour = "red" if result.differences else "green"
        shown = f"[{colour}]{verdict(result)}[/]"
        table.add_row(row.id, row.says, row.source, _guest_of(row), shown)
    Console().print(table)
    return results


def _show_in_full(row: Row) -> Result:
    """The statement, the command, and all that the run says."""
    result = run(row)
    print(f"{row.id}: {row.says} [{row.source}]\n$ {row.command}")
    print(result.output + result.errors, end="")
    if row.during:
        print(f"while the parent waits:\n{result.tasks}", end="")
    for name in row.counts:
        print(f"{name.replace('_', ' ')}: {result.counts[name]}")
    print(f"{verdict(result)}\n", flush=True)
    return result
