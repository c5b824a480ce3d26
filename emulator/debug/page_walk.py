"""A page walk: the CPU's way from CR3 to a frame, entry by entry as the tables in RAM have it, and
who else gets to that frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.machine import paging
from kernel.abi.memory import TASK_SIZE
from kernel.mm.frames import ZERO_FRAME

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace
    from kernel.system import System

_LEVELS = ("page-directory-pointer table", "page directory", "page table")
_FLAGS = (
    (paging.PRESENT, "present"), (paging.WRITABLE, "writable"), (paging.USER, "user"),
    (paging.ACCESSED, "accessed"), (paging.DIRTY, "dirty"), (paging.NO_EXECUTE, "no-execute"),
    (paging.SHARED, "shared mapping"), (paging.WATCHED, "watched"),
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One level: the table's physical address, the index in it, and the entry there."""

    level: str
    table: int
    index: int
    entry: int

    @property
    def flags(self) -> list[str]:
        """The entry's bits by name."""
        return [name for bit, name in _FLAGS if self.entry & bit]


@dataclass(frozen=True)
class Mapper:
    """Somebody who maps a frame: an address space with its tasks, at a linear address."""

    memory: str
    tids: tuple[int, ...]
    address: int


@dataclass(frozen=True)
class Walk:
    """The walk for one linear address; it ends early where an entry is not present.

    `frame` is the number of the frame that was reached, `users` its reference count, `mappers`
    everybody who maps it, and `is_cached` whether the page cache has it, too.
    """

    address: int
    root: int
    steps: tuple[Step, ...]
    frame: int | None = None
    users: int = 0
    mappers: tuple[Mapper, ...] = ()
    is_cached: bool = False
    is_copy_on_write: bool = False

    @property
    def physical(self) -> int | None:
        """The physical address, if there is one."""
        return None if self.frame is None else self.frame << 12 | self.address & 0xFFF


def walk(system: System, memory: AddressSpace, address: int) -> Walk:
    """Walk the tables of an address space."""
    entries, steps = system.machine.ram.entries, []
    table = memory.tables.root
    for level, index in zip(_LEVELS, paging.split(address), strict=True):
        entry = entries[(table >> 3) + index]
        steps.append(Step(level, table, index, entry))
        if not entry & paging.PRESENT:
            return Walk(address, memory.tables.root, tuple(steps))
        table = entry & paging.FRAME_BITS
    frame, frames = paging.frame_of(entry), system.frames
    area = memory.find(address)
    may_write = area is not None and area.is_writable and not area.is_shared
    is_lent = may_write and not entry & paging.WRITABLE and frames.is_shared(frame)
    cached = any(frame in file.pages.values() for file in system.page_cache.files.values())
    return Walk(
        address, memory.tables.root, tuple(steps), frame, frames.counts[frame],
        tuple(_mappers(system, frame)), cached, is_lent,
    )  # fmt: skip


def _mappers(system: System, frame: int) -> Iterator[Mapper]:
    entries = system.machine.ram.entries
    if frame == ZERO_FRAME:
        return
    for memory in system.frames.commitments.spaces:
        for address, index in memory.tables.present(0, TASK_SIZE):
            if paging.frame_of(entries[index]) == frame:
                yield Mapper(memory.name, users_of(system, memory), address)


def users_of(system: System, memory: AddressSpace) -> tuple[int, ...]:
    """The tasks that live in an address space."""
    return tuple(
        task.tid
        for task in system.tasks.tasks()
        if not task.memory_left and getattr(task, "memory", None) is memory
    )
