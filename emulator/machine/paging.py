"""Page tables: the bits of PAE entries, and a linear address as indices (Intel SDM 3A 4.4)."""

PRESENT = 1 << 0
WRITABLE = 1 << 1
USER = 1 << 2
ACCESSED = 1 << 5
DIRTY = 1 << 6
SHARED = 1 << 9
"""Ignored by the CPU: the kernel marks pages of shared mappings, which fork must not copy."""
WATCHED = 1 << 10
"""Ignored by the CPU, too: the page is writable, but read-only for now, so that writes are seen."""
NO_EXECUTE = 1 << 63
FRAME_BITS = 0xF_FFFF_F000
ENTRIES = 512
DIRECTORIES = 4
LEAF_SHIFT = 21
"""One leaf table maps 2 MiB; `address >> LEAF_SHIFT` names it among all 2048."""
KERNEL_BASE = 0xC000_0000
KERNEL_TABLE = 0x3000
"""Physical address of the page table for the first 2 MiB of that."""
KERNEL_DIRECTORY = 0x2000
"""Physical address of the one page directory that every process shares for its last gigabyte."""


def frame_of(entry: int) -> int:
    """Frame number in a page-table entry."""
    return (entry & FRAME_BITS) >> 12


def split(address: int) -> tuple[int, int, int]:
    """Linear address to (pointer-table index 0 to 3, directory index, table index 0 to 511)."""
    return address >> 30, address >> 21 & 511, address >> 12 & 511
