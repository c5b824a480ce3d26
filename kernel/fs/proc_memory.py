"""How a task's memory is described in /proc/PID: maps, smaps, cmdline, environ, auxv (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.memory import Prot
from kernel.errors import SysError
from kernel.fs.proc_status import space_of

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace
    from kernel.mm.area import Area
    from kernel.task.task import Task

_NAME_COLUMN = 49
"""Where the path begins in a line of maps of a 32-bit kernel."""
_MOST_STRINGS = 1 << 20


def maps(task: Task) -> str:
    """/proc/PID/maps: an area a line."""
    space = space_of(task)
    return "" if space is None else "".join(_area_line(area) for area in space.areas)


def _area_line(area: Area) -> str:
    prot, inode = area.prot, area.inode
    letters = (
        ("r" if prot & Prot.PROT_READ else "-")
        + ("w" if prot & Prot.PROT_WRITE else "-")
        + ("x" if prot & Prot.PROT_EXEC else "-")
        + ("s" if area.is_shared else "p")
    )
    device, number = (inode.device, inode.number) if inode is not None else (0, 0)
    major, minor = device >> 8 & 0xFFF, device & 0xFF | device >> 12 & 0xFFF00
    line = (
        f"{area.start:08x}-{area.end:08x} {letters} {area.offset:08x}"
        f" {major:02x}:{minor:02x} {number} "
    )
    return f"{line:<{_NAME_COLUMN}}{_escaped(area.path)}\n" if area.path else line + "\n"


def _escaped(path: str) -> str:
    return path.replace("\n", "\\012")


def smaps(task: Task) -> str:
    """/proc/PID/smaps: each area with how much of it is resident. Sharing is not told apart."""
    space = space_of(task)
    if space is None:
        return ""
    return "".join(_area_line(area) + _usage(space, area) for area in space.areas)


def _usage(space: AddressSpace, area: Area) -> str:
    size = area.end - area.start >> 10
    resident = sum(1 for _ in space.tables.present(area.start, area.end)) * 4
    values = {
        "Size": size, "KernelPageSize": 4, "MMUPageSize": 4, "Rss": resident, "Pss": resident,
        "Pss_Dirty": 0, "Shared_Clean": 0, "Shared_Dirty": 0,
        "Private_Clean": 0 if area.prot & Prot.PROT_WRITE else resident,
        "Private_Dirty": resident if area.prot & Prot.PROT_WRITE else 0,
        "Referenced": resident, "Anonymous": 0 if area.inode else resident, "LazyFree": 0,
        "AnonHugePages": 0, "ShmemPmdMapped": 0, "FilePmdMapped": 0, "Shared_Hugetlb": 0,
        "Private_Hugetlb": 0, "Swap": 0, "SwapPss": 0, "Locked": 0,
    }  # fmt: skip
    lines = "".join(f"{name + ':':<16}{value:8d} kB\n" for name, value in values.items())
    return lines + "THPeligible:    0\n"


def command_line(task: Task) -> bytes:
    """/proc/PID/cmdline: the arguments, each with its NUL, as the program has them now."""
    space = space_of(task)
    if space is None:
        return b""
    return _memory(space, space.argument_start, space.argument_end)


def environment(task: Task) -> bytes:
    """/proc/PID/environ: the environment the program was started with."""
    space = space_of(task)
    if space is None:
        return b""
    return _memory(space, space.environment_start, space.environment_end)


def _memory(space: AddressSpace, start: int, end: int) -> bytes:
    try:
        return space.read(start, min(max(end - start, 0), _MOST_STRINGS))
    except SysError:
        return b""


def auxiliary_vector(task: Task) -> bytes:
    """/proc/PID/auxv."""
    space = space_of(task)
    return b"" if space is None else space.auxiliary
