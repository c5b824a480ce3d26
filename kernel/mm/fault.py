"""Page faults: what a missing or protected page turns into, by the area it lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.machine import paging
from emulator.machine.traps import Access
from kernel.abi.memory import PAGE_SIZE, Prot
from kernel.abi.signals import BUS_ADRERR, SEGV_ACCERR, SEGV_MAPERR, Signal
from kernel.mm.frames import ZERO_FRAME

if TYPE_CHECKING:
    from kernel.fs.inode import RegularInode
    from kernel.mm.address_space import AddressSpace
    from kernel.mm.area import Area

_NEEDED = {
    Access.READ: Prot.PROT_READ | Prot.PROT_WRITE | Prot.PROT_EXEC,
    Access.WRITE: Prot.PROT_WRITE,
    Access.EXECUTE: Prot.PROT_EXEC,
}
_WRITTEN = paging.WRITABLE | paging.DIRTY
"""For shared pages: the kernel's own stores set no bits, so what may be written counts as dirty."""
_AROUND = 16
"""Cached pages of a file that one read fault maps, itself included (Linux's fault-around)."""


class MemoryFault(Exception):
    """The access is an error of the program: the signal, si_code and address it gets."""

    def __init__(self, signal: Signal, code: int, address: int) -> None:
        super().__init__(f"{signal.name} at {address:#x}")
        self.signal = signal
        self.code = code
        self.address = address


def resolve(space: AddressSpace, address: int, access: Access) -> str:
    """Make the page at `address` accessible; says how: zero, copy, reuse, file or grow.

    Raises MemoryFault where the program may not do that, SysError(ENOMEM) where RAM is exhausted.
    """
    area, grown = space.find(address), False
    if area is None:
        area = space.grow_stack(address)
        grown = True
        if area is None:
            raise MemoryFault(Signal.SIGSEGV, SEGV_MAPERR, address)
    if not area.prot & _NEEDED[access]:
        raise MemoryFault(Signal.SIGSEGV, SEGV_ACCERR, address)
    kind = bring_in(space, area, address, access)
    return "grow" if grown else kind


def bring_in(space: AddressSpace, area: Area, address: int, access: Access) -> str:
    """The same for an area that is known, whatever its protection allows."""
    page = address & ~0xFFF
    entry = space.tables.get(page)
    if entry:
        return _resolve_present(space, area, page, entry, access)
    if area.inode is not None:
        return _map_file_page(space, area, area.inode, page, address, access)
    return _map_anonymous_page(space, area, page, access)


def _resolve_present(space: AddressSpace, area: Area, page: int, entry: int, access: Access) -> str:
    if access is not Access.WRITE or entry & paging.WRITABLE:
        return "reuse"
    if area.is_shared:
        space.tables.set(page, entry | _WRITTEN)
        return "reuse"
    return break_cow(space, area, page, entry)


def break_cow(space: AddressSpace, area: Area, page: int, entry: int) -> str:
    """Give a private page that is about to be written a frame of its own, if it has none."""
    frames = space.frames
    frame = paging.frame_of(entry)
    if not frames.is_shared(frame):
        space.tables.set(page, entry | paging.WRITABLE)
        return "reuse"
    fresh = frames.allocate()
    if frame != ZERO_FRAME:
        frames.ram.copy(frame, fresh)
        frames.drop(frame)
        space.frames.counters.pages_copied += 1
    space.set_page(page, fresh, area.entry_bits | paging.WRITABLE)
    return "zero" if frame == ZERO_FRAME else "copy"


def _map_anonymous_page(space: AddressSpace, area: Area, page: int, access: Access) -> str:
    if access is Access.WRITE:
        space.set_page(page, space.frames.allocate(), area.entry_bits | paging.WRITABLE)
    else:
        space.set_page(page, ZERO_FRAME, area.entry_bits)
    return "zero"


def _map_file_page(
    space: AddressSpace, area: Area, inode: RegularInode, page: int, address: int, access: Access
) -> str:
    cached = space.page_cache.of(inode)
    index = area.page_index(page)
    if index * PAGE_SIZE >= inode.size:
        raise MemoryFault(Signal.SIGBUS, BUS_ADRERR, address)
    frame = cached.frame(index)
    if access is Access.WRITE and not area.is_shared:
        _map_copy(space, area, page, frame)
        return "copy"
    bits = area.entry_bits | (_WRITTEN if access is Access.WRITE else 0)
    space.frames.share(frame)
    space.set_page(page, frame, bits)
    if access is not Access.WRITE:
        _map_around(space, area, page, cached.pages)
    return "file"


def _map_copy(space: AddressSpace, area: Area, page: int, frame: int) -> None:
    """A private copy of a cached page, which must not be reclaimed to make room for it."""
    frames = space.frames
    frames.share(frame)
    try:
        fresh = frames.allocate()
        frames.ram.copy(frame, fresh)
    finally:
        frames.drop(frame)
    frames.counters.pages_copied += 1
    space.set_page(page, fresh, area.entry_bits | paging.WRITABLE)


def _map_around(space: AddressSpace, area: Area, page: int, cached: dict[int, int]) -> None:
    """Map the pages behind and before that are in the cache already: each saves a fault."""
    first = max(area.start, page & ~(_AROUND * PAGE_SIZE - 1))
    last = min(area.end, first + _AROUND * PAGE_SIZE)
    index = area.page_index(first)
    for around in range(first, last, PAGE_SIZE):
        frame = cached.get(index)
        index += 1
        if frame is not None and not space.tables.get(around):
            space.frames.share(frame)
            space.set_page(around, frame, area.entry_bits)
