"""Moves: each unit forwards, and the same back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.debug import moves
from emulator.debug.moves import Move
from emulator.debug.step_streams import TypedInput
from emulator.session import Options
from emulator.stepper import Stepper
from tests.elf.files import File
from tests.screen.pictures import hand_made

Guest = Callable[[str], Path]


@pytest.fixture
def stepper(guest: Guest) -> Stepper:
    return Stepper(str(guest("vfork_exec")))


def places(stepper: Stepper, move: Move, most: int = 100) -> list[int]:
    """Where a move leads, again and again, until it leads nowhere."""
    found = [stepper.position]
    for _ in range(most):
        move(stepper)
        if stepper.position == found[-1]:
            break
        found.append(stepper.position)
    return found


@pytest.mark.parametrize(
    ("forwards", "back"),
    [
        (moves.instruction, moves.instruction_back),
        (moves.system_call, moves.system_call_back),
        (moves.process_event, moves.process_event_back),
    ],
)
def test_back_leads_to_the_same_places(stepper: Stepper, forwards: Move, back: Move) -> None:
    there = places(stepper, forwards)
    if stepper.at_end:
        there.pop()
    stepper.goto(there[-1])
    assert places(stepper, back) == there[::-1]


def test_system_calls_stop_where_they_are_entered_and_where_they_end(stepper: Stepper) -> None:
    told = [moves.system_call(stepper) for _ in range(7)]
    assert told[0] == "100 calls vfork()"
    assert told[1].startswith("101 calls execve(")
    assert told[2] == "100: vfork returns 101"
    assert told[3] == "100 calls wait4(101, .., 0, ..)"
    assert told[4] == "101: execve returns 0"
    assert told[5] == r'101 calls write(1, "child image\n", 12)'
    assert told[6] == "101: write returns 12"


def test_process_events_tell_the_life_of_a_vfork(stepper: Stepper) -> None:
    told = []
    while not stepper.at_end:
        told.append(moves.process_event(stepper))
    assert told == [
        "parent 100 suspended: child 101 has not exec'd",
        "parent 100 goes on: child 101 executed",
        "the CPU goes over to 101",
        "101 exited with 7",
        "101 reaped",
        "100 exited with 0",
        "the guest has ended with status 0",
    ]


def test_over_a_call_is_behind_it_and_back_is_before_it(stepper: Stepper) -> None:
    moves.over(stepper)
    behind = stepper.position
    assert behind > 20
    moves.over_back(stepper)
    assert stepper.position == 0
    moves.over(stepper)
    assert stepper.position == behind


def test_over_a_vfork_is_all_that_the_child_does_with_the_memory(stepper: Stepper) -> None:
    moves.vfork(stepper)
    moves.instruction_back(stepper)
    before = stepper.position
    assert moves.over(stepper) == "parent 100 goes on: child 101 executed"
    assert stepper.task is not None
    assert (stepper.task.tid, stepper.registers(stepper.task)["eax"]) == (100, 101)
    moves.over_back(stepper)
    assert stepper.position == before


RECURSIVE = bytes.fromhex(
    "b903000000"  # mov ecx, 3
    "e80c000000"  # call down
    "b801000000 bb00000000 cd80"  # exit(0)
    "49 7405 e8f8ffffff c3"  # down: dec ecx; jz up; call down; up: ret
)
PAUSE = bytes.fromhex("b81d000000cd80")  # pause()
NAP = bytes.fromhex(
    "b8a2000000 bb1a820408 31c9 cd80"  # nanosleep({0, 300000000}, 0)
    "b801000000 bb00000000 cd80"  # exit(0)
    "00000000 00a3e111"  # the time, at 0x804821a
)
INNER_CALL, BEHIND_IT = 25, 30


def test_over_a_recursive_call_is_all_of_it(tmp_path: Path) -> None:
    file = File(code=RECURSIVE)
    stepper = Stepper(str(hand_made(tmp_path, RECURSIVE)))
    registers = {"eip": file.entry}
    while registers["eip"] != file.entry + INNER_CALL:
        moves.instruction(stepper)
        assert stepper.task is not None
        registers = stepper.registers(stepper.task)
    moves.over(stepper)
    assert stepper.registers(stepper.task) == registers | {
        "eip": file.entry + BEHIND_IT, "ecx": 0, "eflags": 0x246,
    }  # fmt: skip


def test_over_an_exec_or_an_exit_is_where_the_task_has_gone(stepper: Stepper) -> None:
    while "calls execve" not in moves.system_call(stepper):
        pass
    moves.instruction_back(stepper)
    assert moves.over(stepper) == "parent 100 goes on: child 101 executed"
    assert stepper.find_task(101) is not None
    while "calls exit" not in moves.system_call(stepper):
        pass
    moves.instruction_back(stepper)
    assert moves.over(stepper) == "101 exited with 7"


def test_to_the_vfork_is_where_it_is_entered(stepper: Stepper) -> None:
    assert moves.vfork(stepper) == "100 calls vfork()"
    here = stepper.position
    assert moves.vfork(stepper) == "no vfork comes any more"
    assert stepper.position == here
    moves.run(stepper)
    assert moves.vfork_back(stepper) == "100 calls vfork()"
    assert stepper.position == here
    assert moves.vfork_back(stepper) == moves.BEGINNING


def test_a_vfork_entered_just_now_is_not_the_next(guest: Guest) -> None:
    stepper = Stepper(str(guest("bench/vfork_exit_wait")), ["3"])
    found = []
    while moves.vfork(stepper) == "100 calls vfork()":
        found.append(stepper.position)
    assert len(found) == 3
    assert found == sorted(set(found))


def test_places_are_steps_and_events(stepper: Stepper) -> None:
    moves.goto("20")(stepper)
    assert stepper.position == 20
    assert moves.goto("e9")(stepper) == "parent 100 suspended: child 101 has not exec'd"
    assert moves.goto(" 0 ")(stepper) == moves.BEGINNING
    assert moves.goto("\x1b[2J")(stepper) == r"not a step (12) or an event (e7): \x1b[2J"
    assert stepper.position == 0


def test_the_end_tells_the_status(guest: Guest) -> None:
    stepper = Stepper(str(guest("child")))
    assert moves.run(stepper) == "the guest has ended with status 7"
    assert moves.instruction(stepper) == "the guest has ended with status 7"
    assert moves.run_back(stepper) == moves.BEGINNING


def test_an_end_in_which_everybody_sleeps_is_told_as_such(tmp_path: Path) -> None:
    stepper = Stepper(str(hand_made(tmp_path, PAUSE)))
    assert moves.run(stepper) == "every process sleeps, and nothing can wake one"
    assert moves.system_call_back(stepper) == "100 calls pause()"


def test_going_back_reads_no_executable_again(stepper: Stepper) -> None:
    assert stepper.task is not None
    program = stepper.program(stepper.task)
    moves.instruction(stepper)
    moves.instruction_back(stepper)
    assert stepper.program(stepper.task) is program


def test_the_hosts_clock_is_waited_for_in_moments_in_which_nothing_spins(tmp_path: Path) -> None:
    program = hand_made(tmp_path, NAP)
    stepper = Stepper(str(program), (), Options(host_clock=True), TypedInput())
    assert moves.run(stepper) == "the guest has ended with status 0"
    assert 0 < len(stepper.history.inputs) < 20
