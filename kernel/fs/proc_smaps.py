"""/proc/PID/smaps and smaps_rollup: how much of each area is resident, shared, dirty (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.machine import paging
from kernel.abi.memory import Prot
from kernel.fs.proc_memory import area_line
from kernel.mm.frames import ZERO_FRAME

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace
    from kernel.mm.area import Area

_PAGE_KIB = 4
_ROLLED = (
    "Rss", "Pss", "Pss_Dirty", "Pss_Anon", "Pss_File", "Pss_Shmem", "Shared_Clean", "Shared_Dirty",
    "Private_Clean", "Private_Dirty", "Referenced", "Anonymous", "KSM", "LazyFree",
    "AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb", "Private_Hugetlb",
    "Swap", "SwapPss", "Locked",
)  # fmt: skip
_SHOWN = ("Size", "KernelPageSize", "MMUPageSize", "Rss", "Pss", "Pss_Dirty", *_ROLLED[6:])


def _usage(space: AddressSpace, area: Area) -> dict[str, float]:
    """KiB by name; Pss shares each page among those who map it."""
    found = dict.fromkeys(_ROLLED, 0.0)
    frames, entries = space.frames, space.tables.entries
    cached = area.inode.cached.pages if area.inode is not None and area.inode.cached else {}
    for page, index in space.tables.present(area.start, area.end):
        entry = entries[index]
        frame = paging.frame_of(entry)
        if frame == ZERO_FRAME:
            continue
        is_of_file = cached.get(area.page_index(page)) == frame
        mappers = max(frames.counts[frame] - is_of_file, 1)
        is_dirty = bool(entry & paging.DIRTY) or not is_of_file
        kind = "Shared" if mappers > 1 else "Private"
        found[f"{kind}_{'Dirty' if is_dirty else 'Clean'}"] += _PAGE_KIB
        share = _PAGE_KIB / mappers
        found["Rss"] += _PAGE_KIB
        found["Pss"] += share
        found["Pss_Dirty"] += share if is_dirty else 0
        found["Anonymous"] += 0 if is_of_file else _PAGE_KIB
        found["Pss_File" if is_of_file else "Pss_Anon"] += share
    found["Referenced"] = found["Rss"]
    found["Locked"] = found["Pss"] if area.is_locked else 0
    return found


def _lines(values: dict[str, float]) -> str:
    return "".join(f"{name + ':':<16}{int(value):8d} kB\n" for name, value in values.items())


def _flags(area: Area) -> str:
    """VmFlags: what the area may do, and could be allowed to do, in two letters each."""
    prot = area.prot
    names = [
        ("rd", prot & Prot.PROT_READ), ("wr", prot & Prot.PROT_WRITE),
        ("ex", prot & Prot.PROT_EXEC), ("sh", area.is_shared), ("mr", True), ("mw", True),
        ("me", True), ("ms", area.is_shared), ("gd", area.grows_down), ("lo", area.is_locked),
    ]  # fmt: skip
    return "VmFlags: " + "".join(f"{name} " for name, holds in names if holds) + "\n"


def smaps(space: AddressSpace) -> str:
    """/proc/PID/smaps."""
    parts = []
    for area in space.areas:
        sizes = {"Size": area.end - area.start >> 10, "KernelPageSize": 4, "MMUPageSize": 4}
        usage = sizes | _usage(space, area)
        shown = {name: usage[name] for name in _SHOWN}
        parts.append(f"{area_line(area)}{_lines(shown)}THPeligible:    0\n{_flags(area)}")
    return "".join(parts)


def rollup(space: AddressSpace) -> str:
    """/proc/PID/smaps_rollup: the sums."""
    if not space.areas:
        return ""
    total = dict.fromkeys(_ROLLED, 0.0)
    for area in space.areas:
        for name, value in _usage(space, area).items():
            total[name] += value
    head = f"{space.areas[0].start:08x}-{space.areas[-1].end:08x} ---p 00000000 00:00 0 "
    return f"{head:<49}[rollup]\n{_lines(total)}"
