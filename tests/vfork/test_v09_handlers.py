"""V9: signal handlers are inherited, not shared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.abi.signals import Signal
from tests.vfork.watching import Watched


@pytest.fixture
def run(guest: Callable[[str], Path]) -> Watched:
    return Watched(guest("vfork/handlers"))


def test_v09_child_begins_with_the_parents_actions(run: Watched) -> None:
    parent, child = run.until_suspended()
    assert child.sighand is not parent.sighand
    assert child.sighand.actions == parent.sighand.actions
    assert child.sighand.get(Signal.SIGUSR1).handler


def test_v09_sigaction_in_the_child_leaves_the_parents_actions(run: Watched) -> None:
    parent, _ = run.until_suspended()
    before = dict(parent.sighand.actions)
    assert run.run() == 0
    assert parent.sighand.actions == before
    assert "parent: SIGUSR1 has the handler, SIGUSR2 is ignored\n" in run.output


def test_v09_inherited_handler_runs_in_the_child(run: Watched) -> None:
    run.run()
    assert "child: SIGUSR1 has the parent's handler, which ran in the child\n" in run.output
