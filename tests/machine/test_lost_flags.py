"""A page fault in SETcc, RCL or RCR leaves the flags as they were before the instruction."""

from __future__ import annotations

import pytest

from emulator.machine.traps import PageFault
from tests.machine.pc import (
    DATA,
    DATA_FRAME,
    EAX,
    ECX,
    EDX,
    EFLAGS,
    LOTS,
    READ_ONLY,
    READ_WRITE,
    Pc,
    word,
)  # fmt: skip

ARITHMETIC = 0x8D5
BEFORE = {
    "test": "85c0", "cmp": "39d0", "cmp of octets": "38d0", "add": "01d0", "inc": "40",
    "dec": "48", "shl": "d1e0", "sar": "d1f8", "neg": "f7d8", "sbb": "19d0", "adc": "11d0",
    "imul": "0fafc2", "sahf": "9e", "or of octets": "08c0", "bt": "0fa3d0",
}  # fmt: skip
"""Instructions that set flags from EAX and EDX."""
ABSOLUTE = word(DATA)
SETCC = [bytes((0x0F, 0x90 + condition, 5)) + ABSOLUTE for condition in range(16)]
PREFIXED = b"\x3e\x0f\x9f\x05" + ABSOLUTE
RCL, RCR = b"\xd1\x15" + ABSOLUTE, b"\xd3\x1d" + ABSOLUTE
JUMP = b"\xeb\x00"
"""Ends a block: the flags come from the one before."""
VALUES = ((7, 3), (3, 7), (0x8000_0000, 1), (4, 4), (0, 0))


@pytest.fixture(scope="module")
def pc() -> Pc:
    return Pc()


def outcome(pc: Pc, code: bytes, values: tuple[int, int], bits: int) -> tuple[int, int, bytes]:
    """Flags, the CPU's answer and the memory afterwards; the page is there at the second try."""
    pc.ram.write(DATA_FRAME << 12, b"\x81\x22\x33\x44")
    pc.map(DATA, DATA_FRAME, bits)
    pc.load(code + b"\xcd\x80")
    pc.registers[EAX], pc.registers[EDX] = values
    pc.registers[ECX] = 3
    trap = pc.cpu.run(LOTS)
    if bits != READ_WRITE:
        assert isinstance(trap, PageFault)
        pc.map(DATA, DATA_FRAME, READ_WRITE)
        pc.cpu.flush_tlb()
        pc.cpu.run(LOTS)
    return pc.registers[EFLAGS] & ARITHMETIC, pc.registers[EAX], pc.data(4)


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("between", [b"", JUMP], ids=["same block", "next block"])
def test_setcc_asks_for_the_same_flags_after_a_fault(pc: Pc, before: str, between: bytes) -> None:
    setting = bytes.fromhex(BEFORE[before]) + between
    for values in VALUES:
        for setcc in [*SETCC, PREFIXED]:
            expected = outcome(pc, setting + setcc, values, READ_WRITE)
            for bits in (0, READ_ONLY):
                assert outcome(pc, setting + setcc, values, bits) == expected, (values, setcc)


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("rotation", [RCL, RCR], ids=["rcl", "rcr"])
def test_a_rotation_that_cannot_read_keeps_the_carry(pc: Pc, before: str, rotation: bytes) -> None:
    code = bytes.fromhex(BEFORE[before]) + rotation
    for values in VALUES:
        assert outcome(pc, code, values, 0) == outcome(pc, code, values, READ_WRITE), values
