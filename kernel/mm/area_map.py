"""Areas of one address space, sorted: finding, splitting, joining and finding room between them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from kernel.abi.errno import Errno
from kernel.abi.memory import MMAP_MIN_ADDRESS, PAGE_SIZE, TASK_SIZE, MapFlag
from kernel.errors import SysError
from kernel.mm.area import Area
from kernel.mm.page_cache import PageCache

STACK_GUARD = 256 * PAGE_SIZE
"""A stack stops growing this far above the area below it."""
MMAP_TOP = 0xB800_0000
"""mmap places areas below this address, downwards: 128 MiB are left for the stack."""
_GROWS_DOWN = int(MapFlag.MAP_GROWSDOWN)
_NOTHING_PACKED = MMAP_TOP, 0


class AreaMap:
    """`areas` is sorted by address, without overlaps; the page cache hears of files mapped."""

    def __init__(self, page_cache: PageCache) -> None:
        self.page_cache = page_cache
        self.areas: list[Area] = []
        self._starts: list[int] = []
        self._packed = _NOTHING_PACKED
        """An address and a length: from there up to MMAP_TOP there is no room for so much."""

    def take_own_areas(self) -> None:
        """In a copy that still shares its lists with the one it is of."""
        self.areas, self._starts = self.areas.copy(), self._starts.copy()
        for area in self.areas:
            if area.inode is not None:
                self.page_cache.map(area.inode)

    def find(self, address: int) -> Area | None:
        """The area that contains an address."""
        i = bisect_right(self._starts, address) - 1
        if i >= 0 and address < self.areas[i].end:
            return self.areas[i]
        return None

    def within(self, start: int, end: int) -> list[Area]:
        """Areas that have a page in [start, end), in order."""
        i = max(bisect_right(self._starts, start) - 1, 0)
        found: list[Area] = []
        if start >= end:
            return found
        for area in self.areas[i:]:
            if area.start >= end:
                break
            if area.end > start:
                found.append(area)
        return found

    def is_free(self, start: int, end: int) -> bool:
        """Whether no area has a page in [start, end)."""
        return not self.within(start, end)

    def find_gap(self, length: int, hint: int = 0) -> int:
        """Start of a free range: at the hint, else as high as possible below MMAP_TOP; ENOMEM."""
        if (
            hint
            and MMAP_MIN_ADDRESS <= hint <= TASK_SIZE - length
            and self.is_free(hint, hint + length)
        ):
            return hint
        start = self._gap_below(MMAP_TOP, length)
        if start is None:
            start = self._gap_below(TASK_SIZE, length)
        if start is None:
            raise SysError(Errno.ENOMEM)
        return start

    def _gap_below(self, top: int, length: int) -> int | None:
        end = self._packed[0] if top == MMAP_TOP and length >= self._packed[1] else top
        for i in range(bisect_left(self._starts, end) - 1, -1, -1):
            area = self.areas[i]
            if end - area.end >= length:
                break
            start = area.start - STACK_GUARD if area.flags & _GROWS_DOWN else area.start
            if start < end:
                end = start
        if top == MMAP_TOP:
            self._packed = end, length
        return end - length if end - length >= MMAP_MIN_ADDRESS else None

    @property
    def total_size(self) -> int:
        """Octets in all areas."""
        return sum(area.end - area.start for area in self.areas)

    # ---- the list of areas -------------------------------------------------------------------

    def _insert(self, area: Area) -> None:
        """Enter an area into free space, as one with its neighbours where it continues them."""
        i = bisect_right(self._starts, area.start)
        if area.inode is not None:
            self.page_cache.map(area.inode)
        if i < len(self.areas) and area.continues(self.areas[i]):
            area = area._replace(end=self.areas[i].end)
            self._take_out(i)
        if i and self.areas[i - 1].continues(area):
            area = self.areas[i - 1]._replace(end=area.end)
            i -= 1
            self._take_out(i)
        self.areas.insert(i, area)
        self._starts.insert(i, area.start)

    def _take_out(self, i: int) -> None:
        inode = self.areas[i].inode
        del self.areas[i], self._starts[i]
        self._packed = _NOTHING_PACKED
        if inode is not None:
            self.page_cache.unmap(inode)

    def _cut_out(self, start: int, end: int) -> list[Area]:
        """Remove [start, end) from the list, splitting at its ends; the parts removed."""
        removed = self.within(start, end)
        for area in removed:
            i = self._starts.index(area.start)
            rest = [area.cut(area.start, start)] if area.start < start else []
            rest += [area.cut(end, area.end)] if area.end > end else []
            for part in rest:
                if part.inode is not None:
                    self.page_cache.map(part.inode)
            self._take_out(i)
            self.areas[i:i] = rest
            self._starts[i:i] = [part.start for part in rest]
        return [area.cut(start, end) for area in removed]

    def covers(self, start: int, end: int) -> bool:
        """Whether every page of [start, end) lies in an area."""
        parts, at = self.within(start, end), start
        for area in parts:
            if area.start > at:
                return False
            at = area.end
        return at >= end
