"""Arguments of calls: what a function stores at ESP for the function it calls is nobody's data.

Some compilers push arguments, below the ESP at vfork; others store them into room that the frame
keeps for them, where a variable might lie as well. A function never reads that room itself: what
its code reads there is a variable.
"""

from __future__ import annotations

import re

from emulator.machine.disassembly import instructions
from kernel.check.protection import Change

_MOST = 64
"""Octets of arguments that are looked for."""
_OPERAND = re.compile(r"\[(esp|ebp)(?: ([+-]) (0x[0-9a-f]+|\d+))?\]")
_STORES = ("mov", "fst", "fist")


class Arguments:
    """What has been stored from `esp` upwards since the last call; `variables` were read there."""

    def __init__(self, esp: int) -> None:
        self.esp = esp
        self.variables: set[int] | None = None
        self._words: set[int] = set()
        self._pending: list[tuple[int, Change]] = []

    def may_hold(self, address: int) -> bool:
        """Whether the address is in the room for arguments."""
        return self.esp <= address < self.esp + _MOST

    def stored(self, address: int) -> None:
        """A word was stored, with or without changing anything."""
        if self.may_hold(address):
            self._words.add(address)

    def keep(self, eip: int, change: Change) -> None:
        """Decide about this change when it is clear whether a call follows."""
        self._pending.append((eip, change))

    @property
    def has_pending(self) -> bool:
        return bool(self._pending)

    def settle(self, called: bool) -> list[tuple[int, Change]]:
        """A call follows, or none will: the changes that were none of arguments."""
        end = self.esp
        while called and end in self._words and end not in (self.variables or ()):
            end += 4
        pending, self._pending = self._pending, []
        self._words.clear()
        return [(eip, change) for eip, change in pending if change.address >= end]


def slots_read(code: bytes, start: int, esp: int, ebp: int) -> set[int]:
    """Words of a frame that the function with this code reads, or takes the address of.

    `esp` and `ebp` are what it has where it called vfork.
    """
    found = set()
    for one in instructions(code, start):
        operand = _OPERAND.search(one.operands)
        if operand is None:
            continue
        is_target = operand.start() < (one.operands.find(",") % (len(one.operands) + 1))
        if is_target and one.mnemonic.startswith(_STORES):
            continue
        offset = int(operand[3], 0) if operand[3] else 0
        base = esp if operand[1] == "esp" else ebp
        found.add(base + (-offset if operand[2] == "-" else offset) & ~3)
    return found
