"""How locks are described in /proc: the file locks, and lines of fdinfo (proc(5))."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kernel.abi.files import LockType
from kernel.abi.stat import major, minor
from kernel.fs.locks import END, Lock
from kernel.fs.open_file import OpenFile

if TYPE_CHECKING:
    from kernel.fs.inode import Inode
    from kernel.system import System
    from kernel.task.task import Task

_KINDS = {LockType.F_RDLCK: "READ", LockType.F_WRLCK: "WRITE", LockType.F_UNLCK: "UNLCK"}


def locks(system: System) -> str:
    """/proc/locks: a lock, or a lease, is on a file that somebody has open."""
    inodes: dict[Inode, None] = {}
    for task in system.tasks.tasks():
        if not task.is_gone:
            inodes.update(dict.fromkeys(file.inode for file in task.files.files.values()))
    lines = (line for inode in inodes for line in (*_locks(inode), *_leases(inode)))
    return "".join(f"{number}: {line}\n" for number, line in enumerate(lines, 1))


def locks_of_descriptor(task: Task, file: OpenFile) -> str:
    """Lines of fdinfo: the locks that this open file, or by it this process, has."""
    mine = [line for line, lock in _lines(file.inode) if lock.owner in (file, task.files)]
    return "".join(f"lock:\t{number}: {line}\n" for number, line in enumerate(mine, 1))


def _lines(inode: Inode) -> Iterator[tuple[str, Lock]]:
    if inode.locks is None:
        return
    place = f"{major(inode.device):02x}:{minor(inode.device):02x}:{inode.number}"
    for lock in inode.locks.flocks:
        yield _line("FLOCK ", lock, place), lock
    for lock in inode.locks.records:
        yield _line("OFDLCK" if isinstance(lock.owner, OpenFile) else "POSIX ", lock, place), lock


def _locks(inode: Inode) -> Iterator[str]:
    return (line for line, _ in _lines(inode))


def _leases(inode: Inode) -> Iterator[str]:
    place = f"{major(inode.device):02x}:{minor(inode.device):02x}:{inode.number}"
    for lease in inode.leases.held if inode.leases is not None else ():
        state = "ACTIVE    " if lease.target is None else "BREAKING  "
        yield f"LEASE  {state}{_KINDS[lease.told_kind]} {lease.pid} {place} 0 EOF"


def _line(kind: str, lock: Lock, place: str) -> str:
    access = "WRITE" if lock.kind is LockType.F_WRLCK else "READ"
    last = "EOF" if lock.end == END else lock.end - 1
    return f"{kind} ADVISORY  {access} {lock.pid} {place} {lock.start} {last}"
