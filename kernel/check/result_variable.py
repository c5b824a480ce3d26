"""The one variable that a vfork child may modify: the one that receives vfork's result.

The result is followed from EAX through register moves; the first place in memory that it is
stored to is the variable.
"""

from __future__ import annotations

from emulator.machine.machine import EAX, ECX, EDX
from kernel.check.instruction import Instruction

_SIZE = 4
_PATIENCE = 64
"""Instructions after which a result that was not stored is not looked for any more."""


class ResultVariable:
    """`address` is the variable's, once known."""

    def __init__(self) -> None:
        self.address: int | None = None
        self._holders: set[int] = set()
        self._left = 0

    def expect(self) -> None:
        """The caller has its result now, in EAX."""
        self._holders = {EAX}
        self._left = _PATIENCE

    def contains(self, address: int) -> bool:
        """Whether the octet belongs to the variable."""
        return self.address is not None and 0 <= address - self.address < _SIZE

    def follow(self, at: Instruction, registers: memoryview, stored: int | None) -> None:
        """An instruction was executed; it wrote memory at `stored`, if it did.

        A register holds the result, 0, until it is seen to get another value.
        """
        if not self._holders:
            return
        self._left -= 1
        source = _stored_register(at)
        if stored is not None and source in self._holders:
            self.address = stored
            self._holders.clear()
            return
        self._move(at)
        self._holders = {register for register in self._holders if not registers[register]}
        if not self._left:
            self._holders.clear()

    def _move(self, at: Instruction) -> None:
        opcode, modrm = at.opcode, at.modrm
        target = _overwritten_register(at)
        source = None
        if opcode == 0x89 and modrm >= 0xC0:
            source, target = modrm >> 3 & 7, modrm & 7
        elif opcode == 0x8B and modrm >= 0xC0:
            source = modrm & 7
        if source in self._holders and target is not None:
            self._holders.add(target)
        elif target is not None:
            self._holders.discard(target)
        if at.is_call:
            self._holders -= {EAX, ECX, EDX}


def _stored_register(at: Instruction) -> int | None:
    """The register that a 32-bit store writes to memory."""
    if at.opcode == 0xA3:
        return EAX
    if at.opcode == 0x89 and at.modrm < 0xC0:
        return at.modrm >> 3 & 7
    return None


def _overwritten_register(at: Instruction) -> int | None:
    """The register that a move, or an exclusive or with itself, gives a new value."""
    opcode, modrm = at.opcode, at.modrm
    if opcode == 0x8B:
        return modrm >> 3 & 7
    if 0xB8 <= opcode <= 0xBF:
        return opcode & 7
    if opcode in (0x31, 0x33) and modrm >= 0xC0 and modrm >> 3 & 7 == modrm & 7:
        return modrm & 7
    return EAX if opcode == 0xA1 else None
