"""Contexts: stored register sets, in room that is used again and again; and as plain data."""

import ctypes
from collections.abc import Callable
from typing import NamedTuple

from emulator.machine import segments

HEADER, TAIL = 48, 8
"""Bytes at the ends of a context that hold host pointers, not CPU state."""


class ContextPool:
    """Room for contexts of `size` bytes in the CPU emulator's own form; `allocate` makes more."""

    def __init__(self, allocate: Callable[[], ctypes.c_void_p], size: int) -> None:
        self._allocate = allocate
        self.size = size
        self.spare: list[ctypes.c_void_p] = []

    def take(self) -> ctypes.c_void_p:
        """Room for one context."""
        return self.spare.pop() if self.spare else self._allocate()


class FrozenContext(NamedTuple):
    """A register set as data: what Unicorn keeps, the ten general registers, the descriptors."""

    state: bytes
    words: bytes
    tls: tuple[int, int, int]


class UnicornContext:
    """A register set in Unicorn's own form, with the general registers beside it."""

    __slots__ = ("__weakref__", "_pool", "handle", "tls", "words")

    def __init__(self, pool: ContextPool) -> None:
        self._pool = pool
        self.handle = pool.take()
        self.words = memoryview(bytearray(40)).cast("I")
        self.tls = segments.NO_TLS

    def freeze(self) -> FrozenContext:
        """Its present value, without the host's pointers."""
        size = self._pool.size - HEADER - TAIL
        state = ctypes.string_at((self.handle.value or 0) + HEADER, size)
        return FrozenContext(state, self.words.tobytes(), self.tls)

    def thaw(self, frozen: FrozenContext) -> None:
        """Take over such a value."""
        ctypes.memmove((self.handle.value or 0) + HEADER, frozen.state, len(frozen.state))
        self.words[:] = memoryview(frozen.words).cast("I")
        self.tls = frozen.tls

    def __del__(self) -> None:
        self._pool.spare.append(self.handle)
