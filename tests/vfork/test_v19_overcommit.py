"""V19: where promises of memory are kept, fork may lack the memory that vfork does not need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.guests.fixtures import Run
from tests.vfork.runs import run

BOTH = ["map 600 MiB: done", "fork: done", "vfork: done"]
VFORK_ONLY = ["map 600 MiB: done", "fork: ENOMEM", "vfork: done"]


@pytest.fixture(scope="session")
def promise(guest: Callable[[str], Path]) -> Path:
    return guest("vfork/promise")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--overcommit never", VFORK_ONLY),
        ("--vfork solaris", VFORK_ONLY),
        ("--vfork solaris --overcommit always", BOTH),
        ("--vfork bsd --overcommit never", VFORK_ONLY),
        ("--overcommit always", BOTH),
        ("", BOTH),
    ],
)
def test_v19_fork_needs_a_promise_and_vfork_none(
    promise: Path, options: str, expected: list[str]
) -> None:
    assert run(promise, options=f"--ram 1G {options}").lines == expected


def test_v19_the_limit_is_all_of_ram(promise: Path) -> None:
    strict = "--ram 1G --overcommit never"
    assert run(promise, ["500"], strict).lines[1] == "fork: done"
    assert run(promise, ["1030"], strict).lines[0] == "map 1030 MiB: ENOMEM"


def test_v19_a_vfork_that_copies_needs_the_promise_too(promise: Path) -> None:
    options = "--ram 1G --overcommit never --vfork bsd44"
    assert run(promise, options=options).lines[2] == "vfork: ENOMEM"


def test_v19_promises_are_free_natively_and_by_default(
    promise: Path, native: Callable[..., Run]
) -> None:
    strict = Path("/proc/sys/vm/overcommit_memory").read_text().strip() == "2"
    if strict:
        pytest.skip("this host keeps its promises (vm.overcommit_memory=2)")
    assert native([promise]).stdout.splitlines() == BOTH
