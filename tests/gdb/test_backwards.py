"""Going back, packet by packet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.gdb.talk import Talk, address_of

Guest = Callable[[str], Path]
EAX, ECX, EDX, EBX, ESP, EIP, ORIG_EAX = 0, 1, 2, 3, 4, 8, 41


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
