"""System V shared memory: shmget(2), shmat(2), shmdt(2), shmctl(2).

Omitted: huge pages, EINVAL; munmap(2) of a part leaves the time of detaching as it was.
"""

from __future__ import annotations

from kernel.abi import ipc as abi
from kernel.abi.errno import Errno
from kernel.abi.ipc import (
    SHM_EXEC,
    SHM_HUGETLB,
    SHM_LOCKED,
    SHM_RDONLY,
    SHM_REMAP,
    SHM_RND,
    SHMLBA,
    SharedControl,
)
from kernel.abi.memory import PAGE_SHIFT, PAGE_SIZE, TASK_SIZE, MapFlag, Prot, page_up
from kernel.abi.process import Capability, Resource
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.ipc.objects import READ, WRITE
from kernel.ipc.shared_segment import SegmentInode, SharedSegment
from kernel.mm.area import Area
from kernel.syscalls.arguments import Int, Pointer, Size
from kernel.syscalls.ipc_arguments import (
    AttachFlags,
    Key,
    SharedCommand,
    SharedControlBuffer,
    ShmGetFlags,
)
from kernel.syscalls.ipc_structures import read_permissions, store_limits, store_segment
from kernel.syscalls.memory import Address, require_locking
from kernel.syscalls.table import syscall
from kernel.task.task import Task

_EXECUTE = 0o111
_INT_MAX = 0x7FFF_FFFF


@syscall(Sysno.SHMGET)
def shmget(task: Task, key: Key, size: Size, flags: ShmGetFlags) -> int:
    """shmget(2): EEXIST, ENOENT, EACCES, EINVAL, ENOSPC."""
    table, limits = task.system.ipc.shared, task.system.ipc.limits
    found = table.find(task, key, flags)
    if found is not None:
        if size > found.size:
            raise SysError(Errno.EINVAL)
        found.require(task, flags & 0o777)
        return found.id
    if not abi.SHMMIN <= size <= limits.shmmax or flags & SHM_HUGETLB:
        raise SysError(Errno.EINVAL)
    pages = sum(page_up(one.size) for one in table.by_index.values()) + page_up(size)
    if pages // PAGE_SIZE > limits.shmall:
        raise SysError(Errno.ENOSPC)
    return table.add(SharedSegment(task, table, key, flags, size))


@syscall(Sysno.SHMAT)
def shmat(task: Task, segment: Int, address: Pointer, flags: AttachFlags) -> Address:
    """shmat(2): EACCES, EIDRM, EINVAL, ENOMEM."""
    return attach(task, segment, address, flags)


def attach(task: Task, segment: int, address: int, flags: int) -> int:
    """Map a segment; where it is."""
    start = _rounded(address, flags)
    found = task.system.ipc.shared.get(segment)
    wanted = READ if flags & SHM_RDONLY else READ | WRITE
    found.require(task, wanted | (_EXECUTE if flags & SHM_EXEC else 0))
    memory, length = task.memory, page_up(found.size)
    if not start:
        start = memory.find_gap(length)
    elif start + length > TASK_SIZE:
        raise SysError(Errno.ENOMEM if start + length <= 1 << 32 else Errno.EINVAL)
    if not flags & SHM_REMAP and not memory.is_free(start, start + length):
        raise SysError(Errno.EINVAL)
    prot = int(Prot.PROT_READ)
    prot |= 0 if flags & SHM_RDONLY else Prot.PROT_WRITE
    prot |= Prot.PROT_EXEC if flags & SHM_EXEC or memory.data_is_executable else 0
    shared = int(MapFlag.MAP_SHARED)
    memory.map(Area(start, start + length, prot, shared, found.inode, 0, found.path))
    found.attach(task)
    return start


def _rounded(address: int, flags: int) -> int:
    """Where to attach, 0 for anywhere: EINVAL."""
    if not address:
        if flags & SHM_REMAP:
            raise SysError(Errno.EINVAL)
        return 0
    if not address % SHMLBA:
        return address
    if not flags & SHM_RND or (address < SHMLBA and flags & SHM_REMAP):
        raise SysError(Errno.EINVAL)
    return address - address % SHMLBA


