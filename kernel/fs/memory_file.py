"""Regular files in memory: pages of octets where something was written, a host file beneath."""

from __future__ import annotations

import os
import stat

from kernel.abi.errno import Errno
from kernel.abi.files import Seal
from kernel.abi.memory import PAGE_SHIFT, PAGE_SIZE, page_up
from kernel.errors import SysError
from kernel.fs.host import HostNode, Identity, identity_of
from kernel.fs.inode import RegularInode

MAX_FILE_SIZE = 0xFFFF_FFFF << PAGE_SHIFT
"""The largest file of 32-bit Linux (MAX_LFS_FILESIZE)."""


Stamp = tuple[Identity, int, int]
"""Which host file, its size, and when it was modified (nanoseconds since 1970)."""


def _stamp(status: os.stat_result) -> Stamp:
    return identity_of(status), status.st_size, status.st_mtime_ns


_FEWEST_INODES = 1024


class Quota:
    """How many pages of file data a file system may take, and takes; out of those of `above`."""

    def __init__(self, limit: int, above: Quota | None = None) -> None:
        self.limit = limit >> PAGE_SHIFT
        self.used = 0
        self.inodes = 0
        self.above = above

    def require(self, pages: int) -> None:
        """ENOSPC where there are not as many left."""
        if self.used + pages > self.limit:
            raise SysError(Errno.ENOSPC)
        if self.above is not None:
            self.above.require(pages)

    def take(self, pages: int) -> None:
        """ENOSPC where there are not as many left."""
        self.require(pages)
        self.used += pages
        if self.above is not None:
            self.above.take(pages)

    def count(self, inodes: int) -> None:
        """So many inodes more, or less; they are counted for all file systems together."""
        if self.above is not None:
            self.above.inodes += inodes

    def check_inodes(self) -> None:
        """ENOSPC where all file systems together have as many inodes as they may have pages."""
        if self.above is not None and self.above.inodes >= max(self.above.limit, _FEWEST_INODES):
            raise SysError(Errno.ENOSPC)

    def close(self) -> None:
        """Everything is free again, and what is still given back counts no more."""
        if self.above is not None:
            self.above.give(self.used)
            self.above = None

    def give(self, pages: int) -> None:
        """Pages are free again."""
        self.used -= pages
        if self.above is not None:
            self.above.give(pages)


