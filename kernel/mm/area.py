"""Areas: what a range of an address space is meant to hold (Linux's vm_area_struct)."""

from __future__ import annotations

from typing import NamedTuple

from emulator.machine import paging
from kernel.abi.memory import MapFlag, Prot
from kernel.fs.inode import RegularInode

NO_WRITE = 1 << 24
"""In an area's flags: its file was opened for reading or is sealed; it may never be written to."""
DONT_FORK, WIPE_ON_FORK = 1 << 25, 1 << 26
"""A child does not get it, or gets it empty (madvise(2))."""
LOCKED = int(MapFlag.MAP_LOCKED)
"""Its pages are counted as locked (mlock(2)); none is ever paged out anyway."""


class Area(NamedTuple):
    """Pages [start, end) with one protection and one origin; replaced, never changed.

    `inode` and `offset` (a multiple of 4096) say which part of a file it maps; without an inode it
    is anonymous private memory. `path` is what /proc/PID/maps shows, `[stack]` included.
    """

    start: int
    end: int
    prot: int
    flags: int
    inode: RegularInode | None = None
    offset: int = 0
    path: str = ""

    @property
    def is_shared(self) -> bool:
        return bool(self.flags & MapFlag.MAP_SHARED)

    @property
    def may_change_file(self) -> bool:
        """Whether a write through it, now or once it is allowed, is one to its file."""
        return self.is_shared and not self.flags & NO_WRITE

    @property
    def grows_down(self) -> bool:
        return bool(self.flags & MapFlag.MAP_GROWSDOWN)

    @property
    def is_writable(self) -> bool:
        return bool(self.prot & Prot.PROT_WRITE)

    @property
    def is_locked(self) -> bool:
        return bool(self.flags & LOCKED)

    @property
    def is_data(self) -> bool:
        """Whether RLIMIT_DATA counts it: private and writable, and no stack."""
        return self.is_writable and not self.is_shared and not self.grows_down

    @property
    def entry_bits(self) -> int:
        """Page-table bits of a page that is mapped read-only here."""
        if not self.prot & (Prot.PROT_READ | Prot.PROT_WRITE | Prot.PROT_EXEC):
            return paging.PRESENT | paging.NO_EXECUTE
        bits = paging.PRESENT | paging.USER
        if not self.prot & Prot.PROT_EXEC:
            bits |= paging.NO_EXECUTE
        if self.is_shared:
            bits |= paging.SHARED
        return bits

    def page_index(self, address: int) -> int:
        """Which page of the file this address shows."""
        return (address - self.start + self.offset) >> 12

    def cut(self, start: int, end: int) -> Area:
        """The part of the area within [start, end)."""
        first, last = max(self.start, start), min(self.end, end)
        offset = self.offset + first - self.start if self.inode else 0
        return self._replace(start=first, end=last, offset=offset)

    def continues(self, other: Area) -> bool:
        """Whether `other`, right behind this one, is the same thing going on."""
        return (
            self.end == other.start
            and self.prot == other.prot
            and self.flags == other.flags
            and self.inode is other.inode
            and self.path == other.path
            and (self.inode is None or self.offset + self.end - self.start == other.offset)
        )
