"""mlock(2) and its kin. RAM is never paged out here, so locking is a matter of accounts alone."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.memory import MLOCK_ONFAULT, TASK_SIZE, LockFlag, Prot, page_down, page_up
from kernel.abi.process import Capability, Resource
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.mm.area import LOCKED
from kernel.mm.fault import MemoryFault
from kernel.syscalls.arguments import FlagsArgument, Pointer, Size
from kernel.syscalls.file_arguments import NamedFlagsArgument
from kernel.syscalls.memory import populate, require_lockable, require_locking, touch
from kernel.syscalls.table import syscall
from kernel.task.task import Task

_ONFAULT = ((MLOCK_ONFAULT, "MLOCK_ONFAULT"),)


def _pages(address: int, length: int) -> tuple[int, int]:
    """The pages that a range touches; EINVAL where it wraps, ENOMEM beyond user space."""
    start, end = page_down(address), page_up(address + length)
    if end > 1 << 32:
        raise SysError(Errno.EINVAL)
    if end > TASK_SIZE:
        raise SysError(Errno.ENOMEM)
    return start, end


def _lock(task: Task, address: int, length: int, at_once: bool) -> int:
    require_locking(task)
    memory = task.memory
    start, end = _pages(address, length)
    require_lockable(task, end - start - memory.locked_octets(start, end), Errno.ENOMEM)
    memory.change_flags(start, end, LOCKED, 0)
    if at_once:
        _touch(task, start, end)
    return 0


def _touch(task: Task, start: int, end: int) -> None:
    """The pages are locked by now, even where this fails: ENOMEM where nobody may touch them
    (POSIX), EAGAIN without RAM."""
    for area in task.memory.within(start, end):
        if not area.prot & (Prot.PROT_READ | Prot.PROT_WRITE):
            raise SysError(Errno.ENOMEM)
        try:
            touch(task, area.cut(start, end))
        except MemoryFault:
            raise SysError(Errno.ENOMEM) from None
        except SysError:
            raise SysError(Errno.EAGAIN) from None


@syscall(Sysno.MLOCK)
def mlock(task: Task, address: Pointer, length: Size) -> int:
    """mlock(2): ENOMEM for a hole or above RLIMIT_MEMLOCK, EPERM, EAGAIN."""
    return _lock(task, address, length, at_once=True)


@syscall(Sysno.MLOCK2)
def mlock2(
    task: Task, address: Pointer, length: Size,
    flags: Annotated[int, NamedFlagsArgument(_ONFAULT, unknown="MLOCK_???")],
) -> int:  # fmt: skip
    """mlock2(2): the same, with MLOCK_ONFAULT without touching the pages. EINVAL."""
    if flags & ~MLOCK_ONFAULT:
        raise SysError(Errno.EINVAL)
    return _lock(task, address, length, at_once=not flags)


@syscall(Sysno.MUNLOCK)
def munlock(task: Task, address: Pointer, length: Size) -> int:
    """munlock(2): ENOMEM for a hole."""
    task.memory.change_flags(*_pages(address, length), 0, LOCKED)
    return 0


@syscall(Sysno.MLOCKALL)
def mlockall(task: Task, flags: Annotated[int, FlagsArgument(LockFlag, prefix="MCL_")]) -> int:
    """mlockall(2): EINVAL, ENOMEM above RLIMIT_MEMLOCK, EPERM."""
    if not flags or flags & ~sum(LockFlag) or flags == LockFlag.MCL_ONFAULT:
        raise SysError(Errno.EINVAL)
    require_locking(task)
    memory = task.memory
    if not task.credentials.has(Capability.CAP_IPC_LOCK):
        limit = task.process.limits.soft(Resource.RLIMIT_MEMLOCK)
        if flags & LockFlag.MCL_CURRENT and memory.total_size > limit:
            raise SysError(Errno.ENOMEM)
    memory.locks_future = bool(flags & LockFlag.MCL_FUTURE)
    if flags & LockFlag.MCL_CURRENT:
        for area in list(memory.areas):
            memory.change_flags(area.start, area.end, LOCKED, 0)
            if not flags & LockFlag.MCL_ONFAULT:
                populate(task, area.start, area.end)
    return 0


@syscall(Sysno.MUNLOCKALL)
def munlockall(task: Task) -> int:
    """munlockall(2)."""
    task.memory.locks_future = False
    for area in list(task.memory.areas):
        task.memory.change_flags(area.start, area.end, 0, LOCKED)
    return 0
