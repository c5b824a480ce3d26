"""Paging: the CPU walks the tables in RAM, and the walk in Python agrees with it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.machine import cpu_quirks, paging
from emulator.machine.traps import Access, Interrupt, PageFault
from tests.machine.pc import (
    CODE,
    CODE_FRAME,
    DATA,
    DATA_FRAME,
    EAX,
    EBX,
    NOWHERE,
    READ_ONLY,
    READ_WRITE,
    USER,
    Pc,
    word,
)

READ = b"\x8b\x03\xcd\x80"  # mov eax, [ebx]; int 0x80
WRITE = b"\x89\x03\xcd\x80"  # mov [ebx], eax; int 0x80
CALL = b"\xff\xd3"  # call ebx
_SHARED = Pc()


def access(pc: Pc, code: bytes, address: int) -> object:
    pc.load(code)
    pc.registers[EBX] = address
    return pc.cpu.run(1000)


@given(st.integers(min_value=0, max_value=0xFFFF_FFFF))
def test_an_address_splits_into_indices_that_make_it_up_again(address: int) -> None:
    gigabyte, directory, table = paging.split(address)
    assert gigabyte << 30 | directory << 21 | table << 12 == address & ~0xFFF


@settings(deadline=None, max_examples=60)
@given(
    page=st.integers(min_value=16, max_value=(1 << 18) - 2).map(lambda number: number << 12),
    frame=st.integers(min_value=100, max_value=1023),
)
def test_the_walk_in_python_finds_what_the_cpu_reads(page: int, frame: int) -> None:
    pc = _SHARED
    if page in (CODE, DATA) or len(pc._tables) > 50:
        return
    old = pc.ram.entries[pc.entry_of(page)]
    pc.map(page, frame, READ_WRITE)
    pc.ram.write((frame << 12) + 0x123 * 4, word(page ^ frame))
    assert cpu_quirks.walk(pc.ram, pc.root, page + 0x48C) == (frame << 12) + 0x48C
    assert access(pc, READ, page + 0x48C) == Interrupt(0x80)
    assert pc.registers[EAX] == page ^ frame
    pc.ram.entries[pc.entry_of(page)] = old


@pytest.mark.parametrize("address", [NOWHERE, 0, 0x3FFF_FFFC, 0x4000_0000, 0xBFFF_FFFC])
def test_where_the_walk_finds_nothing_the_cpu_faults(address: int) -> None:
    pc = Pc()
    assert cpu_quirks.walk(pc.ram, pc.root, address) is None
    assert access(pc, READ, address) == PageFault(address, Access.READ, present=False)


@pytest.mark.parametrize(
    ("bits", "code", "expected"),
    [
        (READ_WRITE, READ, None),
        (READ_WRITE, WRITE, None),
        (READ_ONLY, READ, None),
        (READ_ONLY, WRITE, PageFault(DATA, Access.WRITE, present=True)),
        (READ_ONLY, CALL, PageFault(DATA, Access.EXECUTE, present=True)),
        (paging.PRESENT, READ, PageFault(DATA, Access.READ, present=True)),
        (paging.PRESENT | paging.WRITABLE, WRITE, PageFault(DATA, Access.WRITE, present=True)),
        (0, READ, PageFault(DATA, Access.READ, present=False)),
        (0, WRITE, PageFault(DATA, Access.WRITE, present=False)),
        (0, CALL, PageFault(DATA, Access.EXECUTE, present=False)),
    ],
)
def test_every_bit_of_an_entry_means_what_the_manual_says(
    bits: int, code: bytes, expected: PageFault | None
) -> None:
    pc = Pc()
    pc.map(DATA, DATA_FRAME, bits)
    assert access(pc, code, DATA) == (expected or Interrupt(0x80))


def test_kernel_memory_is_closed_to_ring_3() -> None:
    assert access(Pc(), READ, 0xC000_1000) == PageFault(0xC000_1000, Access.READ, present=True)
    assert access(Pc(), WRITE, 0xC000_1000) == PageFault(0xC000_1000, Access.WRITE, present=True)


def test_accessed_and_dirty_bits_appear_in_the_tables() -> None:
    pc = Pc()
    bits = paging.ACCESSED | paging.DIRTY
    assert not pc.ram.entries[pc.entry_of(DATA)] & bits
    access(pc, READ, DATA)
    assert pc.ram.entries[pc.entry_of(DATA)] & bits == paging.ACCESSED
    access(pc, WRITE, DATA)
    assert pc.ram.entries[pc.entry_of(DATA)] & bits == bits


def test_a_page_that_appears_needs_no_flush_and_one_that_goes_does() -> None:
    pc = Pc()
    assert isinstance(access(pc, READ, NOWHERE), PageFault)
    pc.map(NOWHERE, DATA_FRAME, READ_WRITE)
    assert pc.cpu.run(1000) == Interrupt(0x80)
    pc.unmap(NOWHERE)
    pc.cpu.flush_tlb()
    assert isinstance(access(pc, READ, NOWHERE), PageFault)


def test_a_page_given_another_frame_shows_it_after_a_flush() -> None:
    pc = Pc()
    pc.ram.write(DATA_FRAME << 12, word(1))
    pc.ram.write(60 << 12, word(2))
    access(pc, READ, DATA)
    assert pc.registers[EAX] == 1
    pc.map(DATA, 60, READ_WRITE)
    pc.cpu.flush_tlb()
    pc.registers[8] = CODE
    assert pc.cpu.run(1000) == Interrupt(0x80)
    assert pc.registers[EAX] == 2


def test_translated_code_is_forgotten_on_demand() -> None:
    pc = Pc()
    assert pc.run(b"\xb8\x01\0\0\0\xcd\x80") == Interrupt(0x80)  # mov eax, 1; int 0x80
    pc.ram.write(CODE_FRAME << 12, b"\xb8\x02\0\0\0\xcd\x80")
    pc.cpu.forget_code()
    pc.registers[8] = CODE
    pc.cpu.run(1000)
    assert pc.registers[EAX] == 2


def test_a_program_may_change_its_own_code() -> None:
    pc = Pc()
    pc.map(CODE, CODE_FRAME, USER | paging.WRITABLE)
    # mov byte [CODE + 8], 7; mov eax, 1 (which becomes 7); int 0x80
    pc.run(b"\xc6\x05" + word(CODE + 8) + b"\x07" + b"\xb8\x01\0\0\0\xcd\x80")
    assert pc.registers[EAX] == 7


def test_the_boot_page_is_gone_when_the_first_program_runs() -> None:
    pc = Pc()
    assert cpu_quirks.walk(pc.ram, cpu_quirks.BOOT_SPACE, cpu_quirks.BOOT_PAGE) is None
    assert not any(pc.ram.read(cpu_quirks.BOOT_CODE, 4096))
