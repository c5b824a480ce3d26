"""A list that only grows at its end, whose older part is kept pickled and compressed.

An event of a traced run takes about 300 octets as an object and about ten in here.
"""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar, overload

T = TypeVar("T")
BLOCK = 512
"""Items that are packed together."""
_UNPACKED = 300
"""Octets that an item takes, about, as long as it is not packed."""


class Packed(Sequence[T], Generic[T]):
    """Items keep their numbers when the oldest are forgotten: `first` is the oldest there is.

    Slices begin with `first` at the earliest; IndexError for a single one that is not there.
    """

    def __init__(self) -> None:
        self.first = 0
        self._blocks: list[bytes] = []
        self._tail: list[T] = []
        """What is not packed: fewer than two blocks."""
        self._packed = 0
        self._open = -1
        self._opened: list[T] = []
        """The block that was read last."""

    @property
    def size(self) -> int:
        """Octets of memory that the items take, about."""
        return self._packed + (len(self._tail) + len(self._opened)) * _UNPACKED

    def __len__(self) -> int:
        """The number that the next item will have."""
        return self._tail_start + len(self._tail)

    @property
    def _tail_start(self) -> int:
        return self.first + len(self._blocks) * BLOCK

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            start, stop, _ = index.indices(len(self))
            return self._between(max(start, self.first), stop)
        index += len(self) if index < 0 else 0
        if not self.first <= index < len(self):
            raise IndexError(index)
        index -= self.first
        behind = index - len(self._blocks) * BLOCK
        return self._tail[behind] if behind >= 0 else self._block(index // BLOCK)[index % BLOCK]

    def __iter__(self) -> Iterator[T]:
        for number in range(len(self._blocks)):
            yield from self._block(number)
        yield from self._tail

    def _between(self, start: int, stop: int) -> list[T]:
        found: list[T] = []
        start, stop = start - self.first, stop - self.first
        for number in range(start // BLOCK, min(-(-stop // BLOCK), len(self._blocks))):
            first = number * BLOCK
            found += self._block(number)[max(start - first, 0) : stop - first]
        behind = len(self._blocks) * BLOCK
        return found + self._tail[max(start - behind, 0) : max(stop - behind, 0)]

    def _block(self, number: int) -> list[T]:
        if number != self._open:
            self._opened = pickle.loads(zlib.decompress(self._blocks[number]))
            self._open = number
        return self._opened

    def append(self, item: T) -> None:
        """One item more at the end."""
        self._tail.append(item)
        if len(self._tail) == 2 * BLOCK:
            packed = zlib.compress(pickle.dumps(self._tail[:BLOCK], protocol=5), 1)
            del self._tail[:BLOCK]
            self._blocks.append(packed)
            self._packed += len(packed)

    def cut(self, length: int) -> None:
        """Drop the items from this number on."""
        self.first = min(self.first, length)
        while length < self._tail_start:
            self._tail = self._block(len(self._blocks) - 1)
            self._packed -= len(self._blocks.pop())
            self._close()
        del self._tail[length - self._tail_start :]

    def forget(self) -> bool:
        """Drop the oldest packed items; False where none are packed."""
        if not self._blocks:
            return False
        self._packed -= len(self._blocks.pop(0))
        self.first += BLOCK
        self._close()
        return True

    def _close(self) -> None:
        self._open, self._opened = -1, []
