"""Octets between double quotes, escaped the way strace does it."""

from __future__ import annotations

import re
from enum import Enum


class Hexadecimal(Enum):
    """Which strings are written as \\x.. throughout: strace's -x and -xx."""

    NEVER = 0
    NON_ASCII = 1
    ALWAYS = 2


_NAMED = {"\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_SHORTEST = {chr(octet): _NAMED.get(chr(octet), f"\\{octet:o}") for octet in range(256)}
# before a digit an octal escape needs all three of its own
_THREE_DIGITS = {chr(octet): _NAMED.get(chr(octet), f"\\{octet:03o}") for octet in range(256)}
_PAIRS = {octet: f"\\x{octet:02x}" for octet in range(256)}

_ESCAPED = re.compile(r"[^ !#-\[\]-~](?=([0-7]?))")
_ESCAPED_IN_ANGLES = re.compile(r"[^ !#-;=?-\[\]-~](?=([0-7]?))")
_FORCES_HEXADECIMAL = re.compile(r"[^\t-\r -~]")


def _escape(match: re.Match[str]) -> str:
    return (_THREE_DIGITS if match[1] else _SHORTEST)[match[0]]


def hexadecimal(octets: str) -> str:
    """Every octet of a Latin-1 string as \\x.., in quotes."""
    return f'"{octets.translate(_PAIRS)}"'


def quoted(octets: str, style: Hexadecimal = Hexadecimal.NEVER) -> str:
    """A Latin-1 string in quotes: plain ASCII but for the escapes."""
    if style is not Hexadecimal.NEVER and (
        style is Hexadecimal.ALWAYS or _FORCES_HEXADECIMAL.search(octets)
    ):
        return hexadecimal(octets)
    return f'"{_ESCAPED.sub(_escape, octets)}"'


def in_angles(octets: str) -> str:
    """A path as it stands behind a descriptor: `</tmp/a>`, with < and > inside it escaped."""
    return f"<{_ESCAPED_IN_ANGLES.sub(_escape, octets)}>"
