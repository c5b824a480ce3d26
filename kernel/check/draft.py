"""Findings in the making: equal ones are merged while the child runs, emitted at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.check.instruction import peek
from kernel.check.protection import Change

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace

NOTE = "note"
"""Not against the rules, or not the program's doing: recorded, but no finding."""
_SHOWN = 16
"""Octets shown of a long change."""


class Draft:
    """One finding: `touched` names the memory, `before` and `after` its octets that changed."""

    def __init__(self, rule: str, instruction: int, touched: str = "") -> None:
        self.rule = rule
        self.instruction = instruction
        self.touched = touched
        self.count = 0
        self.before: dict[int, int] = {}
        self.after: dict[int, int] = {}
        self.facts: dict[str, int | str] = {}

    def add(self, change: Change) -> None:
        """Octets that changed; of several changes the first `before` and the last `after` count."""
        for i, (old, new) in enumerate(zip(change.before, change.after, strict=True)):
            if old != new:
                self.before.setdefault(change.address + i, old)
                self.after[change.address + i] = new

    @property
    def span(self) -> tuple[int, int]:
        """Start and end of what changed, in whole words; (0, 0) where nothing did."""
        if not self.before:
            return 0, 0
        return min(self.before) & ~3, (max(self.before) | 3) + 1

    def octets(self, memory: AddressSpace) -> tuple[str, str]:
        """The first octets of the span before and after, in hexadecimal."""
        start, end = self.span
        shown = range(start, min(end, start + _SHOWN))
        now = peek(memory, start, len(shown)).ljust(len(shown), b"\0")
        after = [self.after.get(at, now[at - start]) for at in shown]
        before = [self.before.get(at, old) for at, old in zip(shown, after, strict=True)]
        return bytes(before).hex(), bytes(after).hex()
