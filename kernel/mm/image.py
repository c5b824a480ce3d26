"""Images: an executable's segments mapped into a fresh address space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.memory import STACK_TOP, MapFlag, Prot, page_down, page_up
from kernel.errors import SysError
from kernel.mm.area import Area
from kernel.mm.elf import PF_R, PF_W, PF_X, Elf, Segment

if TYPE_CHECKING:
    from kernel.fs.inode import RegularInode
    from kernel.mm.address_space import AddressSpace

PIE_BASE = 0x5655_5000
"""Where position-independent executables are put (the address debuggers show without ASLR)."""


def load(space: AddressSpace, elf: Elf, inode: RegularInode, path: str) -> int:
    """Map all segments, set the heap's start, and say by how much the image was moved.

    Raises SysError(ENOMEM) where areas or page tables do not fit.
    """
    bias = PIE_BASE - elf.low if elf.is_pie else 0
    if elf.high + bias > STACK_TOP:
        raise SysError(Errno.ENOMEM)
    space.data_is_executable |= elf.has_executable_stack
    for segment in elf.segments:
        _map_segment(space, segment._replace(address=segment.address + bias), inode, path)
    space.brk_start = space.brk = elf.high + bias
    _note_bounds(space, elf, bias)
    return bias


def _map_segment(space: AddressSpace, segment: Segment, inode: RegularInode, path: str) -> None:
    start = page_down(segment.address)
    file_end = segment.address + segment.file_size
    end = page_up(segment.address + segment.memory_size)
    prot, flags = _protection(space, segment.flags), MapFlag.MAP_PRIVATE
    mapped_end = page_up(file_end) if segment.file_size else start
    if segment.file_size:
        offset = page_down(segment.offset)
        space.map(Area(start, mapped_end, prot, flags, inode, offset, path))
    if end > mapped_end:
        space.map(Area(mapped_end, end, prot, flags))
    if segment.file_size and segment.memory_size > segment.file_size and file_end & 0xFFF:
        _clear_tail(space, file_end, mapped_end, segment.flags)


def _clear_tail(space: AddressSpace, start: int, end: int, flags: int) -> None:
    """Zero the rest of the last file page: it is the beginning of bss."""
    if flags & PF_W:
        space.write(start, bytes(end - start))


def _protection(space: AddressSpace, flags: int) -> int:
    prot = 0
    if flags & PF_R:
        prot |= Prot.PROT_READ
        if space.data_is_executable:
            prot |= Prot.PROT_EXEC
    if flags & PF_W:
        prot |= Prot.PROT_WRITE
    if flags & PF_X:
        prot |= Prot.PROT_EXEC
    return prot


def _note_bounds(space: AddressSpace, elf: Elf, bias: int) -> None:
    """Where code and data lie, for /proc/PID/stat."""
    code = [s for s in elf.segments if s.flags & PF_X] or list(elf.segments)
    data = [s for s in elf.segments if s.flags & PF_W] or list(elf.segments)
    space.code_start = min(s.address for s in code) + bias
    space.code_end = max(s.address + s.file_size for s in code) + bias
    space.data_start = min(s.address for s in data) + bias
    space.data_end = max(s.address + s.file_size for s in data) + bias
