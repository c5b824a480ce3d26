"""ELF headers: what is fit to run, and one reason, in words, for everything that is not."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kernel.mm.elf import BadElf, parse
from tests.elf.files import BASE, GNU_STACK, INTERP, LOAD, File, R, Segment, W, X, with_stack

GOOD = File().pack()


def reason(file: File) -> str:
    data = file.pack()
    with pytest.raises(BadElf) as bad:
        parse(data[:4096], len(data))
    return str(bad.value)


def test_a_plain_executable_is_fit() -> None:
    elf = parse(GOOD, len(GOOD))
    assert (elf.entry, elf.is_pie, elf.low, elf.high) == (BASE + 0x200, False, BASE, BASE + 0x1000)
    assert (elf.program_headers, elf.program_header_count) == (BASE + 52, 1)


@pytest.mark.parametrize(
    ("segments", "executable"),
    [
        ([Segment()], True),
        (with_stack(Segment()), False),
        ([Segment(), Segment(GNU_STACK, flags=R | W | X)], True),
    ],
)
def test_data_is_executable_unless_the_stack_header_says_otherwise(
    segments: list[Segment], executable: bool
) -> None:
    data = File(segments).pack()
    assert parse(data, len(data)).has_executable_stack is executable


def test_a_file_cut_at_any_octet_is_refused_as_truncated() -> None:
    for length in range(len(GOOD)):
        with pytest.raises(BadElf) as bad:
            parse(GOOD[:length], length)
        assert ("truncated" in str(bad.value)) == (length >= 4)


MANY = [Segment(LOAD, 0, BASE + i * 0x1000) for i in range(128)]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (File(magic=b"\x7fELE"), "not an ELF"),
        (File(klass=2), "64-bit"),
        (File(klass=0), "class"),
        (File(endianness=2), "big-endian"),
        (File(endianness=0), "endian"),
        (File(machine=62), "x86-64"),
        (File(machine=40), "ARM"),
        (File(machine=7777), "machine 7777"),
        (File(kind=1), "relocatable object"),
        (File(kind=4), "core dump"),
        (File(kind=0), "ELF type 0"),
        (File(header_size=56), "program headers"),
        (File(count=0), "program headers"),
        (File(count=129), "program headers"),
        (File(count=0xFFFF), "program headers"),
        (File(table=0xFFFF_FFF0), "truncated"),
        (File(table=0x2000, length=0x4000), "too far"),
        (File([Segment(INTERP), Segment()]), "PT_INTERP"),
        (File([]), "program headers"),
        (File([Segment(GNU_STACK)]), "nothing to load"),
        (File([Segment(memory_size=0, file_size=0)]), "nothing to load"),
        (File(entry=BASE - 1), "entry point"),
        (File(entry=BASE + 0x1000), "entry point"),
        (File(entry=0), "entry point"),
        (File([Segment(file_size=0x1000, memory_size=0xFFF)]), "larger in the file"),
        (File([Segment(offset=0x1000)]), "truncated"),
        (File([Segment(offset=0xFFFF_F000)]), "truncated"),
        (File([Segment(file_size=0xFFFF_FFFF, memory_size=0xFFFF_FFFF)]), "truncated"),
        (File([Segment(address=BASE + 1)]), "disagree"),
        (File([Segment(address=0, memory_size=0x2000)], entry=0x200), "address 0"),
        (File([Segment(address=0xBFFF_F000)]), "outside user memory"),
        (File([Segment(address=0xFFFF_F000, memory_size=0x2000)]), "outside user memory"),
        (File([Segment(memory_size=0xFFFF_FFFF)]), "outside user memory"),
        (File([Segment(), Segment()]), "overlap"),
        (File([Segment(address=BASE + 0x1000), Segment()]), "overlap"),
        (File([Segment(memory_size=0x1001), Segment(address=BASE + 0x1000)]), "overlap"),
    ],
)
def test_every_fault_has_its_reason(file: File, expected: str) -> None:
    text = reason(file)
    assert expected in text
    assert "\n" not in text


def test_two_segments_may_meet_within_a_page() -> None:
    second = Segment(LOAD, 0x800, BASE + 0x800, 0x800, 0x900, R | W)
    data = File([Segment(file_size=0x800, memory_size=0x800), second]).pack()
    assert parse(data, len(data)).high == BASE + 0x2000


def test_as_many_program_headers_as_fit_a_page_are_read() -> None:
    data = File(MANY[:100], length=0x2000, entry=BASE + 0xF80).pack()
    assert len(parse(data[:4096], len(data)).segments) == 100


words = st.sampled_from([0, 1, 4, 0x34, 0x1000, BASE, 0x7FFF_FFFF, 0xBFFF_F000, 0xFFFF_FFFF])


@settings(max_examples=500)
@given(
    st.lists(st.tuples(st.integers(0, 0xA0 // 4), words | st.integers(0, 0xFFFF_FFFF)), max_size=4)
)
@example([(7, 0xFFFF_FFFF)])
def test_words_changed_at_random_give_an_executable_or_a_reason(
    changes: list[tuple[int, int]],
) -> None:
    data = bytearray(GOOD)
    for place, value in changes:
        data[4 * place : 4 * place + 4] = value.to_bytes(4, "little")
    with suppress(BadElf):
        elf = parse(bytes(data), len(data))
        assert 0 <= elf.low < elf.high <= 0xC000_0000


@given(st.binary(max_size=300))
def test_octets_at_random_are_no_executable(data: bytes) -> None:
    with pytest.raises(BadElf):
        parse(data, len(data))
