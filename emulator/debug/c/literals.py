"""Numbers and strings as C writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from emulator.debug.c.tree import Literal
from emulator.debug.c.types import (
    DOUBLE,
    FLOAT,
    INT,
    LONG_DOUBLE,
    LONG_LONG,
    UNSIGNED,
    UNSIGNED_LONG_LONG,
    Base,
)
from emulator.debug.command_table import CommandError

_ESCAPES = {"n": 10, "t": 9, "r": 13, "a": 7, "b": 8, "f": 12, "v": 11, "e": 27}
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|x[0-9a-fA-F]+|.)", re.DOTALL)


def integer(word: str) -> Literal:
    """`0x10u`, of the first type that it fits in; CommandError where it is none."""
    digits = word.rstrip("uUlL")
    suffix = word[len(digits) :].lower()
    is_octal = digits.startswith("0") and digits.isdigit() and len(digits) > 1
    try:
        value = int(digits, 8 if is_octal else 0)
    except ValueError:
        raise CommandError(f'Invalid number "{word}".') from None
    is_decimal = digits.isdigit() and not is_octal
    kinds: Sequence[Base] = [INT, UNSIGNED, LONG_LONG, UNSIGNED_LONG_LONG]
    if "u" in suffix:
        kinds = [UNSIGNED, UNSIGNED_LONG_LONG]
    elif is_decimal:
        kinds = [INT, LONG_LONG, UNSIGNED_LONG_LONG]
    if "ll" in suffix:
        kinds = [kind for kind in kinds if kind.size > 4]
    for kind in kinds:
        if value >> (8 * kind.size - kind.is_signed) == 0:
            return Literal(kind, value)
    raise CommandError("Numeric constant too large.")


def floating(word: str) -> Literal:
    """`1.5f`."""
    kind = {"f": FLOAT, "l": LONG_DOUBLE}.get(word[-1].lower(), DOUBLE)
    return Literal(kind, float(word.rstrip("fFlL")))


def octets(text: str) -> bytes:
    """What a character or string literal means."""
    return _ESCAPE.sub(_unescaped, text.encode("utf-8", "surrogateescape"))


def _unescaped(match: re.Match[bytes]) -> bytes:
    text = match[1].decode("latin-1")
    if text[0] in "01234567":
        return bytes([int(text, 8) & 0xFF])
    if text[0] == "x" and len(text) > 1:
        return bytes([int(text[1:], 16) & 0xFF])
    return bytes([_ESCAPES.get(text, ord(text))])
