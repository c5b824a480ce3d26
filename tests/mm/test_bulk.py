"""Whole tables at once: plain Python and numpy do exactly the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.machine import paging
from kernel.mm import bulk
from kernel.mm.frames import ZERO_FRAME
from tests.mm.world import Mm

_BITS = st.sampled_from(
    [
        paging.PRESENT | paging.USER,
        paging.PRESENT | paging.USER | paging.WRITABLE | paging.NO_EXECUTE,
        paging.PRESENT | paging.USER | paging.WRITABLE | paging.DIRTY | paging.ACCESSED,
        paging.PRESENT | paging.USER | paging.WRITABLE | paging.SHARED,
        paging.PRESENT | paging.USER | paging.SHARED | paging.NO_EXECUTE,
        paging.PRESENT | paging.NO_EXECUTE,
    ]
)
_PAGES = st.dictionaries(
    st.tuples(st.integers(0, 2), st.integers(0, 511)),
    st.tuples(st.integers(0, 9), _BITS, st.booleans()),
    max_size=40,
)


def _fill(pages: dict[tuple[int, int], tuple[int, int, bool]]) -> tuple[Mm, list[int], list[int]]:
    """Three leaf tables with these pages (of ten frames and the zero frame), three empty ones."""
    mm = Mm()
    frames = [mm.frames.allocate() for _ in range(10)]
    leaves = [mm.frames.allocate() << 9 for _ in range(6)]
    for (leaf, place), (number, bits, is_zero) in pages.items():
        frame = ZERO_FRAME if is_zero else frames[number]
        mm.frames.share(frame)
        mm.machine.ram.entries[leaves[leaf] + place] = frame << 12 | bits
    mm.frames.drop_all(frames)
    return mm, leaves[:3], leaves[3:]


def _state(mm: Mm) -> tuple[bytes, list[int], int]:
    return mm.machine.ram.octets.tobytes(), list(mm.frames.counts), mm.frames.free_count


@settings(deadline=None, max_examples=25)
@given(_PAGES)
def test_sharing_and_dropping_is_the_same_with_and_without_numpy(
    pages: dict[tuple[int, int], tuple[int, int, bool]],
) -> None:
    results = []
    for threshold in (1, 1000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bulk, "_NUMPY_FROM", threshold)
            mm, parents, children = _fill(pages)
            bulk.share_pages(mm.frames, list(zip(parents, children, strict=True)))
            shared = _state(mm)
            bulk.drop_pages(mm.frames, children)
            half = _state(mm)
            bulk.drop_pages(mm.frames, parents)
            results.append((shared, half, _state(mm), sorted(mm.frames._free)))
    assert results[0] == results[1]
    assert results[0][2][1][16:26] == [0] * 10


@given(_PAGES)
@settings(deadline=None, max_examples=25)
def test_a_shared_page_is_writable_for_both_only_where_its_mapping_is_shared(
    pages: dict[tuple[int, int], tuple[int, int, bool]],
) -> None:
    mm, parents, children = _fill(pages)
    bulk.share_pages(mm.frames, list(zip(parents, children, strict=True)))
    entries = mm.machine.ram.entries
    for (leaf, place), (_, bits, _) in pages.items():
        ours, theirs = entries[parents[leaf] + place], entries[children[leaf] + place]
        assert ours == theirs
        assert bool(ours & paging.WRITABLE) == bool(bits & paging.WRITABLE and bits & paging.SHARED)
    tables = [entries[leaf : leaf + paging.ENTRIES].tolist() for leaf in children]
    assert sum(len(table) - table.count(0) for table in tables) == len(pages)
