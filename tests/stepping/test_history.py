"""History: a state that is gone back to is the state that was, whatever the way there."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from build import FOLDERS, guests_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator import snapshots
from emulator import stepper as stepper_module
from emulator.packed import BLOCK
from emulator.session import Options, Streams
from emulator.stepper import Stepper
from emulator.stops import CatchEvent, Reason
from kernel import events
from tests.real_programs.debian import program
from tests.stepping.states import state

GUESTS = [f"{kind}/{item.name}" for kind in FOLDERS for item in guests_of(kind)]
PLACES = int(os.environ.get("EMU386_PLACES", "4"))
"""Random positions for each guest; the promise is for 200, which takes an hour in all."""
MOST_STEPS = 60_000 if PLACES < 100 else 500_000
"""Of guests that run for longer only the beginning is looked at."""
PIPELINE = "echo one two three | tr a-z A-Z | cat; ls /proc | wc -l; exit 3"


def make(path: Path, words: tuple[str, ...] = (), history: int = 64 << 20) -> Stepper:
    return Stepper(str(path), words, Options(), Streams(b"1\n2\n3\n"), history)


def visit(path: Path, words: tuple[str, ...], seed: int) -> None:
    """Forwards to random positions, then to each of them again from wherever the last one was."""
    chance, first = random.Random(seed), make(path, words)
    first.run(limit=MOST_STEPS)
    places = sorted(chance.randrange(first.position + 1) for _ in range(PLACES))
    there, seen = make(path, words), {}
    for place in places:
        there.step(place - there.position)
        seen[place] = state(there)
    there.run(limit=first.position - there.position)
    assert state(there) == state(first)
    output = {number: bytes(data) for number, data in there.streams.written.items()}
    chance.shuffle(places)
    for place in places:
        distance = place - there.position
        there.step(distance) if distance > 0 else there.back(-distance)
        assert state(there) == seen[place]
    assert {number: bytes(data) for number, data in there.streams.written.items()} == output


@pytest.mark.parametrize("name", GUESTS)
def test_every_guest_goes_back_exactly(name: str, guest: Callable[[str], Path]) -> None:
    visit(guest(name), (), seed=len(name))


def test_a_shell_with_a_pipeline_goes_back_exactly() -> None:
    visit(program("busybox-static", "bin/busybox"), ("sh", "-c", PIPELINE), seed=1)


@pytest.mark.parametrize("name", ["vfork_exec", "signals", "pipe", "fork_cow"])
def test_a_snapshot_after_every_step_changes_nothing(
    name: str, guest: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepper_module, "_INTERVAL", 0)
    monkeypatch.setattr(stepper_module, "_SHARE", 0)
    visit(guest(name), (), seed=2)


@pytest.fixture(scope="module")
def walked(guest: Callable[[str], Path]) -> tuple[Stepper, dict[int, object]]:
    """A stepper and every state of its run at its first visit."""
    stepper, seen = make(guest("vfork_memory")), {}
    while stepper.step().reason is Reason.STEP:
        seen[stepper.position] = state(stepper)
    return stepper, seen


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(moves=st.lists(st.integers(-200, 200), min_size=1, max_size=12))
def test_random_walks_meet_the_states_of_the_first_visit(
    walked: tuple[Stepper, dict[int, object]], moves: list[int]
) -> None:
    stepper, seen = walked
    for move in moves:
        before = stepper.position
        stepper.step(move) if move > 0 else stepper.back(-move)
        assert stepper.position == min(max(before + move, 0), max(seen))
        if stepper.position:
            assert state(stepper) == seen[stepper.position]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(parts=st.lists(st.integers(1, 60), min_size=1, max_size=30))
def test_a_run_in_parts_is_the_run_as_a_whole(
    guest: Callable[[str], Path], parts: list[int]
) -> None:
    in_parts, whole = make(guest("signals")), make(guest("signals"))
    for part in parts:
        in_parts.step(part)
    whole.step(sum(parts))
    assert state(in_parts) == state(whole)


@pytest.mark.parametrize("name", ["libc/restart_rules", "libc/alarm", "vfork/nested"])
def test_parts_of_a_thousand_steps_or_of_one_are_all_the_same(
    name: str, guest: Callable[[str], Path]
) -> None:
    """restart_rules has a fault right behind an instruction that sets flags."""
    in_steps, whole = make(guest(name)), make(guest(name))
    for _ in range(27):
        for _ in range(997):
            in_steps.step()
        whole.step(997)
        assert state(in_steps) == state(whole)


def test_two_runs_from_one_snapshot_write_the_same_journal(guest: Callable[[str], Path]) -> None:
    stepper = make(guest("vfork_exec"))
    stepper.step(150)
    taken = snapshots.take(stepper.kernel, None)
    journals = []
    for _ in range(2):
        kernel = snapshots.restore(taken, stepper.machine, stepper.system.frames.used)
        while kernel.advance(7) is None:
            pass
        journals.append(kernel.system.journal.drain())
        stepper.kernel = kernel
    assert journals[0] == journals[1]
    kinds = [type(event) for event in journals[0]]
    assert {events.Suspended, events.Released, events.TaskExecuted} <= set(kinds)


def test_snapshots_keep_to_the_bound_that_is_given(
    guest: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepper_module, "_INTERVAL", 0)
    monkeypatch.setattr(stepper_module, "_SHARE", 0)
    bound = 1 << 20
    stepper = make(guest("libc/setjmp"), history=bound)
    middle = stepper.step(2000) and state(stepper)
    stepper.run()
    history = stepper.history
    assert len(history.snapshots) > 10
    assert sum(len(item.graph) for item in history.snapshots) < history.size <= bound
    assert history.snapshots[0].position == 0
    stepper.goto(2000)
    assert state(stepper) == middle
    assert history.size <= bound


def test_a_bound_below_a_single_snapshot_leaves_the_first(guest: Callable[[str], Path]) -> None:
    stepper = make(guest("vfork_exec"), history=1)
    stepper.run()
    seen = state(stepper)
    assert [item.position for item in stepper.history.snapshots] == [0]
    stepper.back(5)
    stepper.step(5)
    assert state(stepper) == seen


def test_events_beyond_their_share_are_forgotten_and_found_again(
    guest: Callable[[str], Path],
) -> None:
    small, whole = (Stepper(str(guest("bench/getpid")), ["9000"], history=n) for n in (1, 64 << 20))
    small.run()
    whole.run()
    known = len(small.history.events) - small.history.events.first
    assert known <= 2 * BLOCK < len(whole.history.events) == len(small.history.events)
    exits = CatchEvent(frozenset({events.SyscallExited}))
    execs, middle = CatchEvent(frozenset({events.TaskExecuted})), len(whole.history.events) // 2
    for stepper in (small, whole):
        stepper.goto_event(middle)
    assert small.position == whole.position
    assert small.events_at(small.position) == whole.events_at(whole.position) != []
    for _ in range(3):
        assert small.run_back([exits]) == whole.run_back([exits])
    assert state(small) == state(whole)
    assert small.run_back([execs]) == whole.run_back([execs])
    assert small.at_start


def test_a_long_chain_of_objects_is_no_obstacle(guest: Callable[[str], Path]) -> None:
    stepper = make(guest("vfork_exec"))
    chain: list[object] = []
    for _ in range(20_000):
        chain = [chain]
    stepper.system.chain = chain  # type: ignore[attr-defined]
    taken = snapshots.take(stepper.kernel, None)
    kernel = snapshots.restore(taken, stepper.machine, stepper.system.frames.used)
    depth, link = 0, kernel.system.chain  # type: ignore[attr-defined]
    while link:
        depth, link = depth + 1, link[0]
    assert depth == 20_000
