"""V5: the parent executes nothing until the child's execve succeeds or the child is over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.views.tasks import task_table
from kernel.events import (
    Released,
    Suspended,
    Switched,
    SyscallExited,
    TaskCreated,
    TaskExecuted,
    TaskExited,
)
from kernel.fs import proc_status
from kernel.task.task import TaskState
from tests.vfork.watching import CHILD, FIRST, Watched

CASES = ["execve", "execve that fails, then exit", "exit", "exit_group", "SIGKILL", "SIGSEGV"]
CHILDREN = range(CHILD, CHILD + len(CASES))


@pytest.fixture
def run(guest: Callable[[str], Path]) -> Watched:
    return Watched(guest("vfork/waits"))


@pytest.fixture(scope="module")
def over(guest: Callable[[str], Path]) -> Watched:
    run = Watched(guest("vfork/waits"), ["release"])
    assert run.run() == 0
    return run


def test_v05_parent_executes_no_instruction_while_suspended(run: Watched) -> None:
    parent, _ = run.until_suspended()
    registers, time = list(parent.context.words), parent.user_time
    blocks = run.session.kernel.blocks
    run.until(lambda: bool(run.seen(Released)))
    assert run.session.kernel.blocks > blocks
    assert (list(parent.context.words), parent.user_time) == (registers, time)


def test_v05_cpu_never_goes_to_a_suspended_parent(over: Watched) -> None:
    suspended, switches = False, 0
    for event in over.events:
        if isinstance(event, Suspended):
            suspended = True
        elif isinstance(event, Released):
            suspended = False
        elif isinstance(event, Switched) and suspended:
            switches += 1
            assert event.pid != FIRST
    assert switches >= len(CASES)


def test_v05_state_is_d_and_the_wait_channel_names_the_child(run: Watched) -> None:
    parent, _ = run.until_suspended()
    assert proc_status.state_letter(parent) == "D"
    assert parent.wait_channel == f"vfork child {CHILD}"
    assert "vfork" in proc_status.wait_channel(parent)
    (line,) = [line for line in task_table(run.system).splitlines() if line.startswith("100 ")]
    assert line.split()[2] == "D"
    assert line.endswith(f"vfork child {CHILD}")


@pytest.mark.parametrize("case", CASES)
def test_v05_parent_goes_on_when_all_is_done(over: Watched, case: str) -> None:
    assert f"{case}: the parent was in state D and went on when all was done, " in over.output


@pytest.mark.parametrize("case", CASES)
def test_v05_child_is_no_zombie_yet_when_the_parent_goes_on(over: Watched, case: str) -> None:
    assert f"{case}: the parent was in state D and went on when all was done, the child still " in (
        over.output
    )


def test_v05_release_comes_before_the_end_of_the_child(over: Watched) -> None:
    releases = {event.by: event.sequence for event in over.seen(Released)}
    ends = {event.pid: event.sequence for event in over.seen(TaskExited)}
    assert set(releases) == set(CHILDREN)
    assert all(releases[pid] < ends[pid] for pid in CHILDREN)


def test_v05_what_releases_is_the_execve_or_the_end(over: Watched) -> None:
    hows = [event.how for event in over.seen(Released)]
    assert hows == ["executed"] + ["exited"] * (len(CASES) - 1)
    assert [event.pid for event in over.seen(TaskExecuted)][-1] == CHILD


def test_v05_failed_execve_does_not_release(over: Watched) -> None:
    (failed,) = (e for e in over.seen(SyscallExited) if e.name == "execve" and e.error == "ENOENT")
    created = next(e.sequence for e in over.seen(TaskCreated) if e.child == failed.pid)
    release = next(e.sequence for e in over.seen(Released) if e.by == failed.pid)
    assert created < failed.sequence < release


def test_v05_parent_stays_held_across_a_failed_execve(run: Watched) -> None:
    def has_failed() -> bool:
        return any(e.name == "execve" and e.error for e in run.seen(SyscallExited))

    run.until(has_failed)
    assert run.task(FIRST).state is TaskState.HELD
