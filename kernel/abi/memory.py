"""Flags of the memory calls and the shape of an i386 process's address space."""

from enum import IntEnum

PAGE_SIZE = 4096
PAGE_SHIFT = 12
PAGE_MASK = 0xFFFF_F000
TASK_SIZE = 0xC000_0000
"""First address that belongs to the kernel."""
STACK_TOP = TASK_SIZE
MMAP_MIN_ADDRESS = 0x1_0000


MAX_MAP_COUNT = 65530
"""/proc/sys/vm/max_map_count: areas that a process may have."""


class Prot(IntEnum):
    """Protection of mmap(2) and mprotect(2)."""

    PROT_NONE = 0
    PROT_READ = 1
    PROT_WRITE = 2
    PROT_EXEC = 4
    PROT_SEM = 8
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


class Advice(IntEnum):
    """Advice of madvise(2)."""

    MADV_NORMAL = 0
    MADV_RANDOM = 1
    MADV_SEQUENTIAL = 2
    MADV_WILLNEED = 3
    MADV_DONTNEED = 4
    MADV_FREE = 8
    MADV_REMOVE = 9
    MADV_DONTFORK = 10
    MADV_DOFORK = 11
    MADV_MERGEABLE = 12
    MADV_UNMERGEABLE = 13
    MADV_HUGEPAGE = 14
    MADV_NOHUGEPAGE = 15
    MADV_DONTDUMP = 16
    MADV_DODUMP = 17
    MADV_WIPEONFORK = 18
    MADV_KEEPONFORK = 19
    MADV_COLD = 20
    MADV_PAGEOUT = 21
    MADV_POPULATE_READ = 22
    MADV_POPULATE_WRITE = 23
    MADV_DONTNEED_LOCKED = 24


class SyncFlag(IntEnum):
    """Flags of msync(2)."""

    MS_SYNC = 4
    MS_ASYNC = 1
    MS_INVALIDATE = 2


class LockFlag(IntEnum):
    """Flags of mlockall(2)."""

    MCL_CURRENT = 1
    MCL_FUTURE = 2
    MCL_ONFAULT = 4


MLOCK_ONFAULT = 1


class KeyRight(IntEnum):
    """Rights that a protection key takes away (pkey_alloc(2))."""

    PKEY_DISABLE_ACCESS = 1
    PKEY_DISABLE_WRITE = 2


def page_down(address: int) -> int:
    """The start of the page that contains this address."""
    return address & ~0xFFF


def page_up(address: int) -> int:
    """The first page boundary at or above this address."""
    return (address + 0xFFF) & ~0xFFF
