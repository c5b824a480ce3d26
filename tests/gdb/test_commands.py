"""Commands: what the server answers, packet by packet, and what that does to the guest."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.changes import SendSignal
from emulator.debug.gdb.connection import Gone
from emulator.machine.host_code import MOST_ADDRESSES
from emulator.stops import Stopped
from kernel.events import SignalDelivered
from kernel.signals.state import SigInfo
from tests.gdb.talk import Talk

Guest = Callable[[str], Path]
EAX, ECX, EDX, EBX, ESP, EIP, ORIG_EAX = 0, 1, 2, 3, 4, 8, 41


@pytest.fixture
def vfork(guest: Guest) -> Talk:
    return Talk(guest("vfork_exec"))


@pytest.fixture
def shared(guest: Guest) -> Talk:
    return Talk(guest("vfork_memory"))


@pytest.fixture
def signals(guest: Guest) -> Talk:
    return Talk(guest("signals"))


def address_of(talk: Talk, name: str) -> int:
    task = talk.stepper.task
    assert task is not None
    program = talk.stepper.program(task)
    assert program is not None
    found = program.address_of(name)
    assert found is not None
    return found


# ---- what is offered ---------------------------------------------------------------------------


def test_what_gdb_did_not_ask_for_is_not_offered_and_never_sent(guest: Guest) -> None:
    talk = Talk(guest("vfork_exec"), features="qSupported:swbreak+")
    assert "vfork-events+" not in talk.supported
    assert "ReverseContinue+" in talk.supported
    assert talk.ask("vCont;c") == "W00;process:64"


def test_questions_after_a_stop_are_about_the_thread_that_stopped(
    vfork: Talk, guest: Guest
) -> None:
    vfork.ask("vCont;c")
    vfork.ask("Hgp64.64")
    assert "exec:" in vfork.ask("vCont;c:p65.-1")
    assert vfork.ask("qC") == "QCp65.65"
    assert vfork.ask("qXfer:exec-file:read::0,1000") == f"l{guest('child')}"


def test_all_that_is_offered_is_there(vfork: Talk) -> None:
    for name in vfork.supported.split(";"):
        if name.startswith("qXfer:") and name.endswith(":read+"):
            annex = "target.xml" if "features" in name else ""
            assert vfork.ask(f"{name[:-1]}:{annex}:0,10")[:1] in ("m", "l", "E")
    assert "QNonStop+" not in vfork.supported


@pytest.mark.parametrize("packet", ["vMustReplyEmpty", "qTStatus", "QNonStop:0", "Y", "", "vRun;"])
def test_what_is_not_known_is_answered_with_nothing(vfork: Talk, packet: str) -> None:
    assert vfork.ask(packet) == ""


# ---- around a vfork, as gdb does it ------------------------------------------------------------


def test_the_packets_of_a_followed_parent(vfork: Talk) -> None:
    assert vfork.stop("vCont;c:p64.-1") == "T05vfork:p65.65;thread:p64.64;"
    assert vfork.ask("D;65") == "OK"
    assert vfork.stop("vCont;c:p64.64") == "T05vforkdone:;thread:p64.64;"
    assert vfork.ask("vCont;c:p64.-1") == "W00;process:64"


def test_the_packets_of_a_followed_child(vfork: Talk, guest: Guest) -> None:
    assert vfork.stop("vCont;c:p64.-1") == "T05vfork:p65.65;thread:p64.64;"
    assert vfork.ask("Hgp65.65") == "OK"
    path = str(guest("child")).encode().hex()
    assert vfork.stop("vCont;c:p65.-1") == f"T05exec:{path};thread:p65.65;"
    assert vfork.ask("D;64") == "OK"
    assert vfork.ask("vCont;c:p65.-1") == "W07;process:65"


def test_with_both_the_parent_is_told_of_too_when_it_goes_on(vfork: Talk) -> None:
    assert vfork.stop("vCont;c").startswith("T05vfork:p65.65;")
    assert vfork.stop("vCont;c:p65.-1").startswith("T05exec:")  # the parent is not to go on yet
    assert vfork.stop("vCont;c") == "T05vforkdone:;thread:p64.64;"
    assert vfork.ask("vCont;c") == "W07;process:65"
    assert vfork.ask("vCont;c") == "W00;process:64"


def test_a_child_has_its_parents_breakpoints_until_it_executes(vfork: Talk) -> None:
    behind = address_of(vfork, "parent")
    start = vfork.register(EIP)
    vfork.ask(f"Z0,{behind:x},1")
    vfork.ask("vCont;c")
    places = vfork.commands._debuggee.attached
    assert list(places[101].breakpoints) == [behind]
    vfork.ask("Hgp65.65")
    assert vfork.ask(f"z0,{behind:x},1") == "OK"
    assert list(places[100].breakpoints) == [behind]
    vfork.ask("Hgp64.64")
    vfork.ask(f"Z0,{start:x},1")
    vfork.ask("vCont;c:p65.-1")
    assert places[101].breakpoints == {}


def test_guest_memory_is_never_patched(shared: Talk) -> None:
    at = address_of(shared, "report")
    before = shared.ask(f"m{at:x},10")
    assert shared.ask(f"Z0,{at:x},1") == "OK"
    assert shared.stop("vCont;c") == "T05swbreak:;thread:p64.64;"
    assert (shared.register(EIP), shared.ask(f"m{at:x},10")) == (at, before)


# ---- where it stops ----------------------------------------------------------------------------


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


@pytest.mark.parametrize("kind", ["3", "4", "5"])
def test_reads_cannot_be_watched_and_the_server_says_so(shared: Talk, kind: str) -> None:
    assert shared.ask(f"Z{kind},8048000,4") == ""


def test_more_breakpoints_than_the_machine_has_are_refused(shared: Talk) -> None:
    answers = {shared.ask(f"Z0,{0xA0000000 + i:x},1") for i in range(MOST_ADDRESSES)}
    assert answers == {"OK"}
    assert shared.ask(f"Z0,{shared.register(EIP):x},1") == "E1c"
    assert "vfork" in shared.ask("vCont;c")  # the one too many is not there


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


# ---- signals -----------------------------------------------------------------------------------


def test_a_signal_stops_before_it_is_delivered_with_gdbs_number(signals: Talk) -> None:
    assert signals.stop("vCont;c") == "T1ethread:p64.64;"  # SIGUSR1, 10 on Linux
    handler = address_of(signals, "handle")
    assert signals.register(EIP) != handler
    assert signals.stop("vCont;S1e:p64.64") == "T05thread:p64.64;"
    assert signals.register(EIP) == handler


def test_a_signal_that_gdb_does_not_pass_is_gone(signals: Talk) -> None:
    signals.ask("vCont;c")
    assert signals.stop("vCont;c").startswith("T")
    assert b"handler: signal 10" not in signals.stepper.streams.written[1]


def test_signals_to_be_passed_do_not_stop(signals: Talk) -> None:
    assert signals.ask("QPassSignals:1e;1f;") == "OK"
    assert signals.ask("vCont;c")[:1] in ("W", "T")
    assert b"handler: signal 10" in signals.stepper.streams.written[1]


def test_another_signal_than_the_guests_own_can_be_passed(signals: Talk) -> None:
    signals.ask("vCont;c")
    assert signals.ask("vCont;C0f:p64.64") == "X0f;process:64"


def delivered(talk: Talk, signal: int) -> object:
    """What the first signal of a kind carried."""
    events = talk.stepper.events_so_far
    return next(e.info for e in events if isinstance(e, SignalDelivered) and e.signal == signal)


def test_siginfo_is_the_signals_and_can_be_replaced(signals: Talk) -> None:
    signals.ask("vCont;c")
    info = signals.ask("qXfer:siginfo:read::0,80")
    assert (info[0], len(info)) == ("l", 1 + 128)
    signo, _, code, pid = struct.unpack_from("<iiii", info[1:].encode("latin-1"))
    assert (signo, code, pid) == (10, 0, 100)
    changed = struct.pack("<iiii", 10, 0, 0, 77).ljust(128, b"\0").decode("latin-1")
    assert signals.ask(f"qXfer:siginfo:write::0:{changed}") == "80"
    assert signals.ask("qXfer:siginfo:read::0,80")[1:] == changed


def test_a_field_of_siginfo_can_be_written_and_reaches_the_handler(signals: Talk) -> None:
    signals.ask("vCont;c")
    assert signals.ask("qXfer:siginfo:write::c:\x4d\0\0\0") == "4"
    info = signals.ask("qXfer:siginfo:read::0,80")[1:].encode("latin-1")
    assert struct.unpack_from("<iiii", info) == (10, 0, 0, 77)
    assert signals.ask("qXfer:siginfo:write::7e:\0\0\0\0") == "E16"  # behind its end
    signals.ask("vCont;C1e:p64.64")
    assert "77" in str(delivered(signals, 10))


def test_a_signal_sent_later_carries_the_siginfo_that_gdb_has_restored(signals: Talk) -> None:
    signals.ask("vCont;c")
    changed = struct.pack("<iiii", 10, 0, 0, 77).ljust(128, b"\0").decode("latin-1")
    assert signals.stop("vCont;s").startswith("T05thread")  # as for a call of a function
    assert signals.ask(f"qXfer:siginfo:write::0:{changed}") == "80"
    assert signals.ask("qXfer:siginfo:read::0,80")[1:] == changed
    assert signals.stop("vCont;C1e:p64.64")
    assert "77" in str(delivered(signals, 10))


def test_a_signal_that_gdb_sends_is_not_told_to_it_but_acted_on(guest: Guest) -> None:
    talk = Talk(guest("glibc/threads"))
    assert talk.ask("QThreadEvents:1") == "OK"
    for tid in ("65", "66"):
        assert talk.stop("vCont;c").startswith(f"T05create:;thread:p64.{tid}")
    assert talk.ask("QThreadEvents:0") == "OK"
    assert talk.ask("vCont;C0f:p64.65;c") == "X0f;process:64"  # one that does not run at once


def test_a_signal_that_was_told_is_acted_on_also_when_other_threads_have_run_meanwhile(
    guest: Guest,
) -> None:
    talk = Talk(guest("glibc/threads"))
    assert talk.ask("QThreadEvents:1") == "OK"
    for tid in ("65", "66"):
        assert talk.stop("vCont;c").startswith(f"T05create:;thread:p64.{tid}")
    assert talk.ask("QThreadEvents:0") == "OK"
    assert talk.ask("Hgp64.65") == "OK"
    talk.stepper.change(SendSignal(101, SigInfo(15, 0, 100)))
    assert talk.stop("vCont;c:p64.65").startswith("T0fthread:p64.65")
    assert talk.stop("vCont;s:p64.64").startswith("T05thread:p64.64")
    assert talk.ask("vCont;C0f:p64.65;c") == "X0f;process:64"


def test_an_exec_by_a_thread_is_told_also_where_only_that_thread_goes_on(guest: Guest) -> None:
    talk = Talk(guest("glibc/threads"))
    assert talk.ask("QThreadEvents:1") == "OK"
    assert talk.stop("vCont;c").startswith("T05create:;thread:p64.65")
    assert talk.ask("QThreadEvents:0") == "OK"
    eip, stack = talk.register(EIP), talk.register(ESP)
    for address, octets in (eip, b"\xcd\x80"), (stack, b"/proc/self/exe\0"):
        data = octets.decode("latin-1")
        assert talk.ask(f"X{address:x},{len(octets):x}:{data}") == "OK"
    for number, value in (EAX, 11), (EBX, stack), (ECX, 0), (EDX, 0):
        assert talk.ask(f"P{number:x}={value.to_bytes(4, 'little').hex()}") == "OK"
    assert talk.stop("vCont;c:p64.65").startswith("T05exec:")
    assert talk.ask("qfThreadInfo") == "mp64.64"  # it has the first thread's id now


def test_a_thread_that_was_only_halted_has_the_siginfo_of_a_stop(guest: Guest) -> None:
    talk = Talk(guest("glibc/threads"))
    assert talk.ask("QThreadEvents:1") == "OK"
    assert talk.stop("vCont;c").startswith("T05create:;thread:p64.65")
    assert talk.ask("Hgp64.64") == "OK"
    info = talk.ask("qXfer:siginfo:read::0,80")[1:].encode("latin-1")
    assert struct.unpack_from("<iiii", info) == (19, 0, -6, 0)  # SIGSTOP, SI_TKILL


def test_siginfo_of_a_trap_is_linuxs(vfork: Talk) -> None:
    vfork.ask("vCont;c")
    info = vfork.ask("qXfer:siginfo:read::0,80")[1:].encode("latin-1")
    assert struct.unpack_from("<iii", info) == (5, 0, 5 | 2 << 8)  # PTRACE_EVENT_VFORK


# ---- registers and memory ----------------------------------------------------------------------


def test_all_registers_can_be_read_and_written_back(vfork: Talk) -> None:
    registers = vfork.ask("g")
    assert len(registers) == 624
    assert vfork.ask(f"G{registers}") == "OK"
    assert vfork.ask("g") == registers
    assert vfork.ask("P0=78563412") == "OK"
    assert vfork.register(EAX) == 0x12345678
    assert vfork.ask("P2a=00000000") == "E16"


def test_memory_is_read_as_far_as_there_is_some(vfork: Talk) -> None:
    stack_end = 0xC000_0000
    assert len(vfork.ask(f"m{stack_end - 8:x},10")) == 16
    assert vfork.ask("m0,10") == "E0e"
    assert vfork.ask(f"m{stack_end:x},1") == "E0e"
    assert vfork.ask("m8048000,0") == ""


def test_reading_brings_no_page_in(shared: Talk) -> None:
    task = shared.stepper.task
    assert task is not None
    resident = task.memory.resident_pages()
    for area in task.memory.areas:
        shared.ask(f"m{area.start:x},1000")
    assert task.memory.resident_pages() == resident


def test_written_memory_is_there_and_bad_addresses_are_refused(vfork: Talk) -> None:
    stack = vfork.register(ESP)
    assert vfork.ask(f"M{stack:x},2:beef") == "OK"
    assert vfork.ask(f"m{stack:x},2") == "beef"
    assert vfork.ask("M0,1:00") == "E0e"
    assert vfork.ask(f"M{stack:x},3:beef") == "E16"
    assert vfork.ask(f"X{stack:x},0:") == "OK"


# ---- backwards ---------------------------------------------------------------------------------


def test_steps_back_and_forth_lead_to_the_same_registers_and_memory(shared: Talk) -> None:
    at = address_of(shared, "report")
    shared.ask(f"Z0,{at:x},1")
    shared.ask("vCont;c")
    seen = []
    for _ in range(4):
        seen.append((shared.ask("g"), shared.ask(f"m{shared.register(ESP):x},40")))
        shared.stop("bs")
    for state in reversed(seen):
        shared.ask(f"z0,{at:x},1")
        assert shared.stop("vCont;s:p64.64") == "T05thread:p64.64;"
        assert (shared.ask("g"), shared.ask(f"m{shared.register(ESP):x},40")) == state


def test_history_begins_where_it_begins_and_ends_where_we_were(vfork: Talk) -> None:
    assert vfork.stop("bs") == "T05replaylog:begin;thread:p64.64;"
    vfork.ask("vCont;c")
    vfork.ask("D;65")
    vfork.ask("vCont;c")
    there = vfork.ask("g")
    assert vfork.stop("bc") == "T05replaylog:begin;thread:p64.64;"
    assert vfork.stepper.position == 0
    assert vfork.stop("vCont;c").startswith("T05vfork")
    vfork.ask("D;65")
    assert vfork.stop("vCont;c").startswith("T05vforkdone")
    assert vfork.ask("g") == there
    assert vfork.ask("vCont;c") == "W00;process:64"


def test_going_on_from_the_past_stops_where_the_past_ended(shared: Talk) -> None:
    for _ in range(5):
        shared.ask("vCont;s:p64.64")
    there = shared.ask("g")
    shared.ask("bs")
    shared.ask("bs")
    assert shared.stop("vCont;c") == "T05replaylog:end;thread:p64.64;"
    assert shared.ask("g") == there


def test_a_write_is_undone_by_going_back_to_it(shared: Talk) -> None:
    at = address_of(shared, "global")
    shared.ask(f"Z2,{at:x},4")
    shared.ask("vCont;c")
    shared.ask("vCont;c")
    assert shared.ask(f"m{at:x},4") == "02000000"
    assert shared.stop("bc") == f"T05watch:{at:x};thread:p65.65;"
    assert shared.ask(f"m{at:x},4") == "01000000"
    assert shared.stop("vCont;c") == f"T05watch:{at:x};thread:p65.65;"


def test_nobody_goes_back_beyond_the_birth_of_a_process_that_gdb_has(shared: Talk) -> None:
    shared.ask("vCont;c")
    shared.ask("D;64")
    assert shared.ask("vCont;s:p65.65") != ""
    assert shared.stop("bc") == "T05replaylog:begin;thread:p65.65;"
    assert shared.stop("bs") == "T05replaylog:begin;thread:p65.65;"


def test_nor_beyond_its_last_exec(vfork: Talk) -> None:
    vfork.ask("vCont;c")
    assert "exec:" in vfork.ask("vCont;c:p65.-1")
    vfork.ask("D;64")
    start = vfork.register(EIP)
    assert vfork.stop("vCont;s:p65.65") == "T05thread:p65.65;"
    assert vfork.register(EIP) == start  # execve has returned
    assert vfork.stop("vCont;s:p65.65") == "T05thread:p65.65;"
    assert vfork.stop("bs") == "T05thread:p65.65;"
    assert vfork.register(EIP) == start
    assert vfork.stop("bs") == "T05replaylog:begin;thread:p65.65;"
    assert vfork.register(EIP) == start
    assert vfork.stop("bc") == "T05replaylog:begin;thread:p65.65;"
    assert vfork.register(EIP) == start


# ---- letting go, and the rest ------------------------------------------------------------------


def test_killing_one_process_leaves_the_other(vfork: Talk) -> None:
    vfork.ask("vCont;c")
    assert vfork.ask("vKill;65") == "OK"
    assert "vforkdone" in vfork.ask("vCont;c")
    assert vfork.ask("vCont;c") == "W01;process:64"  # it expected another status of its child
    assert vfork.ask("vKill;64") == "E03"


def test_a_dead_process_has_no_threads(vfork: Talk) -> None:
    vfork.ask("vKill;64")
    assert vfork.ask("qfThreadInfo") == "l"
    assert vfork.ask("g") == "E03"
    assert vfork.ask("Tp64.64") == "E03"


def test_threads_are_listed_both_ways(vfork: Talk) -> None:
    vfork.ask("vCont;c")
    assert vfork.ask("qfThreadInfo") == "mp64.64,p65.65"
    assert vfork.ask("qsThreadInfo") == "l"
    assert vfork.ask("qC") == "QCp64.64"
    text = vfork.ask("qXfer:threads:read::0,1000")
    assert 'id="p64.64" core="0" name="vfork_exec">held (vfork child 101)<' in text
    extra = bytes.fromhex(vfork.ask("qThreadExtraInfo,p64.64")).decode()
    assert extra == "vfork_exec: held (vfork child 101)"


def test_the_old_packets_go_on_too(vfork: Talk) -> None:
    start = vfork.register(EIP)
    assert vfork.stop("s").startswith("T05thread")
    assert vfork.stop(f"s{start:x}").startswith("T05thread")
    assert vfork.ask("Hc-1") == "OK"
    assert vfork.ask("c").startswith("T05vfork")
    assert vfork.stop("?").startswith("T05vfork")
    assert vfork.ask("D;65") == "OK"
    assert vfork.stop("c").startswith("T05vforkdone")
    assert vfork.ask("C0f") == "X0f;process:64"


def test_monitor_commands_tell_of_tasks_and_time(vfork: Talk) -> None:
    def monitor(line: str) -> str:
        vfork.line.sent.clear()
        assert vfork.ask(f"qRcmd,{line.encode().hex()}") == "OK"
        return b"".join(bytes.fromhex(said[1:].decode()) for said in vfork.line.sent).decode()

    vfork.ask("vCont;c")
    assert "goto N" in monitor("help") == monitor("")
    assert "held (vfork child 101)" in monitor("tasks")
    here = vfork.stepper.position
    assert f"step {here} of {here}" in monitor("where")
    assert "TaskCreated" in monitor("events 9")
    assert "step 3 of" in monitor("goto 3")
    assert vfork.stepper.position == 3
    assert monitor("goto x") == "usage: monitor goto N\n"
    assert "no 'frobnicate'" in monitor("frobnicate")
    assert monitor("exit") == ""
    assert vfork.commands.is_over
    assert vfork.ask("qfThreadInfo") == "l"


def test_a_thread_that_gdb_has_moved_to_a_breakpoint_stops_there_at_once(shared: Talk) -> None:
    at = address_of(shared, "report")
    assert shared.ask(f"Z0,{at:x},1") == "OK"
    assert shared.stop("vCont;s").startswith("T05thread")
    assert shared.ask(f"P8={at.to_bytes(4, 'little').hex()}") == "OK"
    assert shared.stop("vCont;c").startswith("T05swbreak:;")
    assert shared.register(EIP) == at
    assert not shared.stop("vCont;c").startswith("T05swbreak:;thread:p64.64")  # told already


# ---- thread-local variables --------------------------------------------------------------------


def test_each_thread_has_its_own_thread_local_variables(guest: Guest) -> None:
    talk = Talk(guest("glibc/threads"))
    assert talk.ask("qGetTLSAddr:p64.64,0,0") == "E16"  # the C library has not begun
    assert talk.ask("QThreadEvents:1") == "OK"
    assert talk.stop("vCont;c").startswith("T05create")
    first, second = (int(talk.ask(f"qGetTLSAddr:p64.{tid},4,0"), 16) for tid in ("64", "65"))
    assert first != second
    assert int(talk.ask("qGetTLSAddr:p64.65,8,0"), 16) == second + 4
    assert talk.ask("qGetTLSAddr:p64.99,4,0") == "E03"
    assert talk.ask("qGetTLSAddr:p64.65,4,1") == "E02"  # there is one module


def test_a_program_without_thread_local_variables_has_none_to_find(vfork: Talk) -> None:
    assert vfork.ask("qGetTLSAddr:p64.64,0,0") == "E02"


# ---- anything at all ---------------------------------------------------------------------------

WORDS = (
    "vCont;", "vCont;c", "vCont;s:p64.64", "vFile:open:", "vFile:pread:", "vFile:setfs:", "qXfer:",
    "qXfer:siginfo:write::0:", "qXfer:auxv:read::", "QCatchSyscalls:", "Z0,", "Z2,", "z0,", "m",
    "M", "X", "g", "G", "p", "P", "P8=", "Hg", "Hc", "T", "?", "D", "D;", "bs", "bc", "c", "s", "C",
    "S", "qRcmd,", "qSupported:", "vKill;", "QPassSignals:", "qThreadExtraInfo,", "qAttached:", "k",
)  # fmt: skip
ENDS = st.one_of(
    st.binary(max_size=12).map(lambda octets: octets.decode("latin-1")),
    st.text("0123456789abcdef,;:.-p=", max_size=24),
    st.sampled_from(["8049000,1", "bfffff00,8", "p64.64", "-1", "0,1000", "64", "f" * 18,
                     "1" * 400]),
)  # fmt: skip


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(WORDS), ENDS).map("".join), max_size=12))
def test_any_packets_are_answered_and_none_breaks_the_server(
    guest: Guest, packets: list[str]
) -> None:
    talk = Talk(guest("vfork_memory"))
    for packet in packets:
        try:
            talk.ask(packet)
        except Gone:
            return
    assert talk.ask("qSupported:").startswith("PacketSize=4000")
