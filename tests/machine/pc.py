"""A bare PC for tests: one page of code, some of data and stack, entered in ring 3."""

from __future__ import annotations

from emulator.machine import paging
from emulator.machine.machine import EAX, EBX, ECX, EDI, EDX, EFLAGS, EIP, ESI, ESP
from emulator.machine.traps import Trap
from emulator.machine.unicorn_cpu import UnicornCpu

CODE, DATA, STACK = 0x0804_8000, 0x0810_0000, 0x0820_0000
NOWHERE = 0x0900_0000
CODE_FRAME, DATA_FRAME, STACK_FRAME = 20, 21, 22
_ROOT, _DIRECTORY, _FIRST_TABLE = 32, 33, 34
USER = paging.PRESENT | paging.USER
READ_WRITE = USER | paging.WRITABLE | paging.NO_EXECUTE
READ_ONLY = USER | paging.NO_EXECUTE
LOTS = 1 << 40

__all__ = ["EAX", "EBX", "ECX", "EDI", "EDX", "EFLAGS", "EIP", "ESI", "ESP"]


class Pc:
    """`cpu` with an address space of one gigabyte, whose tables are made as pages are mapped."""

    def __init__(self, kind: type[UnicornCpu] = UnicornCpu) -> None:
        self.cpu = kind(4 << 20)
        self.ram = self.cpu.ram
        self.registers = self.cpu.registers
        self.root = self.new_space(_ROOT, _DIRECTORY)
        self._tables: dict[int, int] = {}
        self.map(CODE, CODE_FRAME, USER)
        self.map(DATA, DATA_FRAME, READ_WRITE)
        self.map(STACK, STACK_FRAME, READ_WRITE)

    def new_space(self, root: int, directory: int) -> int:
        """An address space with nothing but the kernel's part; its physical address."""
        entries = self.ram.entries
        entries[root << 9] = directory << 12 | paging.PRESENT
        entries[(root << 9) + 3] = paging.KERNEL_DIRECTORY | paging.PRESENT
        return root << 12

    def map(self, page: int, frame: int, bits: int) -> None:
        """Point a page (below 1 GiB) at a frame; the TLB is the caller's business."""
        index = self.entry_of(page)
        self.ram.entries[index] = frame << 12 | bits

    def unmap(self, page: int) -> None:
        self.ram.entries[self.entry_of(page)] = 0

    def entry_of(self, page: int) -> int:
        """Index in `ram.entries` of a page's entry."""
        _, directory, place = paging.split(page)
        if directory not in self._tables:
            table = self._tables[directory] = _FIRST_TABLE + len(self._tables)
            bits = paging.PRESENT | paging.WRITABLE | paging.USER
            self.ram.entries[(_DIRECTORY << 9) + directory] = table << 12 | bits
        return (self._tables[directory] << 9) + place

    def load(self, code: bytes, at: int = CODE) -> None:
        """Write code, and let the CPU be as when a program starts there."""
        self.ram.write((CODE_FRAME << 12) + (at - CODE), code)
        self.cpu.forget_code()
        self.cpu.reset()
        self.registers[EIP] = at
        self.registers[ESP] = STACK + 0x800
        self.registers[EFLAGS] = 0x202
        self.cpu.switch_space(self.root)

    def run(self, code: bytes, budget: int = LOTS, at: int = CODE) -> Trap:
        """Load and run until the first trap."""
        self.load(code, at)
        return self.cpu.run(budget)

    @property
    def offset(self) -> int:
        """EIP, counted from the start of the code."""
        return self.registers[EIP] - CODE

    def data(self, length: int = 16, at: int = 0) -> bytes:
        return self.ram.read((DATA_FRAME << 12) + at, length)

    def stack(self) -> bytes:
        """What lies on the stack now, from ESP up."""
        at = self.registers[ESP] - STACK
        return self.ram.read((STACK_FRAME << 12) + at, 0x800 - at)


def word(value: int) -> bytes:
    """A 32-bit little-endian immediate."""
    return (value & 0xFFFF_FFFF).to_bytes(4, "little")
