"""User and group ids in 16 bits: the calls from before Linux 2.4, by the rules of the others.

65535 stands for -1; an id that does not fit is told as 65534.
"""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import Argument, DescribedArgument, Int, Moment, Size, signed
from kernel.syscalls.credentials import (
    NO_ID,
    GroupsArgument,
    set_fsgid,
    set_fsuid,
    set_gid,
    set_gids,
    set_groups,
    set_real_gid,
    set_real_uid,
    set_uid,
    set_uids,
)
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task

_OLD_NO_ID = 0xFFFF
_OVERFLOW_ID = 65534


def _describe_id(task: Task, address: int) -> Described:
    number = int.from_bytes(task.memory.read(address, 2), "little")
    return ("array", [("int", number)], False)


OutId = Annotated[int, DescribedArgument(_describe_id, Moment.EXIT)]
InGroups = Annotated[int, GroupsArgument(Moment.ENTRY, "H")]
OutGroups = Annotated[int, GroupsArgument(Moment.EXIT, "H")]


def _old(value: int) -> int:
    """An id of the 16-bit calls."""
    return NO_ID if value & 0xFFFF == _OLD_NO_ID else value & 0xFFFF


def _short(value: int) -> int:
    """An id as the 16-bit calls return it."""
    return value if value < 65536 else _OVERFLOW_ID


def _store(task: Task, *ids: tuple[int, int]) -> int:
    for address, value in ids:
        task.memory.write(address, _short(value).to_bytes(2, "little"))
    return 0


class _IdArgument(Argument):
    """An id that these calls set; 65535 is shown as -1."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("int", signed(_old(value)))


Id16 = Annotated[int, _IdArgument()]


@syscall(Sysno.GETUID)
def getuid(task: Task) -> int:
    """getuid(2), 16 bits."""
    return _short(task.credentials.uid)


@syscall(Sysno.GETEUID)
def geteuid(task: Task) -> int:
    """geteuid(2), 16 bits."""
    return _short(task.credentials.euid)


@syscall(Sysno.GETGID)
def getgid(task: Task) -> int:
    """getgid(2), 16 bits."""
    return _short(task.credentials.gid)


@syscall(Sysno.GETEGID)
def getegid(task: Task) -> int:
    """getegid(2), 16 bits."""
    return _short(task.credentials.egid)


@syscall(Sysno.SETUID)
def setuid(task: Task, uid: Id16) -> int:
    """setuid(2), 16 bits."""
    return set_uid(task, _old(uid))


@syscall(Sysno.SETGID)
def setgid(task: Task, gid: Id16) -> int:
    """setgid(2), 16 bits."""
    return set_gid(task, _old(gid))


@syscall(Sysno.SETREUID)
def setreuid(task: Task, uid: Id16, euid: Id16) -> int:
    """setreuid(2), 16 bits."""
    return set_real_uid(task, _old(uid), _old(euid))


@syscall(Sysno.SETREGID)
def setregid(task: Task, gid: Id16, egid: Id16) -> int:
    """setregid(2), 16 bits."""
    return set_real_gid(task, _old(gid), _old(egid))


@syscall(Sysno.SETRESUID)
def setresuid(task: Task, uid: Id16, euid: Id16, suid: Id16) -> int:
    """setresuid(2), 16 bits."""
    return set_uids(task, _old(uid), _old(euid), _old(suid))


@syscall(Sysno.SETRESGID)
def setresgid(task: Task, gid: Id16, egid: Id16, sgid: Id16) -> int:
    """setresgid(2), 16 bits."""
    return set_gids(task, _old(gid), _old(egid), _old(sgid))


@syscall(Sysno.GETRESUID)
def getresuid(task: Task, uid: OutId, euid: OutId, suid: OutId) -> int:
    """getresuid(2), 16 bits."""
    who = task.credentials
    return _store(task, (uid, who.uid), (euid, who.euid), (suid, who.suid))


@syscall(Sysno.GETRESGID)
def getresgid(task: Task, gid: OutId, egid: OutId, sgid: OutId) -> int:
    """getresgid(2), 16 bits."""
    who = task.credentials
    return _store(task, (gid, who.gid), (egid, who.egid), (sgid, who.sgid))


@syscall(Sysno.SETFSUID)
def setfsuid(task: Task, uid: Id16) -> int:
    """setfsuid(2), 16 bits."""
    return _short(set_fsuid(task, _old(uid)))


@syscall(Sysno.SETFSGID)
def setfsgid(task: Task, gid: Id16) -> int:
    """setfsgid(2), 16 bits."""
    return _short(set_fsgid(task, _old(gid)))


@syscall(Sysno.GETGROUPS)
def getgroups(task: Task, size: Int, groups: OutGroups) -> int:
    """getgroups(2), 16 bits."""
    have = task.credentials.groups
    if size < 0 or (size and size < len(have)):
        raise SysError(Errno.EINVAL)
    if size:
        task.memory.write(groups, struct.pack(f"<{len(have)}H", *map(_short, have)))
    return len(have)


@syscall(Sysno.SETGROUPS)
def setgroups(task: Task, size: Size, groups: InGroups) -> int:
    """setgroups(2), 16 bits."""
    return set_groups(task, size, groups, "H")
