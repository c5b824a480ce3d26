"""`emu386 syscalls`: what it says is what the kernel does."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO

import pytest

from emulator.cli import main
from emulator.views.syscall_table import STATES, rows
from kernel.abi.sysno import Sysno
from kernel.syscalls.refused import REFUSED, SILENT
from kernel.syscalls.table import TABLE


def told(*words: str) -> str:
    with redirect_stdout(StringIO()) as out:
        assert main(["syscalls", *words]) == 0
    return out.getvalue()


def test_every_number_of_i386_linux_stands_in_one_row_in_order() -> None:
    assert [row.number for row in rows()] == sorted(Sysno)


def test_a_call_is_there_or_refused_but_never_both() -> None:
    assert not TABLE.keys() & REFUSED.keys()
    assert REFUSED.keys() >= SILENT
    for row in rows():
        assert (row.state in ("yes", "part")) == (row.number in TABLE)
        assert (row.state == "refused") == (row.number in REFUSED)


def test_who_is_partly_there_or_refused_says_why_and_nobody_else_does() -> None:
    for row in rows():
        assert bool(row.remark) == (row.state in ("part", "refused")), row


def test_every_call_that_is_there_is_documented() -> None:
    assert [row.name for row in rows() if row.state in ("yes", "part") and not row.text] == []


def test_the_whole_table_ends_with_the_count_of_each_state() -> None:
    *lines, count = told().splitlines()
    states = [line.split()[2] for line in lines[1:]]
    assert states.count("yes") > 250
    parts = [f"{states.count(s)} {s}" for s in STATES if s in states]
    assert count == f"{len(states)} calls: {', '.join(parts)}"


def test_one_call_is_told_with_its_arguments_and_its_text() -> None:
    assert told("190").startswith("190 vfork()\n    yes\n    vfork(2)")
    assert told("read").splitlines()[0] == "3 read(file, buffer, count)"
    assert "refused: no key rings" in told("keyctl")


def test_a_state_alone_and_json_lines() -> None:
    told_rows = [json.loads(line) for line in told("--json", "--state", "refused").splitlines()]
    assert {row["number"] for row in told_rows} == set(REFUSED)
    assert all(row["remark"] == REFUSED[row["number"]] for row in told_rows)


def test_an_unknown_name_is_one_line_and_125(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["syscalls", "no_such_call"]) == 125
    assert capsys.readouterr().err == "emu386: i386 Linux has no system call 'no_such_call'\n"
