"""Shared anonymous memory: a file without a name, all zeros until somebody writes to its pages."""

from kernel.abi.files import S_IFREG
from kernel.fs.inode import RegularInode


class SharedMemory(RegularInode):
    """`length` octets that live in the page cache only; gone with the last area that maps them."""

    def __init__(self, length: int) -> None:
        super().__init__(0, S_IFREG | 0o777)
        self.links = 0
        self.length = length

    @property
    def size(self) -> int:
        return self.length

    def read_raw(self, offset: int, count: int) -> bytes:
        return b""

    def write_raw(self, offset: int, data: bytes) -> None:
        """Nothing to do: the page that was written is the only store."""
