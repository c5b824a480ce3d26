"""Owners of open files: the commands of fcntl(2) that say who gets SIGIO, or another signal."""

from __future__ import annotations

import struct
from dataclasses import replace

from kernel.abi.errno import Errno
from kernel.abi.files import Fcntl
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.file_owner import NOBODY, FileOwner, OwnerKind
from kernel.fs.open_file import OpenFile
from kernel.syscalls.arguments import enum_of, signed
from kernel.task.task import Task

OWNER_COMMANDS = frozenset(
    {
        *(Fcntl.F_SETOWN, Fcntl.F_GETOWN, Fcntl.F_SETOWN_EX, Fcntl.F_GETOWN_EX),
        *(Fcntl.F_SETSIG, Fcntl.F_GETSIG, Fcntl.F_GETOWNER_UIDS),
    }
)
"""The commands that `fcntl_owner` carries out."""
_OWNER = struct.Struct("<ii")
_UIDS = struct.Struct("<II")
_LAST_SIGNAL = 64


def fcntl_owner(task: Task, file: OpenFile, command: int, value: int) -> int:
    """Say or ask who is signalled, and by what; ESRCH, EINVAL, EFAULT."""
    if command == Fcntl.F_SETOWN:
        _set_owner(task, file, *_of_number(signed(value)))
    elif command == Fcntl.F_SETOWN_EX:
        kind, number = _OWNER.unpack(task.memory.read(value, _OWNER.size))
        _set_owner(task, file, enum_of(OwnerKind, kind), number)
    elif command == Fcntl.F_SETSIG:
        if value > _LAST_SIGNAL:
            raise SysError(Errno.EINVAL)
        file.owner = replace(file.owner, signal=value)
    elif command == Fcntl.F_GETOWN_EX:
        owner = _living(task, file.owner)
        task.memory.write(value, _OWNER.pack(owner.kind, owner.number))
    elif command == Fcntl.F_GETOWNER_UIDS:
        task.memory.write(value, _UIDS.pack(file.owner.uid, file.owner.euid))
    elif command == Fcntl.F_GETSIG:
        return file.owner.signal
    else:
        owner = _living(task, file.owner)
        return -owner.number if owner.kind is OwnerKind.F_OWNER_PGRP else owner.number
    return 0


def _of_number(number: int) -> tuple[OwnerKind, int]:
    """F_SETOWN: a process, or with the sign changed a process group."""
    if number == -(1 << 31):
        raise SysError(Errno.EINVAL)
    if number < 0:
        return OwnerKind.F_OWNER_PGRP, -number
    return OwnerKind.F_OWNER_PID, number


def _set_owner(task: Task, file: OpenFile, kind: OwnerKind, number: int) -> None:
    if number and not _exists(task, kind, number):
        raise SysError(Errno.ESRCH)
    mine, signal = task.credentials, file.owner.signal
    file.owner = FileOwner(kind, number, mine.uid, mine.euid, signal)


def _exists(task: Task, kind: OwnerKind, number: int) -> bool:
    tasks = task.system.tasks
    if kind is OwnerKind.F_OWNER_PGRP:
        return any(True for _ in tasks.in_group(number))
    return tasks.find(number) is not None


def _living(task: Task, owner: FileOwner) -> FileOwner:
    """The owner, or nobody where it has ended."""
    if owner.number and not _exists(task, owner.kind, owner.number):
        return replace(NOBODY, kind=owner.kind)
    return owner


def describe_owner(task: Task, address: int) -> Described:
    """A struct f_owner_ex."""
    kind, number = _OWNER.unpack(task.memory.read(address, _OWNER.size))
    names = {int(known): known.name for known in OwnerKind}
    name = names.get(kind, f"{kind & 0xFFFF_FFFF:#x} /* F_OWNER_??? */")
    return ("struct", [("type", ("flags", kind, name)), ("pid", ("int", number))], False)
