"""V11: a vfork child may vfork; each parent waits for its own child."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.events import Released, Suspended
from kernel.task.task import TaskState
from tests.vfork.watching import CHILD, FIRST, Watched


@pytest.fixture
def run(guest: Callable[[str], Path]) -> Watched:
    return Watched(guest("vfork/nested"))


def test_v11_three_tasks_run_on_one_memory_and_two_wait(run: Watched) -> None:
    parent, child = run.until_suspended()
    _, grandchild = run.until_suspended(CHILD)
    assert parent.memory is child.memory is grandchild.memory
    assert [task.state for task in (parent, child)] == [TaskState.HELD] * 2
    assert parent.wait_channel == f"vfork child {CHILD}"
    assert child.wait_channel == f"vfork child {grandchild.tid}"


def test_v11_innermost_end_releases_only_its_own_parent(run: Watched) -> None:
    run.until(lambda: bool(run.seen(Released)))
    assert run.task(FIRST).state is TaskState.HELD
    assert run.task(CHILD).state is not TaskState.HELD


def test_v11_releases_come_inside_out(run: Watched) -> None:
    assert run.run() == 0
    assert [event.pid for event in run.seen(Suspended)] == [FIRST, CHILD]
    assert [event.pid for event in run.seen(Released)] == [CHILD, FIRST]
    assert run.output.endswith("child goes on: its parent is in state D\nparent goes on\n")
