"""Address spaces: the areas of a process, and page tables that realise them (mm_struct)."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from emulator.machine import paging
from emulator.machine.traps import Access
from kernel.abi.errno import Errno
from kernel.abi.memory import (
    MAX_MAP_COUNT,
    PAGE_MASK,
    PAGE_SHIFT,
    PAGE_SIZE,
    STACK_TOP,
    TASK_SIZE,
    MapFlag,
    Prot,
    page_up,
)  # fmt: skip
from kernel.errors import SysError
from kernel.mm import fault, heredity, trampoline
from kernel.mm.area import LOCKED, NO_WRITE, Area
from kernel.mm.area_map import STACK_GUARD, AreaMap
from kernel.mm.charge import Charge
from kernel.mm.page_tables import PageTables
from kernel.mm.user import UserMemory

if TYPE_CHECKING:
    from kernel.fs.inode import RegularInode
    from kernel.mm.frames import FrameAllocator
    from kernel.mm.local_table import LocalTable
from kernel.mm.page_cache import PageCache


class AddressSpace(UserMemory, AreaMap):
    """One address space, shared by its `users` (tasks). `name` ("mm#3") is for people.

    `stack_limit` bounds the growth of a stack, `space_limit` the sum of areas, `data_limit` that of
    private writable ones, in octets; `most_areas` their number. What is mapped while `locks_future`
    is locked at once.
    """

    most_areas = MAX_MAP_COUNT
    locks_future = False

    def __init__(self, frames: FrameAllocator, page_cache: PageCache, name: str) -> None:
        AreaMap.__init__(self, page_cache)
        self.frames = frames
        self.name = name
        self.charge = Charge(frames, 1)
        self.local_table: LocalTable | None = None
        """Segment descriptors of its own (modify_ldt(2))."""
        try:
            self.tables = PageTables(frames)
        except SysError:
            self.charge.release()
            raise
        frames.commitments.spaces.append(self)
        self.users = 1
        self.stack_limit = 8 << 20
        self.space_limit = self.data_limit = TASK_SIZE
        self.brk_start = self.brk = 0
        self.code_start = self.code_end = self.data_start = self.data_end = 0
        self.stack_start = 0
        self.argument_start = self.argument_end = 0
        self.environment_start = self.environment_end = 0
        self.auxiliary = b""
        self.executable: RegularInode | None = None
        self.executable_path = ""
        self.data_is_executable = False
        """READ_IMPLIES_EXEC: readable memory may be executed too (no PT_GNU_STACK)."""
        self.barriers = 0
        """Commands of membarrier(2) that the process registered for."""

    def resident_pages(self) -> int:
        """Pages that hold a frame."""
        return self.tables.resident

    # ---- changing ----------------------------------------------------------------------------

    def map(self, area: Area) -> None:
        """Add an area, in place of whatever was there; ENOMEM above a limit."""
        if self.require_room(area):
            self.unmap(area.start, area.end)
        self._insert(area)

    def require_room(self, area: Area) -> int:
        """ENOMEM where an area may not be added; else how many octets it is in place of."""
        old = [part.cut(area.start, area.end) for part in self.within(area.start, area.end)]
        replaced = sum(part.end - part.start for part in old)
        size = area.end - area.start
        is_limited = self.space_limit < TASK_SIZE
        if is_limited and self.total_size - replaced + size > self.space_limit:
            raise SysError(Errno.ENOMEM)
        if area.is_data:
            self.require_data(size - sum(part.end - part.start for part in old if part.is_data))
        if len(self.areas) > self.most_areas:
            raise SysError(Errno.ENOMEM)
        self.frames.commitments.check_area(self, area)
        return replaced

    def require_data(self, more: int) -> None:
        """ENOMEM where so many octets of private writable areas more exceed RLIMIT_DATA."""
        if self.data_limit < TASK_SIZE and more > 0 and self._data_size() + more > self.data_limit:
            raise SysError(Errno.ENOMEM)

    def is_beyond_limits(self) -> bool:
        """Whether the areas exceed RLIMIT_AS or RLIMIT_DATA already."""
        if self.data_limit < TASK_SIZE and self._data_size() > self.data_limit:
            return True
        return self.total_size > self.space_limit

    def _data_size(self) -> int:
        return sum(area.end - area.start for area in self.areas if area.is_data)

    def unmap(self, start: int, end: int) -> None:
        """Remove all areas and pages in [start, end); an empty range is nothing. ENOMEM where a
        hole would make one area too many.
        """
        parts = self.within(start, end)
        if len(parts) == 1 and parts[0].start < start and parts[0].end > end:
            self._require_split()
        for area in parts:
            self._drop_pages(area, max(start, area.start), min(end, area.end))
        if parts:
            self._cut_out(start, end)
            self.frames.machine.flush_tlb()

    def _require_split(self) -> None:
        if len(self.areas) >= self.most_areas:
            raise SysError(Errno.ENOMEM)

    def _drop_pages(self, area: Area, start: int, end: int) -> None:
        entries, lost = self.tables.entries, 0
        self._write_back(area, start, end)
        for _, index in self.tables.present(start, end):
            self.frames.drop(paging.frame_of(entries[index]))
            entries[index] = 0
            lost += 1
        self.tables.lose(lost)

    def _write_back(self, area: Area, start: int, end: int) -> None:
        """Give pages of a shared file mapping that were written to the file."""
        if area.inode is None or not area.is_shared:
            return
        entries, cached = self.tables.entries, self.page_cache.of(area.inode)
        for page, index in self.tables.present(start, end):
            if entries[index] & paging.DIRTY:
                cached.write_back(area.page_index(page))

    def discard(self, start: int, end: int) -> None:
        """madvise's MADV_DONTNEED: drop pages; they come back as zeros or from their file."""
        for area in self.within(start, end):
            self._drop_pages(area, max(start, area.start), min(end, area.end))
        self.frames.machine.flush_tlb()

    def cut_file(self, inode: RegularInode, size: int) -> None:
        """A file ends at `size` now: pages behind it go, and touching them is SIGBUS."""
        for area in self.areas:
            if area.inode is inode:
                first = area.start + max(page_up(size) - area.offset, 0)
                if first < area.end:
                    self._drop_pages(area, first, area.end)
                    self.frames.machine.flush_tlb()

    def synchronise(self, start: int, end: int) -> None:
        """msync: write shared file mappings in the range back."""
        for area in self.within(start, end):
            self._write_back(area, max(start, area.start), min(end, area.end))

    def protect(self, start: int, end: int, prot: int) -> None:
        """Change the protection of a range that is wholly mapped.

        ENOMEM at the first hole, EACCES for writing to a file that was opened for reading; what
        comes before is changed.
        """
        at = start
        for part in self.within(start, end):
            if part.start > at:
                break
            if prot & Prot.PROT_WRITE:
                if part.flags & NO_WRITE:
                    raise SysError(Errno.EACCES)
                self._commit_writable([part], start, end)
            self._replace_area(part.cut(start, end), prot, part.flags)
            at = part.end
        self.frames.machine.flush_tlb()
        if at < end:
            raise SysError(Errno.ENOMEM)

    def _replace_area(self, part: Area, prot: int, flags: int) -> None:
        """Give a part of an area another protection and other flags."""
        if (prot, flags) == (part.prot, part.flags):
            return
        whole = self.find(part.start)
        if whole is not None and (whole.start, whole.end) != (part.start, part.end):
            self._require_split()
        if part.inode is not None:
            self.page_cache.map(part.inode)
        self._cut_out(part.start, part.end)
        area = part._replace(prot=prot, flags=flags)
        if prot != part.prot:
            self._change_entries(area)
        self._insert(area)
        if part.inode is not None:
            self.page_cache.unmap(part.inode)

    def change_flags(self, start: int, end: int, add: int, remove: int) -> None:
        """Add and remove flags of the areas in a range; ENOMEM where there is a hole."""
        at = start
        for part in self.within(start, end):
            if part.start > at:
                break
            self._replace_area(part.cut(start, end), part.prot, part.flags & ~remove | add)
            at = part.end
        if at < end:
            raise SysError(Errno.ENOMEM)

    def locked_octets(self, start: int = 0, end: int = TASK_SIZE) -> int:
        """How much of a range is locked."""
        return sum(
            min(area.end, end) - max(area.start, start)
            for area in self.within(start, end)
            if area.is_locked
        )

    def _commit_writable(self, parts: list[Area], start: int, end: int) -> None:
        """ENOMEM where private pages that become writable exceed what may be promised."""
        pages = sum(
            min(area.end, end) - max(area.start, start) >> PAGE_SHIFT
            for area in parts
            if not area.is_writable and not area.is_shared
        )
        self.require_data(pages << PAGE_SHIFT)
        self.frames.commitments.check(pages)

    def _change_entries(self, area: Area) -> None:
        """Give present pages the bits of their area; writing is granted again by the next fault."""
        entries, kept = self.tables.entries, paging.FRAME_BITS | paging.DIRTY | paging.ACCESSED
        for page, index in self.tables.present(area.start, area.end):
            entry = entries[index]
            self.set_page(page, paging.frame_of(entry), entry & kept | area.entry_bits)

    def set_page(self, page: int, frame: int, bits: int) -> None:
        """Point a page at a frame, whose reference the page takes over."""
        if not bits & paging.NO_EXECUTE:
            self.frames.was_executable[frame] = 1
        try:
            self.tables.set(page, frame << 12 | bits & ~paging.FRAME_BITS)
        except SysError:
            self.frames.drop(frame)
            raise

    def move(self, area: Area, start: int, stays: bool = False) -> None:
        """Move an area with its pages to a free range (mremap); ENOMEM leaves it where it was.

        With `stays` the area stays, too, but without its pages.
        """
        entries = self.tables.entries
        target = area._replace(start=start, end=start + area.end - area.start)
        moved = list(self.tables.present(area.start, area.end))
        for page, _ in moved:
            self.tables.set(page - area.start + start, 0)
        self._insert(target)
        for page, index in moved:
            entry, entries[index] = entries[index], 0
            self.tables.lose(1)
            self.tables.set(page - area.start + start, entry)
        if stays:
            self.change_flags(area.start, area.end, 0, LOCKED)
        else:
            self._cut_out(area.start, area.end)
        self.frames.machine.flush_tlb()

    # ---- faults, stack, heap -----------------------------------------------------------------

    def fault(self, address: int, access: Access) -> str:
        """Make a page accessible: see fault.resolve."""
        return fault.resolve(self, address, access)

    def grow_stack(self, address: int) -> Area | None:
        """Extend the stack area above the address down to it; None where that may not be."""
        i = bisect_right(self._starts, address)
        if i == len(self.areas) or not self.areas[i].grows_down:
            return None
        area, start = self.areas[i], address & ~0xFFF
        below = self.areas[i - 1].end if i else 0
        if area.end - start > self.stack_limit or start < below + STACK_GUARD:
            return None
        if self.total_size + area.start - start > self.space_limit:
            return None
        if not self.frames.commitments.has_room((area.start - start) >> PAGE_SHIFT):
            return None
        grown = area._replace(start=start)
        self.areas[i], self._starts[i] = grown, start
        return grown

    def set_brk(self, address: int, data_limit: int) -> int:
        """Move the end of the heap; the end that is then in force (unchanged when it cannot be)."""
        old, new = page_up(self.brk), page_up(address)
        if address < self.brk_start or address - self.brk_start > data_limit or new > TASK_SIZE:
            return self.brk
        if new > old:
            if not self.is_free(old, new + PAGE_SIZE):
                return self.brk
            try:
                self.map(Area(old, new, self.data_prot, MapFlag.MAP_PRIVATE, path="[heap]"))
            except SysError:
                return self.brk
        elif new < old:
            self.unmap(new, old)
        self.brk = address
        return address

    @property
    def data_prot(self) -> int:
        """Protection of heap and stack."""
        prot = Prot.PROT_READ | Prot.PROT_WRITE
        return int(prot | Prot.PROT_EXEC if self.data_is_executable else prot)

    def make_stack(self) -> None:
        """The initial stack area at the top of user space, 132 KiB or what RLIMIT_STACK leaves of
        them, at least a page; it grows. ENOMEM.
        """
        flags = MapFlag.MAP_PRIVATE | MapFlag.MAP_GROWSDOWN
        size = max(PAGE_SIZE, min(self.stack_limit & PAGE_MASK, 33 * PAGE_SIZE))
        start = STACK_TOP - size
        if not self.is_free(start, STACK_TOP):
            raise SysError(Errno.ENOMEM)
        self.map(Area(start, STACK_TOP, self.data_prot, flags, path="[stack]"))

    def trampoline(self) -> tuple[int, int]:
        """Addresses of code that calls sigreturn and rt_sigreturn (trampoline.addresses)."""
        return trampoline.addresses(self)

    # ---- a life of its own -------------------------------------------------------------------

    def fork(self, name: str) -> AddressSpace:
        """A copy-on-write copy, page tables included: see heredity.fork."""
        return heredity.fork(self, name)

    def execute(self, inode: RegularInode, path: str) -> None:
        """This space runs a program, whose file cannot be opened for writing meanwhile."""
        inode.executing += 1
        self.executable, self.executable_path = inode, path

    def leave(self) -> bool:
        """One user less; with the last one everything is given back. Whether it was the last."""
        self.users -= 1
        if self.users:
            return False
        for area in self.areas:
            self._write_back(area, area.start, area.end)
        if self.executable is not None:
            self.executable.executing -= 1
        self.tables.release()
        if self.local_table is not None:
            self.local_table.release()
        self.charge.release()
        self.frames.commitments.spaces.remove(self)
        while self.areas:
            self._take_out(len(self.areas) - 1)
        return True
