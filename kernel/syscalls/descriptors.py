"""Descriptors: dup and its kin, fcntl, close_range."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import (
    F_GET_RW_HINT,
    F_SET_RW_HINT,
    FD_CLOEXEC,
    WRITE_HINTS,
    Fcntl,
    LockType,
    OpenFlag,
)
from kernel.abi.process import Resource
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.fs.file_flags import require_no_flags
from kernel.fs.leases import lease_of
from kernel.fs.open_file import OpenFile
from kernel.fs.permission import APPEND_ONLY, require_owner
from kernel.fs.pipe import Pipe
from kernel.fs.seals import add_seals, seals_of
from kernel.signals import sigio
from kernel.signals.dnotify import set_notice
from kernel.signals.leases import fcntl_lease
from kernel.syscalls.arguments import Fd, Size, enum_of
from kernel.syscalls.descriptor_arguments import (
    LEASES,
    FcntlArgument,
    FcntlCommandArgument,
    FcntlResult,
    seals_text,
)  # fmt: skip
from kernel.syscalls.file_arguments import OPEN_NAMES, NamedFlagsArgument, open_flags_text
from kernel.syscalls.file_owners import OWNER_COMMANDS, fcntl_owner
from kernel.syscalls.locks import LOCK_COMMANDS, fcntl_lock
from kernel.syscalls.table import note, syscall
from kernel.task.task import Call, Task

_CLOEXEC = int(OpenFlag.O_CLOEXEC)
_CLOSE_RANGE_UNSHARE, _CLOSE_RANGE_CLOEXEC = 2, 4
DupFlags = Annotated[int, NamedFlagsArgument(OPEN_NAMES)]
CloseRangeFlags = Annotated[
    int,
    NamedFlagsArgument(
        (
            (_CLOSE_RANGE_UNSHARE, "CLOSE_RANGE_UNSHARE"),
            (_CLOSE_RANGE_CLOEXEC, "CLOSE_RANGE_CLOEXEC"),
        ),
        unknown="CLOSE_RANGE_???",
    ),
]


def descriptor_limit(task: Task) -> int:
    """RLIMIT_NOFILE: one more than the largest descriptor that may be made."""
    return task.process.limits.soft(Resource.RLIMIT_NOFILE)


# ---- dup -------------------------------------------------------------------------------------


@syscall(Sysno.DUP)
def dup(task: Task, fd: Fd) -> Fd:
    """dup(2)."""
    return task.files.add(task.files.get_any(fd), descriptor_limit(task))


@syscall(Sysno.DUP2)
def dup2(task: Task, old: Fd, new: Fd) -> Fd:
    """dup2(2): nothing happens where both are the same open descriptor."""
    file = task.files.get_any(old)
    return new if old == new else _replace(task, file, new, close_on_exec=False)


@syscall(Sysno.DUP3)
def dup3(task: Task, old: Fd, new: Fd, flags: DupFlags) -> Fd:
    """dup3(2): EINVAL where both are the same."""
    if flags & ~_CLOEXEC or old == new:
        raise SysError(Errno.EINVAL)
    return _replace(task, task.files.get_any(old), new, bool(flags & _CLOEXEC))


def _replace(task: Task, file: OpenFile, number: int, close_on_exec: bool) -> int:
    if not 0 <= number < descriptor_limit(task):
        raise SysError(Errno.EBADF)
    task.files.put(number, file, close_on_exec)
    return number


@syscall(Sysno.CLOSE_RANGE)
def close_range(task: Task, first: Size, last: Size, flags: CloseRangeFlags) -> int:
    """close_range(2), with CLOSE_RANGE_UNSHARE and CLOSE_RANGE_CLOEXEC."""
    if flags & ~(_CLOSE_RANGE_UNSHARE | _CLOSE_RANGE_CLOEXEC) or first > last:
        raise SysError(Errno.EINVAL)
    if flags & _CLOSE_RANGE_UNSHARE and task.files.users > 1:
        task.files.users -= 1
        task.files = task.files.copy()
    for number in sorted(task.files.files):
        if first <= number <= last:
            if flags & _CLOSE_RANGE_CLOEXEC:
                task.files.close_on_exec.add(number)
            else:
                task.files.close(number)
    return 0


# ---- fcntl -----------------------------------------------------------------------------------

Command = Annotated[int, FcntlCommandArgument()]
FcntlValue = Annotated[int, FcntlArgument()]
FcntlReturn = Annotated[int, FcntlResult()]
_CHANGEABLE = OpenFlag.O_APPEND | OpenFlag.O_NONBLOCK | OpenFlag.O_DIRECT | OpenFlag.O_NOATIME
_FOR_PATHS = (Fcntl.F_DUPFD, Fcntl.F_DUPFD_CLOEXEC, Fcntl.F_GETFD, Fcntl.F_SETFD, Fcntl.F_GETFL)
"""The commands that an O_PATH descriptor takes."""


@syscall(Sysno.FCNTL, Sysno.FCNTL64)
def fcntl(task: Task, fd: Fd, command: Command, value: FcntlValue) -> FcntlReturn:
    """fcntl(2)."""
    files = task.files
    file = files.get_any(fd) if command in _FOR_PATHS else files.get(fd)
    if command in (Fcntl.F_DUPFD, Fcntl.F_DUPFD_CLOEXEC):
        return _duplicate(task, file, value, command == Fcntl.F_DUPFD_CLOEXEC)
    if command == Fcntl.F_GETFD:
        return FD_CLOEXEC if fd in files.close_on_exec else 0
    if command == Fcntl.F_SETFD:
        return _set_descriptor_flags(task, fd, value)
    if command == Fcntl.F_GETFL:
        return file.flags
    if command == Fcntl.F_SETFL:
        return set_status_flags(task, file, fd, value)
    if command in LOCK_COMMANDS:
        return fcntl_lock(task, file, command, value)
    if command in (Fcntl.F_GETPIPE_SZ, Fcntl.F_SETPIPE_SZ):
        return _pipe_size(task, file, command, value)
    if command == Fcntl.F_GET_SEALS:
        return seals_of(file)
    if command == Fcntl.F_ADD_SEALS:
        add_seals(task.system, file, value)
        return 0
    if command in OWNER_COMMANDS:
        return fcntl_owner(task, file, command, value)
    if command == Fcntl.F_NOTIFY:
        set_notice(task, file, fd, value)
        return 0
    if command == Fcntl.F_GETLEASE:
        return lease_of(task, file)
    if command == Fcntl.F_SETLEASE:
        fcntl_lease(task, file, fd, enum_of(LockType, value))
        return 0
    if command in (F_GET_RW_HINT, F_SET_RW_HINT):
        return _write_hint(task, file, command == F_SET_RW_HINT, value)
    raise SysError(Errno.EINVAL)


def _duplicate(task: Task, file: OpenFile, lowest: int, close_on_exec: bool) -> int:
    limit = descriptor_limit(task)
    if lowest >= limit:
        raise SysError(Errno.EINVAL)
    return task.files.add(file, limit, close_on_exec, lowest)


def _set_descriptor_flags(task: Task, fd: int, value: int) -> int:
    if value & FD_CLOEXEC:
        task.files.close_on_exec.add(fd)
    else:
        task.files.close_on_exec.discard(fd)
    return 0


def set_status_flags(task: Task, file: OpenFile, fd: int, value: int) -> int:
    """F_SETFL: EPERM for O_NOATIME on another's file and where O_APPEND must stay, EINVAL for
    O_DIRECT where it means nothing.

    A pipe that takes O_DIRECT makes packets of what is written.
    """
    if file.flags & ~value & OpenFlag.O_APPEND:
        require_no_flags(file.inode, APPEND_ONLY)
    if value & ~file.flags & OpenFlag.O_NOATIME:
        require_owner(task.credentials, file.inode)
    if value & OpenFlag.O_DIRECT and not (file.takes_direct or isinstance(file.inode, Pipe)):
        raise SysError(Errno.EINVAL)
    if file.sends_sigio and (value ^ file.flags) & OpenFlag.O_ASYNC:
        sigio.switch(task, file, fd, bool(value & OpenFlag.O_ASYNC))
    file.flags = file.flags & ~_CHANGEABLE | value & _CHANGEABLE
    return 0


def _pipe_size(task: Task, file: OpenFile, command: int, value: int) -> int:
    if not isinstance(file.inode, Pipe):
        raise SysError(Errno.EBADF)
    if command == Fcntl.F_GETPIPE_SZ:
        return file.inode.capacity
    return file.inode.resize(task, value)


def _write_hint(task: Task, file: OpenFile, is_set: bool, address: int) -> int:
    """How long what is written will last, as a 64-bit number that is only kept: EPERM, EINVAL."""
    inode = file.inode
    if not is_set:
        task.memory.write(address, inode.write_hint.to_bytes(8, "little"))
        return 0
    require_owner(task.credentials, inode)
    hint = int.from_bytes(task.memory.read(address, 8), "little")
    if hint not in WRITE_HINTS:
        raise SysError(Errno.EINVAL)
    inode.write_hint = hint
    return 0


@note(Sysno.FCNTL, Sysno.FCNTL64)
def fcntl_note(task: Task, call: Call, result: int) -> str | None:
    """What strace adds: `flags O_RDWR`, `flags FD_CLOEXEC`, `F_UNLCK`."""
    command = call.words[1]
    if command == Fcntl.F_GETFL:
        return f"flags {open_flags_text(result)}"
    if command == Fcntl.F_GETFD and result & FD_CLOEXEC:
        return "flags FD_CLOEXEC"
    if command == Fcntl.F_GET_SEALS and result:
        return f"seals {seals_text(result)}"
    return LEASES.get(result) if command == Fcntl.F_GETLEASE else None
