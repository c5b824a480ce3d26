"""Where the guest stops: breakpoints, watched memory, system calls, steps, Ctrl-C."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.debug.gdb.connection import Gone
from emulator.machine.host_code import MOST_ADDRESSES
from emulator.stops import Stopped
from tests.gdb.talk import Talk, address_of

Guest = Callable[[str], Path]
EAX, ECX, EDX, EBX, ESP, EIP, ORIG_EAX = 0, 1, 2, 3, 4, 8, 41


def test_a_breakpoint_stops_only_the_process_that_has_it(shared: Talk) -> None:
    at = address_of(shared, "report")
    assert shared.ask("vCont;c").startswith("T05vfork")
    shared.ask("Hgp64.64")
    shared.ask(f"Z1,{at:x},1")  # the child calls it, too, and is not to stop there
    assert shared.stop("vCont;c") == "T05vforkdone:;thread:p64.64;"
    assert shared.stop("vCont;c") in ("T05hwbreak:;thread:p64.64;", "W00;process:65")


def test_a_detached_child_is_not_stopped_by_anything(shared: Talk) -> None:
    at = address_of(shared, "report")
    shared.ask(f"Z0,{at:x},1")
    assert "swbreak" in shared.ask("vCont;c")
    assert "vfork:" in shared.ask("vCont;c")
    shared.ask("D;65")
    assert "vforkdone" in shared.ask("vCont;c")
    assert shared.stop("vCont;c") == "T05swbreak:;thread:p64.64;"


def test_a_thread_that_was_not_told_of_its_breakpoint_stops_there(shared: Talk) -> None:
    """It comes to it as another one stops: its own stop is not lost."""
    shared.ask("vCont;c")
    here = shared.stepper.task
    assert here is not None
    assert here.tid == 101
    shared.ask("Hgp65.65")
    shared.ask(f"Z0,{here.instruction:x},1")
    assert shared.stop("vCont;c") == "T05swbreak:;thread:p65.65;"


def test_watched_memory_stops_behind_the_write(shared: Talk) -> None:
    at = address_of(shared, "global")
    assert shared.ask(f"Z2,{at:x},4") == "OK"
    shared.ask("vCont;c")
    assert shared.stop("vCont;c") == f"T05watch:{at:x};thread:p65.65;"
    assert shared.ask(f"m{at:x},4") == "02000000"


@pytest.mark.parametrize(("kind", "word"), [("3", "rwatch"), ("4", "awatch")])
def test_watched_memory_stops_behind_the_instruction_that_reads_it(
    shared: Talk, kind: str, word: str
) -> None:
    at = address_of(shared, "global")
    assert shared.ask(f"Z{kind},{at:x},4") == "OK"
    watched: list[str] = []
    while sum("p64.64" in stop for stop in watched) < 2:
        watched += [stop] if "watch" in (stop := shared.stop("vCont;c")) else []
    assert {stop.partition("thread:")[0] for stop in watched} == {f"T05{word}:{at:x};"}
    assert {"p64.64" in stop for stop in watched} == {True, False}
    assert shared.stop("bc") == watched[-1]
    assert shared.stop("vCont;c") == watched[-1]
    assert shared.ask(f"z{kind},{at:x},4") == "OK"
    assert "p65.65" in shared.stop("bc")  # which has its own


@pytest.mark.parametrize("packet", ["Z5,8048000,4", "Z3,8048000,0", "Z4,8048000,81"])
def test_what_cannot_be_watched_is_not_promised(shared: Talk, packet: str) -> None:
    assert shared.ask(packet) == ""


def test_there_may_be_more_breakpoints_than_the_machine_looks_out_for(shared: Talk) -> None:
    at = address_of(shared, "global")
    answers = {shared.ask(f"Z0,{0xA0000000 + i:x},1") for i in range(MOST_ADDRESSES)}
    assert answers == {"OK"}
    assert shared.ask(f"Z2,{at:x},4") == "OK"
    assert shared.ask(f"Z0,{shared.register(EIP):x},1") == "OK"
    assert "swbreak" in shared.ask("vCont;c")
    assert "vfork" in shared.ask("vCont;c")
    assert shared.stop("vCont;c") == f"T05watch:{at:x};thread:p65.65;"


def test_caught_calls_stop_at_entry_and_return(vfork: Talk) -> None:
    assert vfork.ask("QCatchSyscalls:1;72") == "OK"
    for stop in ("vfork", "vforkdone"):
        assert stop in vfork.ask("vCont;c:p64.-1;c:p65.-1")
        vfork.ask("D;65")
    assert vfork.stop("vCont;c") == "T05syscall_entry:72;thread:p64.64;"
    assert (vfork.register(ORIG_EAX), struct.pack("<I", vfork.register(EAX))) == (
        114,
        struct.pack("<i", -38),
    )
    assert vfork.stop("vCont;c") == "T05syscall_return:72;thread:p64.64;"
    assert vfork.register(EAX) == 101
    assert vfork.ask("QCatchSyscalls:0") == "OK"
    assert vfork.ask("vCont;c") == "W00;process:64"


def test_a_step_is_an_instruction_also_where_it_calls_the_system(vfork: Talk) -> None:
    places = []
    for _ in range(6):
        assert vfork.stop("vCont;s:p64.64;c:p64.-1") == "T05thread:p64.64;"
        places.append(vfork.register(EIP))
    assert len(set(places)) == 6
    vfork.ask("QCatchSyscalls:1;be")
    assert "syscall_entry" in vfork.ask("vCont;c")
    after = vfork.register(EIP)
    assert "vfork:" in vfork.ask("vCont;s:p64.64")
    vfork.ask("D;65")
    vfork.ask("QCatchSyscalls:0")
    assert "vforkdone" in vfork.ask("vCont;s:p64.64")
    assert vfork.stop("vCont;s:p64.64") == "T05thread:p64.64;"
    assert (vfork.register(EIP), vfork.register(EAX)) == (after, 101)


def test_each_step_executes_one_instruction_and_each_step_back_undoes_it(guest: Guest) -> None:
    """In a program whose pages come in one by one, most of them while it is stepped."""
    talk = Talk(guest("glibc/threads"))
    places = [talk.register(EIP)]
    for _ in range(700):
        task = talk.stepper.task
        assert task is not None
        (instruction,) = talk.stepper.disassemble(task, places[-1], 1)
        assert talk.ask("vCont;s:p64.64").startswith("T05")
        places.append(talk.register(EIP))
        word, operands = instruction.mnemonic, instruction.operands
        if word == "call" and operands.startswith("0x"):
            assert places[-1] == int(operands, 16)
        elif word[0] != "j" and word[:3] not in ("cal", "ret", "rep"):
            assert places[-1] == instruction.address + len(instruction.code)
    for address in reversed(places[-60:-1]):
        assert talk.ask("bs").startswith("T05")
        assert talk.register(EIP) == address


def test_stepping_in_a_range_stops_behind_it(vfork: Talk) -> None:
    start = vfork.register(EIP)
    vfork.ask("vCont;s:p64.64")
    inside = vfork.register(EIP)
    assert inside != start  # it begins with a call
    vfork.ask(f"vCont;r{inside:x},{inside + 9:x}:p64.64")
    assert not inside <= vfork.register(EIP) < inside + 9


@pytest.mark.parametrize("name", ["vfork_memory", "glibc/setjmp", "glibc/threads"])
def test_what_is_run_through_ends_where_single_steps_end(
    guest: Guest, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walk() -> list[tuple[str, int]]:
        talk, chance, places = Talk(guest(name)), random.Random(1), []
        for _ in range(250):
            task = talk.stepper.task
            if task is None:
                break
            code = talk.stepper.disassemble(task, task.instruction, chance.randrange(1, 24))
            end = code[-1].address + len(code[-1].code)
            reply = talk.ask(f"vCont;r{task.instruction:x},{end:x}:p{task.pid:x}.{task.tid:x};c")
            places.append((reply, talk.stepper.position))
        return places

    fast = walk()
    monkeypatch.setattr("emulator.debug.gdb.running.exits", lambda *others: None)
    assert fast == walk()


def test_a_loop_in_a_range_is_run_not_stepped(guest: Guest) -> None:
    talk = Talk(guest("vfork_exec"))
    start = talk.register(EIP)
    assert talk.ask("P1=00000100") == "OK"  # ecx: 65536
    assert talk.ask(f"X{start:x},3:\xe2\xfe\x90") == "OK"  # l: loop l; nop
    runs = 0

    def count(*others: object, **options: object) -> Stopped:
        nonlocal runs
        runs += 1
        return run(*others, **options)  # type: ignore[arg-type]

    run, talk.stepper.run = talk.stepper.run, count  # type: ignore[method-assign]
    assert talk.stop(f"vCont;r{start:x},{start + 2:x}:p64.64") == "T05thread:p64.64;"
    assert (talk.register(EIP), talk.register(ECX)) == (start + 2, 0)
    assert talk.stepper.position > 65536
    assert runs < 10


def test_with_only_frozen_threads_left_nothing_is_resumed(shared: Talk) -> None:
    shared.ask("vCont;c")
    assert shared.ask("vCont;c:p65.-1") == "W00;process:65"
    assert shared.ask("vCont;c:p65.-1") == "N"


def test_ctrl_c_stops_a_guest_that_would_never(vfork: Talk) -> None:
    pc = vfork.register(EIP)
    assert vfork.ask(f"X{pc:x},2:\xeb\xfe") == "OK"
    vfork.line.interrupts = 1
    assert vfork.stop("vCont;c") == "T02thread:p64.64;"
    assert vfork.register(EIP) == pc


def test_a_guest_that_sleeps_for_ever_waits_for_ctrl_c_or_the_end_of_gdb(guest: Guest) -> None:
    talk = Talk(guest("vfork_exec"))
    talk.ask("vCont;c")
    talk.ask("Hgp64.64")
    talk.line.interrupts = 1
    assert talk.stop("vCont;c:p64.-1") == "T02thread:p64.64;"  # held by a child that is frozen
    with pytest.raises(Gone):
        talk.ask("vCont;c:p64.-1")
