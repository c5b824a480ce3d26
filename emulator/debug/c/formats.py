"""Numbers in the format of a letter: the `x` of `print/x`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.debug.c.numbers import float_text
from emulator.debug.c.strings import character

if TYPE_CHECKING:
    from collections.abc import Callable

LETTERS = "xduotacfsz"
_FLOATS = (4, 8, 12)


def formatted(octets: bytes, letter: str, symbol: Callable[[int], str]) -> str:
    """Octets of a scalar; `symbol` names an address (` <main+4>`)."""
    value, size = int.from_bytes(octets, "little"), len(octets)
    match letter:
        case "x":
            return f"{value:#x}"
        case "z":
            return f"0x{value:0{2 * size}x}"
        case "u":
            return str(value)
        case "o":
            return f"0{value:o}" if value else "0"
        case "t":
            return f"{value:b}"
        case "a":
            return f"{value & 0xFFFF_FFFF:#x}{symbol(value & 0xFFFF_FFFF)}"
        case "c":
            return signed_character(value & 0xFF)
        case "f" if size in _FLOATS:
            return float_text(octets)
    return str(int.from_bytes(octets, "little", signed=True))


def signed_character(octet: int) -> str:
    """`-1 '\\377'`."""
    return f"{octet - 256 if octet > 127 else octet} '{character(octet)}'"
