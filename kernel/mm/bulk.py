"""Whole page tables at once: sharing at fork and dropping at exit, in plain Python or with numpy.

numpy takes long to import and pays off from some thousand pages on; both ways give the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.machine import paging
from emulator.machine.ram import RESERVED_FRAMES

if TYPE_CHECKING:
    from kernel.mm.frames import FrameAllocator

_NUMPY_FROM = 8
"""Number of leaf tables from which numpy is used."""
_TABLES_AT_A_TIME = 16
"""Few enough that their copies stay in the processor's cache, and malloc keeps their memory."""
_OWNED = paging.WRITABLE | paging.SHARED


def share_pages(frames: FrameAllocator, pairs: list[tuple[int, int]]) -> None:
    """Fill each second table with what the first holds; private pages lose WRITABLE in both."""
    if len(pairs) >= _NUMPY_FROM:
        _share_with_numpy(frames, pairs)
        return
    entries, counts = frames.ram.entries, frames.counts
    for parent, child in pairs:
        for i, entry in enumerate(entries[parent : parent + paging.ENTRIES].tolist()):
            if entry:
                if entry & _OWNED == paging.WRITABLE:
                    entry &= ~paging.WRITABLE
                    entries[parent + i] = entry
                entries[child + i] = entry
                frame = (entry & paging.FRAME_BITS) >> 12
                if frame >= RESERVED_FRAMES:
                    counts[frame] += 1


def drop_pages(frames: FrameAllocator, leaves: list[int]) -> None:
    """One user less for every page in these tables; the entries are left as they are."""
    if len(leaves) >= _NUMPY_FROM:
        _drop_with_numpy(frames, leaves)
        return
    entries, drop = frames.ram.entries, frames.drop
    for leaf in leaves:
        for entry in filter(None, entries[leaf : leaf + paging.ENTRIES].tolist()):
            drop((entry & paging.FRAME_BITS) >> 12)


def _views(frames: FrameAllocator) -> tuple[Any, Any, Any]:
    import numpy

    entries = numpy.frombuffer(frames.ram.entries, dtype=numpy.uint64)
    counts = numpy.frombuffer(frames.counts, dtype=numpy.uint32)
    return numpy, entries.reshape(-1, paging.ENTRIES), counts


def _frames_of(numpy: Any, rows: Any) -> Any:
    """The frame number of every entry; an empty one gives 0, which is reserved."""
    numbers = rows & numpy.uint64(paging.FRAME_BITS)
    numbers >>= numpy.uint64(12)
    return numbers.ravel().view(numpy.int64)


def _share_with_numpy(frames: FrameAllocator, pairs: list[tuple[int, int]]) -> None:
    numpy, tables, counts = _views(frames)
    for start in range(0, len(pairs), _TABLES_AT_A_TIME):
        some = pairs[start : start + _TABLES_AT_A_TIME]
        parents = [parent // paging.ENTRIES for parent, _ in some]
        rows = tables[parents]
        private = (rows & numpy.uint64(_OWNED)) == numpy.uint64(paging.WRITABLE)
        if private.any():
            rows[private] &= numpy.uint64(~paging.WRITABLE & (1 << 64) - 1)
            tables[parents] = rows
        tables[[child // paging.ENTRIES for _, child in some]] = rows
        numpy.add.at(counts, _frames_of(numpy, rows), counts.dtype.type(1))
        counts[:RESERVED_FRAMES] = 0


def _drop_with_numpy(frames: FrameAllocator, leaves: list[int]) -> None:
    numpy, tables, counts = _views(frames)
    for start in range(0, len(leaves), _TABLES_AT_A_TIME):
        some = leaves[start : start + _TABLES_AT_A_TIME]
        numbers = _frames_of(numpy, tables[[leaf // paging.ENTRIES for leaf in some]])
        numpy.subtract.at(counts, numbers, counts.dtype.type(1))
        freed = numbers[(counts[numbers] == 0) & (numbers >= RESERVED_FRAMES)]
        counts[:RESERVED_FRAMES] = 0
        if len(freed):
            frames.take_back(numpy.unique(freed).tolist())
