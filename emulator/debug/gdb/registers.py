"""Registers as gdb numbers them: where each lies in a `g` packet, and how it is read and written.

The order is that of gdb's features for i386 Linux: core, sse, linux. Widths are in octets; all
values are little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from emulator.changes import SELECTORS
from emulator.machine.machine import EAX, EBP, EIP, ESP, REGISTER_NAMES
from kernel.abi.errno import Errno

X87_WORDS = ("fctrl", "fstat", "ftag", "fiseg", "fioff", "foseg", "fooff", "fop")
NAMES = (
    *REGISTER_NAMES, *SELECTORS, *(f"st{i}" for i in range(8)), *X87_WORDS,
    *(f"xmm{i}" for i in range(8)), "mxcsr", "orig_eax",
)  # fmt: skip
"""By gdb's number."""
WIDTHS = (*(4,) * 16, *(10,) * 8, *(4,) * 8, *(16,) * 8, 4, 4)
EXPEDITED = (EBP, ESP, EIP)
"""Sent along with every stop: what gdb needs to know where it is. Numbers and order agree."""
NO_CALL = 0xFFFF_FFFF
"""orig_eax outside of system calls."""
_X87, _FPU_END, _MXCSR, _ORIG_EAX = 16, 40, 40, 41
_EMPTY, _SPECIAL, _ZERO, _VALID = 3, 2, 1, 0
_INT_LENGTH = 2
"""Octets of `int $0x80`."""
_ENOSYS = -Errno.ENOSYS & 0xFFFF_FFFF


@dataclass(frozen=True)
class RegisterSet:
    """What a debugger may see of a task's registers.

    `general` in the machine's order, `segments` in gdb's, `fpu` an FXSAVE image. `call` is the
    number of the system call in flight: eax then reads as -ENOSYS and orig_eax as the number, as
    a tracer finds them on Linux.
    """

    general: tuple[int, ...]
    segments: tuple[int, ...]
    fpu: bytes
    call: int | None = None

    def read(self, number: int) -> bytes:
        """One register's octets; IndexError for a number that is none."""
        width = WIDTHS[number]
        if number < 10:
            value = _ENOSYS if number == EAX and self.call is not None else self.general[number]
        elif number < _X87:
            value = self.segments[number - 10]
        elif number < _FPU_END or number == _MXCSR:
            return _read_fpu(self.fpu, NAMES[number]).ljust(width, b"\0")
        else:
            value = NO_CALL if self.call is None else self.call
        return value.to_bytes(width, "little")

    def read_all(self) -> bytes:
        """All of them, one behind the other: the `g` packet."""
        return b"".join(self.read(number) for number in range(len(NAMES)))

    def write(self, number: int, octets: bytes) -> RegisterSet:
        """The same set with one register changed.

        Writing -1 to orig_eax gives up the call in flight, as on Linux. gdb does so when it calls
        a function, and puts everything back afterwards. IndexError for a number that is none,
        ValueError for a wrong length.
        """
        if len(octets) != WIDTHS[number]:
            raise ValueError(f"{NAMES[number]} has {WIDTHS[number]} octets")
        value = int.from_bytes(octets, "little")
        if number < 10:
            if number == EAX and self.call is not None:
                return self
            return replace(self, general=_with(self.general, number, value))
        if number < _X87:
            return replace(self, segments=_with(self.segments, number - 10, value & 0xFFFF))
        if number != _ORIG_EAX:
            return replace(self, fpu=_write_fpu(self.fpu, NAMES[number], octets))
        if value == NO_CALL:
            return replace(self, call=None)
        return self._with_call_again(value)

    def _with_call_again(self, number: int) -> RegisterSet:
        """Registers that show a call in flight are put back: the call is made again."""
        if self.call is not None or self.general[EAX] != _ENOSYS:
            return self
        again = _with(self.general, EIP, self.general[EIP] - _INT_LENGTH & 0xFFFF_FFFF)
        return replace(self, general=_with(again, EAX, number))

    def write_all(self, octets: bytes) -> RegisterSet:
        """The set that a `G` packet describes; ValueError for a wrong length."""
        if len(octets) != sum(WIDTHS):
            raise ValueError("not all registers, or too many")
        changed = self
        for number, part in split(octets):
            changed = changed.write(number, part)
        return changed


def split(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """A `g` packet's registers with their numbers."""
    at = 0
    for number, width in enumerate(WIDTHS):
        yield number, octets[at : at + width]
        at += width


def _with(words: tuple[int, ...], index: int, value: int) -> tuple[int, ...]:
    return (*words[:index], value, *words[index + 1 :])


# ---- x87 and SSE -------------------------------------------------------------------------------

_FIELDS = {
    "fctrl": (0, "<H"), "fstat": (2, "<H"), "fop": (6, "<H"), "fioff": (8, "<I"),
    "fiseg": (12, "<H"), "fooff": (16, "<I"), "foseg": (20, "<H"), "mxcsr": (24, "<I"),
}  # fmt: skip
"""Where they lie in an FXSAVE image (Intel SDM 1, 10.5.1)."""
_TAGS_AT, _STACK_AT, _XMM_AT = 4, 32, 160


def _place(name: str) -> tuple[int, int]:
    """Offset and width of a register in the image that is stored there as it is."""
    if name in _FIELDS:
        at, form = _FIELDS[name]
        return at, struct.calcsize(form)
    number = int(name[-1])
    if name.startswith("st"):
        return _STACK_AT + 16 * number, 10
    return _XMM_AT + 16 * number, 16


def _read_fpu(image: bytes, name: str) -> bytes:
    if name == "ftag":
        return _full_tags(image).to_bytes(4, "little")
    at, width = _place(name)
    return image[at : at + width]


def _write_fpu(image: bytes, name: str, octets: bytes) -> bytes:
    if name == "ftag":
        at, width, octets = _TAGS_AT, 1, _abridged(int.from_bytes(octets, "little"))
    else:
        at, width = _place(name)
    return image[:at] + octets[:width] + image[at + width :]


def _abridged(tags: int) -> bytes:
    """FXSAVE's one bit per register: set where it is not empty."""
    return bytes((sum(1 << i for i in range(8) if tags >> 2 * i & 3 != _EMPTY),))


def _full_tags(image: bytes) -> int:
    """The x87 tag word, two bits per physical register, from the values themselves."""
    top = int.from_bytes(image[2:4], "little") >> 11 & 7
    word = 0
    for physical in range(8):
        at = _STACK_AT + 16 * (physical - top & 7)
        is_used = image[_TAGS_AT] >> physical & 1
        word |= (_tag(image[at : at + 10]) if is_used else _EMPTY) << 2 * physical
    return word


def _tag(value: bytes) -> int:
    mantissa, exponent = struct.unpack("<QH", value)
    exponent &= 0x7FFF
    if exponent == 0x7FFF:
        return _SPECIAL
    if exponent == 0:
        return _SPECIAL if mantissa else _ZERO
    return _VALID if mantissa >> 63 else _SPECIAL
