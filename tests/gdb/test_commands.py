"""Commands: what the server answers, packet by packet, and what that does to the guest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.debug.gdb.connection import Gone
from tests.gdb.talk import Talk, address_of

Guest = Callable[[str], Path]
EAX, ECX, EDX, EBX, ESP, EIP, ORIG_EAX = 0, 1, 2, 3, 4, 8, 41


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
