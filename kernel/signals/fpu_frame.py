"""x87 and SSE state in a signal frame: the old FNSAVE header, then an FXSAVE image.

Handlers written for either find what they know; on the way back the x87 part is taken from the
header and the SSE part from the image, as Linux does.
"""

import struct
from functools import lru_cache

from kernel.abi.signal_frames import FXSR_MAGIC, LEGACY_FPU

_ENVIRONMENT = struct.Struct("<HHBxHIIII")
_STACK_AT, _REGISTER = 32, 16
_HIGH = 0xFFFF_0000
_VALID, _ZERO, _SPECIAL, _EMPTY = 0, 1, 2, 3


@lru_cache(maxsize=16)
def to_frame(image: bytes) -> bytes:
    """Header and image, from an FXSAVE image of 512 octets."""
    control, status, abridged, opcode, fip, fcs, fdp, fds = _ENVIRONMENT.unpack_from(image)
    registers = [
        image[at : at + 10] for at in range(_STACK_AT, _STACK_AT + 8 * _REGISTER, _REGISTER)
    ]
    tags = _full_tags(abridged, status >> 11 & 7, registers)
    header = LEGACY_FPU.pack(
        control | _HIGH, status | _HIGH, tags | _HIGH, fip, fcs & 0xFFFF | opcode << 16, fdp, fds,
        b"".join(registers), status, FXSR_MAGIC,
    )  # fmt: skip
    return header + image


@lru_cache(maxsize=16)
def from_frame(data: bytes) -> bytes:
    """The FXSAVE image to load, from header and image; any octets give a loadable one."""
    control, status, tags, fip, fcs, fdp, fds, stack, _, _ = LEGACY_FPU.unpack_from(data)
    abridged = sum(1 << i for i in range(8) if tags >> 2 * i & 3 != _EMPTY)
    image = bytearray(data[LEGACY_FPU.size :])
    _ENVIRONMENT.pack_into(
        image, 0,
        control & 0xFFFF, status & 0xFFFF, abridged, fcs >> 16 & 0x7FF, fip, fcs & 0xFFFF, fdp, fds,
    )  # fmt: skip
    for i in range(8):
        at = _STACK_AT + _REGISTER * i
        image[at : at + 10] = stack[10 * i : 10 * i + 10]
    return bytes(image)


def _full_tags(abridged: int, top: int, registers: list[bytes]) -> int:
    """Two bits for each physical register, from one bit and the register's contents."""
    tags = 0
    for i in range(8):
        tag = _tag(registers[(i - top) & 7]) if abridged >> i & 1 else _EMPTY
        tags |= tag << 2 * i
    return tags


def _tag(register: bytes) -> int:
    significand = int.from_bytes(register[:8], "little")
    exponent = int.from_bytes(register[8:], "little") & 0x7FFF
    if exponent == 0x7FFF:
        return _SPECIAL
    if exponent == 0:
        return _SPECIAL if significand else _ZERO
    return _VALID if significand >> 63 else _SPECIAL
