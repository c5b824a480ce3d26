"""madvise(2), msync(2), mincore(2): what a program says, and asks, about its pages.

Advice that changes nothing here (huge pages, reading ahead, dumps, merging) is only checked.
"""

from __future__ import annotations

from typing import Annotated

from emulator.machine.traps import Access
from kernel.abi.errno import Errno
from kernel.abi.memory import PAGE_SIZE, TASK_SIZE, Advice, Prot, SyncFlag
from kernel.abi.signals import Signal
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.mm.area import DONT_FORK, NO_WRITE, WIPE_ON_FORK, Area
from kernel.mm.fault import MemoryFault
from kernel.syscalls.arguments import (
    Argument,
    ChoiceArgument,
    FlagsArgument,
    Moment,
    Pointer,
    Size,
    enum_of,
)
from kernel.syscalls.memory import page_range
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task

_SHOWN = 4096


@syscall(Sysno.MADVISE)
def madvise(
    task: Task,
    address: Pointer,
    length: Size,
    advice: Annotated[int, ChoiceArgument(Advice, "MADV_")],
) -> int:
    """madvise(2): EACCES, EINVAL, ENOMEM where there is a hole, which stops only POPULATE."""
    given = enum_of(Advice, advice)
    if address & 0xFFF or address + length > 1 << 32:
        raise SysError(Errno.EINVAL)
    start, end = page_range(address, length)
    if given in (Advice.MADV_POPULATE_READ, Advice.MADV_POPULATE_WRITE):
        _populate(task, start, end, given)
        return 0
    for area in task.memory.within(start, end):
        _advise(task, area.cut(start, end), given)
    if not task.memory.covers(start, end):
        raise SysError(Errno.ENOMEM)
    return 0


_FLAG_CHANGES = {
    Advice.MADV_DONTFORK: (DONT_FORK, 0),
    Advice.MADV_DOFORK: (0, DONT_FORK),
    Advice.MADV_WIPEONFORK: (WIPE_ON_FORK, 0),
    Advice.MADV_KEEPONFORK: (0, WIPE_ON_FORK),
}


def _advise(task: Task, part: Area, advice: Advice) -> None:
    memory = task.memory
    if advice in _FLAG_CHANGES:
        if advice is Advice.MADV_WIPEONFORK and part.inode is not None:
            raise SysError(Errno.EINVAL)
        memory.change_flags(part.start, part.end, *_FLAG_CHANGES[advice])
    elif advice is Advice.MADV_DONTNEED_LOCKED:
        memory.discard(part.start, part.end)
    elif advice in (Advice.MADV_DONTNEED, Advice.MADV_FREE):
        if part.is_locked or (advice is Advice.MADV_FREE and part.inode is not None):
            raise SysError(Errno.EINVAL)
        memory.discard(part.start, part.end)
    elif advice is Advice.MADV_REMOVE:
        _remove(task, part)
    elif advice in (Advice.MADV_COLD, Advice.MADV_PAGEOUT) and part.is_locked:
        raise SysError(Errno.EINVAL)


def _remove(task: Task, part: Area) -> None:
    """MADV_REMOVE: the part of the file that is shown becomes a hole."""
    if part.is_locked or part.inode is None:
        raise SysError(Errno.EINVAL)
    if not part.is_shared or part.flags & NO_WRITE:
        raise SysError(Errno.EACCES)
    task.memory.synchronise(part.start, part.end)
    part.inode.punch(part.offset, part.offset + part.end - part.start)


def _populate(task: Task, start: int, end: int, advice: Advice) -> None:
    """MADV_POPULATE_READ and _WRITE: EFAULT beyond a file's end, EINVAL without permission."""
    access = Access.READ if advice is Advice.MADV_POPULATE_READ else Access.WRITE
    for page in range(start, end, PAGE_SIZE):
        area = task.memory.find(page)
        if area is None:
            raise SysError(Errno.ENOMEM)
        if access is Access.READ and not area.prot & Prot.PROT_READ:
            raise SysError(Errno.EINVAL)  # though the CPU reads what may be written to
        try:
            task.memory.fault(page, access)
        except MemoryFault as fault:
            is_beyond = fault.signal is Signal.SIGBUS
            raise SysError(Errno.EFAULT if is_beyond else Errno.EINVAL) from None


@syscall(Sysno.MSYNC)
def msync(
    task: Task,
    address: Pointer,
    length: Size,
    flags: Annotated[int, FlagsArgument(SyncFlag, prefix="MS_")],
) -> int:
    """msync(2): write shared file mappings back at once; EBUSY, EINVAL, ENOMEM."""
    both = SyncFlag.MS_ASYNC | SyncFlag.MS_SYNC
    if flags & ~sum(SyncFlag) or flags & both == both:
        raise SysError(Errno.EINVAL)
    if address & 0xFFF:
        raise SysError(Errno.EINVAL)
    start, end = page_range(address, length)
    memory = task.memory
    if flags & SyncFlag.MS_INVALIDATE and memory.locked_octets(start, end):
        raise SysError(Errno.EBUSY)
    memory.synchronise(start, end)
    if not memory.covers(start, end):
        raise SysError(Errno.ENOMEM)
    return 0


class _ResidencyArgument(Argument):
    """One octet a page: `[1, 0]`."""

    moment = Moment.EXIT

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address, pages = call.words[word], -(-call.words[word - 1] // PAGE_SIZE)
        if call.result < 0:
            return ("ptr", address)
        data = task.memory.read(address, min(pages, _SHOWN))
        return ("array", [("int", octet & 1) for octet in data], pages > _SHOWN)


@syscall(Sysno.MINCORE)
def mincore(
    task: Task, address: Pointer, length: Size, vector: Annotated[int, _ResidencyArgument()]
) -> int:
    """mincore(2): one octet a page, 1 where it is resident; EFAULT, EINVAL, ENOMEM."""
    if address & 0xFFF:
        raise SysError(Errno.EINVAL)
    start, end = page_range(address, length)
    memory = task.memory
    if vector + (end - start) // PAGE_SIZE > TASK_SIZE:
        raise SysError(Errno.EFAULT)
    if not memory.covers(start, end):
        raise SysError(Errno.ENOMEM)
    found = bytearray()
    for area in memory.within(start, end):
        cached = area.inode.cached.pages if area.inode is not None and area.inode.cached else {}
        for page in range(max(start, area.start), min(end, area.end), PAGE_SIZE):
            found.append(bool(memory.tables.get(page)) or area.page_index(page) in cached)
    memory.write(vector, bytes(found))
    return 0
