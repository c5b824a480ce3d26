"""The tables of what calls can return are whole; runs of the programs show that they are true."""

from __future__ import annotations

from collections import Counter

from build import guests_of

from emulator.views import syscall_table
from kernel.abi.errno import Errno
from tests.manual import NEVER, rows

CALLS = {row.name for row in syscall_table.rows() if row.state in ("yes", "part")}


def test_every_call_there_is_has_its_outcomes_listed() -> None:
    assert {row.call for row in rows()} == CALLS
    assert {row.call for row in rows() if row.outcome == "success"} == CALLS


def test_no_outcome_is_listed_twice() -> None:
    listed = Counter((row.call, row.outcome) for row in rows())
    assert [pair for pair in listed if listed[pair] > 1] == []


def test_outcomes_are_success_or_errnos() -> None:
    assert {row.outcome for row in rows()} <= {"success", *Errno.__members__}


def test_a_program_shows_an_outcome_or_a_reason_says_why_none_does() -> None:
    programs = {program.name for program in guests_of("tests")}
    programs |= {f"libc/{program.name}" for program in guests_of("libc")}
    for row in rows():
        reasoned = row.where.startswith(NEVER) and len(row.where) > len(NEVER)
        assert reasoned or row.where in programs, row
