"""The stepper: where it stops, and that going back is exact."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.stepper import Stepper
from emulator.stops import Breakpoint, CatchCall, CatchEvent, CatchSignal, Reason
from kernel import events
from kernel.abi.sysno import Sysno

VFORK = frozenset({int(Sysno.VFORK)})


@pytest.fixture
def vfork_exec(guest: Callable[[str], Path]) -> Stepper:
    return Stepper(str(guest("vfork_exec")))


def test_a_run_to_the_end_has_the_guests_status_and_output(vfork_exec: Stepper) -> None:
    stopped = vfork_exec.run()
    assert (stopped.reason, vfork_exec.status) == (Reason.END, 0)
    assert vfork_exec.streams.written[1] == b"child image\nparent done\n"


def test_a_call_is_entered_in_one_step_and_attempted_in_the_next(vfork_exec: Stepper) -> None:
    stopped = vfork_exec.run([CatchCall(VFORK, exit=False)])
    task = vfork_exec.task
    assert stopped.reason is Reason.SYSCALL_ENTRY
    assert task is not None
    assert task.call is not None
    assert (task.tid, task.call.number, len(vfork_exec.system.tasks)) == (100, Sysno.VFORK, 2)
    vfork_exec.step()
    assert (len(vfork_exec.system.tasks), vfork_exec.task and vfork_exec.task.tid) == (3, 101)


def test_the_parents_vfork_returns_when_the_child_has_executed(vfork_exec: Stepper) -> None:
    stopped = vfork_exec.run([CatchCall(VFORK, entry=False)])
    assert (stopped.reason, stopped.tid) == (Reason.SYSCALL_EXIT, 100)
    kinds = [type(event) for event in vfork_exec.events_so_far]
    assert kinds.index(events.Released) < kinds.index(events.SyscallExited)


def test_going_back_over_output_prints_nothing_twice(vfork_exec: Stepper) -> None:
    first = vfork_exec.events_so_far
    vfork_exec.run()
    seen = vfork_exec.events_so_far
    vfork_exec.goto(0)
    assert vfork_exec.events_so_far == first == seen[: len(first)]
    vfork_exec.run()
    assert vfork_exec.events_so_far == seen
    assert vfork_exec.streams.written[1] == b"child image\nparent done\n"


def test_an_event_is_found_by_its_number_from_before_and_after(vfork_exec: Stepper) -> None:
    forwards = vfork_exec.goto_event(12).position
    number = vfork_exec.events_so_far[-1].sequence
    assert number >= 12 > vfork_exec.events_at(forwards)[0].sequence - 1
    vfork_exec.run()
    assert vfork_exec.goto_event(12).position == forwards


def test_running_back_stops_where_running_did(vfork_exec: Stepper) -> None:
    stops = [CatchEvent(frozenset({events.Suspended, events.Released, events.TaskReaped}))]
    there = []
    while (stopped := vfork_exec.run(stops)).reason is Reason.EVENT:
        there.append(stopped)
    back = []
    while (stopped := vfork_exec.run_back(stops)).reason is Reason.EVENT:
        back.append(stopped)
    assert len(there) == 4  # init reaps the first process
    assert back == there[-2::-1]  # the last one is at the end, where we were
    assert vfork_exec.at_start


def test_steps_of_one_task_are_counted_forwards_and_backwards(vfork_exec: Stepper) -> None:
    vfork_exec.run([CatchCall(VFORK, exit=False)])
    start = vfork_exec.position
    vfork_exec.step(3, tid=101)
    assert vfork_exec.position == start + 1 + 3
    vfork_exec.run([CatchCall(VFORK, entry=False)])
    vfork_exec.step(2, tid=100)
    vfork_exec.back(3, tid=100)
    assert vfork_exec.position == start


def test_a_breakpoint_stops_before_each_arrival(guest: Callable[[str], Path]) -> None:
    stepper = Stepper(str(guest("signals")))
    program = stepper.task and stepper.program(stepper.task)
    assert program is not None
    handler = program.address_of("handle")
    assert handler is not None
    positions = []
    while (stopped := stepper.run([Breakpoint(handler)])).reason is Reason.BREAKPOINT:
        positions.append(stopped.position)
        assert stepper.task is not None
        assert stepper.registers(stepper.task)["eip"] == handler
    assert len(positions) == 2
    assert stepper.run_back([Breakpoint(handler)]).position == positions[1]
    assert stepper.run_back([Breakpoint(handler)]).position == positions[0]


def test_a_signal_stops_before_its_handlers_first_instruction(guest: Callable[[str], Path]) -> None:
    stepper = Stepper(str(guest("signals")))
    stopped = stepper.run([CatchSignal(frozenset({12}))])
    assert isinstance(stopped.event, events.SignalDelivered)
    assert (stopped.reason, stopped.event.signal) == (Reason.SIGNAL, 12)
