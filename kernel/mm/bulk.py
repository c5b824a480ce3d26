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
_OWNED = paging.WRITABLE | paging.SHARED


def count_present(entries: memoryview, leaf: int) -> int:
    """Entries of one leaf table that hold a frame."""
    return paging.ENTRIES - entries[leaf : leaf + paging.ENTRIES].tolist().count(0)


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
    entries = frames.ram.entries
    for leaf in leaves:
        for entry in entries[leaf : leaf + paging.ENTRIES].tolist():
            if entry:
                frames.drop((entry & paging.FRAME_BITS) >> 12)


def _views(frames: FrameAllocator) -> tuple[Any, Any, Any]:
    import numpy

    entries = numpy.frombuffer(frames.ram.entries, dtype=numpy.uint64)
    counts = numpy.frombuffer(frames.counts, dtype=numpy.uint32)
    return numpy, entries.reshape(-1, paging.ENTRIES), counts


def _users(numpy: Any, rows: Any, total: int) -> Any:
    """How often each frame occurs in these tables, reserved ones not counted."""
    present = rows[rows != 0]
    numbers = ((present & numpy.uint64(paging.FRAME_BITS)) >> numpy.uint64(12)).astype(numpy.int64)
    uses = numpy.bincount(numbers, minlength=total).astype(numpy.uint32)
    uses[:RESERVED_FRAMES] = 0
    return uses


def _share_with_numpy(frames: FrameAllocator, pairs: list[tuple[int, int]]) -> None:
    numpy, tables, counts = _views(frames)
    parents = [parent // paging.ENTRIES for parent, _ in pairs]
    children = [child // paging.ENTRIES for _, child in pairs]
    rows = tables[parents]
    private = (rows & numpy.uint64(_OWNED)) == numpy.uint64(paging.WRITABLE)
    rows[private] &= numpy.uint64(~paging.WRITABLE & (1 << 64) - 1)
    tables[parents] = rows
    tables[children] = rows
    counts += _users(numpy, rows, frames.total)


def _drop_with_numpy(frames: FrameAllocator, leaves: list[int]) -> None:
    numpy, tables, counts = _views(frames)
    uses = _users(numpy, tables[[leaf // paging.ENTRIES for leaf in leaves]], frames.total)
    before = counts.copy()
    counts -= uses
    freed = numpy.nonzero((before != 0) & (counts == 0) & (uses != 0))[0]
    frames.take_back(freed.tolist())
