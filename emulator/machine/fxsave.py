"""FXSAVE images: x87 and SSE state as the 512 bytes that i386 programs find in signal frames."""

import struct
from dataclasses import dataclass
from functools import lru_cache

SIZE = 512
_MXCSR_MASK = 0xFFFF
_STACK_AT, _XMM_AT = 32, 160


@dataclass(frozen=True, slots=True)
class FpuState:
    """x87 registers in stack order (ten bytes each), their full tag word by physical register,
    and eight XMM registers of sixteen bytes."""

    control: int
    status: int
    tags: int
    opcode: int
    instruction_pointer: int
    data_pointer: int
    mxcsr: int
    stack: tuple[bytes, ...]
    xmm: tuple[bytes, ...]


_EMPTY = 0xFFFF


def pack(state: FpuState) -> bytes:
    """State to image (Intel SDM 1, table 10-2, 32-bit format)."""
    image = bytearray(SIZE)
    abridged = sum(1 << i for i in range(8) if state.tags >> 2 * i & 3 != 3)
    struct.pack_into(
        "<HHBxHIIIII", image, 0,
        state.control, state.status, abridged, state.opcode,
        state.instruction_pointer, 0, state.data_pointer, 0, state.mxcsr,
    )  # fmt: skip
    struct.pack_into("<I", image, 28, _MXCSR_MASK)
    for i, value in enumerate(state.stack):
        image[_STACK_AT + 16 * i : _STACK_AT + 16 * i + 10] = value
    for i, value in enumerate(state.xmm):
        image[_XMM_AT + 16 * i : _XMM_AT + 16 * i + 16] = value
    return bytes(image)


def unpack(image: bytes) -> FpuState:
    """Image to state; tags become "valid" or "empty", as FXRSTOR makes them."""
    control, status, abridged, opcode, fip, _, fdp, _, mxcsr = struct.unpack_from(
        "<HHBxHIIIII", image
    )
    tags = sum(3 << 2 * i for i in range(8) if not abridged >> i & 1)
    stack = tuple(image[_STACK_AT + 16 * i : _STACK_AT + 16 * i + 10] for i in range(8))
    xmm = tuple(image[_XMM_AT + 16 * i : _XMM_AT + 16 * i + 16] for i in range(8))
    return FpuState(control, status, tags, opcode, fip, fdp, mxcsr & _MXCSR_MASK, stack, xmm)


INITIAL = pack(FpuState(0x37F, 0, _EMPTY, 0, 0, 0, 0x1F80, (bytes(10),) * 8, (bytes(16),) * 8))
"""As after FNINIT and with the default MXCSR: all exceptions masked."""


REGISTERS = (
    *(f"FP{i}" for i in range(8)), *(f"XMM{i}" for i in range(8)),
    "FPCW", "FPSW", "FPTAG", "FOP", "FIP", "FDP", "MXCSR",
)  # fmt: skip
"""A CPU's registers as `gather` and `scatter` take them, one behind the other."""
REGISTER_SIZE = 16
_FIRST_XMM, _FIRST_WORD = 8, 16


@lru_cache(maxsize=16)
def gather(registers: bytes) -> bytes:
    """The image of a CPU with these registers, FP0 to FP7 as they lie."""
    parts = [registers[at : at + REGISTER_SIZE] for at in range(0, len(registers), REGISTER_SIZE)]
    words = (int.from_bytes(part, "little") for part in parts[_FIRST_WORD:])
    control, status, tags, opcode, fip, fdp, mxcsr = words
    top = status >> 11 & 7
    stack = tuple(parts[top + i & 7][:10] for i in range(8))
    return pack(
        FpuState(
            control & 0xFFFF, status & 0xFFFF, tags & 0xFFFF, opcode & 0x7FF, fip, fdp, mxcsr,
            stack, tuple(parts[_FIRST_XMM:_FIRST_WORD]),
        )
    )  # fmt: skip


@lru_cache(maxsize=16)
def scatter(image: bytes) -> bytes:
    """The registers of a CPU that holds what the image does."""
    state = unpack(image)
    top = state.status >> 11 & 7
    parts = [state.stack[i - top & 7].ljust(REGISTER_SIZE, b"\0") for i in range(8)]
    parts += state.xmm
    values = (
        state.control, state.status, state.tags, state.opcode,
        state.instruction_pointer, state.data_pointer, state.mxcsr,
    )  # fmt: skip
    parts += [value.to_bytes(REGISTER_SIZE, "little") for value in values]
    return b"".join(parts)
