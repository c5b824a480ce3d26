"""Write protection: every write to an address space is seen, without hooks in the CPU.

While it is up, writable pages are read-only in the page tables and carry the bit WATCHED. A write
faults; its page is lifted, the instruction runs alone, and what changed is found by comparing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from emulator.machine import paging
from kernel.abi.memory import PAGE_SIZE

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace


class Change(NamedTuple):
    """Octets at an address, as they were and as they are; the first and the last differ."""

    address: int
    before: bytes
    after: bytes


class Protection:
    """The protection of one address space; at most one is up at a time."""

    def __init__(self, memory: AddressSpace) -> None:
        self.memory = memory
        self.is_up = False
        self.lifted: dict[int, bytes] = {}
        """Pages that the instruction at work may write, with what they held before it."""

    def put_up(self) -> None:
        """Make writable pages read-only: all of them, or those that have come since."""
        entries = self.memory.tables.entries
        for leaf in self.memory.tables.leaves.values():
            for i, entry in enumerate(entries[leaf : leaf + paging.ENTRIES].tolist(), leaf):
                if entry & paging.WRITABLE:
                    entries[i] = entry & ~paging.WRITABLE | paging.WATCHED
        self.memory.frames.machine.flush_tlb()
        self.is_up = True

    def take_down(self) -> None:
        """Give the pages back as they were; what fork shares meanwhile stays copy-on-write."""
        entries = self.memory.tables.entries
        for leaf in self.memory.tables.leaves.values():
            for i, entry in enumerate(entries[leaf : leaf + paging.ENTRIES].tolist(), leaf):
                if entry & paging.WATCHED:
                    owned = 0 if self._is_copied_on_write(entry) else paging.WRITABLE
                    entries[i] = entry & ~paging.WATCHED | owned
        self.is_up = False

    def cover(self, address: int) -> None:
        """Protect the page at an address, which the kernel may just have made writable."""
        entry = self.memory.tables.get(address)
        if self.is_up and entry & paging.WRITABLE:
            self.memory.tables.set(address, entry & ~paging.WRITABLE | paging.WATCHED)
            self.memory.frames.machine.flush_tlb()

    def lift(self, address: int) -> bool:
        """A write to this address faulted: let it happen. False where the fault is a real one."""
        tables, page = self.memory.tables, address & -PAGE_SIZE
        entry = tables.get(page)
        if not entry & paging.WATCHED:
            return False
        if self._is_copied_on_write(entry):
            tables.set(page, entry & ~paging.WATCHED)
            return False
        self.lifted[page] = self._contents(entry)
        tables.set(page, entry | paging.WRITABLE)
        return True

    def settle(self) -> list[Change]:
        """Protect the lifted pages again; what has changed in them."""
        changes: list[Change] = []
        for page, before in self.lifted.items():
            entry = self.memory.tables.get(page)
            after = self._contents(entry)
            if after != before:
                changes.append(_difference(page, before, after))
            self.memory.tables.set(page, entry & ~paging.WRITABLE)
        if self.lifted:
            self.lifted.clear()
            self.memory.frames.machine.flush_tlb()
        return changes

    def _is_copied_on_write(self, entry: int) -> bool:
        if entry & paging.SHARED:
            return False
        return self.memory.frames.is_shared(paging.frame_of(entry))

    def _contents(self, entry: int) -> bytes:
        start = entry & paging.FRAME_BITS
        return self.memory.frames.ram.octets[start : start + PAGE_SIZE].tobytes()


def _difference(address: int, before: bytes, after: bytes) -> Change:
    """From the first octet that differs to the last."""
    bits = int.from_bytes(before, "little") ^ int.from_bytes(after, "little")
    first = ((bits & -bits).bit_length() - 1) // 8
    end = (bits.bit_length() + 7) // 8
    return Change(address + first, before[first:end], after[first:end])
