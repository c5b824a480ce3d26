"""V1: number 190, no arguments; each return changes eax and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.machine.machine import EAX
from kernel.events import SyscallEntered
from tests.vfork.watching import CHILD, Watched


@pytest.fixture
def run(guest: Callable[[str], Path]) -> Watched:
    return Watched(guest("vfork/registers"))


def test_v01_vfork_is_call_190_without_arguments(run: Watched) -> None:
    run.until_suspended()
    call = next(event for event in run.seen(SyscallEntered) if event.name == "vfork")
    assert (call.number, call.arguments) == (190, ())


def test_v01_both_contexts_are_the_callers_but_for_eax(run: Watched) -> None:
    run.until_suspended()
    parent, child = (list(run.task(pid).context.words) for pid in (100, CHILD))
    assert (parent[EAX], child[EAX]) == (CHILD, 0)
    parent[EAX] = child[EAX]
    assert parent == child


def test_v01_guest_finds_its_registers_after_each_return(run: Watched) -> None:
    assert run.run() == 0
    assert "child: eax is 0, the other registers are as they were\n" in run.output
    assert "parent: eax is the pid, the other registers are as they were\n" in run.output
