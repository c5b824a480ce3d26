"""What a debugger changes is a step: undone by going back, repeated by going forth again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.changes import (
    SELECTORS,
    Freeze,
    Kill,
    ReplaceSignal,
    SendSignal,
    WriteMemory,
    WriteRegisters,
)
from emulator.machine.machine import REGISTER_NAMES
from emulator.stepper import Stepper
from emulator.stops import BeforeSignal, CatchCall, CatchEvent, CatchSignal, Reason
from kernel import events
from kernel.abi.errno import Errno
from kernel.abi.signals import SiCode, Signal
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.signals.state import SigInfo
from kernel.task.task import Task

SIGUSR1 = int(Signal.SIGUSR1)
FIRST = 100
ANY_SIGNAL = BeforeSignal(frozenset(range(1, 65)))


@pytest.fixture
def vfork_exec(guest: Callable[[str], Path]) -> Stepper:
    return Stepper(str(guest("vfork_exec")))


@pytest.fixture
def signals(guest: Callable[[str], Path]) -> Stepper:
    return Stepper(str(guest("signals")))


def first(stepper: Stepper) -> Task:
    task = stepper.find_task(FIRST)
    assert task is not None
    return task


def delivered(stepper: Stepper) -> list[int]:
    """The signals that were acted on, in order."""
    kind = events.SignalDelivered
    return [event.signal for event in stepper.events_so_far if isinstance(event, kind)]


def registers_with(stepper: Stepper, **wanted: int) -> WriteRegisters:
    values = stepper.registers(first(stepper)) | wanted
    return WriteRegisters(
        FIRST,
        tuple(values[name] for name in REGISTER_NAMES),
        tuple(values[name] for name in SELECTORS),
        stepper.fxsave(first(stepper)),
    )


def test_written_memory_is_old_before_and_new_after(vfork_exec: Stepper) -> None:
    vfork_exec.step(3)
    text = first(vfork_exec).instruction
    before = vfork_exec.read_memory(first(vfork_exec), text, 2)
    vfork_exec.change(WriteMemory(FIRST, text, b"\xeb\xfe"))
    here = vfork_exec.position
    assert vfork_exec.read_memory(first(vfork_exec), text, 2) == b"\xeb\xfe"
    vfork_exec.back()
    assert vfork_exec.read_memory(first(vfork_exec), text, 2) == before
    vfork_exec.goto(0)
    vfork_exec.goto(here)
    assert vfork_exec.read_memory(first(vfork_exec), text, 2) == b"\xeb\xfe"
    vfork_exec.step(100)  # jmp . from now on
    assert first(vfork_exec).instruction == text


def test_written_registers_are_those_it_goes_on_with(vfork_exec: Stepper) -> None:
    vfork_exec.step(2)
    start = vfork_exec.registers(first(vfork_exec))
    vfork_exec.change(registers_with(vfork_exec, eax=7, ebx=8, eip=start["eip"]))
    now = vfork_exec.registers(first(vfork_exec))
    assert (now["eax"], now["ebx"]) == (7, 8)
    assert {**now, "eax": start["eax"], "ebx": start["ebx"]} == start
    vfork_exec.goto(0)
    vfork_exec.goto(3)
    assert vfork_exec.registers(first(vfork_exec)) == now


def test_registers_of_a_task_that_does_not_run_can_be_written(vfork_exec: Stepper) -> None:
    vfork_exec.run([CatchEvent(frozenset({events.Suspended}))])
    child = vfork_exec.task
    assert child is not None
    assert child.tid != FIRST
    own = vfork_exec.registers(child)
    vfork_exec.change(registers_with(vfork_exec, edi=0x1234))
    assert vfork_exec.registers(first(vfork_exec))["edi"] == 0x1234
    again = vfork_exec.task
    assert again is not None
    assert vfork_exec.registers(again) == own


def test_a_selector_that_cannot_be_loaded_is_eio_and_changes_nothing(vfork_exec: Stepper) -> None:
    vfork_exec.step(2)
    here, before = vfork_exec.position, vfork_exec.registers(first(vfork_exec))
    for name, selector in (("gs", 0x1234), ("cs", 0x7B), ("ss", 0x73)):
        with pytest.raises(SysError) as raised:
            vfork_exec.change(registers_with(vfork_exec, eax=99, **{name: selector}))
        assert raised.value.errno is Errno.EIO
    assert (vfork_exec.position, vfork_exec.registers(first(vfork_exec))) == (here, before)


def test_a_change_in_the_past_makes_another_future(vfork_exec: Stepper) -> None:
    vfork_exec.run([CatchCall(frozenset({int(Sysno.WAIT4)}))])
    old = vfork_exec.frontier
    vfork_exec.goto(4)
    seen = vfork_exec.events_so_far
    vfork_exec.change(registers_with(vfork_exec, ebx=1))
    assert vfork_exec.frontier == 5 < old
    assert list(vfork_exec.history.events) == seen
    assert all(snapshot.position <= 5 for snapshot in vfork_exec.history.snapshots)


def test_a_frozen_task_does_not_run_until_it_thaws(vfork_exec: Stepper) -> None:
    vfork_exec.run([CatchEvent(frozenset({events.Suspended}))])
    vfork_exec.change(Freeze(frozenset({FIRST})))
    stopped = vfork_exec.run([CatchEvent(frozenset({events.TaskExited}))])
    assert (stopped.reason, stopped.tid) == (Reason.EVENT, 101)
    assert vfork_exec.run().reason is Reason.END
    assert not first(vfork_exec).is_gone
    end = vfork_exec.position
    vfork_exec.change(Freeze(frozenset()))
    assert (vfork_exec.run().reason, vfork_exec.status) == (Reason.END, 0)
    vfork_exec.goto(end)
    assert (vfork_exec.task, vfork_exec.kernel.frozen) == (None, {FIRST})


def test_the_task_that_runs_can_be_frozen(vfork_exec: Stepper) -> None:
    vfork_exec.step(2)
    vfork_exec.change(Freeze(frozenset({FIRST})))
    assert (vfork_exec.task, vfork_exec.run().reason) == (None, Reason.END)
    vfork_exec.change(Freeze(frozenset()))
    assert vfork_exec.run().reason is Reason.END
    assert vfork_exec.streams.written[1] == b"child image\nparent done\n"


def test_a_signal_waits_before_it_is_acted_on_and_once(signals: Stepper) -> None:
    stopped = signals.run([ANY_SIGNAL])
    assert (stopped.reason, stopped.tid) == (Reason.SIGNAL_WAITS, FIRST)
    info = signals.kernel.upcoming_signal
    assert info is not None
    program = signals.program(first(signals))
    assert program is not None
    handler = program.address_of("handle")
    assert first(signals).instruction != handler
    signals.step()
    assert first(signals).instruction == handler
    assert signals.kernel.upcoming_signal != info


def test_a_dropped_signal_is_never_acted_on(signals: Stepper) -> None:
    stopped = signals.run([ANY_SIGNAL])
    info = signals.kernel.upcoming_signal
    assert stopped.reason is Reason.SIGNAL_WAITS
    assert info is not None
    signals.run()
    usual = delivered(signals)
    signals.goto(stopped.position)
    signals.change(ReplaceSignal(FIRST, None))
    signals.run()
    assert usual[0] == info.signal
    assert delivered(signals) == usual[1:]


def test_another_signal_takes_the_place_of_one_that_waits(signals: Stepper) -> None:
    signals.run([ANY_SIGNAL])
    signals.change(ReplaceSignal(FIRST, SigInfo(int(Signal.SIGTERM), 0)))
    stopped = signals.run([CatchSignal()])
    assert isinstance(stopped.event, events.SignalDelivered)
    assert (stopped.event.signal, stopped.event.action) == (Signal.SIGTERM, "kill")
    with pytest.raises(SysError):
        signals.change(ReplaceSignal(FIRST, None))


def test_a_sent_signal_arrives(vfork_exec: Stepper) -> None:
    vfork_exec.step(2)
    vfork_exec.change(SendSignal(FIRST, SigInfo(SIGUSR1, SiCode.SI_USER)))
    info = vfork_exec.kernel.upcoming_signal
    assert info is not None
    assert info.signal == SIGUSR1
    vfork_exec.run()
    assert vfork_exec.status == 128 + SIGUSR1


def test_a_killed_process_ends_though_it_is_frozen(vfork_exec: Stepper) -> None:
    vfork_exec.step(2)
    vfork_exec.change(Freeze(frozenset({FIRST})))
    vfork_exec.change(Kill(FIRST))
    assert (vfork_exec.run().reason, vfork_exec.status) == (Reason.END, 128 + 9)


def test_a_call_that_is_given_up_is_not_gone_on_with(vfork_exec: Stepper) -> None:
    vfork_exec.run([CatchCall(frozenset({int(Sysno.WAIT4)}), exit=False)])
    after = first(vfork_exec).instruction
    values = registers_with(vfork_exec, eax=77)
    vfork_exec.change(
        WriteRegisters(FIRST, values.general, values.selectors, values.fxsave, gives_up_call=True)
    )
    assert vfork_exec.registers(first(vfork_exec))["eax"] == 77
    assert first(vfork_exec).call is None
    vfork_exec.step()
    assert first(vfork_exec).instruction > after


def test_a_run_in_steps_writes_the_journal_of_single_steps(signals: Stepper) -> None:
    signals.run()
    events_of_run, end = signals.events_so_far, signals.position
    signals.goto(0)
    while signals.position < end:
        signals.step()
    assert signals.events_so_far == events_of_run
