"""How a task's memory is described in /proc/PID: maps, cmdline, environ, auxv (proc(5))."""

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


def maps(space: AddressSpace) -> str:
    """/proc/PID/maps: an area a line."""
    return "".join(area_line(area) for area in space.areas)


def area_line(area: Area) -> str:
    """A line of maps."""
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


def command_line(task: Task) -> bytes:
    """/proc/PID/cmdline: the arguments, each with its NUL, as the program has them now."""
    space = space_of(task)
    if space is None:
        return b""
    return _memory(space, space.argument_start, space.argument_end)


def environment(space: AddressSpace) -> bytes:
    """/proc/PID/environ: the environment the program was started with."""
    return _memory(space, space.environment_start, space.environment_end)


def _memory(space: AddressSpace, start: int, end: int) -> bytes:
    try:
        return space.read(start, min(max(end - start, 0), _MOST_STRINGS))
    except SysError:
        return b""


def auxiliary_vector(space: AddressSpace) -> bytes:
    """/proc/PID/auxv; the kernel has it even when nobody lives in the memory any more."""
    return space.auxiliary
