"""The one table, as Markdown and for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.arithmetic import rounded
from tests.bench.results import NAMES, Row

HEADS = ("work", "unit", *NAMES, "time, of qemu-i386's", "floor", "met")
LEFT = 2  # columns of words; the others are numbers, and stand at the right
NOTHING = "-"
ANSWERS = {None: NOTHING, True: "yes", False: "no"}


def cells(row: Row) -> list[str]:
    """A row as text, `-` for what is not there."""
    values = [rounded(row.values[name]) if name in row.values else NOTHING for name in NAMES]
    beside = NOTHING if row.next_to_qemu is None else f"{rounded(row.next_to_qemu)} ×"
    floor = NOTHING if row.floor is None else str(row.floor)
    return [row.title, row.unit, *values, beside, floor, ANSWERS[row.is_met]]


def markdown(rows: Sequence[Row], machine: str) -> str:
    """The table as a README shows it, the machine below."""
    lines = [list(HEADS), *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADS))]
    rule = ["-" * widths[c] if c < LEFT else "-" * (widths[c] - 1) + ":" for c in range(len(HEADS))]
    lines.insert(1, rule)
    padded = (
        [text.ljust(width) if c < LEFT else text.rjust(width)
         for c, (text, width) in enumerate(zip(line, widths, strict=True))]
        for line in lines
    )  # fmt: skip
    return "\n".join(f"| {' | '.join(line)} |" for line in padded) + f"\n\n{machine}"


def print_for_terminal(rows: Sequence[Row], machine: str) -> None:
    """The same with rules and colours. Raises ImportError where rich is missing."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    colours = {True: "green", False: "bold red", None: ""}
    table = Table(caption=machine, caption_justify="left")
    for column, head in enumerate(HEADS):
        table.add_column(head, justify="left" if column < LEFT else "right")
    for row in rows:
        *texts, answer = cells(row)
        table.add_row(*texts, Text(answer, style=colours[row.is_met]))
    Console().print(table)
