"""Address spaces against a model: any sequence of calls leaves what a dictionary of pages says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kernel.abi.errno import Errno
from kernel.abi.memory import TASK_SIZE
from kernel.errors import SysError
from kernel.mm.address_space import AddressSpace
from kernel.syscalls import remapping as calls
from tests.mm.world import (
    BASE,
    PAGE,
    PRIVATE,
    RW,
    SHARED,
    Mm,
    Octets,
    R,
    W,
    X,
    anonymous,
    at,
    of_file,
)

WINDOW = 8
FILE_PAGES = 4
places = st.integers(0, WINDOW - 1)
counts = st.integers(1, 4)
protections = st.sampled_from([0, R, W, RW, R | X, RW | X])


@dataclass
class Page:
    """What a page is meant to be: its own octet, or (while `own` is None) a page of the file."""

    prot: int
    own: int | None = 0
    index: int | None = None
    is_shared: bool = False


class Memory(RuleBasedStateMachine):
    """Up to three spaces, forked from each other, and one file that all of them may map.

    A page is filled with one octet throughout, so that its contents are one number.
    """

    def __init__(self) -> None:
        super().__init__()
        self.mm = Mm()
        self.file = Octets(b"".join(bytes([200 + i]) * PAGE for i in range(FILE_PAGES)))
        self.at_rest = self.mm.frames.free_count
        self.spaces: list[AddressSpace] = [self.mm.space()]
        self.models: list[dict[int, Page]] = [{}]
        self.peaks: dict[str, int] = {}
        self.forks = 0
        self.contents = [200 + i for i in range(FILE_PAGES)]

    def pick(self, which: int) -> tuple[AddressSpace, dict[int, Page]]:
        which %= len(self.spaces)
        return self.spaces[which], self.models[which]

    @rule(which=places, page=places, count=counts, prot=protections)
    def map_anonymous(self, which: int, page: int, count: int, prot: int) -> None:
        space, model = self.pick(which)
        space.map(anonymous(page, count, prot))
        model.update({page + i: Page(prot) for i in range(count)})

    @rule(
        which=places, page=places, first=st.integers(0, FILE_PAGES - 1),
        prot=protections, is_shared=st.booleans(),
    )  # fmt: skip
    def map_file(self, which: int, page: int, first: int, prot: int, is_shared: bool) -> None:
        space, model = self.pick(which)
        count, flags = FILE_PAGES - first, SHARED if is_shared else PRIVATE
        space.map(of_file(self.file, page, count, prot, flags, first))
        pages = {page + i: Page(prot, None, first + i, is_shared) for i in range(count)}
        model.update(pages)

    @rule(which=places, page=places, count=counts)
    def unmap(self, which: int, page: int, count: int) -> None:
        space, model = self.pick(which)
        space.unmap(at(page), at(page + count))
        for i in range(count):
            model.pop(page + i, None)

    @rule(which=places, page=places, count=counts, prot=protections)
    def protect(self, which: int, page: int, count: int, prot: int) -> None:
        space, model = self.pick(which)
        pages = [page + i for i in range(count)]
        changed = list(takewhile(model.__contains__, pages))  # up to the first hole
        if changed == pages:
            space.protect(at(page), at(page + count), prot)
        else:
            with pytest.raises(SysError) as error:
                space.protect(at(page), at(page + count), prot)
            assert error.value.errno is Errno.ENOMEM
        model.update({number: replace(model[number], prot=prot) for number in changed})

    @rule(which=places, page=places, count=counts)
    def discard(self, which: int, page: int, count: int) -> None:
        space, model = self.pick(which)
        space.discard(at(page), at(page + count))
        for number in range(page, page + count):
            if number in model and model[number].own is not None:
                has_file = model[number].index is not None
                model[number] = replace(model[number], own=None if has_file else 0)

    @rule(which=places, old=places, count=counts, new_count=counts, new=st.none() | places)
    def remap(self, which: int, old: int, count: int, new_count: int, new: int | None) -> None:
        """mremap, in place or to a fixed page; only of pages that are one area, wholly mapped."""
        space, model = self.pick(which)
        area = space.find(at(old))
        if area is None or area.end < at(old + count) or (area.inode and new_count > count):
            return
        task: Any = SimpleNamespace(memory=space)
        pages = [model[old + i] for i in range(count)]
        tail = [Page(pages[0].prot)] * max(new_count - count, 0)
        taken = range(old + count, old + new_count)
        if new is None:
            fits = area.end == at(old + count) and not any(number in model for number in taken)
            if not fits and new_count > count:
                with pytest.raises(SysError) as error:
                    calls.mremap(task, at(old), count * PAGE, new_count * PAGE, 0, 0)
                assert error.value.errno is Errno.ENOMEM
                return
            calls.mremap(task, at(old), count * PAGE, new_count * PAGE, 0, 0)
            new = old
        else:
            if old < new + new_count and new < old + count:
                return
            calls.mremap(task, at(old), count * PAGE, new_count * PAGE, 3, at(new))
        for i in range(count):
            del model[old + i]
        for i, page in enumerate((pages + tail)[:new_count]):
            model[new + i] = page

    @rule(which=places, page=places, value=st.integers(1, 199))
    def write(self, which: int, page: int, value: int) -> None:
        space, model = self.pick(which)
        mine = model.get(page)
        if mine is None or not mine.prot & W:
            with pytest.raises(SysError) as error:
                space.write(at(page), bytes([value]) * PAGE)
            assert error.value.errno is Errno.EFAULT
            return
        space.write(at(page), bytes([value]) * PAGE)
        if mine.is_shared and mine.index is not None:
            self.contents[mine.index] = value
        else:
            model[page] = replace(mine, own=value)

    @rule(index=st.integers(0, FILE_PAGES - 1), value=st.integers(1, 199))
    def write_file(self, index: int, value: int) -> None:
        self.file.write_at(index * PAGE, bytes([value]) * PAGE)
        self.contents[index] = value

    @precondition(lambda self: len(self.spaces) < 3)
    @rule(which=places)
    def fork(self, which: int) -> None:
        space, model = self.pick(which)
        self.forks += 1
        self.spaces.append(space.fork(f"fork{self.forks}"))
        self.models.append(dict(model))

    @precondition(lambda self: len(self.spaces) > 1)
    @rule(which=places)
    def leave(self, which: int) -> None:
        which %= len(self.spaces)
        assert self.spaces.pop(which).leave()
        del self.models[which]

    @rule()
    def reclaim(self) -> None:
        self.mm.cache.reclaim()

    @invariant()
    def every_page_reads_as_the_model_says(self) -> None:
        for space, model in zip(self.spaces, self.models, strict=True):
            for page in range(WINDOW + 8):
                self.check(space, page, model.get(page))

    def check(self, space: AddressSpace, page: int, expected: Page | None) -> None:
        if expected is None or not expected.prot:
            with pytest.raises(SysError) as error:
                space.read(at(page), 1)
            assert error.value.errno is Errno.EFAULT
            return
        value = expected.own if expected.own is not None else self.contents[expected.index or 0]
        assert space.read(at(page), PAGE) == bytes([value]) * PAGE
        area = space.find(at(page))
        assert area is not None
        assert (area.prot, area.is_shared) == (expected.prot, expected.is_shared)

    @invariant()
    def the_file_reads_as_the_model_says(self) -> None:
        data = self.file.read_at(0, FILE_PAGES * PAGE)
        assert data == b"".join(bytes([value]) * PAGE for value in self.contents)

    @invariant()
    def areas_are_sorted_and_disjoint(self) -> None:
        for space in self.spaces:
            ends = [BASE, *(area.end for area in space.areas)]
            assert all(area.start < area.end for area in space.areas)
            assert all(end <= area.start for end, area in zip(ends, space.areas, strict=False))
            assert space._starts == [area.start for area in space.areas]

    @invariant()
    def the_tables_know_how_many_pages_they_map(self) -> None:
        for space in self.spaces:
            tables, peak = space.tables, self.peaks.get(space.name, 0)
            assert tables.resident == len(list(tables.present(0, TASK_SIZE)))
            assert tables.peak >= max(tables.resident, peak)
            self.peaks[space.name] = tables.peak

    def teardown(self) -> None:
        for space in self.spaces:
            space.leave()
        assert self.file.cached is None or self.file.cached.mappers == 0
        self.file.write_at(0, b"")
        assert bytes(self.file.store[:]) == b"".join(bytes([v]) * PAGE for v in self.contents)
        self.mm.cache.reclaim()
        assert self.mm.frames.free_count == self.at_rest


TestMemory = Memory.TestCase
TestMemory.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
