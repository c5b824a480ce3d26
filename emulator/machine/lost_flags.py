"""The flags that Unicorn loses when SETcc, RCL or RCR meets a page fault.

Unicorn keeps the arithmetic flags as the last result and its operation, and computes them where
they are asked for. These instructions do so before they touch memory: a fault then finds the
flags computed, but the record of the operation says otherwise, and the result is gone. Here they
are put together again from the context.

A rotation whose page can be read but not written has rotated the carry already: that is lost.
"""

from __future__ import annotations

import ctypes
import struct

from emulator.machine.cpu_quirks import walk
from emulator.machine.ram import Ram

FLAGS = 0x8D5
"""Carry, parity, adjust, zero, sign, overflow."""
_OF_RESULT = 0xC4
"""Parity, zero and sign: whatever the operation, they tell about the result alone."""
_COMPUTED, _FIRST, _SUB, _AFTER_SUB, _AFTER = 1, 2, 14, 18, 46
"""Operations: none, the flags are computed; the first of all, in four sizes each; subtraction."""
_PREFIXES = frozenset(b"\x26\x2e\x36\x3e\x64\x65\x66\x67\xf0")
_ROTATES = frozenset(b"\xc0\xc1\xd0\xd1\xd2\xd3")
_CARRY, _OVERFLOW, _PARITY, _ZERO, _SIGN = 1, 0, 5, 2, 4
"""Conditions, without the bit that negates."""


class LostFlags:
    """Reads a saved context at a host address; `registers` is where in it they begin.

    There the sixteen general registers, EIP and EFLAGS are followed by the last result, its
    source, a second source, and the operation.
    """

    def __init__(self, context: int, size: int, esp: int, eip: int) -> None:
        """Raises RuntimeError where these two are not found where they belong to each other."""
        blob = ctypes.string_at(context, size)
        found = [
            at - 4 * 8
            for at in range(32, size - 104, 8)
            if struct.unpack_from("<Q88xQ", blob, at) == (esp, eip)
        ]
        if len(found) != 1:
            raise RuntimeError("this version of Unicorn keeps its registers elsewhere")
        flags = context + found[0] + 17 * 8
        self._result = ctypes.c_uint64.from_address(flags + 8)
        self._source = ctypes.c_uint64.from_address(flags + 16)
        self._operation = ctypes.c_uint32.from_address(flags + 32)

    def find(self, ram: Ram, page_directory: int, eip: int) -> int | None:
        """The flags before the instruction that faulted; None where EFLAGS has them."""
        computed, operation = self._source.value, self._operation.value
        if computed & ~FLAGS or operation == _COMPUTED:
            return None
        condition = _condition_asked(ram, page_directory, eip)
        if condition is None or condition == _CARRY:
            return None
        if self._is_always_computed(condition, operation) or self._agrees(computed, operation):
            return computed
        return None

    def _is_always_computed(self, condition: int, operation: int) -> bool:
        """Conditions that Unicorn can answer only by computing all flags."""
        if condition in (_OVERFLOW, _PARITY):
            return True
        return condition not in (_ZERO, _SIGN) and not _SUB <= operation < _AFTER_SUB

    def _agrees(self, computed: int, operation: int) -> bool:
        """Whether these can be the flags of the last result. The others are computed only where
        the operation lies before a jump: then the result is still there to compare with.
        """
        if not _FIRST <= operation < _AFTER:
            return False
        bits = (8, 16, 32, 64)[(operation - _FIRST) % 4]
        result = self._result.value & (1 << bits) - 1
        parity = 0 if (result & 0xFF).bit_count() & 1 else 4
        expected = parity | (0 if result else 0x40) | (result >> bits - 1) << 7
        return computed & _OF_RESULT == expected


def _condition_asked(ram: Ram, page_directory: int, eip: int) -> int | None:
    """Which condition the instruction asks for before it touches memory, if it is such a one."""
    octets: list[int] = []
    for address in range(eip, eip + 15):
        at = walk(ram, page_directory, address)
        if at is None:
            return None
        octet = ram.octets[at]
        if octets or octet not in _PREFIXES:
            octets.append(octet)
        if len(octets) == 2:
            break
    if len(octets) < 2:
        return None
    first, second = octets
    if first == 0x0F and second & 0xF0 == 0x90:
        return second >> 1 & 7
    return _OVERFLOW if first in _ROTATES and second >> 3 & 7 in (2, 3) else None
