"""Peeking: what a program's memory holds, looked at without touching it.

Nothing is faulted in and no table changes. A page that is not there yet reads as what a fault would
bring: zeros, or what is in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.machine import paging
from kernel.abi.memory import PAGE_SIZE, TASK_SIZE
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace


def peek(memory: AddressSpace, address: int, length: int) -> bytes:
    """Octets from `address` on, as far as there is memory: `length` of them or fewer."""
    found = []
    while length > 0 and 0 <= address < TASK_SIZE:
        size = min(PAGE_SIZE - (address & 0xFFF), length)
        piece = _within_page(memory, address, size)
        if piece is None:
            break
        found.append(piece)
        address += size
        length -= size
    return b"".join(found)


def _within_page(memory: AddressSpace, address: int, size: int) -> bytes | None:
    entry = memory.tables.get(address)
    if entry & paging.PRESENT:
        return memory.frames.ram.read((entry & paging.FRAME_BITS) | address & 0xFFF, size)
    area = memory.find(address)
    if area is None:
        return None
    if area.inode is None:
        return bytes(size)
    index, within = area.page_index(address & ~0xFFF), address & 0xFFF
    cached = memory.page_cache.of(area.inode).pages.get(index)
    if cached is not None:
        return memory.frames.ram.read((cached << 12) + within, size)
    if index * PAGE_SIZE >= area.inode.size:
        return None
    try:
        data = area.inode.read_raw(index * PAGE_SIZE + within, size)
    except SysError:
        return None
    return data.ljust(size, b"\0")
