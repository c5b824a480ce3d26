"""Contexts: stored register sets, in room that is used again and again."""

import ctypes
from collections.abc import Callable

from emulator.machine import segments


class ContextPool:
    """Room for contexts in the CPU emulator's own form; `allocate` makes more of it."""

    def __init__(self, allocate: Callable[[], ctypes.c_void_p]) -> None:
        self._allocate = allocate
        self.spare: list[ctypes.c_void_p] = []

    def take(self) -> ctypes.c_void_p:
        """Room for one context."""
        return self.spare.pop() if self.spare else self._allocate()


class UnicornContext:
    """A register set in Unicorn's own form, with the general registers beside it."""

    __slots__ = ("__weakref__", "_pool", "handle", "tls", "words")

    def __init__(self, pool: ContextPool) -> None:
        self._pool = pool
        self.handle = pool.take()
        self.words = memoryview(bytearray(40)).cast("I")
        self.tls = segments.NO_TLS

    def __del__(self) -> None:
        self._pool.spare.append(self.handle)
