"""Heredity: what the child of a fork gets of its parent's address space."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from emulator.machine import paging
from kernel.abi.errno import Errno
from kernel.errors import SysError
from kernel.mm.area import DONT_FORK, LOCKED, WIPE_ON_FORK
from kernel.mm.charge import Charge

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace

_NOT_INHERITED = DONT_FORK | WIPE_ON_FORK | LOCKED


def fork(parent: AddressSpace, name: str) -> AddressSpace:
    """A copy-on-write copy, page tables included; ENOMEM leaves nothing behind.

    EAGAIN where it is the page tables that cannot be had, as fork(2) has it.
    """
    frames = parent.frames
    frames.commitments.check_copy(parent)
    child = copy(parent)
    child.charge = Charge(frames, 1)
    child.write_hook = None
    try:
        child.tables = parent.tables.copy()
    except SysError:
        child.charge.release()
        raise SysError(Errno.EAGAIN) from None
    if parent.local_table is not None:
        _copy_local_table(parent, child)
    frames.commitments.spaces.append(child)
    frames.counters.tables_copied += len(parent.tables.leaves)
    child.name, child.users = name, 1
    child.take_own_areas()
    if child.executable is not None:
        child.executable.executing += 1
    child.locks_future = False
    if any(area.flags & _NOT_INHERITED for area in child.areas):
        _forget_what_is_not_inherited(child)
    frames.machine.flush_tlb()
    return child


def _copy_local_table(parent: AddressSpace, child: AddressSpace) -> None:
    assert parent.local_table is not None
    try:
        child.local_table = parent.local_table.copy()
    except SysError:
        child.tables.release()
        child.charge.release()
        raise
    child.local_table.show(child.tables)


def _forget_what_is_not_inherited(child: AddressSpace) -> None:
    """It is without MADV_DONTFORK's areas, MADV_WIPEONFORK's are empty, and nothing is locked."""
    for area in list(child.areas):
        if area.flags & DONT_FORK:
            child.unmap(area.start, area.end)
            continue
        if area.flags & WIPE_ON_FORK:
            child.discard(area.start, area.end)
        if area.flags & LOCKED:
            child.change_flags(area.start, area.end, 0, LOCKED)


def copy_all_pages(child: AddressSpace) -> None:
    """Give every private page a frame of its own now, as forks did once; ENOMEM."""
    frames, tables = child.frames, child.tables
    for area in child.areas:
        if area.is_shared:
            continue
        bits = area.entry_bits | (paging.WRITABLE if area.is_writable else 0)
        for page, index in tables.present(area.start, area.end):
            old, fresh = paging.frame_of(tables.entries[index]), frames.allocate()
            frames.ram.copy(old, fresh)
            frames.drop(old)
            frames.counters.pages_copied += 1
            child.set_page(page, fresh, bits)