@syscall(Sysno.SHMDT)
def shmdt(task: Task, address: Pointer) -> int:
    """shmdt(2): EINVAL where no segment was attached. Parts of it that were moved stay."""
    if address % SHMLBA:
        raise SysError(Errno.EINVAL)
    memory = task.memory
    first = next((area for area in memory.areas if _begins(area, address)), None)
    if first is None:
        raise SysError(Errno.EINVAL)
    inode = first.inode
    assert isinstance(inode, SegmentInode)
    end = address + page_up(inode.segment.size)
    for area in memory.within(first.start, end):
        if area.inode is inode and area.start - area.offset == address:
            memory.unmap(area.start, area.end)
    inode.segment.detach(task)
    return 0


def _begins(area: Area, address: int) -> bool:
    """Whether the area is a part of what was attached there."""
    return isinstance(area.inode, SegmentInode) and area.start - area.offset == address


@syscall(Sysno.SHMCTL)
def shmctl(task: Task, segment: Int, command: SharedCommand, buffer: SharedControlBuffer) -> int:
    """shmctl(2): EACCES, EFAULT, EINVAL, EPERM, ENOMEM."""
    table = task.system.ipc.shared
    if segment < 0:
        raise SysError(Errno.EINVAL)
    if command == SharedControl.IPC_INFO:
        limits = task.system.ipc.limits
        numbers = (
            min(limits.shmmax, _INT_MAX), abi.SHMMIN, table.most, table.most, limits.shmall,
        )  # fmt: skip
        store_limits(task, buffer, abi.SHARED_LIMITS.pack(*numbers, 0, 0, 0, 0))
        return table.highest
    if command == SharedControl.SHM_INFO:
        task.memory.write(buffer, _usage(task))
        return table.highest
    if command in (SharedControl.SHM_STAT, SharedControl.SHM_STAT_ANY):
        found = table.at_index(segment)
        if command == SharedControl.SHM_STAT:
            found.require(task, READ)
        store_segment(task, buffer, found)
        return found.id
    if command == SharedControl.IPC_SET:
        read_permissions(task, buffer)  # EFAULT goes before what is wrong with the segment
    return _control(task, table.get(segment), command, buffer)


def _control(task: Task, found: SharedSegment, command: int, buffer: int) -> int:
    if command == SharedControl.IPC_STAT:
        found.require(task, READ)
        store_segment(task, buffer, found)
    elif command == SharedControl.IPC_SET:
        uid, gid, mode = read_permissions(task, buffer)
        found.require_owner(task)
        found.set_owner(task, uid, gid, mode)
    elif command == SharedControl.IPC_RMID:
        found.require_owner(task)
        found.remove()
    elif command in (SharedControl.SHM_LOCK, SharedControl.SHM_UNLOCK):
        _lock(task, found, command == SharedControl.SHM_LOCK)
    else:
        raise SysError(Errno.EINVAL)
    return 0


def _lock(task: Task, found: SharedSegment, locks: bool) -> None:
    """SHM_LOCK and SHM_UNLOCK: nothing is ever paged out, so it is a matter of accounts alone."""
    if not task.credentials.has(Capability.CAP_IPC_LOCK):
        if task.credentials.euid not in (found.uid, found.creator_uid):
            raise SysError(Errno.EPERM)
        if locks:
            require_locking(task)
    if locks and found.locker is None:
        _require_room(task, found)
        found.mode |= SHM_LOCKED
        found.locker = task.credentials.uid
    elif not locks:
        found.mode &= ~SHM_LOCKED
        found.locker = None


def _require_room(task: Task, found: SharedSegment) -> None:
    """ENOMEM where a user would have locked more in segments than RLIMIT_MEMLOCK."""
    if task.credentials.has(Capability.CAP_IPC_LOCK):
        return
    user = task.credentials.uid
    segments = task.system.ipc.shared.by_index.values()
    locked = sum(page_up(segment.size) for segment in segments if segment.locker == user)
    if locked + page_up(found.size) > task.process.limits.soft(Resource.RLIMIT_MEMLOCK):
        raise SysError(Errno.ENOMEM)


def _usage(task: Task) -> bytes:
    """struct shm_info."""
    segments = task.system.ipc.shared.by_index.values()
    pages = sum(page_up(segment.size) >> PAGE_SHIFT for segment in segments)
    resident = sum(segment.resident for segment in segments) >> PAGE_SHIFT
    return abi.SHARED_INFO.pack(len(segments), pages, resident, 0, 0, 0)
