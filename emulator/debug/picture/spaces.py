"""Address spaces as the page tables have them: who shares which pages, and which copy on write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.debug.picture.model import AreaPicture, SpacePicture
from emulator.machine import paging
from emulator.machine.ram import RESERVED_FRAMES
from kernel.abi.memory import Prot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kernel.mm.address_space import AddressSpace
    from kernel.mm.area import Area
    from kernel.task.task import Task


def spaces(tasks: Sequence[Task], all_tasks: Sequence[Task]) -> tuple[SpacePicture, ...]:
    """The spaces of these tasks, each once, compared with one another."""
    found: dict[str, AddressSpace] = {}
    for task in tasks:
        if not task.memory_left:
            found[task.memory.name] = task.memory
    return tuple(
        _space(
            space,
            tuple(t.tid for t in all_tasks if not t.memory_left and t.memory is space),
            [other for other in found.values() if other is not space],
        )
        for space in found.values()
    )


def _space(
    space: AddressSpace, users: tuple[int, ...], others: Sequence[AddressSpace]
) -> SpacePicture:
    tables = space.tables
    areas = tuple(_area(space, area, others) for area in space.areas)
    return SpacePicture(space.name, tables.root, users, tables.count, tables.resident, areas)


def _area(space: AddressSpace, area: Area, others: Sequence[AddressSpace]) -> AreaPicture:
    entries = space.tables.entries
    mapped = [(at, entries[i]) for at, i in space.tables.present(area.start, area.end)]
    counts = [(other.name, _common(mapped, other)) for other in others]
    may_copy = area.is_writable and not area.is_shared
    return AreaPicture(
        area.start,
        area.end,
        letters(area),
        area.path,
        len(mapped),
        sum(_copies(entry) for _, entry in mapped) if may_copy else 0,
        tuple((name, count) for name, count in counts if count),
    )


def _common(mapped: Sequence[tuple[int, int]], other: AddressSpace) -> int:
    """How many of these pages another space has at the same address, in the same frame.

    The frame of zeros, which is everybody's, does not count.
    """
    there = other.tables
    frames = [(paging.frame_of(entry), paging.frame_of(there.get(at))) for at, entry in mapped]
    return sum(own == its for own, its in frames if own >= RESERVED_FRAMES)


def _copies(entry: int) -> bool:
    """Whether a write to the page, in a private writable area, is seen by the kernel first."""
    return not entry & (paging.WRITABLE | paging.WATCHED)


def letters(area: Area) -> str:
    """rwx and p or s, as in /proc/PID/maps."""
    return (
        ("r" if area.prot & Prot.PROT_READ else "-")
        + ("w" if area.prot & Prot.PROT_WRITE else "-")
        + ("x" if area.prot & Prot.PROT_EXEC else "-")
        + ("s" if area.is_shared else "p")
    )
