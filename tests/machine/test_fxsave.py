"""FXSAVE images: what the machine reads out equals what the CPU's own instruction stores."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.machine import fxsave
from emulator.machine.traps import CpuFault, Interrupt
from tests.machine.pc import DATA, EBX, EIP, Pc, word

FXSAVE, FXRSTOR = b"\x0f\xae\x03", b"\x0f\xae\x0b"  # [ebx]
SYSCALL = b"\xcd\x80"
_PC = Pc()
# All but reserved octets, and selectors and addresses of the last x87 instruction.
_DEFINED = [(0, 5), (24, 28), *((32 + 16 * i, 42 + 16 * i) for i in range(8)), (160, 288)]


def defined(image: bytes) -> list[bytes]:
    return [image[start:end] for start, end in _DEFINED]


def own_image(pc: Pc, code: bytes) -> tuple[bytes, bytes]:
    """Run code, then let the CPU store its state; that image, and the one the machine reads."""
    pc.load(b"\xbb" + word(DATA) + code + FXSAVE + SYSCALL)
    assert pc.cpu.run(10_000) == Interrupt(0x80)
    return pc.data(512), pc.cpu.read_fxsave()


PROGRAMS = {
    "nothing": b"",
    "fninit": b"\xdb\xe3",
    "one value": b"\xd9\xe8",
    "two values": b"\xd9\xeb\xd9\xe8",
    "eight values": b"\xd9\xe8\xd9\xee\xd9\xeb\xd9\xe8\xd9\xe9\xd9\xea\xd9\xec\xd9\xed",
    "pushed and popped": b"\xd9\xe8\xd9\xeb\xdd\xd8",
    "all popped": b"\xd9\xe8\xdd\xd8",
    "freed in the middle": b"\xd9\xe8\xd9\xeb\xd9\xee\xdd\xc1",
    "rotated": b"\xd9\xe8\xd9\xeb\xd9\xf7",
    "divided by zero": b"\xd9\xe8\xd9\xee\xde\xf9",
    "control word": b"\x68\x3f\x0c\0\0\xd9\x2c\x24",
    "mxcsr": b"\x68\xc0\x7f\0\0\x0f\xae\x14\x24",
    "mmx": b"\xb8\x11\x22\x33\x44\x0f\x6e\xd8",
    "xmm": b"\xb8\x11\x22\x33\x44\x66\x0f\x6e\xe8\x66\x0f\x70\xfd\0",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_image_equals_what_the_fxsave_instruction_stores(name: str) -> None:
    theirs, ours = own_image(Pc(), PROGRAMS[name])
    assert ours == theirs


def test_a_program_starts_with_the_initial_image() -> None:
    theirs, ours = own_image(Pc(), b"")
    assert defined(ours) == defined(fxsave.INITIAL) == defined(theirs)
    assert struct.unpack_from("<HHB", ours) == (0x37F, 0, 0)
    assert struct.unpack_from("<I", ours, 24) == (0x1F80,)


_floats = st.sampled_from(
    [bytes(10), bytes.fromhex("0000000000000080ff3f"), bytes.fromhex("00000000000000c00040"),
     bytes.fromhex("0000000000000080ff7f"), bytes.fromhex("00000000000000c0ffff")]
)  # fmt: skip


@st.composite
def images(draw: st.DrawFn) -> bytes:
    """Images that FXRSTOR accepts, with everything in them that a program can see."""
    image = bytearray(512)
    control = draw(st.integers(0, 0x1F)) << 8 | 0x7F
    top, flags = draw(st.integers(0, 7)), draw(st.integers(0, 0x7F))
    struct.pack_into(
        "<HHB", image, 0, control & 0xF7F, top << 11 | flags & 0x3F, draw(st.integers(0, 255))
    )
    struct.pack_into(
        "<II", image, 24, draw(st.sampled_from([0x1F80, 0x1FA0, 0x7F80, 0x9FC0])), 0xFFFF
    )
    for i in range(8):
        image[32 + 16 * i : 42 + 16 * i] = draw(_floats)
        image[160 + 16 * i : 176 + 16 * i] = draw(st.binary(min_size=16, max_size=16))
    return bytes(image)


@settings(deadline=None, max_examples=80)
@given(images())
def test_an_image_that_is_written_is_stored_again_by_the_cpu_itself(image: bytes) -> None:
    _PC.load(b"\xbb" + word(DATA) + FXSAVE + SYSCALL)
    _PC.cpu.write_fxsave(image)
    assert _PC.cpu.run(1000) == Interrupt(0x80)
    assert defined(_PC.data(512)) == defined(image)
    assert defined(_PC.cpu.read_fxsave()) == defined(image)


@settings(deadline=None, max_examples=80)
@given(images())
def test_an_image_that_the_cpu_restored_is_what_the_machine_reads(image: bytes) -> None:
    _PC.load(b"\xbb" + word(DATA) + FXRSTOR + SYSCALL)
    _PC.ram.write(21 << 12, image)
    assert _PC.cpu.run(1000) == Interrupt(0x80)
    assert defined(_PC.cpu.read_fxsave()) == defined(image)


@given(images())
def test_packing_undoes_unpacking(image: bytes) -> None:
    assert defined(fxsave.pack(fxsave.unpack(image))) == defined(image)


def test_arithmetic_goes_on_with_a_written_stack() -> None:
    pc = Pc()
    pc.load(b"\xbb" + word(DATA) + b"\xde\xc1\xdb\x1b" + SYSCALL)  # faddp; fistp dword [ebx]
    image = bytearray(fxsave.INITIAL)
    image[2:5] = struct.pack("<HB", 6 << 11, 0b1100_0000)
    image[32:42] = bytes.fromhex("00000000000000c00040")  # 3.0
    image[48:58] = bytes.fromhex("0000000000000080ff3f")  # 1.0
    pc.cpu.write_fxsave(bytes(image))
    assert pc.cpu.run(1000) == Interrupt(0x80)
    assert pc.data(4) == word(4)


def test_an_exception_bit_written_with_its_mask_open_traps_at_the_next_instruction() -> None:
    pc = Pc()
    pc.load(b"\x90\x9b" + SYSCALL)
    image = bytearray(fxsave.INITIAL)
    image[0:4] = struct.pack("<HH", 0x37B, 0x8084)
    pc.cpu.write_fxsave(bytes(image))
    assert pc.cpu.run(1000) == CpuFault(16, 0)
    assert pc.registers[EIP] & 0xFFF == 1
    assert pc.registers[EBX] == 0
