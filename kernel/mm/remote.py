"""Memory seen by a tracer (ptrace(2)): read and written whatever the pages' protection.

A write to a private mapping goes to a copy of the process's own, so that a breakpoint put into a
program's text is not seen by others who run it. One to a shared mapping needs permission.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.machine import paging
from emulator.machine.traps import Access
from kernel.abi.errno import Errno
from kernel.abi.memory import PAGE_SIZE, Prot
from kernel.errors import SysError
from kernel.mm.fault import MemoryFault, bring_in

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace
    from kernel.mm.area import Area


def read(space: AddressSpace, address: int, length: int) -> bytes:
    """`length` octets, which may cross pages; EFAULT where nothing is mapped."""
    parts = []
    for at, size in _pieces(address, length):
        start = _physical(space, at, Access.READ)
        parts.append(space.frames.ram.read(start, size))
    return b"".join(parts)


def write(space: AddressSpace, address: int, data: bytes) -> None:
    """Store octets; EFAULT where nothing is mapped or a shared mapping may not be written."""
    done = 0
    for at, size in _pieces(address, len(data)):
        start = _physical(space, at, Access.WRITE)
        space.frames.ram.write(start, data[done : done + size])
        if space.frames.was_executable[start >> 12]:
            space.frames.machine.forget_code()
        done += size


def _pieces(address: int, length: int) -> list[tuple[int, int]]:
    pieces = []
    while length:
        size = min(PAGE_SIZE - address % PAGE_SIZE, length)
        pieces.append((address, size))
        address, length = address + size, length - size
    return pieces


def _physical(space: AddressSpace, address: int, access: Access) -> int:
    area = space.find(address)
    if area is None:
        raise SysError(Errno.EFAULT)
    if access is Access.WRITE and area.is_shared and not area.prot & Prot.PROT_WRITE:
        raise SysError(Errno.EFAULT)
    page = address & ~(PAGE_SIZE - 1)
    _make_present(space, area, address, access)
    return space.tables.get(page) & paging.FRAME_BITS | address & (PAGE_SIZE - 1)


def _make_present(space: AddressSpace, area: Area, address: int, access: Access) -> None:
    """As a fault would; a page that the program may not write becomes no more writable by it."""
    page = address & ~(PAGE_SIZE - 1)
    entry = space.tables.get(page)
    if entry and (access is Access.READ or entry & paging.WRITABLE):
        return
    try:
        bring_in(space, area, address, access)
    except MemoryFault:
        raise SysError(Errno.EFAULT) from None
    if not area.prot & Prot.PROT_WRITE:
        space.tables.set(page, space.tables.get(page) & ~paging.WRITABLE)
    space.frames.machine.flush_tlb()
