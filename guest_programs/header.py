"""Reads what a guest's leading comment promises: what it shows, prints, needs, and its status.

/* name: one sentence.
 *
 * Shows: a paragraph.
 * Needs: /bin/sh                (optional: files that must exist)
 * Prints:
 *   each line, indented by two
 * Status: 0
 */
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Header:
    """The promise of one guest; `prints` is its standard output to the byte."""

    title: str
    shows: str
    needs: str
    prints: str
    status: int


def comment_lines(source: Path) -> list[str]:
    """The leading comment without its stars."""
    lines: list[str] = []
    for line in source.read_text().splitlines():
        line = line.strip()
        if line == "*/":
            return lines
        lines.append(line[3:] if line.startswith(("/* ", "* ")) and line[0] == "/" else line[2:])
    raise ValueError(f"{source} does not begin with a comment")


def paragraph(lines: list[str], keyword: str) -> str:
    """The text from `Keyword:` to the next keyword, as one line."""
    words: list[str] = []
    inside = False
    for line in lines:
        head, colon, rest = line.partition(":")
        if colon and head == keyword:
            inside, line = True, rest
        elif (colon and head in ("Shows", "Needs", "Status")) or head == "Prints":
            inside = False
        if inside:
            words += line.split()
    return " ".join(words)


def printed(lines: list[str]) -> str:
    """The indented lines below `Prints:`."""
    start = next(place for place, line in enumerate(lines) if line == "Prints:")
    end = next(place for place, line in enumerate(lines) if line.startswith("Status:"))
    return "".join(line[2:] + "\n" for line in lines[start + 1 : end])


def read_header(source: Path) -> Header:
    """Raises ValueError or StopIteration when the comment is not as above."""
    lines = comment_lines(source)
    return Header(
        title=lines[0].partition(": ")[2],
        shows=paragraph(lines, "Shows"),
        needs=paragraph(lines, "Needs"),
        prints=printed(lines),
        status=int(paragraph(lines, "Status")),
    )
