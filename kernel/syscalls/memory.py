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
    page_up,
)  # fmt: skip
from kernel.abi.mount import MountFlag
from kernel.abi.process import Capability, Resource
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.inode import RegularInode
from kernel.fs.open_file import OpenFile
from kernel.fs.seals import forbid_writing
from kernel.mm.area import NO_WRITE, Area
from kernel.mm.fault import MemoryFault
from kernel.mm.shared_memory import SharedMemory
from kernel.syscalls.arguments import (
    Argument,
    Fd,
    FlagsArgument,
    Pointer,
    PointerArgument,
    Size,
    flags_text,
)  # fmt: skip
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task

_TYPE = MapFlag.MAP_SHARED | MapFlag.MAP_PRIVATE
_FIXED = MapFlag.MAP_FIXED | MapFlag.MAP_FIXED_NOREPLACE
_ACCESS = Prot.PROT_READ | Prot.PROT_WRITE | Prot.PROT_EXEC
_PROTECTIONS = _ACCESS | Prot.PROT_SEM | Prot.PROT_GROWSDOWN | Prot.PROT_GROWSUP
_KNOWN = sum(MapFlag) | 0x4000_0000 | 0xFC00_0000
"""Flags that MAP_SHARED_VALIDATE takes, the sizes of huge pages among them."""
_LAST_OFFSET = 1 << 44
"""Offsets in pages have 32 bits."""
Address = Annotated[int, PointerArgument()]
Protection = Annotated[int, FlagsArgument(Prot, zero="PROT_NONE", prefix="PROT_")]


class _MapFlags(FlagsArgument):
    """MAP_SHARED_VALIDATE is type 3."""

    def __init__(self) -> None:
        super().__init__(MapFlag)

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        kind = {1: "MAP_SHARED", 2: "MAP_PRIVATE", 3: "MAP_SHARED_VALIDATE"}.get(
            value & 3, "MAP_FILE"
        )
        rest = flags_text(self.names, value & ~3, "")
        return ("flags", value, f"{kind}|{rest}" if rest else kind)


MapFlags = Annotated[int, _MapFlags()]


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
    file = None if flags & MapFlag.MAP_ANONYMOUS else task.files.get(fd)
    size = page_up(length)
    if not length or offset & 0xFFF:
        raise SysError(Errno.EINVAL)
    if size > TASK_SIZE:
        raise SysError(Errno.ENOMEM)
    if offset + size > _LAST_OFFSET:
        raise SysError(Errno.EOVERFLOW)
    start = _place(task, address, size, flags)
    if memory.locks_future:
        flags |= MapFlag.MAP_LOCKED
    if flags & MapFlag.MAP_LOCKED:
        require_lockable(task, size, Errno.EAGAIN)
    area = _area(task, start, size, prot, flags, file, offset)
    memory.map(area)
    if flags & (MapFlag.MAP_POPULATE | MapFlag.MAP_LOCKED):
        populate(task, area.start, area.end)
    return start


def require_locking(task: Task) -> None:
    """EPERM for who may lock nothing at all."""
    if task.process.limits.soft(Resource.RLIMIT_MEMLOCK):
        return
    if not task.credentials.has(Capability.CAP_IPC_LOCK):
        raise SysError(Errno.EPERM)


def require_lockable(task: Task, more: int, errno: Errno) -> None:
    """EPERM for who may lock nothing, else this errno for so many octets above RLIMIT_MEMLOCK."""
    require_locking(task)
    if task.credentials.has(Capability.CAP_IPC_LOCK):
        return
    limit = task.process.limits.soft(Resource.RLIMIT_MEMLOCK)
    if task.memory.locked_octets() + more > limit & ~0xFFF:
        raise SysError(errno)


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


def _area(
    task: Task, start: int, size: int, prot: int, flags: int, file: OpenFile | None, offset: int
) -> Area:
    """The area that is asked for: EACCES, ENODEV, EINVAL, EOPNOTSUPP, EPERM as in mmap(2)."""
    prot &= _ACCESS
    if prot & Prot.PROT_READ and task.memory.data_is_executable and (not file or _may_run(file)):
        prot |= Prot.PROT_EXEC
    kept = flags & _KEPT
    if not flags & _TYPE:
        raise SysError(Errno.EINVAL)
    is_validated = flags & _TYPE == _TYPE
    if flags & MapFlag.MAP_GROWSDOWN and (file is not None or flags & MapFlag.MAP_SHARED):
        raise SysError(Errno.EINVAL)
    if file is None:
        if is_validated:
            raise SysError(Errno.EINVAL)
        if not flags & MapFlag.MAP_SHARED:
            return Area(start, start + size, prot, kept)
        return _shared_area(task, start, size, prot, kept)
    if is_validated and (flags & ~_KNOWN or flags & MapFlag.MAP_SYNC):
        raise SysError(Errno.EOPNOTSUPP)
    if is_validated:
        kept &= ~MapFlag.MAP_PRIVATE
    return _file_area(task, start, size, prot, kept, file, offset)


