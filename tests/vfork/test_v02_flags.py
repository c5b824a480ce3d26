"""V2: vfork is clone with two flags, and each of them does its part alone, too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.abi.process import CloneFlag
from kernel.events import Suspended, TaskCreated
from tests.vfork.watching import Watched

VM, VFORK = CloneFlag.CLONE_VM.value, CloneFlag.CLONE_VFORK.value
CALLS = ["vfork", "clone(VM|VFORK)", "clone3(VM|VFORK)", "fork", "clone(0)", "clone(VFORK)"]
CALLS.append("clone(VM)")
FLAGS = [VM | VFORK] * 3 + [0, 0, VFORK, VM]


@pytest.fixture(scope="module")
def run(guest: Callable[[str], Path]) -> Watched:
    run = Watched(guest("vfork/flags"))
    assert run.run() == 0
    return run


def test_v02_every_call_arrives_at_clone_as_flags(run: Watched) -> None:
    assert [event.flags for event in run.seen(TaskCreated)][: len(CALLS)] == FLAGS


@pytest.mark.parametrize(("call", "flags"), zip(CALLS, FLAGS, strict=True))
def test_v02_clone_vm_shares_and_clone_vfork_waits(run: Watched, call: str, flags: int) -> None:
    seen = "seen" if flags & VM else "not seen"
    waited = "the parent waited" if flags & VFORK else "the parent went on"
    assert f"{call}: the child's write is {seen}, {waited}\n" in run.output


def test_v02_nobody_is_suspended_without_clone_vfork(run: Watched) -> None:
    held = {event.child for event in run.seen(Suspended)}
    assert held == {event.child for event in run.seen(TaskCreated) if event.flags & VFORK}


@pytest.mark.parametrize(
    ("signal", "facts"),
    [
        ("SIGCHLD", "sent yes, wait4 finds it: plainly yes, __WCLONE no, __WALL yes"),
        ("SIGUSR1", "sent yes, wait4 finds it: plainly no, __WCLONE yes, __WALL yes"),
        ("0", "sent no, wait4 finds it: plainly no, __WCLONE yes, __WALL yes"),
    ],
)
def test_v02_exit_signal_decides_what_is_sent_and_who_finds_the_child(
    run: Watched, signal: str, facts: str
) -> None:
    assert f"exit signal {signal}: {facts}\n" in run.output
