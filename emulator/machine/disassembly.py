"""Disassembly: bytes to i386 instructions, through Capstone (imported when first asked for)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from emulator.machine.machine import REGISTER_NAMES


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: where it is, its bytes, and its text in Intel's syntax."""

    address: int
    code: bytes
    mnemonic: str
    operands: str

    def __str__(self) -> str:
        return f"{self.mnemonic} {self.operands}".rstrip()


def instructions(code: bytes, address: int) -> Iterator[Instruction]:
    """Instructions in a straight line from `address`; ends at the first that does not decode."""
    import capstone

    engine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_32)
    for item in engine.disasm(code, address):
        yield Instruction(item.address, bytes(item.bytes), item.mnemonic, item.op_str)


@cache
def _detailed() -> Any:
    import capstone

    engine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_32)
    engine.detail = True
    return engine


def accesses(code: bytes, address: int, registers: Sequence[int]) -> list[tuple[int, int, bool]]:
    """Memory that the instruction's operands stand for: address, octets, whether it is written.

    Not the stack where that is implied, and nothing in segments with a base.
    """
    from capstone import CS_AC_WRITE
    from capstone.x86 import X86_OP_MEM, X86_REG_FS, X86_REG_GS

    item = next(_detailed().disasm(code, address, 1), None)
    if item is None or item.mnemonic in ("lea", "nop"):
        return []
    found = []
    for operand in item.operands:
        memory = operand.mem
        if operand.type != X86_OP_MEM or memory.segment in (X86_REG_FS, X86_REG_GS):
            continue
        base = _value(item.reg_name(memory.base), registers)
        index = _value(item.reg_name(memory.index), registers) * memory.scale
        at = (base + index + memory.disp) & 0xFFFF_FFFF
        found.append((at, operand.size, bool(operand.access & CS_AC_WRITE)))
    return found


def _value(name: str | None, registers: Sequence[int]) -> int:
    """A register's value, 16-bit ones cut; 0 for none."""
    if name is None:
        return 0
    if name in REGISTER_NAMES:
        return registers[REGISTER_NAMES.index(name)]
    return registers[REGISTER_NAMES.index(f"e{name}")] & 0xFFFF
