"""mremap(2), remap_file_pages(2): areas that grow, move, or show another part of a file."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.memory import TASK_SIZE, MapFlag, RemapFlag, page_down, page_up
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.mm.area import NO_WRITE, Area
from kernel.syscalls.arguments import FlagsArgument, Pointer, PointerArgument, Size
from kernel.syscalls.memory import Address, MapFlags, Protection, populate, require_lockable
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task

_MOVING = RemapFlag.MREMAP_FIXED | RemapFlag.MREMAP_DONTUNMAP
RemapFlags = Annotated[int, FlagsArgument(RemapFlag, prefix="MREMAP_")]


class _TargetArgument(PointerArgument):
    """Where to: shown only where it counts."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        shown = RemapFlag.MREMAP_MAYMOVE | RemapFlag.MREMAP_FIXED
        if call.words[word - 1] & shown != shown:
            return ("omit",)
        return super().describe(task, call, word)


@syscall(Sysno.MREMAP)
def mremap(
    task: Task,
    old: Pointer,
    old_length: Size,
    new_length: Size,
    flags: RemapFlags,
    new: Annotated[int, _TargetArgument()],
) -> Address:
    """mremap(2): EAGAIN, EFAULT, EINVAL, ENOMEM. Length 0 of a shared area shows it once more."""
    _check_flags(old, old_length, new_length, flags)
    memory = task.memory
    old_end, size = old + page_up(old_length), page_up(new_length)
    if flags & RemapFlag.MREMAP_FIXED and (
        new & 0xFFF or new + size > TASK_SIZE or (new < old_end and old < new + size)
    ):
        raise SysError(Errno.EINVAL)
    area = memory.find(old)
    if area is None:
        raise SysError(Errno.EFAULT)
    if not old_length and not area.is_shared:
        raise SysError(Errno.EINVAL)
    if old_length and old + size <= old_end and not flags & _MOVING:
        memory.unmap(old + size, old_end)
        return old
    if area.end < old_end:
        raise SysError(Errno.EFAULT)
    if size > TASK_SIZE:
        raise SysError(Errno.ENOMEM)
    if area.is_locked and size > old_end - old:
        require_lockable(task, size - (old_end - old), Errno.EAGAIN)
    if flags & _MOVING:
        return _move_as_told(task, area, old, old_end, new, size, flags)
    if old_length and area.end == old_end and _has_room(task, old_end, old + size):
        memory.map(_extension(area, old_end, old + size))
        _lock_if_locked(task, area, old, old + size)
        return old
    if not flags & RemapFlag.MREMAP_MAYMOVE:
        raise SysError(Errno.ENOMEM)
    return _move(task, area, old, old_end, memory.find_gap(size), size)


def _check_flags(old: int, old_length: int, new_length: int, flags: int) -> None:
    may_move = flags & RemapFlag.MREMAP_MAYMOVE
    if flags & ~sum(RemapFlag) or (flags & _MOVING and not may_move):
        raise SysError(Errno.EINVAL)
    if flags & RemapFlag.MREMAP_DONTUNMAP and old_length != new_length:
        raise SysError(Errno.EINVAL)
    if old & 0xFFF or not page_up(new_length):
        raise SysError(Errno.EINVAL)


def _has_room(task: Task, start: int, end: int) -> bool:
    return end <= TASK_SIZE and task.memory.is_free(start, end)


def _extension(area: Area, start: int, end: int) -> Area:
    offset = area.offset + start - area.start if area.inode else 0
    return area._replace(start=start, end=end, offset=offset)


def _lock_if_locked(task: Task, area: Area, start: int, end: int) -> None:
    if area.is_locked:
        populate(task, start, end)


def _move_as_told(
    task: Task, area: Area, old: int, old_end: int, new: int, size: int, flags: int
) -> int:
    """MREMAP_FIXED and MREMAP_DONTUNMAP."""
    memory = task.memory
    if flags & RemapFlag.MREMAP_FIXED:
        memory.unmap(new, new + size)
    else:
        new = memory.find_gap(size, page_down(new))
    if old + size < old_end:
        memory.unmap(old + size, old_end)
        old_end = old + size
    stays = bool(flags & RemapFlag.MREMAP_DONTUNMAP)
    return _move(task, area, old, old_end, new, size, stays)


def _move(
    task: Task, area: Area, old: int, old_end: int, new: int, size: int, stays: bool = False
) -> int:
    memory = task.memory
    if old == old_end:
        part = _extension(area, old, old + size)
        memory.map(part._replace(start=new, end=new + size))
        return new
    part = area.cut(old, old_end)
    grown = new + old_end - old
    more = _extension(part._replace(start=new, end=grown), grown, new + size)
    if grown < new + size:
        memory.require_room(more)
    memory.move(part, new, stays)
    if grown < new + size:
        memory.map(more)
    _lock_if_locked(task, area, new, new + size)
    return new


@syscall(Sysno.REMAP_FILE_PAGES)
def remap_file_pages(
    task: Task, address: Pointer, size: Size, prot: Protection, page: Size, flags: MapFlags
) -> int:
    """remap_file_pages(2): a shared area shows another part of its file from here on. EINVAL."""
    start, length = page_down(address), page_down(size)
    memory = task.memory
    area = memory.find(start)
    if prot or not length or area is None or not area.is_shared or area.inode is None:
        raise SysError(Errno.EINVAL)
    if area.end < start + length or area.flags & NO_WRITE:
        raise SysError(Errno.EINVAL)
    shown = Area(
        start, start + length, area.prot, area.flags | MapFlag.MAP_SHARED, area.inode, page << 12,
        area.path,
    )  # fmt: skip
    memory.map(shown)
    if not flags & MapFlag.MAP_NONBLOCK:
        populate(task, start, start + length)
    return 0
