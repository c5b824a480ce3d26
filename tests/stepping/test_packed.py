"""A packed list is a list: whatever is done to it, a plain list agrees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.packed import BLOCK, Packed

T = TypeVar("T")
SIZES = st.integers(0, 5 * BLOCK)
OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["extend", "cut", "forget", "slice"]), SIZES, SIZES)
)


def fill(packed: Packed[T], items: Iterable[T]) -> None:
    for item in items:
        packed.append(item)


@given(operations=OPERATIONS)
def test_it_holds_what_a_plain_list_holds(operations: list[tuple[str, int, int]]) -> None:
    packed: Packed[int] = Packed()
    plain: list[int] = []
    forgotten = 0
    for name, a, b in operations:
        if name == "extend":
            fill(packed, range(a))
            plain += range(a)
        elif name == "cut":
            packed.cut(min(a, len(plain)))
            del plain[a:]
            forgotten = min(forgotten, len(plain))
        elif name == "forget":
            forgotten += BLOCK if packed.forget() else 0
        assert packed.first == forgotten
        assert len(packed) == len(plain)
        assert list(packed) == plain[forgotten:]
        assert packed[a:b] == plain[max(a, forgotten) : b]
        assert packed[-3:] == plain[max(len(plain) - 3, forgotten) :]


def test_single_items_are_found_from_both_ends() -> None:
    packed: Packed[str] = Packed()
    fill(packed, map(str, range(3 * BLOCK)))
    assert packed.forget()
    assert [packed[BLOCK], packed[2 * BLOCK + 1], packed[-1]] == [
        str(BLOCK),
        str(2 * BLOCK + 1),
        str(3 * BLOCK - 1),
    ]
    for index in (0, BLOCK - 1, 3 * BLOCK):
        with pytest.raises(IndexError):
            packed[index]


def test_packing_saves_memory_and_the_size_tells() -> None:
    packed: Packed[int] = Packed()
    fill(packed, range(BLOCK))
    before = packed.size
    fill(packed, range(20 * BLOCK))
    assert packed.size < 2 * before
    while packed.forget():
        pass
    assert packed.size <= before
