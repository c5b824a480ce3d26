"""The page cache: pages of files in RAM, shared by every process that maps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.memory import PAGE_SIZE
from kernel.mm.frames import FrameAllocator, Reclaimer

if TYPE_CHECKING:
    from kernel.fs.inode import RegularInode


class CachedFile:
    """Pages of one file: `pages` maps page index to frame; the cache is one user of each frame.

    While a page is here it is the truth about its octets; reading and writing the file goes
    through it. `mappers` counts the areas that map the file.
    """

    def __init__(self, frames: FrameAllocator, inode: RegularInode) -> None:
        self.frames = frames
        self.inode = inode
        self.pages: dict[int, int] = {}
        self.mappers = 0

    def frame(self, index: int) -> int:
        """The frame of a page, read in if it is not here; ENOMEM. The page must exist."""
        frame = self.pages.get(index)
        if frame is None:
            data = self.inode.read_raw(index * PAGE_SIZE, PAGE_SIZE)
            frame = self.frames.allocate()
            self.frames.ram.write(frame << 12, data)
            self.pages[index] = frame
        return frame

    def patch(self, offset: int, data: bytearray) -> None:
        """Replace what was read from `offset` by what the pages hold."""
        for index, within, at, length in _pieces(offset, len(data)):
            frame = self.pages.get(index)
            if frame is not None:
                data[at : at + length] = self.frames.ram.read((frame << 12) + within, length)

    def store(self, offset: int, data: bytes) -> None:
        """Write through to the pages in this range."""
        for index, within, at, length in _pieces(offset, len(data)):
            frame = self.pages.get(index)
            if frame is not None:
                self.frames.ram.write((frame << 12) + within, data[at : at + length])
                if self.frames.was_executable[frame]:
                    self.frames.machine.forget_code()

    def truncate(self, size: int) -> None:
        """Clear what lies behind `size`; pages wholly behind it leave cache and mappings."""
        for space in self.frames.commitments.spaces:
            space.cut_file(self.inode, size)
        for index, frame in list(self.pages.items()):
            start = index * PAGE_SIZE
            if start >= size:
                self.frames.drop(self.pages.pop(index))
            elif start + PAGE_SIZE > size:
                within = size - start
                self.frames.ram.write((frame << 12) + within, bytes(PAGE_SIZE - within))

    def write_back(self, index: int) -> None:
        """Give a page that a mapping has written to the file's own store."""
        frame = self.pages.get(index)
        length = min(PAGE_SIZE, self.inode.size - index * PAGE_SIZE)
        if frame is not None and length > 0:
            self.inode.write_raw(index * PAGE_SIZE, self.frames.ram.read(frame << 12, length))

    def drop_unused(self) -> int:
        """Give up pages that nobody maps, all written back; returns their number."""
        unused = [i for i, frame in self.pages.items() if self.frames.counts[frame] == 1]
        for index in unused:
            self.frames.drop(self.pages.pop(index))
        return len(unused)


class PageCache(Reclaimer):
    """All cached files, in the order in which they were first mapped."""

    def __init__(self, frames: FrameAllocator) -> None:
        self.frames = frames
        self.files: dict[int, CachedFile] = {}
        self._next = 0
        frames.may_reclaim.append(self)

    def of(self, inode: RegularInode) -> CachedFile:
        """The cached file of an inode, made if there is none."""
        cached = inode.cached
        if cached is None:
            cached = inode.cached = CachedFile(self.frames, inode)
            self.files[self._next] = cached
            self._next += 1
        assert isinstance(cached, CachedFile)
        return cached

    def map(self, inode: RegularInode) -> None:
        """One more area shows this file; the first holds it."""
        cached = self.of(inode)
        cached.mappers += 1
        if cached.mappers == 1:
            inode.hold()

    def unmap(self, inode: RegularInode) -> None:
        """One area less; an unlinked file's pages go with the last one."""
        cached = self.of(inode)
        cached.mappers -= 1
        if not cached.mappers:
            if not inode.links:
                self._forget(cached)
            inode.drop()

    def _forget(self, cached: CachedFile) -> None:
        self.frames.drop_all(cached.pages.values())
        cached.pages.clear()
        cached.inode.cached = None
        self.files = {key: file for key, file in self.files.items() if file is not cached}

    def reclaim(self) -> bool:
        """Drop pages nobody maps, of files that can be read again."""
        freed = sum(cached.drop_unused() for cached in self.files.values() if cached.inode.links)
        return freed > 0


def _pieces(offset: int, length: int) -> list[tuple[int, int, int, int]]:
    """Cut a range at page boundaries: (page index, offset in page, offset in range, length)."""
    pieces, at = [], 0
    while at < length:
        index, within = divmod(offset + at, PAGE_SIZE)
        size = min(PAGE_SIZE - within, length - at)
        pieces.append((index, within, at, size))
        at += size
    return pieces
