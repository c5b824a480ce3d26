"""One instruction at a time: single steps whose trap flag the program never sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from emulator.machine import paging, traps
from emulator.machine.machine import EFLAGS, EIP, ESP
from emulator.machine.traps import CpuFault, Trap

if TYPE_CHECKING:
    from emulator.machine.machine import Machine
    from kernel.mm.address_space import AddressSpace

TRAP_FLAG = 0x100
_PREFIXES = frozenset(b"\x66\x67\x26\x2e\x36\x3e\x64\x65\xf0\xf2\xf3")
_PUSHF, _POPF, _IRET = 0x9C, 0x9D, 0xCF
_RETURNS = frozenset((0xC2, 0xC3, 0xCA, 0xCB))
_CALL, _GROUP_5 = 0xE8, 0xFF
_LONGEST = 15


class Instruction(NamedTuple):
    """An instruction about to run: its address, ESP before it, its octets without prefixes."""

    eip: int
    esp: int
    code: bytes

    @property
    def opcode(self) -> int:
        return self.code[0] if self.code else -1

    @property
    def modrm(self) -> int:
        return self.code[1] if len(self.code) > 1 else 0

    @property
    def is_return(self) -> bool:
        return self.opcode in _RETURNS

    @property
    def is_call(self) -> bool:
        """Near calls, direct and indirect."""
        if self.opcode == _GROUP_5:
            return self.modrm >> 3 & 7 == 2
        return self.opcode == _CALL

    @property
    def assigns_esp(self) -> bool:
        """`mov` or `xchg` into ESP, but not from EBP, as at the end of a function."""
        opcode, modrm = self.opcode, self.modrm
        if opcode == 0x8B:
            return modrm >> 3 & 7 == ESP and modrm != 0xE5
        return (opcode in (0x89, 0x87) and modrm & 0xC7 == 0xC4 and modrm != 0xEC) or opcode == 0x94


def peek(memory: AddressSpace, address: int, length: int) -> bytes:
    """Octets of memory as far as pages are there; nothing is faulted in."""
    found = b""
    while length > 0:
        entry = memory.tables.get(address)
        if not entry & paging.PRESENT:
            break
        size = min(length, 4096 - (address & 0xFFF))
        start = (entry & paging.FRAME_BITS) | address & 0xFFF
        found += memory.frames.ram.octets[start : start + size].tobytes()
        address += size
        length -= size
    return found


def look(machine: Machine, memory: AddressSpace) -> Instruction:
    """The instruction that is next."""
    eip = machine.registers[EIP]
    code = peek(memory, eip, _LONGEST)
    while code and code[0] in _PREFIXES:
        code = code[1:]
    return Instruction(eip, machine.registers[ESP], code)


def step(machine: Machine, memory: AddressSpace, at: Instruction, budget: int) -> Trap | None:
    """Run it: None where it completed, otherwise the trap that came instead.

    The flag is the program's own again afterwards, also where PUSHF stored it. A program that
    steps itself gets its trap.
    """
    registers = machine.registers
    own = registers[EFLAGS] & TRAP_FLAG
    registers[EFLAGS] |= TRAP_FLAG
    trap = machine.run(budget)
    completed = isinstance(trap, CpuFault) and trap.vector == traps.DEBUG
    if not completed or at.opcode not in (_POPF, _IRET):
        registers[EFLAGS] = registers[EFLAGS] & ~TRAP_FLAG | own
    if completed and at.opcode == _PUSHF and not own:
        _hide_pushed_flag(memory, registers[ESP])
    return None if completed and not own else trap


def _hide_pushed_flag(memory: AddressSpace, esp: int) -> None:
    entry = memory.tables.get(esp + 1)
    memory.frames.ram.octets[(entry & paging.FRAME_BITS) | esp + 1 & 0xFFF] &= ~(TRAP_FLAG >> 8)
