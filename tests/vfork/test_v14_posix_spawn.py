"""V14: posix_spawn works: clone on the parent's memory, on a stack of the child's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.abi.process import CloneFlag
from kernel.events import Suspended, SyscallEntered, TaskCreated, TaskExecuted
from tests.vfork.watching import FIRST, Watched

BOTH = CloneFlag.CLONE_VM | CloneFlag.CLONE_VFORK
STARTED = ["posix_spawn", "posix_spawnp"]
FAILED = {
    "posix_spawn of what does not exist": "No such file or directory",
    "posix_spawnp of what does not exist": "No such file or directory",
    "posix_spawn of a folder": "Permission denied",
}


@pytest.fixture(scope="module", params=["vfork_libc", "vfork_glibc"])
def run(guest: Callable[[str], Path], request: pytest.FixtureRequest) -> Watched:
    run = Watched(guest(f"{request.param}/spawns"))
    assert run.run() == 0
    return run


@pytest.mark.parametrize("call", STARTED)
def test_v14_program_starts(run: Watched, call: str) -> None:
    assert f"{call}: 0, the program's exit status was 7\n" in run.output


@pytest.mark.parametrize("what", FAILED)
def test_v14_caller_gets_the_error_of_the_execve(run: Watched, what: str) -> None:
    assert f"{what}: {FAILED[what]}, no child is left\n" in run.output


def test_v14_children_share_memory_and_the_caller_waits(run: Watched) -> None:
    created = run.seen(TaskCreated)
    assert len(created) == len(STARTED) + len(FAILED)
    assert all(event.flags & BOTH == BOTH for event in created)
    assert [event.child for event in run.seen(Suspended)] == [event.child for event in created]
    assert sum(event.pid != FIRST for event in run.seen(TaskExecuted)) == len(STARTED)


def test_v14_child_has_a_stack_of_its_own(run: Watched) -> None:
    calls = [e for e in run.seen(SyscallEntered) if e.name in ("clone", "clone3", "vfork")]
    assert {event.name for event in calls} <= {"clone", "clone3"}
    assert all(_stack_of(event) for event in calls)


def _stack_of(event: SyscallEntered) -> object:
    """clone's second word; of clone3's structure, its stack."""
    if event.name == "clone":
        return event.words[1]
    description = str(event.arguments[0])
    return "'stack'" in description and "('stack', ('ptr', 0))" not in description
