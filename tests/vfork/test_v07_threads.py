"""V7: the child has one thread; the other threads of the parent run on, or are held on Solaris."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.task.task import TaskState
from tests.vfork.watching import FIRST, Watched


@pytest.mark.parametrize("system", ["linux", "solaris"])
def test_v07_child_has_one_thread(guest: Callable[[str], Path], system: str) -> None:
    run = Watched(guest("vfork/threads"), options=f"--vfork={system}")
    parent, child = run.until_suspended()
    assert (len(parent.process.threads), child.process.threads) == (2, [child])
    run.run()
    assert run.output.startswith("the parent has 2 threads, the child 1\n")


@pytest.mark.parametrize(
    ("system", "did"), [("linux", "ran, too"), ("netbsd", "ran, too"), ("solaris", "stood still")]
)
def test_v07_other_thread_of_the_parent(
    guest: Callable[[str], Path], system: str, did: str
) -> None:
    run = Watched(guest("vfork/threads"), options=f"--vfork={system}")
    assert run.run() == 0
    assert run.output.endswith(f"while the child ran, the parent's other thread {did}\n")


def test_v07_held_thread_shows_as_held(guest: Callable[[str], Path]) -> None:
    run = Watched(guest("vfork/threads"), options="--vfork=solaris")
    parent, _ = run.until_suspended(FIRST)
    (other,) = (task for task in parent.process.threads if task is not parent)
    run.until(lambda: other.state is TaskState.HELD)
    assert other.wait_channel == parent.wait_channel
