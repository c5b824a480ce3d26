"""Commitment: how much memory has been promised, and may be (overcommit=never): what is private
and writable, and what is shared and anonymous.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.memory import PAGE_SHIFT
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace
    from kernel.mm.area import Area


class Commitments:
    """Every address space, and `limit`, the number of pages that may be promised in all.

    No limit means that promises are free: memory can run out when it is used.
    """

    def __init__(self) -> None:
        self.limit: int | None = None
        self.shared = 0
        """Pages of shared anonymous memory."""
        self.spaces: list[AddressSpace] = []

    def pages(self) -> int:
        """Pages promised now."""
        return sum(committed_pages(space) for space in self.spaces) + self.shared

    def has_room(self, more: int) -> bool:
        """Whether `more` pages can be promised."""
        return self.limit is None or more <= 0 or self.pages() + more <= self.limit

    def check(self, more: int) -> None:
        """ENOMEM where `more` pages would be too many."""
        if not self.has_room(more):
            raise SysError(Errno.ENOMEM)

    def check_area(self, space: AddressSpace, area: Area) -> None:
        """ENOMEM where a private writable area, in place of what is there, is too much."""
        if self.limit is not None:
            parts = space.within(area.start, area.end)
            replaced = sum(_promised_pages(part.cut(area.start, area.end)) for part in parts)
            self.check(_promised_pages(area) - replaced)

    def check_copy(self, space: AddressSpace) -> None:
        """ENOMEM where a copy of the space would promise too much."""
        if self.limit is not None:
            self.check(committed_pages(space))


def committed_pages(space: AddressSpace) -> int:
    """Pages of private writable areas: each may need a frame of its own one day."""
    return sum(map(_promised_pages, space.areas))


def _promised_pages(area: Area) -> int:
    is_promised = area.is_writable and not area.is_shared
    return (area.end - area.start) >> PAGE_SHIFT if is_promised else 0
