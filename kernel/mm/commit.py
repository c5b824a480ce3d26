"""Commitment: how much private writable memory has been promised, and may be (overcommit=never)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.memory import PAGE_SHIFT
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace


class Commitments:
    """Every address space, and `limit`, the number of pages that may be promised in all.

    No limit means that promises are free: memory can run out when it is used.
    """

    def __init__(self) -> None:
        self.limit: int | None = None
        self.spaces: list[AddressSpace] = []

    def pages(self) -> int:
        """Pages promised now."""
        return sum(committed_pages(space) for space in self.spaces)

    def check(self, more: int) -> None:
        """ENOMEM where `more` pages would be too many."""
        if self.limit is not None and more > 0 and self.pages() + more > self.limit:
            raise SysError(Errno.ENOMEM)

    def check_copy(self, space: AddressSpace) -> None:
        """ENOMEM where a copy of the space would promise too much."""
        if self.limit is not None:
            self.check(committed_pages(space))


def committed_pages(space: AddressSpace) -> int:
    """Pages of private writable areas: each may need a frame of its own one day."""
    return sum(
        (area.end - area.start) >> PAGE_SHIFT
        for area in space.areas
        if area.is_writable and not area.is_shared
    )
