"""Contexts: register sets come back as they were stored, each with its own TLS descriptors."""

from __future__ import annotations

import struct

import pytest

from emulator.machine import segments
from emulator.machine.machine import REGISTER_NAMES, SEGMENT_NAMES
from emulator.machine.traps import BUDGET_SPENT, CpuFault, Interrupt
from tests.machine.pc import (
    CODE,
    DATA,
    DATA_FRAME,
    EAX,
    EBX,
    EFLAGS,
    READ_WRITE,
    STACK,
    Pc,
    word,
)

READ_GS = b"\x65\xa1\0\0\0\0\xcd\x80"  # mov eax, gs:[0]; int 0x80
ALL_FLAGS = 0x202 | 0xCD5  # carry, parity, adjust, zero, sign, direction, overflow


def tls(base: int, limit: int = 0xFFFFF) -> int:
    """A present, 32-bit, page-granular data descriptor of ring 3."""
    low = limit & 0xFFFF | (base & 0xFF_FFFF) << 16
    return low | 0xF2 << 40 | (limit >> 16 | 0xD0) << 48 | (base >> 24) << 56


@pytest.fixture
def pc() -> Pc:
    return Pc()


def test_every_register_reaches_the_cpu_and_comes_back(pc: Pc) -> None:
    values = [0x1111_0000 + i for i in range(8)]
    pc.load(b"\xa3" + word(DATA) + b"\x60\x9c\xcd\x80")  # mov [DATA], eax; pusha; pushf
    pc.registers[:8] = memoryview(struct.pack("<8I", *values)).cast("B").cast("I")
    pc.registers[4] = STACK + 0x800
    pc.registers[EFLAGS] = ALL_FLAGS
    assert pc.cpu.run(1000) == Interrupt(0x80)
    values[4] = STACK + 0x800
    pushed = struct.unpack("<9I", pc.stack()[:36])
    assert pushed == (ALL_FLAGS, *reversed(values))
    assert pc.registers.tolist()[:4] == values[:4]
    assert pc.registers[EFLAGS] == ALL_FLAGS


def test_names_are_in_the_order_of_the_cpus_own_numbers() -> None:
    assert REGISTER_NAMES[:8] == ("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi")
    assert SEGMENT_NAMES == ("es", "cs", "ss", "ds", "fs", "gs")


def test_ring_3_has_the_selectors_of_an_i386_kernel(pc: Pc) -> None:
    pc.run(b"\x8c\xc8\xcd\x80")  # mov eax, cs
    assert pc.registers[EAX] == 0x73
    selectors = {name: pc.cpu.segment(name) for name in SEGMENT_NAMES}
    assert selectors == {"es": 0x7B, "cs": 0x73, "ss": 0x7B, "ds": 0x7B, "fs": 0, "gs": 0}


def test_two_contexts_run_in_turn_without_seeing_each_other(pc: Pc) -> None:
    pc.load(b"\x43\x66\x0f\x6e\xc3\xd9\xe8\xdd\xd8\xeb\xf5")  # l: inc ebx; movd xmm0, ebx; …; jmp
    contexts = []
    for start in (100, 2000):
        pc.registers[EBX] = start
        context = pc.cpu.new_context()
        pc.cpu.store(context)
        contexts.append(context)
    for _ in range(10):
        for context in contexts:
            pc.cpu.load(context, pc.root)
            assert pc.cpu.run(3) == BUDGET_SPENT
            pc.cpu.store(context)
    assert [context.words[EBX] for context in contexts] == [130, 2030]
    for context in contexts:
        pc.cpu.load(context, pc.root)
        assert pc.cpu.read_fxsave()[160:164] == word(context.words[EBX])


def test_words_changed_in_a_stored_context_are_what_the_cpu_goes_on_with(pc: Pc) -> None:
    pc.load(b"\x43\xcd\x80")
    context = pc.cpu.new_context()
    pc.cpu.store(context)
    context.words[EBX] = 41
    pc.cpu.load(context, pc.root)
    assert pc.cpu.run(10) == Interrupt(0x80)
    assert pc.registers[EBX] == 42


