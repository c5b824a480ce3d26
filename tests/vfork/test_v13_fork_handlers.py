"""V13: fork handlers run for fork and not for vfork; LinuxThreads ran them for both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.events import SyscallEntered
from tests.vfork.watching import Watched

NONE, EACH = (
    "before 0, in the parent 0, in the child 0",
    "before 1, in the parent 1, in the child 1",
)


@pytest.fixture(scope="module", params=["vfork_libc", "vfork_glibc"])
def run(guest: Callable[[str], Path], request: pytest.FixtureRequest) -> Watched:
    run = Watched(guest(f"{request.param}/atfork"))
    assert run.run() == 0
    return run


@pytest.mark.parametrize(
    "line", [f"fork: {EACH}", f"vfork: {NONE}", f"vfork of LinuxThreads: {EACH}"]
)
def test_v13_handlers_run(run: Watched, line: str) -> None:
    assert line in run.output.splitlines()


def test_v13_vfork_is_one_call_and_that_of_linuxthreads_a_fork(run: Watched) -> None:
    made = [e.name for e in run.seen(SyscallEntered) if e.name in ("fork", "clone", "vfork")]
    assert made[1] == "vfork"
    assert made[0] == made[2] != "vfork"
