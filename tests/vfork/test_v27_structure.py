"""V27: the child's task structure is two frames of RAM, from its creation until it is reaped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.views.tasks import task_table
from kernel.events import TaskReaped
from tests.vfork.watching import CHILD, FIRST, Watched


@pytest.fixture
def run(guest: Callable[[str], Path]) -> Watched:
    return Watched(guest("vfork/structure"))


def test_v27_structure_is_two_frames_of_its_own(run: Watched) -> None:
    parent, child = run.until_suspended()
    assert len(child.structure) == len(parent.structure) == 2
    assert not set(child.structure) & set(parent.structure)
    counts = run.system.frames.counts
    assert [counts[frame] for frame in child.structure] == [1, 1]


def test_v27_frames_are_kept_by_the_zombie_and_returned_when_it_is_reaped(run: Watched) -> None:
    _, child = run.until_suspended()
    frames, counts = child.structure, run.system.frames.counts
    run.until(lambda: child.process.is_zombie)
    assert [counts[frame] for frame in frames] == [1, 1]
    run.until(lambda: bool(run.seen(TaskReaped)))
    assert [counts[frame] for frame in frames] == [0, 0]
    assert child.structure == ()


def test_v27_all_that_the_child_took_is_free_again(run: Watched) -> None:
    run.until_suspended()
    free = run.system.frames.free_count
    run.until(lambda: bool(run.seen(TaskReaped)))
    assert run.system.frames.free_count == free + 4


def test_v27_task_table_shows_the_address(run: Watched) -> None:
    _, child = run.until_suspended()
    address = "+".join(f"{frame << 12:#x}" for frame in child.structure)
    lines = {int(line.split()[0]): line for line in task_table(run.system).splitlines()[1:]}
    assert address in lines[CHILD]
    assert address not in lines[FIRST]
