"""V17: EAGAIN where there is no RAM for a task structure or, with fork, for page tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vfork.runs import Done, run

TABLES = 5  # of the guest: a root, one directory, three leaves


@pytest.fixture(scope="session")
def attempt(guest: Callable[[str], Path]) -> Path:
    return guest("vfork/attempt")


def fail(attempt: Path, call: str, k: int, argument: str = "") -> list[str]:
    return run(attempt, [argument or call], f"--fail-alloc {call}:{k}").lines


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("call", ["fork", "vfork", "clone", "clone3"])
def test_v17_no_frame_for_the_task_structure(attempt: Path, call: str, k: int) -> None:
    assert fail(attempt, call, k) == [f"{call}: EAGAIN"]


def test_v17_a_thread_has_a_task_structure_too(attempt: Path) -> None:
    assert fail(attempt, "clone", 2, "thread") == ["thread: EAGAIN"]
    assert fail(attempt, "clone", 3, "thread") == ["thread: done"]


@pytest.mark.parametrize("k", range(4, 4 + TABLES))
def test_v17_no_frame_for_a_page_table_of_fork(attempt: Path, k: int) -> None:
    assert fail(attempt, "fork", k) == ["fork: EAGAIN"]


def lines_of(done: Done, call: str) -> list[str]:
    return [line.partition("free: ")[2] for line in done.lines if line.startswith(f"{call},")]


def test_v17_v18_ram_that_is_really_used_up(guest: Callable[[str], Path]) -> None:
    """The machine's last frames: what is missing decides the error."""
    done = run(guest("vfork/tight"), options="--ram 4M")
    assert lines_of(done, "vfork") == ["0 to 1: EAGAIN", "2 to 3: ENOMEM", "4: done"]
    assert lines_of(done, "fork") == [
        "0 to 1: EAGAIN", "2: ENOMEM", "3 to 9: EAGAIN", "10 to 11: ENOMEM", "12: done",
    ]  # fmt: skip


def test_v17_vfork_needs_as_much_in_a_bigger_machine_but_fork_more(
    guest: Callable[[str], Path],
) -> None:
    done = run(guest("vfork/tight"), options="--ram 8M")
    assert lines_of(done, "vfork")[-1] == "4: done"
    assert lines_of(done, "fork")[-1] == "14: done"
