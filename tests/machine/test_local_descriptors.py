"""Local descriptors: selectors find them in the table of the address space that is in force."""

from __future__ import annotations

import pytest

from emulator.machine import local_descriptors
from emulator.machine.traps import CpuFault, Interrupt
from tests.machine.pc import DATA, DATA_FRAME, EAX, READ_WRITE, Pc, word
from tests.machine.test_context import tls

TABLE_FRAME, LAST_FRAME, OTHER_FRAME, OTHER_ROOT = 60, 61, 62, 63
NUMBER, LAST = 3, 8191
READ_FS = b"\x64\xa1\0\0\0\0\xcd\x80"  # mov eax, fs:[0]; int 0x80


def load_fs(number: int) -> bytes:
    """mov eax, selector; mov fs, eax"""
    return b"\xb8" + (number * 8 + 7).to_bytes(4, "little") + b"\x8e\xe0"


@pytest.fixture
def pc() -> Pc:
    """A PC whose address space has two descriptors, the last possible one among them."""
    pc = Pc()
    slots = (pc.root >> 3) + local_descriptors.SLOT
    pc.ram.entries[slots] = local_descriptors.entry(TABLE_FRAME)
    pc.ram.entries[slots + local_descriptors.PAGES - 1] = local_descriptors.entry(LAST_FRAME)
    pc.ram.entries[(TABLE_FRAME << 9) + NUMBER] = tls(DATA)
    pc.ram.entries[(LAST_FRAME << 9) + LAST % 512] = tls(DATA + 4)
    pc.ram.write(DATA_FRAME << 12, word(11) + word(22))
    return pc


@pytest.mark.parametrize(("number", "value"), [(NUMBER, 11), (LAST, 22)])
def test_a_segment_is_loaded_from_the_table(pc: Pc, number: int, value: int) -> None:
    assert pc.run(load_fs(number) + READ_FS) == Interrupt(0x80)
    assert pc.registers[EAX] == value


@pytest.mark.parametrize("number", [NUMBER + 1, 1000])
def test_what_is_not_in_the_table_is_a_general_protection_fault(pc: Pc, number: int) -> None:
    assert pc.run(load_fs(number) + READ_FS) == CpuFault(13, number * 8 + 4)


def test_another_address_space_has_another_table_or_none(pc: Pc) -> None:
    pc.run(load_fs(NUMBER) + READ_FS)
    other = pc.new_space(OTHER_ROOT, (pc.ram.entries[pc.root >> 3]) >> 12)
    pc.map(DATA, DATA_FRAME, READ_WRITE)
    home, pc.root = pc.root, other
    assert isinstance(pc.run(load_fs(NUMBER) + READ_FS), CpuFault)
    slots = (other >> 3) + local_descriptors.SLOT
    pc.ram.entries[slots] = local_descriptors.entry(OTHER_FRAME)
    pc.ram.entries[(OTHER_FRAME << 9) + NUMBER] = tls(DATA + 4)
    assert pc.run(load_fs(NUMBER) + READ_FS) == Interrupt(0x80)
    assert pc.registers[EAX] == 22
    pc.root = home
    assert pc.run(load_fs(NUMBER) + READ_FS) == Interrupt(0x80)
    assert pc.registers[EAX] == 11


def test_a_changed_descriptor_is_loaded_anew_and_a_lost_one_becomes_null(pc: Pc) -> None:
    pc.run(load_fs(NUMBER) + READ_FS)
    pc.ram.entries[(TABLE_FRAME << 9) + NUMBER] = tls(DATA + 4)
    pc.cpu.reload_ldt()
    pc.ram.write(0x14000, READ_FS)
    pc.cpu.forget_code()
    pc.registers[8] = 0x0804_8000
    assert pc.cpu.run(1 << 20) == Interrupt(0x80)
    assert pc.registers[EAX] == 22
    pc.ram.entries[(TABLE_FRAME << 9) + NUMBER] = 0
    pc.cpu.reload_ldt()
    assert pc.cpu.segment("fs") == 0


def test_a_segment_of_a_thread_whose_slot_is_emptied_becomes_null(pc: Pc) -> None:
    pc.load(b"\xcd\x80")
    pc.cpu.set_tls((tls(DATA), 0, 0))
    assert pc.cpu.set_segment("ds", 0x33)
    pc.cpu.set_tls((0, 0, 0))
    assert pc.cpu.segment("ds") == 0
