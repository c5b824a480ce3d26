"""Where errno is: what the C library's `__errno_location` would return, found by reading it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel.check.instruction import peek

if TYPE_CHECKING:
    from kernel.check.program import Program
    from kernel.mm.address_space import AddressSpace

_NAMES = ("__errno_location", "___errno_location")
_LONGEST = 48
_SKIPPED = (b"\xf3\x0f\x1e\xfb", b"\x55", b"\x89\xe5", b"\x5d", b"\x90")
"""endbr32, a frame, nop."""
_THREAD_POINTER = b"\x65\xa1\0\0\0\0"
_ADD_THREAD_POINTER = b"\x65\x03\x05\0\0\0\0"
_MOVE, _ADD_LONG, _SUB_LONG = b"\xb8", b"\x05", b"\x2d"
_ADD_SHORT, _SUB_SHORT, _LEA_SHORT, _LEA_LONG = b"\x83\xc0", b"\x83\xe8", b"\x8d\x40", b"\x8d\x80"
_RETURN = b"\xc3"


def errno_address(program: Program, memory: AddressSpace, thread: int) -> int | None:
    """Address of errno for a thread whose %gs:0 is the word `thread`; None where it is not told.

    A machine of the few instructions with which compilers form that address.
    """
    entry = next((f.start for f in program.functions if f.name in _NAMES), None)
    if entry is None:
        return None
    code, value = peek(memory, entry, _LONGEST), 0
    while code:
        if code.startswith(_RETURN):
            return value & 0xFFFF_FFFF
        done = _execute(code, value, thread)
        if done is None:
            return None
        size, value = done
        code = code[size:]
    return None


def _execute(code: bytes, value: int, thread: int) -> tuple[int, int] | None:
    """Length of the first instruction, and EAX after it; None where it is another."""
    for skipped in _SKIPPED:
        if code.startswith(skipped):
            return len(skipped), value
    if code.startswith(_THREAD_POINTER):
        return len(_THREAD_POINTER), thread
    if code.startswith(_ADD_THREAD_POINTER):
        return len(_ADD_THREAD_POINTER), value + thread
    for pattern, sign in ((_ADD_SHORT, 1), (_LEA_SHORT, 1), (_SUB_SHORT, -1)):
        if code.startswith(pattern):
            return 3, value + sign * int.from_bytes(code[2:3], "little", signed=True)
    for pattern, sign in ((_MOVE, 0), (_ADD_LONG, 1), (_LEA_LONG, 1), (_SUB_LONG, -1)):
        if code.startswith(pattern):
            start = len(pattern)
            (number,) = struct.unpack_from("<i", code.ljust(8, b"\0"), start)
            return start + 4, number if not sign else value + sign * number
    return None
