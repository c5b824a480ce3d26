"""Leases: who holds one is told before somebody else opens or cuts the file (fcntl(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kernel.abi.errno import Errno
from kernel.abi.files import LockType
from kernel.clock import NANOSECONDS
from kernel.errors import Block, SysError
from kernel.fs.inode import RegularInode
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.fs.inode import Inode
    from kernel.fs.open_file import OpenFile
    from kernel.task.task import Task


class Herald(Protocol):
    """Who tells the holder."""

    def tell(self) -> None:
        """Somebody wants the file."""


class LeaseUse:
    """`break_time`: seconds that the holder of a lease has to give it up, 0 for no limit."""

    def __init__(self) -> None:
        self.break_time = 45


class Lease:
    """An open file's lease. While somebody waits, `target` is what it has to become, and at `end`
    (monotonic nanoseconds, None for never) it does so by itself.
    """

    def __init__(self, file: OpenFile, kind: LockType, pid: int, herald: Herald) -> None:
        self.file = file
        self.kind = kind
        self.pid = pid
        self.herald = herald
        self.target: LockType | None = None
        self.end: int | None = None

    @property
    def told_kind(self) -> LockType:
        """What F_GETLEASE says: what it has to become, once that is so."""
        return self.kind if self.target is None else self.target

    def request(self, target: LockType, end: int | None) -> None:
        """Let it become less, and tell its holder, unless that was done before."""
        if self.target is LockType.F_UNLCK or self.target is target:
            return
        self.target, self.end = target, end
        self.herald.tell()


class Leases:
    """Those on one inode; openers wait at `changed`."""

    def __init__(self) -> None:
        self.held: list[Lease] = []
        self.changed = WaitQueue("lease")

    def of(self, file: OpenFile) -> Lease | None:
        """An open file's."""
        return next((lease for lease in self.held if lease.file is file), None)

    def change(self, lease: Lease, kind: LockType) -> None:
        """Give it another kind, or none; who waits looks again."""
        lease.kind = kind
        if kind is LockType.F_UNLCK:
            self.held.remove(lease)
        if lease.target is not LockType.F_UNLCK or kind is LockType.F_UNLCK:
            lease.target = lease.end = None
        self.changed.wake_all()

    def expire(self, now: int) -> None:
        """Carry out what holders were asked for too long ago."""
        for lease in self.held[:]:
            target = lease.target
            if target is not None and lease.end is not None and now >= lease.end:
                lease.target = None
                self.change(lease, target)


def lease_of(task: Task, file: OpenFile) -> LockType:
    """F_GETLEASE: what kind the open file has, F_UNLCK for none."""
    leases = file.inode.leases
    if leases is None:
        return LockType.F_UNLCK
    leases.expire(task.system.clock.now)
    lease = leases.of(file)
    return LockType.F_UNLCK if lease is None else lease.told_kind


def drop_lease(file: OpenFile) -> None:
    """The open file is no more, nor is its lease."""
    leases = file.inode.leases
    lease = leases.of(file) if leases is not None else None
    if leases is not None and lease is not None:
        leases.change(lease, LockType.F_UNLCK)


def set_lease(task: Task, file: OpenFile, kind: LockType, herald: Herald) -> bool:
    """F_SETLEASE to have one of a kind, whose holder `herald` tells; whether it is a new one.

    EAGAIN where others have the file open against it, or a lease.
    """
    inode = file.inode
    assert isinstance(inode, RegularInode)
    leases = inode.leases = inode.leases or Leases()
    leases.expire(task.system.clock.now)
    mine = leases.of(file)
    if _is_in_the_way(task, file, kind, leases, mine):
        raise SysError(Errno.EAGAIN)
    if mine is not None:
        leases.change(mine, kind)
        return False
    leases.held.append(Lease(file, kind, task.pid, herald))
    return True


def _is_in_the_way(
    task: Task, file: OpenFile, kind: LockType, leases: Leases, mine: Lease | None
) -> bool:
    others = [lease for lease in leases.held if lease is not mine]
    awaited = mine.target if mine is not None and leases.changed.sleepers else None
    if kind is LockType.F_RDLCK:
        is_written = isinstance(file.inode, RegularInode) and file.inode.writers
        is_wanted = any(lease.target is LockType.F_UNLCK for lease in others)
        return bool(is_written) or is_wanted or awaited is LockType.F_UNLCK
    return bool(others) or awaited is not None or _is_open_elsewhere(task, file)


def _is_open_elsewhere(task: Task, file: OpenFile) -> bool:
    """Whether the file is executed, or somebody opened it once more."""
    inode = file.inode
    if isinstance(inode, RegularInode) and inode.executing:
        return True
    tables = [one.files for one in task.system.tasks.tasks() if not one.is_gone]
    return any(
        other.inode is inode and other is not file and (other.is_readable or other.is_writable)
        for table in tables
        for other in table.files.values()
    )


def break_leases(task: Task, inode: Inode, writes: bool, waits: bool = True) -> None:
    """Before the file is opened or cut: where leases are against it, tell their holders and wait
    until they give them up, for /proc/sys/fs/lease-break-time at most. EAGAIN without `waits`.
    """
    leases = inode.leases
    if leases is None or not leases.held:
        return
    system = task.system
    leases.expire(system.clock.now)
    against = [lease for lease in leases.held if writes or lease.kind is LockType.F_WRLCK]
    if not against:
        return
    seconds = system.leases.break_time
    end = system.clock.now + seconds * NANOSECONDS if seconds else None
    for lease in against:
        lease.request(LockType.F_UNLCK if writes else LockType.F_RDLCK, end)
    if not waits:
        raise SysError(Errno.EAGAIN)
    ends = [lease.end for lease in against if lease.end is not None]
    raise Block(leases.changed, deadline=min(ends, default=None))
