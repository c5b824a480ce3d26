"""Promised memory (--overcommit=never): what counts, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kernel.abi.errno import Errno
from kernel.abi.memory import MapFlag
from kernel.errors import SysError
from kernel.mm.address_space import AddressSpace
from kernel.mm.area import Area
from tests.mm.world import BASE, PAGE, PRIVATE, RW, SHARED, Mm, R

LIMIT = 100


@pytest.fixture
def mm() -> Mm:
    mm = Mm()
    mm.frames.commitments.limit = LIMIT
    return mm


@pytest.fixture
def space(mm: Mm) -> AddressSpace:
    return mm.space()


def area(pages: int, prot: int = RW, flags: int = PRIVATE, start: int = BASE) -> Area:
    return Area(start, start + pages * PAGE, prot, flags)


def refused(call: Callable[..., object], *arguments: object) -> bool:
    with pytest.raises(SysError) as caught:
        call(*arguments)
    return caught.value.errno is Errno.ENOMEM


def test_private_writable_memory_is_promised_up_to_the_limit(mm: Mm, space: AddressSpace) -> None:
    assert refused(space.map, area(LIMIT + 1))
    space.map(area(LIMIT))
    assert mm.frames.commitments.pages() == LIMIT
    assert refused(space.map, area(1, start=BASE + LIMIT * PAGE))


@pytest.mark.parametrize(("prot", "flags"), [(R, PRIVATE), (0, PRIVATE), (RW, SHARED)])
def test_other_memory_is_not_promised(space: AddressSpace, prot: int, flags: int) -> None:
    space.map(area(2 * LIMIT, prot, flags))
    assert space.frames.commitments.pages() == 0


def test_memory_in_place_of_other_memory_needs_the_difference(space: AddressSpace) -> None:
    space.map(area(LIMIT))
    space.map(area(LIMIT))
    assert refused(space.map, area(LIMIT + 1))
    space.map(area(LIMIT, R))
    space.map(area(LIMIT))


def test_what_becomes_writable_is_promised_then(space: AddressSpace) -> None:
    space.map(area(2 * LIMIT, R))
    assert refused(space.protect, BASE, BASE + 2 * LIMIT * PAGE, RW)
    space.protect(BASE, BASE + LIMIT * PAGE, RW)


def test_a_stack_does_not_grow_beyond_the_limit(space: AddressSpace) -> None:
    flags = PRIVATE | int(MapFlag.MAP_GROWSDOWN)
    space.map(area(LIMIT - 2, flags=flags))
    assert space.grow_stack(BASE - 3 * PAGE) is None
    assert space.grow_stack(BASE - 2 * PAGE) is not None


def test_a_copy_needs_as_much_again(space: AddressSpace) -> None:
    space.map(area(LIMIT // 2 + 1))
    assert refused(space.fork, "copy")
    space.unmap(BASE, BASE + PAGE)
    child = space.fork("copy")
    assert child.frames.commitments.pages() == LIMIT
    child.leave()
    assert space.frames.commitments.pages() == LIMIT // 2


def test_without_a_limit_promises_are_free(mm: Mm, space: AddressSpace) -> None:
    mm.frames.commitments.limit = None
    space.map(area(1 << 17))
    space.fork("copy").leave()
