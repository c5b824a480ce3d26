"""Shared anonymous memory: a file without a name, all zeros until somebody writes to its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.files import S_IFREG
from kernel.abi.memory import PAGE_SHIFT, page_up
from kernel.fs.anonymous import SHARED_MEMORY_DEVICE
from kernel.fs.inode import RegularInode

if TYPE_CHECKING:
    from kernel.mm.commit import Commitments


class SharedMemory(RegularInode):
    """`length` octets that live in the page cache only; gone with the last area that maps them.

    As long as somebody maps it, all its pages are promised. ENOMEM where they cannot be.
    """

    def __init__(self, length: int, commitments: Commitments) -> None:
        super().__init__(0, S_IFREG | 0o777)
        self.links = 0
        self.device = SHARED_MEMORY_DEVICE
        self.length = length
        self.commitments = commitments
        commitments.check(self.promised)

    @property
    def promised(self) -> int:
        """Pages."""
        return page_up(self.length) >> PAGE_SHIFT

    def hold(self) -> None:
        if not self.uses:
            self.commitments.shared += self.promised
        super().hold()

    def discard(self) -> None:
        self.commitments.shared -= self.promised

    @property
    def size(self) -> int:
        return self.length

    def read_raw(self, offset: int, count: int) -> bytes:
        return b""

    def write_raw(self, offset: int, data: bytes) -> None:
        """Nothing to do: the page that was written is the only store."""
