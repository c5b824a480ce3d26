"""Flags of the memory calls and the shape of an i386 process's address space."""

from enum import IntEnum

PAGE_SIZE = 4096
PAGE_SHIFT = 12
PAGE_MASK = 0xFFFF_F000
TASK_SIZE = 0xC000_0000
"""First address that belongs to the kernel."""
STACK_TOP = TASK_SIZE
MMAP_MIN_ADDRESS = 0x1_0000


class Prot(IntEnum):
    """Protection of mmap(2) and mprotect(2)."""

    PROT_NONE = 0
    PROT_READ = 1
    PROT_WRITE = 2
    PROT_EXEC = 4
    PROT_GROWSDOWN = 0x0100_0000
    PROT_GROWSUP = 0x0200_0000


class MapFlag(IntEnum):
    """Flags of mmap(2)."""

    MAP_SHARED = 1
    MAP_PRIVATE = 2
    MAP_FIXED = 0x10
    MAP_ANONYMOUS = 0x20
    MAP_GROWSDOWN = 0x100
    MAP_DENYWRITE = 0x800
    MAP_EXECUTABLE = 0x1000
    MAP_LOCKED = 0x2000
    MAP_NORESERVE = 0x4000
    MAP_POPULATE = 0x8000
    MAP_NONBLOCK = 0x1_0000
    MAP_STACK = 0x2_0000
    MAP_HUGETLB = 0x4_0000
    MAP_SYNC = 0x8_0000
    MAP_FIXED_NOREPLACE = 0x10_0000


class RemapFlag(IntEnum):
    """Flags of mremap(2)."""

    MREMAP_MAYMOVE = 1
    MREMAP_FIXED = 2
    MREMAP_DONTUNMAP = 4


def page_down(address: int) -> int:
    """The start of the page that contains this address."""
    return address & ~0xFFF


def page_up(address: int) -> int:
    """The first page boundary at or above this address."""
    return (address + 0xFFF) & ~0xFFF
