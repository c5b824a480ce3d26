"""Characters and strings as gdb prints them: long repetitions are told, not shown."""

from __future__ import annotations

from itertools import groupby

MOST = 200
"""Elements of a string or an array that are shown."""
REPEATS = 10
"""As many equal ones are shown each for itself."""
_NAMED = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}


def character(octet: int, quote: str = "'") -> str:
    """One octet as it stands between quotes."""
    if octet in _NAMED:
        return _NAMED[octet]
    sign = chr(octet)
    if not " " <= sign <= "~":
        return f"\\{octet:03o}"
    return f"\\{sign}" if sign in (quote, "\\") else sign


def quoted(octets: bytes, is_cut: bool = False) -> str:
    """A string; its last octet is not shown if it is 0. `is_cut`: there is more of it."""
    if not is_cut and octets.endswith(b"\0"):
        octets = octets[:-1]
    parts: list[str] = []
    plain, shown = "", 0
    for octet, group in groupby(octets):
        if shown >= MOST:
            is_cut = True
            break
        count = len(list(group))
        shown += count
        if count <= REPEATS:
            plain += count * character(octet, '"')
            continue
        if plain:
            parts.append(f'"{plain}"')
        parts.append(f"'{character(octet)}' <repeats {count} times>")
        plain = ""
    if plain or not parts:
        parts.append(f'"{plain}"')
    return ", ".join(parts) + ("..." if is_cut else "")
