"""Memory: brk, mmap, munmap, mprotect, mremap and their kin."""

from __future__ import annotations

import struct
from typing import Annotated

from emulator.machine.traps import Access
from kernel.abi.errno import Errno
from kernel.abi.memory import (
    MMAP_MIN_ADDRESS,
    PAGE_SIZE,
    TASK_SIZE,
    MapFlag,
    Prot,
    RemapFlag,
    page_up,
)  # fmt: skip
from kernel.abi.mount import MountFlag
from kernel.abi.process import Resource
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.inode import RegularInode
from kernel.fs.seals import require_mapping
from kernel.mm.area import Area
from kernel.mm.fault import MemoryFault
from kernel.mm.shared_memory import SharedMemory
from kernel.syscalls.arguments import (
    Argument,
    Fd,
    FlagsArgument,
    Hex,
    Pointer,
    PointerArgument,
    Size,
    flags_text,
)  # fmt: skip
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task

_TYPE = MapFlag.MAP_SHARED | MapFlag.MAP_PRIVATE
_FIXED = MapFlag.MAP_FIXED | MapFlag.MAP_FIXED_NOREPLACE
Address = Annotated[int, PointerArgument()]
Protection = Annotated[int, FlagsArgument(Prot, zero="PROT_NONE")]


class _MapFlags(FlagsArgument):
    """MAP_SHARED_VALIDATE is type 3."""

    def __init__(self) -> None:
        super().__init__(MapFlag)

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        kind = {1: "MAP_SHARED", 2: "MAP_PRIVATE", 3: "MAP_SHARED_VALIDATE"}.get(value & 3, "0")
        rest = flags_text(self.names, value & ~3, "")
        return ("flags", value, f"{kind}|{rest}" if rest else kind)


