"""V5, V10, V11: the wait is for the task that vfork made, whatever its process goes on to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.events import MemoryReleased, Released, TaskExecuted, TaskExited
from tests.vfork.watching import FIRST, Watched


@pytest.fixture(scope="module")
def run(guest: Callable[[str], Path]) -> Watched:
    run = Watched(guest("vfork/odd_ends"))
    assert run.run() == 0
    return run


def test_v05_execve_by_another_thread_of_the_child_releases(run: Watched) -> None:
    line = "execve by a thread: the parent went on, the program came to its end with 6\n"
    assert line in run.output
    (executed,) = run.seen(TaskExecuted)
    assert (run.seen(Released)[0].by, run.seen(Released)[0].pid) == (executed.pid, FIRST)


def test_v05_exit_of_the_childs_first_thread_releases(run: Watched) -> None:
    line = "exit of the first thread: the parent went on, the other thread still ran\n"
    assert line in run.output


def test_v11_death_of_the_one_in_the_middle_releases_the_outermost(run: Watched) -> None:
    line = "the one in the middle killed: the outermost went on, the grandchild got a new parent\n"
    assert line in run.output
    middle, grandchild = [event.pid for event in run.seen(TaskExited)][-3:-1]
    assert run.seen(Released)[-1].by == middle
    assert middle < grandchild


def test_v10_memory_outlives_each_of_its_users_but_the_last(run: Watched) -> None:
    assert [event.pid for event in run.seen(MemoryReleased)][-1] == FIRST
