"""The page for readers of the texts: every statement has its command, which shows it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import build
import pytest

from emulator.cli import main
from emulator.demos import vfork_table
from emulator.demos.rows import Row, load

PAGE = Path(build.__file__).parent / "vfork" / "README.md"
ROOT = PAGE.parents[2]
STATEMENTS = [f"V{n}" for n in range(1, 30)] + [f"W{n}" for n in range(1, 7)]
LENGTHS = {"L": 32, "M": 115, "S": 547, "P": 85}
"""Lines of the four texts."""
NO_TEXT = {"V11"}
"""Statements that are Linux practice alone."""
VARYING = re.compile(r"0x[0-9a-f]+")
"""Addresses: they change when the kernel or a guest does."""


class Shown(NamedTuple):
    """A command of the page, and the lines below it."""

    command: str
    lines: list[str]


def sections() -> dict[str, Shown]:
    """The console block of each statement's section."""
    blocks = re.findall(
        r"^### (\w+)\n(?:(?!^###).*\n)*?```console\n\$ (.*)\n((?:.*\n)*?)```$",
        PAGE.read_text(),
        re.MULTILINE,
    )
    return {id: Shown(command, text.splitlines()) for id, command, text in blocks}


def tables() -> str:
    """The part of the page that goes through the texts."""
    return PAGE.read_text().partition("## The statements")[0]


@pytest.fixture(scope="module")
def rows(guest: Callable[[str], Path]) -> dict[str, Row]:
    for name in ("vfork/waits", "vfork_libc/atfork", "misuse/memory", "misuse_libc/functions"):
        guest(name)
    return {row.id: row for row in load()}


def test_every_statement_has_its_command_and_its_row(rows: dict[str, Row]) -> None:
    assert list(sections()) == list(rows) == STATEMENTS


def test_every_statement_is_met_in_a_text() -> None:
    met = re.findall(r"\[(\w+)\]\(#(\w+)\)", tables())
    assert {id for id, _ in met} == set(STATEMENTS) - NO_TEXT
    assert all(id.lower() == anchor for id, anchor in met)


def test_lines_of_a_text_come_in_order_and_exist() -> None:
    for text, length in LENGTHS.items():
        places = re.findall(rf"^\| {text}:(\d+)(?:-(\d+))? \|", tables(), re.MULTILINE)
        ranges = [(int(first), int(last or first)) for first, last in places]
        assert ranges == sorted(ranges)
        assert all(first <= last <= length for first, last in ranges)


def is_like(shown: str, said: str) -> bool:
    """Whether a line of the page is what was said, up to "…", addresses and columns apart."""
    shown, said = (" ".join(VARYING.sub("#", text).split()) for text in (shown, said))
    return said.startswith(shown[:-1]) if shown.endswith("…") else shown == said


@pytest.mark.parametrize("statement", STATEMENTS)
def test_command_prints_what_the_page_shows(
    statement: str,
    rows: dict[str, Row],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    command, lines = sections()[statement]
    words = shlex.split(command)
    assert words[0] == "emu386"
    assert main(words[1:]) == 0
    said = [line for text in capfd.readouterr() for line in text.splitlines()]
    assert lines
    for line in lines:
        assert any(is_like(line, other) for other in said), (line, said)


def test_table_runs_every_row_and_finds_what_it_says(
    rows: dict[str, Row], capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "vfork-table"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == STATEMENTS
    assert all(" as said " in line for line in lines)


def test_table_tells_what_differs(
    rows: dict[str, Row], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = replace(
        rows["V23"], prints=("another",), status=3, errors=("nothing",), counts={"faults": -1}
    )
    monkeypatch.setattr(vfork_table, "load", lambda: [replace(wrong, arguments=("vfork",))])
    assert main(["demo", "vfork-table"]) == 1
    line = capfd.readouterr().out
    assert "prints something else; exit status 0, not 3; does not say: nothing; faults is " in line


def test_unknown_row_is_named(rows: dict[str, Row], capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "vfork-table", "V99"]) == 125
    assert "no row is called V99" in capfd.readouterr().err
