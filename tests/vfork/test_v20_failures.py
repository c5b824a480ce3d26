"""V20: whatever allocation fails inside a call, nothing of the call is left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.demos.guest_run import GuestRun
from tests.vfork.accounts import around

FORK = ["EAGAIN"] * 2 + ["ENOMEM"] + ["EAGAIN"] * 5 + ["ENOMEM"] * 2
EXPECTED = {
    ("fork", "fork"): FORK,
    ("vfork", "vfork"): ["EAGAIN"] * 2 + ["ENOMEM"] * 2,
    ("clone", "clone"): FORK,
    ("clone3", "clone3"): FORK,
    ("tids", "clone"): FORK,
    ("thread", "clone"): ["EAGAIN"] * 2,
    ("shared", "clone"): ["EAGAIN"] * 2,
    ("execve", "execve"): ["ENOMEM"] * 5,
    ("shared", "execve"): ["ENOMEM"] * 7,
}
"""The guest's argument and call: the error when the first, the second, … allocation fails."""
MOST = 100


@pytest.fixture(scope="session")
def attempt(guest: Callable[[str], Path]) -> Path:
    return guest("vfork/attempt")


def failures(attempt: Path, argument: str, call: str, options: str = "") -> list[str]:
    """The errors for K = 1, 2, … until the call succeeds, the accounts compared each time."""
    errors: list[str] = []
    for k in range(1, MOST):
        before, after, error = next(
            around(attempt, argument, call, f"--ram 8M --fail-alloc {call}:{k} {options}")
        )
        if error == "done":
            return errors
        assert before == after, (argument, k, error)
        errors.append(error)
    raise AssertionError(f"{call} never succeeds")


@pytest.mark.parametrize(("argument", "call"), EXPECTED)
def test_v20_a_failed_call_leaves_nothing_behind(attempt: Path, argument: str, call: str) -> None:
    assert failures(attempt, argument, call) == EXPECTED[argument, call]


def test_v20_all_ram_is_free_again_at_the_end_whatever_failed(attempt: Path) -> None:
    free = set()
    for k in range(1, 12):
        guest = GuestRun(str(attempt), ["fork"], ["--ram", "8M", "--fail-alloc", f"fork:{k}"])
        guest.run()
        free.add(guest.session.system.frames.free_count)
    assert len(free) == 1


def test_v20_a_copying_fork_gives_back_the_pages_it_had_copied(attempt: Path) -> None:
    errors = failures(attempt, "fork", "fork", "--fork copy")
    assert errors == [*FORK[:8], *["ENOMEM"] * 4, *FORK[8:]]


@pytest.mark.parametrize("system", ["bsd", "bsd44", "solaris", "posix"])
def test_v20_vfork_of_every_system_leaves_nothing_behind(attempt: Path, system: str) -> None:
    copies = system in ("bsd44", "posix")
    errors = failures(attempt, "vfork", "vfork", f"--vfork {system}")
    assert errors == (FORK if copies else EXPECTED["vfork", "vfork"])
