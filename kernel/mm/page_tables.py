"""Page tables: PAE tables in RAM, which the CPU itself walks; made, filled, copied, torn down."""

from __future__ import annotations

from collections.abc import Iterator

from emulator.machine import paging
from kernel.mm import bulk
from kernel.mm.frames import FrameAllocator


class PageTables:
    """One three-level tree. `root` is the physical address that goes into CR3.

    `leaves` finds a leaf table by `address >> 21`: the index of its first entry in `ram.entries`.
    The tables in RAM are the truth; this is only the way to them. `resident` pages are mapped now.
    """

    __slots__ = (
        "_directories", "_most", "entries", "frames", "leaves", "resident", "root", "root_frame",
    )  # fmt: skip

    def __init__(self, frames: FrameAllocator) -> None:
        self.frames = frames
        self.entries = frames.ram.entries
        self.root_frame = frames.allocate()
        self.root = self.root_frame << 12
        self.entries[(self.root >> 3) + 3] = paging.KERNEL_DIRECTORY | paging.PRESENT
        self.leaves: dict[int, int] = {}
        self.resident = self._most = 0
        self._directories: dict[int, int] = {}

    def get(self, address: int) -> int:
        """The page-table entry for an address; 0 where there is none."""
        leaf = self.leaves.get(address >> 21)
        return 0 if leaf is None else self.entries[leaf + (address >> 12 & 511)]

    def set(self, address: int, entry: int) -> None:
        """Write the entry for an address, making tables as needed; ENOMEM."""
        leaf = self.leaves.get(address >> 21)
        if leaf is None:
            leaf = self._make_leaf(address)
        index = leaf + (address >> 12 & 511)
        if not self.entries[index]:
            self.resident += entry != 0
        elif not entry:
            self.lose(1)
        self.entries[index] = entry

    def _make_leaf(self, address: int) -> int:
        gigabyte, directory, _ = paging.split(address)
        base = self._directories.get(gigabyte)
        if base is None:
            frame = self.frames.allocate()
            base = self._directories[gigabyte] = frame << 9
            self.entries[(self.root >> 3) + gigabyte] = frame << 12 | paging.PRESENT
        table = self.frames.allocate()
        flags = paging.PRESENT | paging.WRITABLE | paging.USER
        self.entries[base + directory] = table << 12 | flags
        leaf = self.leaves[address >> 21] = table << 9
        return leaf

    def lose(self, count: int) -> None:
        """So many entries have been cleared."""
        self._most = self.peak
        self.resident -= count

    @property
    def peak(self) -> int:
        """The most pages that were ever mapped at a time."""
        return max(self._most, self.resident)

    @property
    def count(self) -> int:
        """Frames that the tree itself takes."""
        return 1 + len(self._directories) + len(self.leaves)

    def present(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Address and index in `ram.entries` of every entry in [start, end) that holds a frame."""
        if end - start <= 1 << 21:
            numbers: list[int] = [
                n for n in range(start >> 21, (end - 1 >> 21) + 1) if n in self.leaves
            ]
        else:
            numbers = sorted(n for n in self.leaves if start >> 21 <= n <= end - 1 >> 21)
        for number in numbers:
            leaf, base = self.leaves[number], number << 21
            first = max(start - base, 0) >> 12
            last = min(end - base, 1 << 21) + 0xFFF >> 12
            for i, entry in enumerate(self.entries[leaf + first : leaf + last].tolist(), first):
                if entry:
                    yield base + (i << 12), leaf + i

    def copy(self) -> PageTables:
        """All tables again for a forked child: private writable pages read-only in both.

        Every frame gets one user more. Raises ENOMEM, leaving nothing changed.
        """
        child = PageTables(self.frames)
        try:
            for number in self.leaves:
                child._make_leaf(number << 21)
        except BaseException:
            child.free_tables()
            raise
        pairs = [(leaf, child.leaves[number]) for number, leaf in self.leaves.items()]
        bulk.share_pages(self.frames, pairs)
        child.resident = self.resident
        return child

    def release(self) -> None:
        """Drop all pages and all tables."""
        bulk.drop_pages(self.frames, list(self.leaves.values()))
        self.free_tables()

    def free_tables(self) -> None:
        """Give the tables' own frames back; their entries are the caller's business."""
        for leaf in self.leaves.values():
            self.frames.drop(leaf >> 9)
        for base in self._directories.values():
            self.frames.drop(base >> 9)
        self.frames.drop(self.root_frame)
        self.leaves.clear()
        self._directories.clear()