def test_a_context_brings_no_translation_from_another_address_space(pc: Pc) -> None:
    other = pc.new_space(70, 71)
    tables = pc.ram.entries
    pc.load(b"\xa1" + word(DATA) + b"\xcd\x80")
    pc.ram.write(DATA_FRAME << 12, word(1))
    pc.ram.write(80 << 12, word(2))
    tables[(71 << 9) + (CODE >> 21 & 511)] = 72 << 12 | 7
    tables[(72 << 9) + (CODE >> 12 & 511)] = tables[pc.entry_of(CODE)]
    tables[(72 << 9) + (DATA >> 12 & 511)] = 80 << 12 | READ_WRITE
    assert CODE >> 21 == DATA >> 21
    context = pc.cpu.new_context()
    pc.cpu.store(context)
    seen = []
    for root in (pc.root, other, pc.root, other):
        pc.cpu.load(context, root)
        assert pc.cpu.run(10) == Interrupt(0x80)
        seen.append(pc.registers[EAX])
    assert seen == [1, 2, 1, 2]


def test_a_tls_segment_begins_at_its_base(pc: Pc) -> None:
    pc.load(READ_GS)
    pc.ram.write((DATA_FRAME << 12) + 0x40, word(0xABCD))
    pc.cpu.set_tls((tls(DATA + 0x40), 0, 0))
    assert pc.cpu.set_segment("gs", 0x33)
    assert pc.cpu.run(10) == Interrupt(0x80)
    assert pc.registers[EAX] == 0xABCD


def test_changing_a_descriptor_moves_the_segments_that_were_loaded_from_it(pc: Pc) -> None:
    pc.load(READ_GS)
    pc.ram.write(DATA_FRAME << 12, word(1) + word(2))
    pc.cpu.set_tls((tls(DATA), 0, 0))
    pc.cpu.set_segment("gs", 0x33)
    pc.cpu.set_tls((tls(DATA + 4), 0, 0))
    pc.cpu.run(10)
    assert pc.registers[EAX] == 2


def test_each_context_reloads_its_own_descriptors(pc: Pc) -> None:
    pc.ram.write(DATA_FRAME << 12, word(1) + word(2))
    contexts = []
    for base in (DATA, DATA + 4):
        pc.load(b"\xb8\x33\0\0\0\x8e\xe8" + READ_GS)  # mov eax, 0x33; mov gs, eax; …
        pc.cpu.set_tls((tls(base), 0, 0))
        context = pc.cpu.new_context()
        pc.cpu.store(context)
        contexts.append(context)
    for turn in range(4):
        pc.cpu.load(contexts[turn % 2], pc.root)
        assert pc.cpu.run(10) == Interrupt(0x80)
        assert pc.registers[EAX] == 1 + turn % 2


def test_a_reset_leaves_no_trace_of_the_program_before(pc: Pc) -> None:
    pc.load(b"\xd9\xe8\x66\x0f\x6e\xc3\xcd\x80")
    pc.registers[EBX] = 5
    pc.cpu.set_tls((tls(DATA), 0, 0))
    pc.cpu.set_segment("gs", 0x33)
    pc.cpu.run(10)
    pc.cpu.reset()
    assert (pc.cpu.tls, pc.cpu.segment("gs")) == (segments.NO_TLS, 0)
    assert pc.registers.tolist() == [0] * 9 + [0x202]
    fpu = pc.cpu.read_fxsave()
    assert fpu[:4] == b"\x7f\x03\0\0"
    assert not any(fpu[160:288])
    assert not any(pc.ram.entries[(segments.GDT >> 3) + i] for i in (6, 7, 8))


@pytest.mark.parametrize(
    ("selector", "loads"),
    [(0, True), (3, True), (0x7B, True), (0x73, True), (0x33, False), (0x3B, True), (0x08, False),
     (0x10, False), (0x83, False), (0x7F, False), (0xFFFF, False)],
)  # fmt: skip
def test_a_selector_loads_from_outside_exactly_where_the_instruction_does(
    pc: Pc, selector: int, loads: bool
) -> None:
    descriptors = (0, tls(DATA), 0)
    pc.load(b"\x8e\xe3\xcd\x80")  # mov fs, ebx
    pc.cpu.set_tls(descriptors)
    assert pc.cpu.set_segment("fs", selector) is loads
    pc.load(b"\x8e\xe3\xcd\x80")
    pc.cpu.set_tls(descriptors)
    pc.registers[EBX] = selector
    trap = pc.cpu.run(10)
    assert trap == (Interrupt(0x80) if loads else CpuFault(13, selector & ~3))


def test_the_cpu_has_the_features_it_says(pc: Pc) -> None:
    fpu, tsc, cx8, mmx, fxsr, sse, sse2 = (
        pc.cpu.cpu_features >> i & 1 for i in (0, 4, 8, 23, 24, 25, 26)
    )
    assert (fpu, tsc, cx8, mmx, fxsr, sse, sse2) == (1,) * 7
