"""Plain tables: columns as wide as their widest cell."""

from __future__ import annotations

from collections.abc import Container, Sequence


def table(rows: Sequence[Sequence[str]], right: Container[int] = ()) -> str:
    """The rows as lines; columns in `right` end where they are widest, others begin there."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join([_line(row, widths, right) for row in rows])


def _line(row: Sequence[str], widths: Sequence[int], right: Container[int]) -> str:
    cells = [
        cell.rjust(width) if number in right else cell.ljust(width)
        for number, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return " ".join(cells).rstrip() + "\n"
