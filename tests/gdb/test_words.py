"""The protocol's small words: thread ids, signal numbers, plans."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.debug.gdb import signal_numbers, thread_ids
from emulator.debug.gdb.answers import offset_and_length, parse_hex, parse_octets, part
from emulator.debug.gdb.plan import Action, parse_plan
from emulator.debug.gdb.thread_ids import ALL, ANY, ThreadId
from kernel.abi.signals import Signal


def test_thread_ids_are_hexadecimal_and_minus_one_is_all() -> None:
    assert thread_ids.parse("p64.1f") == ThreadId(100, 31)
    assert thread_ids.parse("p64.-1") == ThreadId(100, ALL)
    assert thread_ids.parse("p64") == ThreadId(100, ALL)
    assert thread_ids.parse("-1") == ThreadId(ANY, ALL)
    assert thread_ids.parse("0") == ThreadId(ANY, ANY)
    assert str(ThreadId(100, 31)) == "p64.1f"
    assert str(ThreadId(ALL, ALL)) == "p-1.-1"


@pytest.mark.parametrize("text", ["", "p", "p1.", "p.1", " 1", "1_0", "0x1", "-2", "p1.1.1", "１"])
def test_what_is_no_thread_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        thread_ids.parse(text)


def test_all_and_any_match_every_thread() -> None:
    assert ThreadId(100, ALL).matches(100, 5)
    assert not ThreadId(100, ALL).matches(101, 5)
    assert ThreadId(ANY, 5).matches(7, 5)


def test_signal_numbers_are_those_of_gdb() -> None:
    wanted = {
        Signal.SIGINT: 2, Signal.SIGBUS: 10, Signal.SIGSEGV: 11, Signal.SIGUSR1: 30,
        Signal.SIGCHLD: 20, Signal.SIGSTOP: 17, Signal.SIGSYS: 12, 32: 77, 34: 46, 63: 75, 64: 78,
    }  # fmt: skip
    assert {number: signal_numbers.to_gdb(number) for number in wanted} == wanted
    assert signal_numbers.to_gdb(Signal.SIGSTKFLT) == signal_numbers.UNKNOWN


def test_every_signal_that_gdb_knows_comes_back_as_itself() -> None:
    for number in set(range(1, 65)) - {Signal.SIGSTKFLT}:
        assert signal_numbers.from_gdb(signal_numbers.to_gdb(number)) == number
    assert signal_numbers.from_gdb(0) is None
    assert signal_numbers.from_gdb(signal_numbers.UNKNOWN) is None


def test_the_first_action_that_fits_a_thread_counts() -> None:
    plan = parse_plan("s:p64.64;C0a:p64.65;c:p64.-1")
    assert plan.action_of(100, 100) == Action(steps=True)
    assert plan.action_of(100, 101) == Action(signal=10)
    assert plan.action_of(100, 102) == Action()
    assert plan.action_of(101, 101) is None


def test_an_action_without_threads_is_for_everybody() -> None:
    assert parse_plan("c").action_of(5, 6) == Action()
    assert parse_plan("r8048000,8048010:p1.1;c").action_of(1, 1) == Action(
        steps=True, inside=(0x8048000, 0x8048010)
    )


def test_stopping_threads_is_leaving_them_stopped() -> None:
    assert parse_plan("t:p1.1;c").action_of(2, 2) == Action()
    assert parse_plan("t:p1.1").action_of(1, 1) is None


@pytest.mark.parametrize("text", ["", "x", "c1", "C", "Cxyz", "r", "r1", "s:p", "c;;c", "ct"])
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_plan(text)


@given(st.text(max_size=20))
def test_any_text_parses_or_is_refused(text: str) -> None:
    for parse in (thread_ids.parse, parse_plan, parse_hex, parse_octets, offset_and_length):
        with contextlib.suppress(ValueError):
            parse(text)


def test_an_object_is_read_in_pieces_and_the_last_says_so() -> None:
    assert part(b"abcdef", 0, 4) == b"mabcd"
    assert part(b"abcdef", 4, 4) == b"lef"
    assert part(b"abcdef", 0, 6) == b"labcdef"
    assert part(b"abcdef", 9, 4) == b"l"
