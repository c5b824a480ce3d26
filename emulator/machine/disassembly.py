"""Disassembly: bytes to i386 instructions, through Capstone (imported when first asked for)."""

from collections.abc import Iterator
from dataclasses import dataclass


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