class MemoryFile(RegularInode):
    """A file whose written pages are in memory; what is in none is a hole, full of zeros.

    With a host file beneath, its first `shown` octets show through where no page is.
    """

    seals = int(Seal.F_SEAL_SEAL)

    def __init__(self, quota: Quota, mode: int, uid: int, gid: int, now: int) -> None:
        super().__init__(0, mode, uid, gid, now)
        self.quota = quota
        self.pages: dict[int, bytearray] = {}
        self.reserved: set[int] = set()
        """Pages that fallocate(2) took and nobody has written: holes, but for the quota."""
        self.length = 0
        self.beneath: HostNode | None = None
        self.identity: Identity = (0, 0)
        self.shown = 0
        self.host_blocks = 0
        self.stamp: Stamp = ((0, 0), 0, 0)
        """By which a change on the host is noticed."""

    def lay_over(self, node: HostNode, status: os.stat_result) -> None:
        """Show the host file at a place."""
        self.beneath, self.identity = node, identity_of(status)
        self.length = self.shown = status.st_size
        self.host_blocks = status.st_blocks
        self.stamp = _stamp(status)

    def refresh(self) -> None:
        """Follow changes on the host while nothing was changed here and nobody has the file."""
        if self.beneath is None or self.uses or self.pages or self.shown != self.stamp[1]:
            return
        try:
            status = self.beneath.status()
        except SysError:
            return
        if _stamp(status) != self.stamp and stat.S_ISREG(status.st_mode):
            if self.cached is not None:
                self.cached.truncate(0)
            self.lay_over(self.beneath, status)
            self.modified, self.changed = status.st_mtime_ns, status.st_ctime_ns

    @property
    def size(self) -> int:
        return self.length

    @property
    def blocks(self) -> int:
        own = len(self.pages) + len(self.reserved) << PAGE_SHIFT - 9
        return max(own, self.host_blocks) if self.shown else own

    def read_raw(self, offset: int, count: int) -> bytes:
        end = min(offset + count, self.length)
        if end <= offset:
            return b""
        first, last = offset >> PAGE_SHIFT, end - 1 >> PAGE_SHIFT
        if first == last and first in self.pages:
            start = first << PAGE_SHIFT
            return bytes(self.pages[first][offset - start : end - start])
        data = self._read_beneath(offset, end - offset)
        if not self.pages:
            return data
        return self._overlaid(data, offset, first, last)

    def _overlaid(self, data: bytes, offset: int, first: int, last: int) -> bytes:
        """What was read beneath from `offset`, with the pages `first` to `last` over it."""
        result = bytearray(data)
        for index in range(first, last + 1):
            page = self.pages.get(index)
            if page is not None:
                at = (index << PAGE_SHIFT) - offset
                piece = page[-at:] if at < 0 else page
                at = max(at, 0)
                kept = len(result) - at
                result[at : at + len(piece)] = piece[:kept]
        return bytes(result)

    def _read_beneath(self, offset: int, count: int) -> bytes:
        """Octets of the host file, zeros behind what is shown of it."""
        shown = min(self.shown - offset, count)
        if shown <= 0:
            return bytes(count)
        assert self.beneath is not None
        return self.beneath.read(self.identity, offset, shown).ljust(count, b"\0")

    def write_raw(self, offset: int, data: bytes) -> None:
        end = offset + len(data)
        if end > MAX_FILE_SIZE:
            raise SysError(Errno.EFBIG)
        first, last = offset >> PAGE_SHIFT, end - 1 >> PAGE_SHIFT
        new = [index for index in range(first, last + 1) if index not in self.pages]
        self.quota.take(len(new) - self._use_reserved(new))
        for index in new:
            self.pages[index] = self._new_page(index, offset, end)
        for index in range(first, last + 1):
            start = index << PAGE_SHIFT
            low, high = max(offset, start), min(end, start + PAGE_SIZE)
            self.pages[index][low - start : high - start] = data[low - offset : high - offset]
        self.length = max(self.length, end)

    def _use_reserved(self, new: list[int]) -> int:
        """How many of these pages are paid for already; they are not reserved any more."""
        if not self.reserved:
            return 0
        used = self.reserved.intersection(new)
        self.quota.require(len(new) - len(used))
        self.reserved -= used
        return len(used)

    def _new_page(self, index: int, offset: int, end: int) -> bytearray:
        """A page about to be written in [offset, end): read beneath only where some of it stays."""
        start = index << PAGE_SHIFT
        if start >= self.shown or (offset <= start and end >= start + PAGE_SIZE):
            return bytearray(PAGE_SIZE)
        return bytearray(self._read_beneath(start, PAGE_SIZE))

    def truncate_raw(self, size: int) -> None:
        if size > MAX_FILE_SIZE:
            raise SysError(Errno.EFBIG)
        if size <= self.length:
            self.shown = min(self.shown, size)
            self._drop_pages(size + PAGE_SIZE - 1 >> PAGE_SHIFT)
            page = self.pages.get(size >> PAGE_SHIFT)
            if page is not None:
                page[size & PAGE_SIZE - 1 :] = bytes(PAGE_SIZE - (size & PAGE_SIZE - 1))
        self.length = size

    def _drop_pages(self, first: int, end: int = MAX_FILE_SIZE) -> list[int]:
        """Give back the pages from `first` to `end` - 1; those that had octets."""
        written = [index for index in self.pages if first <= index < end]
        for index in written:
            del self.pages[index]
        reserved = {index for index in self.reserved if first <= index < end}
        self.reserved -= reserved
        self.quota.give(len(written) + len(reserved))
        return written

    def punch(self, offset: int, end: int) -> None:
        """Pages that lie wholly in the hole are given back; the rest is cleared."""
        inner = range(offset + PAGE_SIZE - 1 >> PAGE_SHIFT, end >> PAGE_SHIFT)
        if not inner or self.shown > inner.start << PAGE_SHIFT:
            super().punch(offset, end)
            return
        super().punch(offset, inner.start << PAGE_SHIFT)
        super().punch(inner.stop << PAGE_SHIFT, end)
        for index in self._drop_pages(inner.start, inner.stop):
            if self.cached is not None:
                self.cached.store(index << PAGE_SHIFT, bytes(PAGE_SIZE))

    def reserve(self, offset: int, end: int) -> None:
        pages = range(offset >> PAGE_SHIFT, (end - 1 >> PAGE_SHIFT) + 1)
        there = sum(index in pages for index in (*self.pages, *self.reserved))
        self.quota.take(len(pages) - there)
        self.reserved.update(index for index in pages if index not in self.pages)

    def next_data(self, offset: int) -> int | None:
        if offset < self.shown:
            return offset
        later = (index for index in self.pages if index >= offset >> PAGE_SHIFT)
        first = min(later, default=self.length) << PAGE_SHIFT
        return max(first, offset) if first < self.length else None

    def next_hole(self, offset: int) -> int:
        while offset < self.length:
            if offset < self.shown:
                offset = page_up(self.shown)
            elif offset >> PAGE_SHIFT in self.pages:
                offset = (offset >> PAGE_SHIFT) + 1 << PAGE_SHIFT
            else:
                return offset
        return self.length

    def discard(self) -> None:
        self.truncate(0)
        if self.attributes is not None:
            self.attributes.discard()
