"""V6: 0 in the child, its pid in the parent; on error a negative errno, and no child."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.events import SyscallExited, TaskCreated
from tests.vfork.watching import CHILD, FIRST, Watched


@pytest.fixture
def run(guest: Callable[[str], Path]) -> Watched:
    return Watched(guest("vfork/returns"))


def test_v06_child_gets_0_and_parent_gets_the_pid(run: Watched) -> None:
    assert run.run() == 0
    assert run.output.startswith(
        "child: vfork returned 0\nparent: vfork returned the pid of the child\n"
    )


def test_v06_error_is_a_negative_errno_in_the_caller(run: Watched) -> None:
    run.run()
    assert run.output.endswith(
        "at the limit: vfork returned -11\nat the limit: wait4 returned -10\n"
    )
    results = [(e.pid, e.result, e.error) for e in run.seen(SyscallExited) if e.name == "vfork"]
    assert results == [(FIRST, CHILD, None), (FIRST, -11, "EAGAIN")]


def test_v06_no_child_exists_after_an_error(run: Watched) -> None:
    run.run()
    assert [event.child for event in run.seen(TaskCreated)] == [CHILD]
