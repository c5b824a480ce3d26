"""Watchpoints: each change is seen where it happens, whoever makes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.machine.host_code import MOST_ADDRESSES
from emulator.stepper import Stepper
from emulator.stops import AccessWatch, Breakpoint, CatchEvent, Reason, Stopped, Watchpoint
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


def all_stops(stepper: Stepper, stop: Watchpoint | AccessWatch | Breakpoint) -> list[Stopped]:
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


def accesses_by_hand(path: Path, address: int) -> tuple[list[int], list[int]]:
    """Positions behind instructions that name an address: all, and those that read it."""
    stepper, places, reads = start(path), [], []
    while True:
        task, before, text = stepper.task, stepper.position, ""
        if task is not None and task.call is None:
            text = str(stepper.disassemble(task, task.instruction, 1)[0])
        if stepper.step().reason is not Reason.STEP:
            return places, reads
        has_run = stepper.task is not task or (task and stepper.events_at(before + 1) == [])
        if f"[{address:#x}]" in text and has_run:
            places.append(stepper.position)
            if not text.startswith("mov dword ptr ["):
                reads.append(stepper.position)


@pytest.mark.parametrize("name", ["fork_cow", "vfork_memory"])
def test_every_access_is_met_behind_its_instruction_and_going_back_too(
    name: str, guest: Guest
) -> None:
    stepper = start(guest(name))
    address = address_of(stepper, "global")
    places, reads = accesses_by_hand(guest(name), address)
    assert 0 < len(reads) < len(places)
    for writes, wanted in ((True, places), (False, reads)):
        stop = AccessWatch(address, 4, writes)
        assert [stopped.position for stopped in all_stops(stepper, stop)] == wanted
        back = []
        while (stopped := stepper.run_back([stop])).reason is Reason.ACCESS:
            back.append(stopped.position)
        assert back == wanted[::-1]


def _wide(address: int) -> list[Watchpoint]:
    """More than the CPU can watch, where nothing changes that is not watched already."""
    return [Watchpoint((address | 0xFFF) + 1 + 128 * i, 128, tid=100) for i in range(8)]


def test_with_too_much_to_look_out_for_each_step_is_looked_at(guest: Guest) -> None:
    stepper = start(guest("fork_cow"))
    address = address_of(stepper, "global")
    many = [Breakpoint(0xA000_0000 + i) for i in range(MOST_ADDRESSES)]
    few = [Watchpoint(address, 4), Breakpoint(address_of(stepper, "report"))]
    met = []
    for stops in (few, [*many, *few], [*few, *_wide(address)]):
        stepper.goto(0)
        met.append([])
        while (stopped := stepper.run(stops)).reason is not Reason.END:
            if stopped.stop in few:
                met[-1].append((stopped.reason, stopped.position))
    assert met[0] == met[1] == met[2]
