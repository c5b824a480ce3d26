"""Local descriptor tables: segments of one address space (modify_ldt(2))."""

from __future__ import annotations

from emulator.machine import local_descriptors
from kernel.mm.frames import FrameAllocator
from kernel.mm.page_tables import PageTables


class LocalTable:
    """Up to 8192 descriptors of 8 octets, in frames that are taken as they are needed."""

    def __init__(self, frames: FrameAllocator) -> None:
        self.frames = frames
        self.pages: list[int] = []

    def require(self, number: int) -> None:
        """Have room for the descriptor with this number; ENOMEM."""
        while number >= len(self.pages) * local_descriptors.ENTRIES_PER_PAGE:
            self.pages.append(self.frames.allocate())

    def set(self, number: int, descriptor: int) -> None:
        """Write a descriptor for which there is room."""
        page, index = divmod(number, local_descriptors.ENTRIES_PER_PAGE)
        self.frames.ram.entries[(self.pages[page] << 9) + index] = descriptor

    def show(self, tables: PageTables) -> None:
        """Let the CPU find it in the address space with these page tables."""
        first = (tables.root >> 3) + local_descriptors.SLOT
        for page, frame in enumerate(self.pages):
            tables.entries[first + page] = local_descriptors.entry(frame)

    def read(self) -> bytes:
        """All of its octets."""
        ram = self.frames.ram
        return b"".join([ram.read(frame << 12, 4096) for frame in self.pages])

    def copy(self) -> LocalTable:
        """The same descriptors for a forked child; ENOMEM."""
        child = LocalTable(self.frames)
        try:
            for frame in self.pages:
                child.pages.append(self.frames.allocate())
                self.frames.ram.copy(frame, child.pages[-1])
        except BaseException:
            child.release()
            raise
        return child

    def release(self) -> None:
        """Give the frames back."""
        self.frames.drop_all(self.pages)
        self.pages.clear()
