"""System V objects in common: keys, identifiers, owners and permissions (sysvipc(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from kernel.abi.errno import Errno
from kernel.abi.ipc import IPC_CREAT, IPC_EXCL, IPC_PRIVATE
from kernel.abi.process import Capability
from kernel.clock import NANOSECONDS
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.task.credentials import Credentials
    from kernel.task.task import Task

_INDICES = 32768
"""An identifier is a sequence number times this, and an index."""
_CYCLE = 64
"""Indices are used again after as many, where no more are in use."""
READ, WRITE = 0o444, 0o222


class IpcObject:
    """A message queue, semaphore set or shared segment. Times are seconds since 1970.

    `is_removed`: who still sleeps on it gets EIDRM.
    """

    def __init__(self, task: Task, key: int, mode: int) -> None:
        credentials = task.credentials
        self.key = key
        self.id = 0
        self.mode = mode & 0o777
        self.uid = self.creator_uid = credentials.euid
        self.gid = self.creator_gid = credentials.egid
        self.changed = seconds(task)
        self.is_removed = False

    def allows(self, credentials: Credentials, wanted: int) -> bool:
        """Whether these permission bits, given three times over, are granted (ipcperms)."""
        granted = self.mode
        if credentials.euid in (self.uid, self.creator_uid):
            granted >>= 6
        elif self._is_in_group(credentials):
            granted >>= 3
        return not wanted & ~granted & 0o007 or credentials.has(Capability.CAP_IPC_OWNER)

    def _is_in_group(self, credentials: Credentials) -> bool:
        groups = (credentials.egid, *credentials.groups)
        return self.gid in groups or self.creator_gid in groups

    def require(self, task: Task, wanted: int) -> None:
        """EACCES."""
        merged = wanted >> 6 | wanted >> 3 | wanted
        if not self.allows(task.credentials, merged):
            raise SysError(Errno.EACCES)

    def require_owner(self, task: Task) -> None:
        """EPERM for who is neither owner nor creator."""
        credentials = task.credentials
        if credentials.euid not in (self.uid, self.creator_uid) and not credentials.has(
            Capability.CAP_SYS_ADMIN
        ):
            raise SysError(Errno.EPERM)

    def set_owner(self, task: Task, uid: int, gid: int, mode: int) -> None:
        """IPC_SET: EINVAL for ids that are none."""
        if 0xFFFF_FFFF in (uid, gid):
            raise SysError(Errno.EINVAL)
        self.uid, self.gid = uid, gid
        self.mode = self.mode & ~0o777 | mode & 0o777
        self.changed = seconds(task)


def seconds(task: Task) -> int:
    """The time of day."""
    return task.system.clock.wall // NANOSECONDS


Object = TypeVar("Object", bound=IpcObject)


class Table(Generic[Object]):
    """All objects of a kind, by identifier; `most` is how many there may be.

    `next_id` is the identifier that the next one is to have, -1 for any (msg_next_id, proc(5)).
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.next_id = -1
        self.by_index: dict[int, Object] = {}
        self.sequence = 0
        self.last_index = -1

    def get(self, identifier: int) -> Object:
        """EINVAL where there is none."""
        found = self.by_index.get(identifier % _INDICES)
        if identifier < 0 or found is None or found.id != identifier:
            raise SysError(Errno.EINVAL)
        return found

    def at_index(self, index: int) -> Object:
        """The object in that place; EINVAL."""
        found = self.by_index.get(index % _INDICES) if index >= 0 else None
        if found is None:
            raise SysError(Errno.EINVAL)
        return found

    def find(self, task: Task, key: int, flags: int) -> Object | None:
        """The object of a key, None where a new one is to be made: EEXIST, ENOENT, EACCES."""
        if key == IPC_PRIVATE:
            return None
        found = next((one for one in self.by_index.values() if one.key == key), None)
        if found is None:
            if not flags & IPC_CREAT:
                raise SysError(Errno.ENOENT)
            return None
        if flags & IPC_CREAT and flags & IPC_EXCL:
            raise SysError(Errno.EEXIST)
        return found

    def add(self, made: Object) -> int:
        """Enter a new object; its identifier. ENOSPC."""
        if len(self.by_index) >= self.most:
            raise SysError(Errno.ENOSPC)
        if self.next_id >= 0:
            sequence, index = self._wanted()
        else:
            index = self._next_index()
            if index <= self.last_index:
                self.sequence = (self.sequence + 1) % (1 << 16)
            self.last_index, sequence = index, self.sequence
        made.id = sequence * _INDICES + index
        self.by_index[index] = made
        return made.id

    def _wanted(self) -> tuple[int, int]:
        """The sequence number and the index of `next_id`, or the next index that is free."""
        sequence, first = divmod(self.next_id, _INDICES)
        self.next_id = -1
        free = (index for index in range(first, _INDICES) if index not in self.by_index)
        index = next(free, None)
        if index is None:
            raise SysError(Errno.ENOSPC)
        return sequence, index

    def _next_index(self) -> int:
        """Indices go round, so that an old identifier stays invalid for a while."""
        limit = min(self.most, max(len(self.by_index) * 3 // 2, _CYCLE))
        after = range(self.last_index + 1, limit)
        candidates = (*after, *range(self.most))
        free: int = next(index for index in candidates if index not in self.by_index)
        return free

    def remove(self, gone: Object) -> None:
        """The identifier means nothing any more."""
        gone.is_removed = True
        del self.by_index[gone.id % _INDICES]

    @property
    def highest(self) -> int:
        """The largest index in use, 0 for none, as the INFO commands return it."""
        return max(self.by_index, default=0)

    def in_order(self) -> list[Object]:
        """Objects by index."""
        return [self.by_index[index] for index in sorted(self.by_index)]


def permission_fields(thing: IpcObject) -> tuple[int, ...]:
    """struct ipc64_perm."""
    return (
        thing.key, thing.uid, thing.gid, thing.creator_uid, thing.creator_gid, thing.mode,
        thing.id // _INDICES, 0, 0, 0,
    )  # fmt: skip
