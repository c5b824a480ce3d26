"""V16: EAGAIN at the limits of the system: of all tasks, and on some systems of each user's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.task.semantics import SYSTEMS
from tests.vfork.runs import run

REFUSED = [
    "2 children at a time: EAGAIN",
    "vfork then: EAGAIN",
    "vfork when one of them has gone: done",
]
ALLOWED = [
    "6 children at a time: done",
    "vfork then: done",
    "vfork when one of them has gone: done",
]


@pytest.fixture(scope="session")
def crowd(guest: Callable[[str], Path]) -> Path:
    return guest("vfork/crowd")


@pytest.mark.parametrize("user", [0, 1000])
def test_v16_the_whole_system_has_room_for_so_many_tasks(crowd: Path, user: int) -> None:
    assert run(crowd, options=f"--user {user} --max-procs 3").lines == REFUSED


@pytest.mark.parametrize("system", ["bsd", "solaris", "posix"])
@pytest.mark.parametrize("user", [0, 1000])
def test_v16_a_user_has_room_for_so_many_on_some_systems(
    crowd: Path, system: str, user: int
) -> None:
    options = f"--user {user} --vfork {system} --max-procs-per-user 3"
    assert run(crowd, options=options).lines == REFUSED


@pytest.mark.parametrize("system", ["linux", "linux-2.0", "bsd44", "netbsd"])
def test_v16_other_systems_know_no_limit_per_user(crowd: Path, system: str) -> None:
    assert not SYSTEMS[system].counts_by_user
    assert run(crowd, options=f"--vfork {system} --max-procs-per-user 3").lines == ALLOWED
