"""Notices: lines for people, in which nothing that a guest chose acts on a terminal."""

from __future__ import annotations


def inert(text: str) -> str:
    """The text with escapes in place of what is not printable."""
    if text.isprintable():
        return text
    return "".join([each if each.isprintable() else _escape(each) for each in text])


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