_KEPT = (
    _TYPE | MapFlag.MAP_GROWSDOWN | MapFlag.MAP_NORESERVE | MapFlag.MAP_ANONYMOUS
    | MapFlag.MAP_LOCKED
)  # fmt: skip


def _shared_area(task: Task, start: int, size: int, prot: int, flags: int) -> Area:
    """Shared anonymous memory is a file that nobody can open. ENOMEM."""
    shared = SharedMemory(size, task.system.frames.commitments)
    return Area(start, start + size, prot, flags, shared, 0, "/dev/zero (deleted)")


def _file_area(
    task: Task, start: int, size: int, prot: int, flags: int, file: OpenFile, offset: int
) -> Area:
    inode, is_shared = file.inode, bool(flags & MapFlag.MAP_SHARED)
    if not file.is_readable:
        raise SysError(Errno.EACCES)
    if is_shared and prot & Prot.PROT_WRITE and not file.is_writable:
        raise SysError(Errno.EACCES)
    if prot & Prot.PROT_EXEC and not _may_run(file):
        raise SysError(Errno.EPERM)
    if not isinstance(inode, RegularInode):
        return _area_of_device(task, start, size, prot, flags, inode.rdev)
    if is_shared and prot & Prot.PROT_WRITE and forbid_writing(inode):
        raise SysError(Errno.EPERM)
    if is_shared and (not file.is_writable or forbid_writing(inode)):
        flags |= NO_WRITE
    return Area(start, start + size, prot, flags, inode, offset, file.path)


def _may_run(file: OpenFile) -> bool:
    mount = file.location and file.location.mount
    return file.inode.may_run and not (mount and mount.flags & MountFlag.MS_NOEXEC)


def _area_of_device(task: Task, start: int, size: int, prot: int, flags: int, rdev: int) -> Area:
    """/dev/zero is anonymous memory; other devices cannot be mapped."""
    if rdev != 0x105:
        raise SysError(Errno.ENODEV)
    if flags & MapFlag.MAP_SHARED:
        return _shared_area(task, start, size, prot, flags)
    return Area(start, start + size, prot, flags)


def populate(task: Task, start: int, end: int) -> None:
    """Touch every page of a range that may be touched, as far as there is RAM."""
    for area in task.memory.within(start, end):
        try:
            touch(task, area.cut(start, end))
        except (MemoryFault, SysError):
            continue


def touch(task: Task, area: Area) -> None:
    """Touch every page of an area; MemoryFault where that may not be, ENOMEM without RAM."""
    access = Access.WRITE if area.is_writable and not area.is_shared else Access.READ
    for page in range(area.start, area.end, PAGE_SIZE):
        task.memory.fault(page, access)


@syscall(Sysno.MMAP2, name="mmap2")
def mmap2(
    task: Task,
    address: Pointer,
    length: Size,
    prot: Protection,
    flags: MapFlags,
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


def page_range(address: int, length: int) -> tuple[int, int]:
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
    task.memory.unmap(*page_range(address, length))
    return 0


@syscall(Sysno.MPROTECT)
def mprotect(task: Task, address: Pointer, length: Size, prot: Protection) -> int:
    """mprotect(2): EINVAL, ENOMEM for a hole, EACCES for writing to a file opened read-only."""
    return protect(task, address, length, prot)


def protect(task: Task, address: int, length: int, prot: int) -> int:
    """What mprotect(2) and pkey_mprotect(2) do."""
    if address & 0xFFF:
        raise SysError(Errno.EINVAL)
    start, end = page_range(address, length)
    if start == end:
        return 0
    growing = prot & (Prot.PROT_GROWSDOWN | Prot.PROT_GROWSUP)
    if prot & ~_PROTECTIONS or growing == Prot.PROT_GROWSDOWN | Prot.PROT_GROWSUP:
        raise SysError(Errno.EINVAL)
    prot &= _ACCESS
    if prot & Prot.PROT_READ and task.memory.data_is_executable:
        prot |= Prot.PROT_EXEC
    if growing:
        area = task.memory.find(start)
        if area is None:
            raise SysError(Errno.ENOMEM)
        if not area.grows_down or growing & Prot.PROT_GROWSUP:
            raise SysError(Errno.EINVAL)
        start = area.start
    task.memory.protect(start, end, prot)
    return 0
