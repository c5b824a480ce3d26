"""Poking: writing a program's memory as a debugger does, also where the program itself may not.

A page of a private area that is read-only gets a frame of its own first, so that neither the file
nor anybody else who maps it sees the change, and stays read-only (ptrace(2), PTRACE_POKEDATA).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.machine import paging
from kernel.abi.errno import Errno
from kernel.abi.memory import PAGE_SIZE
from kernel.errors import SysError
from kernel.mm.fault import break_cow

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace
    from kernel.mm.area import Area


def poke(memory: AddressSpace, address: int, data: bytes) -> None:
    """Store octets from `address` on; EFAULT, ENOMEM, perhaps after some have been stored."""
    while data:
        size = PAGE_SIZE - (address & 0xFFF)
        piece, data = data[:size], data[size:]
        area = memory.find(address)
        if area is None or area.is_writable or area.is_shared:
            memory.write(address, piece)
        else:
            _force(memory, area, address, piece)
        address += len(piece)


def _force(memory: AddressSpace, area: Area, address: int, piece: bytes) -> None:
    """Write to a page of a private read-only area; EFAULT where it cannot be read either."""
    if not area.prot:
        raise SysError(Errno.EFAULT)
    page, tables, machine = address & ~0xFFF, memory.tables, memory.frames.machine
    memory.physical(address)
    break_cow(memory, area, page, tables.get(page))
    tables.set(page, tables.get(page) & ~paging.WRITABLE)
    at = (tables.get(page) & paging.FRAME_BITS) | address & 0xFFF
    memory.frames.ram.octets[at : at + len(piece)] = piece
    machine.flush_tlb()
    if memory.frames.was_executable[at >> 12]:
        machine.forget_code()
