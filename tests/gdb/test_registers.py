"""Registers: numbers, widths and places are gdb's, and what is written is what is read."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.debug.gdb.registers import NAMES, WIDTHS, RegisterSet, split
from emulator.machine import fxsave
from emulator.machine.fxsave import FpuState

SET = RegisterSet(tuple(range(100, 110)), (0x73, 0x7B, 0x7B, 0x7B, 0, 0x33), fxsave.INITIAL)


def number(name: str) -> int:
    return NAMES.index(name)


def test_the_numbers_are_those_of_gdb() -> None:
    assert (number("eip"), number("eflags"), number("cs"), number("gs")) == (8, 9, 10, 15)
    assert (number("st0"), number("fctrl"), number("xmm0"), number("mxcsr")) == (16, 24, 32, 40)
    assert number("orig_eax") == 41


def test_a_g_packet_has_every_register_in_its_place() -> None:
    octets = SET.read_all()
    assert len(octets) == 312
    assert struct.unpack_from("<10I", octets) == tuple(range(100, 110))
    assert struct.unpack_from("<6I", octets, 40) == SET.segments
    assert struct.unpack_from("<I", octets, 304) == (0x1F80,)
    assert octets[308:] == b"\xff" * 4


def test_a_call_in_flight_shows_as_linux_shows_it_to_a_tracer() -> None:
    inside = RegisterSet(SET.general, SET.segments, SET.fpu, call=190)
    assert struct.unpack("<i", inside.read(number("eax"))) == (-38,)
    assert struct.unpack("<i", inside.read(number("orig_eax"))) == (190,)


def test_writing_minus_one_to_orig_eax_gives_the_call_up() -> None:
    inside = RegisterSet(SET.general, SET.segments, SET.fpu, call=190)
    assert inside.write(41, b"\xff" * 4).call is None
    assert inside.write(41, bytes(4)).call == 190


@given(st.integers(0, len(NAMES) - 2), st.data())
def test_a_written_register_is_read_back_and_no_other_changes(
    which: int, data: st.DataObject
) -> None:
    octets = bytearray(data.draw(st.binary(min_size=WIDTHS[which], max_size=WIDTHS[which])))
    name = NAMES[which]
    if name in ("cs", "ss", "ds", "es", "fs", "gs", "fctrl", "fstat", "fop", "fiseg", "foseg"):
        octets[2:] = bytes(2)  # 16 bits wide in the CPU
    if name == "ftag":
        octets[:] = b"\xff\xff\0\0"  # what can be stored is which are empty
    before, after = SET, SET.write(which, bytes(octets))
    assert after.read(which) == octets
    others = {i: v for i, v in split(after.read_all()) if i != which and NAMES[i] != "ftag"}
    assert others == {i: v for i, v in split(before.read_all()) if i in others}


def test_all_registers_can_be_written_at_once() -> None:
    changed = SET.write(number("xmm3"), bytes(range(16))).write(number("eip"), b"\1\2\3\4")
    assert SET.write_all(changed.read_all()).read_all() == changed.read_all()


def test_the_tag_word_tells_what_the_x87_registers_hold() -> None:
    one, zero, infinity = (
        struct.pack("<QH", 1 << 63, 0x3FFF), bytes(10), struct.pack("<QH", 1 << 63, 0x7FFF),
    )  # fmt: skip
    stack = (one, zero, infinity, *(bytes(10),) * 5)
    top = 5  # three were pushed: they lie in the physical registers 5, 6 and 7
    tags = 0xFFFF & ~(0b111111 << 10)
    state = FpuState(0x37F, top << 11, tags, 0, 0, 0, 0x1F80, stack, (bytes(16),) * 8)
    read = RegisterSet(SET.general, SET.segments, fxsave.pack(state)).read(number("ftag"))
    assert int.from_bytes(read, "little") == 0b10_01_00_11_11_11_11_11


@pytest.mark.parametrize("octets", [b"", b"123", b"12345"])
def test_a_wrong_width_is_refused(octets: bytes) -> None:
    with pytest.raises(ValueError):
        SET.write(0, octets)
    with pytest.raises(ValueError):
        SET.write_all(octets)


def test_putting_registers_of_a_call_back_makes_the_call_again() -> None:
    inside = RegisterSet(SET.general, SET.segments, SET.fpu, call=114)
    seen = inside.read_all()
    again = inside.write(41, b"\xff" * 4).write_all(seen)
    assert again.call is None
    eip, eax = number("eip"), number("eax")
    assert int.from_bytes(again.read(eip), "little") == SET.general[eip] - 2  # `int $0x80`
    assert int.from_bytes(again.read(eax), "little") == 114
