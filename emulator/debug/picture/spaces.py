"""Address spaces as the page tables have them: who shares which pages, and which copy on write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.debug.picture.model import AreaPicture, SpacePicture
from emulator.machine import paging
from emulator.machine.ram import RESERVED_FRAMES
from kernel.abi.memory import TASK_SIZE, Prot

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
    frames = {name: _frames(space) for name, space in found.items()}
    return tuple(
        _space(
            space,
            tuple(t.tid for t in all_tasks if not t.memory_left and t.memory is space),
            {other: there for other, there in frames.items() if other != name},
        )
        for name, space in found.items()
    )


def _frames(space: AddressSpace) -> frozenset[int]:
    """Frames that the space maps; the one of zeros, which is everybody's, left out."""
    entries = space.tables.entries
    mapped = (paging.frame_of(entries[index]) for _, index in space.tables.present(0, TASK_SIZE))
    return frozenset(frame for frame in mapped if frame >= RESERVED_FRAMES)


def _space(
    space: AddressSpace, users: tuple[int, ...], others: dict[str, frozenset[int]]
) -> SpacePicture:
    tables = space.tables
    areas = tuple(_area(space, area, others) for area in space.areas)
    return SpacePicture(space.name, tables.root, users, tables.count, tables.resident(), areas)


def _area(space: AddressSpace, area: Area, others: dict[str, frozenset[int]]) -> AreaPicture:
    entries = space.tables.entries
    mapped = [entries[index] for _, index in space.tables.present(area.start, area.end)]
    frames = [paging.frame_of(entry) for entry in mapped]
    counts = [(name, sum(f in there for f in frames)) for name, there in others.items()]
    return AreaPicture(
        area.start,
        area.end,
        letters(area),
        area.path,
        len(mapped),
        sum(map(_copies, mapped)) if area.is_writable and not area.is_shared else 0,
        tuple((name, count) for name, count in counts if count),
    )


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