class _PageOffset(Argument):
    """mmap2 counts in pages; a trace shows octets."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("hex", value * PAGE_SIZE)


@syscall(Sysno.BRK)
def brk(task: Task, address: Pointer) -> Address:
    """brk(2), the raw call: the end of the heap that is now in force; it never fails otherwise."""
    limit = task.process.limits.soft(Resource.RLIMIT_DATA)
    return task.memory.set_brk(address, limit) if address else task.memory.brk


def map_memory(
    task: Task, address: int, length: int, prot: int, flags: int, fd: int, offset: int
) -> int:
    """mmap(2) with the offset in octets: where the area is."""
    memory = task.memory
    size = page_up(length)
    if not length or offset & 0xFFF:
        raise SysError(Errno.EINVAL)
    if size > TASK_SIZE or offset + size > 1 << 44:
        raise SysError(Errno.ENOMEM)
    start = _place(task, address, size, flags)
    area = _area(task, start, size, prot, flags, fd, offset)
    memory.map(area)
    if flags & (MapFlag.MAP_POPULATE | MapFlag.MAP_LOCKED):
        _populate(task, area)
    return start


def _place(task: Task, address: int, size: int, flags: int) -> int:
    memory = task.memory
    if not flags & _FIXED:
        return memory.find_gap(size, page_up(address))
    if address & 0xFFF:
        raise SysError(Errno.EINVAL)
    if address + size > TASK_SIZE:
        raise SysError(Errno.ENOMEM)
    if address < MMAP_MIN_ADDRESS:
        raise SysError(Errno.EPERM)
    if flags & MapFlag.MAP_FIXED_NOREPLACE and not memory.is_free(address, address + size):
        raise SysError(Errno.EEXIST)
    return address


def _area(task: Task, start: int, size: int, prot: int, flags: int, fd: int, offset: int) -> Area:
    """The area that is asked for: EBADF, EACCES, ENODEV, EINVAL as in mmap(2)."""
    prot = prot & (Prot.PROT_READ | Prot.PROT_WRITE | Prot.PROT_EXEC)
    if prot & Prot.PROT_READ and task.memory.data_is_executable:
        prot |= Prot.PROT_EXEC
    kept = flags & (_TYPE | MapFlag.MAP_GROWSDOWN | MapFlag.MAP_NORESERVE | MapFlag.MAP_ANONYMOUS)
    if not flags & _TYPE:
        raise SysError(Errno.EINVAL)
    if flags & MapFlag.MAP_ANONYMOUS:
        if not flags & MapFlag.MAP_SHARED:
            return Area(start, start + size, prot, kept)
        shared = SharedMemory(size)
        return Area(start, start + size, prot, kept, shared, 0, "/dev/zero (deleted)")
    file = task.files.get(fd)
    inode = file.inode
    if not file.is_readable:
        raise SysError(Errno.EACCES)
    if flags & MapFlag.MAP_SHARED and prot & Prot.PROT_WRITE and not file.is_writable:
        raise SysError(Errno.EACCES)
    if not isinstance(inode, RegularInode):
        return _area_of_device(task, start, size, prot, kept, inode.rdev)
    mount = file.location and file.location.mount
    if prot & Prot.PROT_EXEC and mount and mount.flags & MountFlag.MS_NOEXEC:
        raise SysError(Errno.EPERM)
    if flags & MapFlag.MAP_SHARED and prot & Prot.PROT_WRITE:
        require_mapping(inode)
    return Area(start, start + size, prot, kept, inode, offset, file.path)


def _area_of_device(task: Task, start: int, size: int, prot: int, flags: int, rdev: int) -> Area:
    """/dev/zero is anonymous memory; other devices cannot be mapped."""
    if rdev != 0x105:
        raise SysError(Errno.ENODEV)
    if flags & MapFlag.MAP_SHARED:
        return Area(start, start + size, prot, flags, SharedMemory(size), 0, "/dev/zero (deleted)")
    return Area(start, start + size, prot, flags)


def _populate(task: Task, area: Area) -> None:
    access = Access.WRITE if area.is_writable else Access.READ
    if not area.prot:
        return
    for page in range(area.start, area.end, PAGE_SIZE):
        try:
            task.memory.fault(page, access)
        except (MemoryFault, SysError):
            return


@syscall(Sysno.MMAP2, name="mmap2")
def mmap2(
    task: Task,
    address: Pointer,
    length: Size,
    prot: Protection,
    flags: Annotated[int, _MapFlags()],
    fd: Fd,
    pages: Annotated[int, _PageOffset()],
) -> Address:
    """mmap2: mmap(2) with the offset in pages of 4096 octets."""
    return map_memory(task, address, length, prot, flags, fd, pages * PAGE_SIZE)


class _OldMapArgument(Argument):
    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        try:
            words = struct.unpack("<6I", task.memory.read(value, 24))
        except SysError:
            return ("ptr", value)
        return ("text", "{" + ", ".join(f"{word:#x}" for word in words) + "}")


@syscall(Sysno.MMAP)
def mmap(task: Task, arguments: Annotated[int, _OldMapArgument()]) -> Address:
    """The old mmap: six words in memory, the offset in octets."""
    words = struct.unpack("<6I", task.memory.read(arguments, 24))
    address, length, prot, flags, fd, offset = words
    return map_memory(task, address, length, prot, flags, fd, offset)


def _range(address: int, length: int) -> tuple[int, int]:
    """Page range of an address (page-aligned) and a length; EINVAL, ENOMEM beyond user space."""
    if address & 0xFFF:
        raise SysError(Errno.EINVAL)
    end = address + page_up(length)
    if end > TASK_SIZE:
        raise SysError(Errno.ENOMEM)
    return address, end


@syscall(Sysno.MUNMAP)
def munmap(task: Task, address: Pointer, length: Size) -> int:
    """munmap(2): EINVAL."""
    if not length or address + page_up(length) > TASK_SIZE:
        raise SysError(Errno.EINVAL)
    task.memory.unmap(*_range(address, length))
    return 0


@syscall(Sysno.MPROTECT)
def mprotect(task: Task, address: Pointer, length: Size, prot: Protection) -> int:
    """mprotect(2): EINVAL, ENOMEM for a hole, EACCES for writing to a file opened read-only."""
    start, end = _range(address, length)
    growing = prot & (Prot.PROT_GROWSDOWN | Prot.PROT_GROWSUP)
    prot &= Prot.PROT_READ | Prot.PROT_WRITE | Prot.PROT_EXEC
    if prot & Prot.PROT_READ and task.memory.data_is_executable:
        prot |= Prot.PROT_EXEC
    if growing & Prot.PROT_GROWSDOWN:
        area = task.memory.find(start)
        if area is None or not area.grows_down:
            raise SysError(Errno.EINVAL)
        start = area.start
    if start < end:
        task.memory.protect(start, end, prot)
    return 0


@syscall(Sysno.MREMAP)
def mremap(
    task: Task,
    old: Pointer,
    old_length: Size,
    new_length: Size,
    flags: Annotated[int, FlagsArgument(RemapFlag)],
    new: Pointer,
) -> Address:
    """mremap(2) of private and shared areas: EFAULT, EINVAL, ENOMEM. MREMAP_DONTUNMAP: EINVAL."""
    memory = task.memory
    if (
        old & 0xFFF
        or not new_length
        or flags & ~(RemapFlag.MREMAP_MAYMOVE | RemapFlag.MREMAP_FIXED)
    ):
        raise SysError(Errno.EINVAL)
    if (flags & RemapFlag.MREMAP_FIXED and not flags & RemapFlag.MREMAP_MAYMOVE) or not old_length:
        raise SysError(Errno.EINVAL)
    old_end, size = old + page_up(old_length), page_up(new_length)
    area = memory.find(old)
    if area is None or area.end < old_end:
        raise SysError(Errno.EFAULT)
    if size > TASK_SIZE:
        raise SysError(Errno.ENOMEM)
    if flags & RemapFlag.MREMAP_FIXED:
        return _remap_fixed(task, area, old, old_end, new, size)
    if old + size <= old_end:
        memory.unmap(old + size, old_end)
        return old
    if area.end == old_end and old + size <= TASK_SIZE and memory.is_free(old_end, old + size):
        memory.map(_extension(area, old_end, old + size))
        return old
    if not flags & RemapFlag.MREMAP_MAYMOVE:
        raise SysError(Errno.ENOMEM)
    return _move(task, area, old, old_end, memory.find_gap(size), size)


def _extension(area: Area, start: int, end: int) -> Area:
    offset = area.offset + start - area.start if area.inode else 0
    return area._replace(start=start, end=end, offset=offset)


def _remap_fixed(task: Task, area: Area, old: int, old_end: int, new: int, size: int) -> int:
    if new & 0xFFF or new + size > TASK_SIZE or (new < old_end and old < new + size):
        raise SysError(Errno.EINVAL)
    task.memory.unmap(new, new + size)
    if old + size < old_end:
        task.memory.unmap(old + size, old_end)
        old_end = old + size
    return _move(task, area, old, old_end, new, size)


def _move(task: Task, area: Area, old: int, old_end: int, new: int, size: int) -> int:
    memory, part = task.memory, area.cut(old, old_end)
    memory.move(part, new)
    grown = new + old_end - old
    if grown < new + size:
        memory.map(_extension(part._replace(start=new, end=grown), grown, new + size))
    return new


@syscall(Sysno.MSYNC)
def msync(task: Task, address: Pointer, length: Size, flags: Hex) -> int:
    """msync(2): write shared file mappings back at once; EINVAL, ENOMEM."""
    if flags & ~7 or flags & 5 == 5:
        raise SysError(Errno.EINVAL)
    start, end = _range(address, length)
    if not task.memory.covers(start, end):
        raise SysError(Errno.ENOMEM)
    task.memory.synchronise(start, end)
    return 0


_MADV_DONTNEED, _MADV_FREE, _MADV_REMOVE = 4, 8, 9
_KNOWN_ADVICE = {0, 1, 2, 3, 4, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21}


@syscall(Sysno.MADVISE)
def madvise(task: Task, address: Pointer, length: Size, advice: Size) -> int:
    """madvise(2): MADV_DONTNEED and MADV_FREE drop private pages; other advice is only checked."""
    start, end = _range(address, length)
    if advice not in _KNOWN_ADVICE:
        raise SysError(Errno.EINVAL)
    if advice in (_MADV_DONTNEED, _MADV_FREE) and start < end:
        task.memory.discard(start, end)
    if not task.memory.covers(start, end):
        raise SysError(Errno.ENOMEM)
    return 0


@syscall(Sysno.MINCORE)
def mincore(task: Task, address: Pointer, length: Size, vector: Pointer) -> int:
    """mincore(2): one octet a page, 1 where it is resident; EINVAL, ENOMEM, EFAULT."""
    start, end = _range(address, length)
    if not task.memory.covers(start, end):
        raise SysError(Errno.ENOMEM)
    pages = range(start, end, PAGE_SIZE)
    task.memory.write(vector, bytes(1 if task.memory.tables.get(page) else 0 for page in pages))
    return 0


def _lockable(task: Task, address: int, length: int) -> None:
    start, end = address & ~0xFFF, page_up(address + length)
    if end > TASK_SIZE or not task.memory.covers(start, end):
        raise SysError(Errno.ENOMEM)


@syscall(Sysno.MLOCK, Sysno.MUNLOCK)
def mlock(task: Task, address: Pointer, length: Size) -> int:
    """mlock(2), munlock(2): RAM is never paged out here, so only the range is checked. ENOMEM."""
    if length:
        _lockable(task, address, length)
    return 0


@syscall(Sysno.MLOCKALL)
def mlockall(task: Task, flags: Hex) -> int:
    """mlockall(2): EINVAL for unknown flags; nothing is ever paged out."""
    if not flags or flags & ~7:
        raise SysError(Errno.EINVAL)
    return 0


@syscall(Sysno.MUNLOCKALL)
def munlockall(task: Task) -> int:
    """munlockall(2)."""
    return 0
