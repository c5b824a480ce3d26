"""V10: signals to the parent wait for the release; what kills without a core ends it at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.events import (
    MemoryReleased,
    Released,
    SignalDelivered,
    SignalHeld,
    TaskCreated,
    TaskExited,
    TaskReaped,
)
from tests.vfork.watching import CHILD, FIRST, Watched

SUBJECT = CHILD
"""The process that calls vfork: a child of the guest's first."""
TARGETS = ("process", "thread")
WAITS = {
    "handled": "then vfork returned the pid, 1 handler ran; exited 0",
    "ignored": "then vfork returned the pid, 0 handlers ran; exited 0",
    "blocked": "then vfork returned the pid, 0 handlers ran; exited 0",
    "stop": "then stopped by 19, continued; then vfork returned the pid, 0 handlers ran; exited 0",
    "core": "killed by 3",
}
KILLS = {"terminate": 15, "kill": 9}
ANOTHER_THREAD = {
    "exit_group": "gone, the child lives on with a new parent; exited 5",
    "execve": "gone, the child lives on beside the new program; exited 6",
}

Runner = Callable[..., Watched]


def made_by_vfork(run: Watched) -> TaskCreated:
    """The subject's child."""
    return run.seen(TaskCreated)[-1]


@pytest.fixture(scope="module")
def run(guest: Callable[[str], Path]) -> Runner:
    def run_case(case: str, target: str = "thread", options: str = "") -> Watched:
        run = Watched(guest("vfork/held_signals"), [case, target], options)
        assert run.run() == 0
        return run

    return run_case


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", WAITS)
def test_v10_signal_waits_for_the_release(run: Runner, case: str, target: str) -> None:
    done = run(case, target)
    assert done.output == f"{case}, to the {target}: in D, no handler yet; {WAITS[case]}\n"
    (release,) = done.seen(Released)
    acted = [event for event in done.seen(SignalDelivered) if event.pid == SUBJECT]
    assert all(event.sequence > release.sequence for event in acted)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", ["handled", "stop", "core"])
def test_v10_signal_that_waits_is_reported_as_held(run: Runner, case: str, target: str) -> None:
    (held,) = run(case, target).seen(SignalHeld)
    assert held.pid == SUBJECT


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", KILLS)
def test_v10_death_without_a_core_comes_at_once(run: Runner, case: str, target: str) -> None:
    done = run(case, target)
    text = "gone, the child lives on with a new parent"
    assert done.output == f"{case}, to the {target}: {text}; killed by {KILLS[case]}\n"
    assert not done.seen(Released)
    order = [event.pid for event in done.seen(TaskExited)]
    assert order.index(SUBJECT) < order.index(made_by_vfork(done).child)


@pytest.mark.parametrize("case", ANOTHER_THREAD)
def test_v10_another_thread_ends_a_parent_that_waits(run: Runner, case: str) -> None:
    done = run(case)
    assert done.output == f"{case}, by another thread: {ANOTHER_THREAD[case]}\n"
    assert not done.seen(Released)


@pytest.mark.parametrize("case", ["terminate", "kill", "exit_group"])
def test_v10_child_lives_on_alone_with_the_memory(run: Runner, case: str) -> None:
    done = run(case)
    child = made_by_vfork(done)
    (release,) = (e for e in done.seen(MemoryReleased) if e.memory == child.memory)
    assert release.pid == child.child


@pytest.mark.parametrize("case", ["terminate", "kill", "exit_group"])
def test_v10_child_gets_a_new_parent_that_reaps_it(run: Runner, case: str) -> None:
    done = run(case)
    reaped = {event.child: event.pid for event in done.seen(TaskReaped)}
    assert (reaped[SUBJECT], reaped[made_by_vfork(done).child]) == (FIRST, 1)


@pytest.mark.parametrize("case", KILLS)
@pytest.mark.parametrize("system", ["bsd", "netbsd", "solaris"])
def test_v10_exceptions_are_linux_practice_alone(run: Runner, case: str, system: str) -> None:
    done = run(case, options=f"--vfork={system}")
    assert done.output == f"{case}, to the thread: in D, no handler yet; killed by {KILLS[case]}\n"
