"""Locks on files: POSIX record locks, locks of open file descriptions, and flock(2).

A POSIX lock belongs to a descriptor table and goes when that table closes any descriptor of the
file; the others belong to an open file. All hang on the inode (`Inode.locks`). Deadlock among
POSIX locks is found by following who waits for whom, at most ten steps, as on Linux.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import LockType
from kernel.errors import Block, SysError
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.fs.file_table import FileTable
    from kernel.fs.inode import Inode
    from kernel.fs.open_file import OpenFile
    from kernel.task.task import Task

END = 1 << 63
"""`end` of a lock that reaches to the end of the file, however far that moves."""
_MAX_STEPS = 10

Owner = "FileTable | OpenFile"


@dataclass(frozen=True, slots=True, eq=False)
class Lock:
    """A lock on the octets from `start` to `end` - 1; `pid` is what F_GETLK tells (-1: no one)."""

    owner: FileTable | OpenFile
    kind: LockType
    start: int
    end: int
    pid: int

    def conflicts_with(self, other: Lock) -> bool:
        """Whether both cannot be held: they overlap, owners differ, one of them excludes."""
        return (
            self.owner is not other.owner
            and self.start < other.end
            and other.start < self.end
            and LockType.F_WRLCK in (self.kind, other.kind)
        )


class FileLocks:
    """The locks on one inode: record locks in order of their start, and flock's per open file."""

    def __init__(self) -> None:
        self.records: list[Lock] = []
        self.flocks: list[Lock] = []
        self.record_freed = WaitQueue("record lock")
        self.flock_freed = WaitQueue("file lock")

    def conflict(self, wanted: Lock) -> Lock | None:
        """The first record lock in the way."""
        return next((lock for lock in self.records if lock.conflicts_with(wanted)), None)

    def set_record(self, wanted: Lock) -> None:
        """Replace what the owner holds in this range by `wanted` (F_UNLCK: by nothing)."""
        kept: list[Lock] = []
        for lock in self.records:
            kept += _remainder(lock, wanted) if lock.owner is wanted.owner else [lock]
        if wanted.kind is not LockType.F_UNLCK:
            kept.append(wanted)
        self.records = _joined(sorted(kept, key=_start))
        self.record_freed.wake_all()

    def drop_owner(self, owner: FileTable | OpenFile) -> None:
        """Release every lock of an owner."""
        if any(lock.owner is owner for lock in self.records):
            self.records = [lock for lock in self.records if lock.owner is not owner]
            self.record_freed.wake_all()
        if any(lock.owner is owner for lock in self.flocks):
            self.flocks = [lock for lock in self.flocks if lock.owner is not owner]
            self.flock_freed.wake_all()


@dataclass(frozen=True, slots=True, eq=False)
class LockWait:
    """What a task that sleeps for a record lock keeps as its call's progress."""

    locks: FileLocks
    wanted: Lock


def locks_of(inode: Inode) -> FileLocks:
    """The inode's locks, made if there are none yet."""
    if inode.locks is None:
        inode.locks = FileLocks()
    return inode.locks


def set_record(task: Task, inode: Inode, wanted: Lock, wait: bool) -> None:
    """Acquire, change or release a record lock; EAGAIN or, with `wait`, Block; EDEADLK."""
    locks = locks_of(inode)
    if wanted.kind is not LockType.F_UNLCK:
        obstacle = locks.conflict(wanted)
        if obstacle is not None:
            if not wait:
                raise SysError(Errno.EAGAIN)
            _check_deadlock(task, wanted, obstacle)
            assert task.call is not None
            task.call.progress = LockWait(locks, wanted)
            raise Block(locks.record_freed)
    locks.set_record(wanted)


def set_flock(task: Task, file: OpenFile, kind: LockType, wait: bool) -> None:
    """flock(2): EAGAIN or, with `wait`, Block. A change of kind gives up the old lock first."""
    locks = locks_of(file.inode)
    wanted = Lock(file, kind, 0, END, task.pid)
    held = [lock for lock in locks.flocks if lock.owner is file]
    if held and held[0].kind is kind:
        return
    if held:
        locks.flocks.remove(held[0])
        locks.flock_freed.wake_all()
    if kind is LockType.F_UNLCK:
        return
    if any(lock.conflicts_with(wanted) for lock in locks.flocks):
        if not wait:
            raise SysError(Errno.EAGAIN)
        raise Block(locks.flock_freed)
    locks.flocks.append(wanted)


def _check_deadlock(task: Task, wanted: Lock, obstacle: Lock) -> None:
    """EDEADLK where the obstacle's owner waits, over others perhaps, for the wanted lock's."""
    owner = obstacle.owner
    for _ in range(_MAX_STEPS):
        waiting = _wait_of(task, owner)
        ahead = None if waiting is None else waiting.locks.conflict(waiting.wanted)
        if ahead is None:
            return
        if ahead.owner is wanted.owner:
            raise SysError(Errno.EDEADLK)
        owner = ahead.owner


def _wait_of(task: Task, owner: FileTable | OpenFile) -> LockWait | None:
    """What a task that locks for this owner is asleep for."""
    for other in task.system.tasks.tasks():
        waiting = other.call.progress if other.call is not None and other is not task else None
        if isinstance(waiting, LockWait) and waiting.wanted.owner is owner:
            return waiting
    return None


def _start(lock: Lock) -> int:
    return lock.start


def _remainder(lock: Lock, cut: Lock) -> list[Lock]:
    """What is left of a lock outside the range of another."""
    pieces = []
    if lock.start < min(cut.start, lock.end):
        pieces.append(replace(lock, end=min(lock.end, cut.start)))
    if max(cut.end, lock.start) < lock.end:
        pieces.append(replace(lock, start=max(lock.start, cut.end)))
    return pieces


def _joined(locks: list[Lock]) -> list[Lock]:
    """Neighbouring locks of one owner and kind as one."""
    joined: list[Lock] = []
    for lock in locks:
        before = next((other for other in reversed(joined) if other.owner is lock.owner), None)
        if before is not None and before.end == lock.start and before.kind is lock.kind:
            joined[joined.index(before)] = replace(before, end=lock.end)
        else:
            joined.append(lock)
    return joined
