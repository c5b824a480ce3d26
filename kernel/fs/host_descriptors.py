"""Open host files, kept for speed only: a cache that no kernel state refers to."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Hashable

CAPACITY = 64


class DescriptorCache:
    """Host descriptors by key; the one unused for longest is closed when there are too many."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[Hashable, int] = OrderedDict()

    def find(self, key: Hashable) -> int | None:
        """The descriptor, or None; good until the next `keep`."""
        descriptor = self._kept.get(key)
        if descriptor is not None:
            self._kept.move_to_end(key)
        return descriptor

    def keep(self, key: Hashable, descriptor: int) -> int:
        """Take over a descriptor; returns it."""
        self._kept[key] = descriptor
        if len(self._kept) > self._capacity:
            os.close(self._kept.popitem(last=False)[1])
        return descriptor

    def drop(self, key: Hashable) -> None:
        """Close what is kept under a key, if anything."""
        descriptor = self._kept.pop(key, None)
        if descriptor is not None:
            os.close(descriptor)


DESCRIPTORS = DescriptorCache(CAPACITY)
