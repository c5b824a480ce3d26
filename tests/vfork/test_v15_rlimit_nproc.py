"""V15: EAGAIN at RLIMIT_NPROC, and who is exempt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from build import HERE
from header import read_header

from tests.guests.fixtures import Run
from tests.vfork.runs import run

PROMISED = read_header(HERE / "vfork" / "nproc.c").prints.splitlines()
OF_ROOT = 5  # lines that only come when root starts it


@pytest.fixture(scope="session")
def nproc(guest: Callable[[str], Path]) -> Path:
    return guest("vfork/nproc")


def test_v15_threads_and_zombies_count_and_two_capabilities_exempt(nproc: Path) -> None:
    done = run(nproc)
    assert (done.lines, done.status) == (PROMISED, 0)


def test_v15_an_ordinary_user_is_held_to_the_limit(nproc: Path) -> None:
    done = run(nproc, options="--user 1000")
    assert (done.lines, done.status) == (PROMISED[OF_ROOT:], 0)


def test_v15_a_limit_given_from_outside_counts_too(guest: Callable[[str], Path]) -> None:
    attempt = guest("vfork/attempt")
    assert run(attempt, options="--user 1000 --rlimit nproc=1").lines == ["vfork: EAGAIN"]
    assert run(attempt, options="--user 1000 --rlimit nproc=2").lines == ["vfork: done"]
    assert run(attempt, options="--rlimit nproc=1").lines == ["vfork: done"]


def test_v15_the_same_natively(nproc: Path, native: Callable[..., Run]) -> None:
    lines = native([nproc]).stdout.splitlines()
    if lines == PROMISED[OF_ROOT:]:
        pytest.skip("only root can become another user")
    kept = [line for line in lines if not line.endswith("EPERM")]  # root here lacks a capability
    assert kept == [line for line in PROMISED if line in kept]
    assert len(kept) >= len(PROMISED) - 3
