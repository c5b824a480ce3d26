"""Text of a guest made harmless: what is not printable ASCII is shown as an escape."""

from __future__ import annotations

import re

_NOT_PRINTABLE = re.compile(r"[^ -~]")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 _./=+,()'\[\]-]")


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def visible(text: str) -> str:
    """One line of printable ASCII."""
    return _NOT_PRINTABLE.sub(_escape, text)


def visible_lines(text: str) -> str:
    """The same, but lines stay lines."""
    return "\n".join([visible(line) for line in text.split("\n")])


def in_dot(text: str) -> str:
    """Between the double quotes of Graphviz's language, where a backslash is an escape, too."""
    return visible(text).replace("\\", "\\\\").replace('"', '\\"')


def in_mermaid(text: str) -> str:
    """As part of a line of Mermaid: what may mean something to it becomes an entity."""
    return _NOT_PLAIN.sub(lambda match: f"#{ord(match[0])};", visible(text))
