"""Locking files: flock(2), and the lock commands of fcntl(2) for fcntl's own file to call."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import Fcntl, FlockOperation, LockType, Whence
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.locks import END, Lock, locks_of, set_flock, set_record
from kernel.fs.open_file import OpenFile
from kernel.syscalls.arguments import File, FlagsArgument, enum_of
from kernel.syscalls.table import syscall
from kernel.task.task import Task

_FLOCK32 = struct.Struct("<hhiii")
_FLOCK64 = struct.Struct("<hhqqi")
_GET = (Fcntl.F_GETLK, Fcntl.F_GETLK64, Fcntl.F_OFD_GETLK)
_SET = (Fcntl.F_SETLK, Fcntl.F_SETLK64, Fcntl.F_OFD_SETLK)
_WAIT = (Fcntl.F_SETLKW, Fcntl.F_SETLKW64, Fcntl.F_OFD_SETLKW)
_NARROW = (Fcntl.F_GETLK, Fcntl.F_SETLK, Fcntl.F_SETLKW)
_OF_OPEN_FILES = (Fcntl.F_OFD_GETLK, Fcntl.F_OFD_SETLK, Fcntl.F_OFD_SETLKW)
LOCK_COMMANDS = frozenset(_GET + _SET + _WAIT)
"""The commands of fcntl that `fcntl_lock` carries out."""
_LONGEST = (1 << 63) - 1


def _layout(command: int) -> struct.Struct:
    return _FLOCK32 if command in _NARROW else _FLOCK64


def fcntl_lock(task: Task, file: OpenFile, command: int, address: int) -> int:
    """Test (F_GETLK), set (F_SETLK: EAGAIN) or wait for (F_SETLKW) a record lock."""
    layout = _layout(command)
    kind, whence, start, length, pid = layout.unpack(task.memory.read(address, layout.size))
    first, end = _range(file, whence, start, length)
    is_ofd = command in _OF_OPEN_FILES
    if is_ofd and pid:
        raise SysError(Errno.EINVAL)
    wanted = Lock(
        file if is_ofd else task.files,
        enum_of(LockType, kind),
        first,
        end,
        -1 if is_ofd else task.pid,
    )
    if command in _GET:
        _report_conflict(task, file, wanted, layout, address)
        return 0
    if wanted.kind is LockType.F_RDLCK and not file.is_readable:
        raise SysError(Errno.EBADF)
    if wanted.kind is LockType.F_WRLCK and not file.is_writable:
        raise SysError(Errno.EBADF)
    set_record(task, file.inode, wanted, wait=command in _WAIT)
    return 0


def _range(file: OpenFile, whence: int, start: int, length: int) -> tuple[int, int]:
    """First octet and end of a lock; EINVAL before the start of the file, EOVERFLOW."""
    if whence == Whence.SEEK_CUR:
        start += file.offset
    elif whence == Whence.SEEK_END:
        start += file.inode.size
    elif whence != Whence.SEEK_SET:
        raise SysError(Errno.EINVAL)
    if length < 0:
        start, length = start + length, -length
    if start < 0:
        raise SysError(Errno.EINVAL)
    if start > _LONGEST or start + length - 1 > _LONGEST:
        raise SysError(Errno.EOVERFLOW)
    return start, start + length if length else END


def _report_conflict(
    task: Task, file: OpenFile, wanted: Lock, layout: struct.Struct, address: int
) -> None:
    """F_GETLK: the lock that is in the way, or l_type F_UNLCK and nothing else changed."""
    if wanted.kind is LockType.F_UNLCK:
        raise SysError(Errno.EINVAL)
    obstacle = locks_of(file.inode).conflict(wanted)
    if obstacle is None:
        task.memory.write(address, struct.pack("<h", LockType.F_UNLCK))
        return
    length = 0 if obstacle.end == END else obstacle.end - obstacle.start
    if layout is _FLOCK32 and obstacle.start + length > 0x7FFF_FFFF:
        raise SysError(Errno.EOVERFLOW)
    found = obstacle.kind, Whence.SEEK_SET, obstacle.start, length, obstacle.pid
    task.memory.write(address, layout.pack(*found))


def describe_lock(task: Task, command: int, address: int) -> Described:
    """A struct flock or flock64, by the command; with l_pid for F_GETLK and its like."""
    layout = _layout(command)
    kind, whence, start, length, pid = layout.unpack(task.memory.read(address, layout.size))
    fields: list[tuple[str, Described]] = [
        ("l_type", _named(LockType, kind, "F_")),
        ("l_whence", _named(Whence, whence, "SEEK_")),
        ("l_start", ("int", start)),
        ("l_len", ("int", length)),
    ]
    if command in _GET:
        fields.append(("l_pid", ("int", pid)))
    return ("struct", fields, False)


def _named(choices: type[LockType] | type[Whence], value: int, prefix: str) -> Described:
    try:
        return ("text", choices(value).name)
    except ValueError:
        return ("text", f"{value & 0xFFFF:#x} /* {prefix}??? */")


@syscall(Sysno.FLOCK)
def flock(task: Task, file: File, operation: Annotated[int, FlagsArgument(FlockOperation)]) -> int:
    """Lock or unlock an open file as a whole; EAGAIN with LOCK_NB, EINVAL.

    LOCK_MAND is accepted and does nothing, as on Linux since 5.15.
    """
    if operation & FlockOperation.LOCK_MAND:
        return 0
    kind = _FLOCK_KINDS.get(operation & ~FlockOperation.LOCK_NB)
    if kind is None:
        raise SysError(Errno.EINVAL)
    set_flock(task, file, kind, wait=not operation & FlockOperation.LOCK_NB)
    return 0


_FLOCK_KINDS = {
    int(FlockOperation.LOCK_SH): LockType.F_RDLCK,
    int(FlockOperation.LOCK_EX): LockType.F_WRLCK,
    int(FlockOperation.LOCK_UN): LockType.F_UNLCK,
}
