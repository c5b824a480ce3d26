"""Watchpoints: each change is seen where it happens, whoever makes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.stepper import Stepper
from emulator.stops import Breakpoint, CatchEvent, Reason, Stopped, Watchpoint
from kernel import events

Guest = Callable[[str], Path]


def start(path: Path) -> Stepper:
    return Stepper(str(path))


def address_of(stepper: Stepper, name: str) -> int:
    assert stepper.task is not None
    program = stepper.program(stepper.task)
    assert program is not None
    address = program.address_of(name)
    assert address is not None
    return address


def all_stops(stepper: Stepper, stop: Watchpoint | Breakpoint) -> list[Stopped]:
    found = []
    while (stopped := stepper.run([stop])).reason is not Reason.END:
        assert stopped.stop is stop
        found.append(stopped)
    return found


def by_hand(path: Path, address: int, length: int) -> list[int]:
    """Positions at which the first process's memory has changed, found by looking at each."""
    stepper, places = start(path), []
    before = stepper.read_memory(stepper.find_task(100), address, length)  # type: ignore[arg-type]
    while stepper.step().reason is Reason.STEP:
        task = stepper.find_task(100)
        if task is None or stepper.memory(task) is None:
            break
        now = stepper.read_memory(task, address, length)
        if now != before:
            places.append(stepper.position)
        before = now
    return places


@pytest.mark.parametrize("name", ["fork_cow", "vfork_memory"])
def test_every_change_of_a_variable_is_met_at_its_step(name: str, guest: Guest) -> None:
    stepper = start(guest(name))
    address = address_of(stepper, "global")
    places = [stopped.position for stopped in all_stops(stepper, Watchpoint(address, 4, tid=100))]
    assert places == by_hand(guest(name), address, 4)
    assert len(places) == 1


def test_a_vfork_childs_write_is_its_own_in_its_parents_memory(guest: Guest) -> None:
    stepper = start(guest("vfork_memory"))
    (stopped,) = all_stops(stepper, Watchpoint(address_of(stepper, "global"), 4, tid=100))
    assert stopped.tid == 101


def test_a_forked_childs_write_is_none_in_its_parents_memory(guest: Guest) -> None:
    stepper = start(guest("fork_cow"))
    (stopped,) = all_stops(stepper, Watchpoint(address_of(stepper, "global"), 4, tid=100))
    assert stopped.tid == 100
    stepper.goto(0)
    both = all_stops(stepper, Watchpoint(address_of(stepper, "global"), 4))
    assert [stopped.tid for stopped in both] == [101, 100]


def test_the_kernels_own_writes_are_seen(guest: Guest) -> None:
    """wait4 stores a status, read what was read: all on the stack."""
    for name in ("wait_statuses", "pipe"):
        stepper = start(guest(name))
        esp = stepper.registers(stepper.task)["esp"]  # type: ignore[arg-type]
        watched = Watchpoint(esp - 128, 128, tid=100)
        places = [stopped.position for stopped in all_stops(stepper, watched)]
        assert places == by_hand(guest(name), esp - 128, 128)
        kernels = [
            place for place in places
            if any(isinstance(event, events.SyscallExited) for event in stepper.events_at(place))
        ]  # fmt: skip
        assert kernels, name


def test_a_breakpoint_is_met_once_though_its_instruction_faults_at_first(guest: Guest) -> None:
    """The first store to a page faults, and the instruction is attempted a second time."""
    stepper = start(guest("fork_cow"))
    stepper.run([CatchEvent(frozenset({events.PageFaulted}))], tid=101)
    fault = stepper.events_at(stepper.position)[-1]
    assert isinstance(fault, events.PageFaulted)
    task = stepper.find_task(101)
    assert task is not None
    instruction = task.instruction
    stepper.goto(0)
    visits = [stop.position for stop in all_stops(stepper, Breakpoint(instruction, 101))]
    assert len(visits) == 1
    assert stepper.run_back([Breakpoint(instruction, 101)]).position == visits[0]
    stepper.step(1, tid=101)
    assert stepper.task is not None
    assert stepper.task.instruction == instruction  # it is to be tried again
    assert stepper.run([Breakpoint(instruction, 101)]).reason is Reason.END
