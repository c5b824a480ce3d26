"""V18: ENOMEM where there is no RAM for what else a task needs: areas, descriptors, handlers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vfork.runs import run
from tests.vfork.test_v17_task_structure import TABLES


@pytest.mark.parametrize(
    ("call", "k", "what"),
    [
        ("vfork", 3, "descriptor table"),
        ("vfork", 4, "signal handlers"),
        ("fork", 3, "areas"),
        ("fork", 4 + TABLES, "descriptor table"),
        ("fork", 5 + TABLES, "signal handlers"),
        ("clone", 3, "areas"),
        ("clone3", 3, "areas"),
    ],
)
def test_v18_memory_is_tight(guest: Callable[[str], Path], call: str, k: int, what: str) -> None:
    done = run(guest("vfork/attempt"), [call], f"--fail-alloc {call}:{k}")
    assert done.lines == [f"{call}: ENOMEM"], what


def test_v18_one_allocation_more_and_the_call_succeeds(guest: Callable[[str], Path]) -> None:
    attempt = guest("vfork/attempt")
    assert run(attempt, ["vfork"], "--fail-alloc vfork:5").lines == ["vfork: done"]
    assert run(attempt, ["fork"], f"--fail-alloc fork:{6 + TABLES}").lines == ["fork: done"]


def test_v18_an_exec_that_shares_tables_needs_its_own(guest: Callable[[str], Path]) -> None:
    """execve fails where the copies of shared tables cannot be had; the program goes on."""
    attempt = guest("vfork/attempt")
    alone = run(attempt, ["execve"], "--fail-alloc execve:6").lines
    shared = [run(attempt, ["shared"], f"--fail-alloc execve:{k}").lines for k in (6, 7, 8)]
    assert alone == ["execve: done"]
    assert ["execve: ENOMEM" in lines for lines in shared] == [True, True, False]
    assert "execve: done" in shared[2]
