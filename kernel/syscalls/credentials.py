"""User and group ids: reading and changing them (credentials(7))."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.process import Capability
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import (
    Argument,
    DescribedArgument,
    Int,
    Moment,
    Pointer,
    Size,
    signed,
)
from kernel.syscalls.table import syscall
from kernel.task.credentials import Credentials
from kernel.task.task import Call, Task

NO_ID = 0xFFFF_FFFF
_OLD_NO_ID = 0xFFFF
_OVERFLOW_ID = 65534
NGROUPS_MAX = 65536


class _IdArgument(Argument):
    """-1 means "leave as it is"."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("int", signed(value))


Id = Annotated[int, _IdArgument()]


def _old(value: int) -> int:
    """An id of the 16-bit calls: 65535 is -1."""
    return NO_ID if value & 0xFFFF == _OLD_NO_ID else value & 0xFFFF


def _short(value: int) -> int:
    """An id as the 16-bit calls return it."""
    return value if value < 65536 else _OVERFLOW_ID


@syscall(Sysno.GETUID32)
def getuid32(task: Task) -> int:
    """getuid(2)."""
    return task.credentials.uid


@syscall(Sysno.GETEUID32)
def geteuid32(task: Task) -> int:
    """geteuid(2)."""
    return task.credentials.euid


@syscall(Sysno.GETGID32)
def getgid32(task: Task) -> int:
    """getgid(2)."""
    return task.credentials.gid


@syscall(Sysno.GETEGID32)
def getegid32(task: Task) -> int:
    """getegid(2)."""
    return task.credentials.egid


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


# ---- changing ----------------------------------------------------------------------------------


def _become(task: Task, new: Credentials) -> int:
    """Adopt ids, with what a change of user does to capabilities (capabilities(7))."""
    old = task.credentials
    had_root = 0 in (old.uid, old.euid, old.suid)
    has_root = 0 in (new.uid, new.euid, new.suid)
    if had_root and not has_root and not old.keeps_capabilities:
        new = replace(new, permitted=0, effective=0)
    if old.euid == 0 and new.euid != 0:
        new = replace(new, effective=0)
    if old.euid != 0 and new.euid == 0:
        new = replace(new, effective=new.permitted)
    task.credentials = new
    return 0


def _set_uids(task: Task, uid: int, euid: int, suid: int) -> int:
    """setresuid(2): unprivileged, each must be one of the three; EPERM."""
    who = task.credentials
    allowed = {who.uid, who.euid, who.suid, NO_ID}
    if not who.has(Capability.CAP_SETUID) and not {uid, euid, suid} <= allowed:
        raise SysError(Errno.EPERM)
    uid = who.uid if uid == NO_ID else uid
    euid = who.euid if euid == NO_ID else euid
    suid = who.suid if suid == NO_ID else suid
    return _become(task, replace(who, uid=uid, euid=euid, suid=suid, fsuid=euid))


def _set_gids(task: Task, gid: int, egid: int, sgid: int) -> int:
    who = task.credentials
    allowed = {who.gid, who.egid, who.sgid, NO_ID}
    if not who.has(Capability.CAP_SETGID) and not {gid, egid, sgid} <= allowed:
        raise SysError(Errno.EPERM)
    gid = who.gid if gid == NO_ID else gid
    egid = who.egid if egid == NO_ID else egid
    sgid = who.sgid if sgid == NO_ID else sgid
    return _become(task, replace(who, gid=gid, egid=egid, sgid=sgid, fsgid=egid))


def _setuid(task: Task, uid: int) -> int:
    """setuid(2): all three for the privileged, only the effective one for others."""
    if uid == NO_ID:
        raise SysError(Errno.EINVAL)
    who = task.credentials
    if who.has(Capability.CAP_SETUID):
        return _set_uids(task, uid, uid, uid)
    if uid not in (who.uid, who.suid):
        raise SysError(Errno.EPERM)
    return _set_uids(task, NO_ID, uid, NO_ID)


def _setgid(task: Task, gid: int) -> int:
    if gid == NO_ID:
        raise SysError(Errno.EINVAL)
    who = task.credentials
    if who.has(Capability.CAP_SETGID):
        return _set_gids(task, gid, gid, gid)
    if gid not in (who.gid, who.sgid):
        raise SysError(Errno.EPERM)
    return _set_gids(task, NO_ID, gid, NO_ID)


def _setreuid(task: Task, uid: int, euid: int) -> int:
    """setreuid(2): the saved id follows a new real id, or an effective one that differs from it."""
    who = task.credentials
    if not who.has(Capability.CAP_SETUID) and (
        uid not in (NO_ID, who.uid, who.euid) or euid not in (NO_ID, who.uid, who.euid, who.suid)
    ):
        raise SysError(Errno.EPERM)
    follows = uid != NO_ID or (euid != NO_ID and euid != who.uid)
    new_uid = who.uid if uid == NO_ID else uid
    new_euid = who.euid if euid == NO_ID else euid
    suid = new_euid if follows else who.suid
    return _become(task, replace(who, uid=new_uid, euid=new_euid, suid=suid, fsuid=new_euid))


def _setregid(task: Task, gid: int, egid: int) -> int:
    who = task.credentials
    if not who.has(Capability.CAP_SETGID) and (
        gid not in (NO_ID, who.gid, who.egid) or egid not in (NO_ID, who.gid, who.egid, who.sgid)
    ):
        raise SysError(Errno.EPERM)
    follows = gid != NO_ID or (egid != NO_ID and egid != who.gid)
    new_gid = who.gid if gid == NO_ID else gid
    new_egid = who.egid if egid == NO_ID else egid
    sgid = new_egid if follows else who.sgid
    return _become(task, replace(who, gid=new_gid, egid=new_egid, sgid=sgid, fsgid=new_egid))


@syscall(Sysno.SETUID32)
def setuid32(task: Task, uid: Id) -> int:
    """setuid(2): EINVAL, EPERM."""
    return _setuid(task, uid)


@syscall(Sysno.SETUID)
def setuid(task: Task, uid: Id) -> int:
    """setuid(2), 16 bits."""
    return _setuid(task, _old(uid))


@syscall(Sysno.SETGID32)
def setgid32(task: Task, gid: Id) -> int:
    """setgid(2): EINVAL, EPERM."""
    return _setgid(task, gid)


@syscall(Sysno.SETGID)
def setgid(task: Task, gid: Id) -> int:
    """setgid(2), 16 bits."""
    return _setgid(task, _old(gid))


@syscall(Sysno.SETREUID32)
def setreuid32(task: Task, uid: Id, euid: Id) -> int:
    """setreuid(2): EPERM."""
    return _setreuid(task, uid, euid)


@syscall(Sysno.SETREUID)
def setreuid(task: Task, uid: Id, euid: Id) -> int:
    """setreuid(2), 16 bits."""
    return _setreuid(task, _old(uid), _old(euid))


@syscall(Sysno.SETREGID32)
def setregid32(task: Task, gid: Id, egid: Id) -> int:
    """setregid(2): EPERM."""
    return _setregid(task, gid, egid)


@syscall(Sysno.SETREGID)
def setregid(task: Task, gid: Id, egid: Id) -> int:
    """setregid(2), 16 bits."""
    return _setregid(task, _old(gid), _old(egid))


@syscall(Sysno.SETRESUID32)
def setresuid32(task: Task, uid: Id, euid: Id, suid: Id) -> int:
    """setresuid(2): EPERM."""
    return _set_uids(task, uid, euid, suid)


@syscall(Sysno.SETRESUID)
def setresuid(task: Task, uid: Id, euid: Id, suid: Id) -> int:
    """setresuid(2), 16 bits."""
    return _set_uids(task, _old(uid), _old(euid), _old(suid))


@syscall(Sysno.SETRESGID32)
def setresgid32(task: Task, gid: Id, egid: Id, sgid: Id) -> int:
    """setresgid(2): EPERM."""
    return _set_gids(task, gid, egid, sgid)


@syscall(Sysno.SETRESGID)
def setresgid(task: Task, gid: Id, egid: Id, sgid: Id) -> int:
    """setresgid(2), 16 bits."""
    return _set_gids(task, _old(gid), _old(egid), _old(sgid))


def _describe_id(task: Task, address: int) -> Described:
    return ("array", [("int", task.memory.read_word(address))], False)


OutId = Annotated[int, DescribedArgument(_describe_id, Moment.EXIT)]


@syscall(Sysno.GETRESUID32)
def getresuid32(task: Task, uid: OutId, euid: OutId, suid: OutId) -> int:
    """getresuid(2): EFAULT."""
    who = task.credentials
    for address, value in ((uid, who.uid), (euid, who.euid), (suid, who.suid)):
        task.memory.write_word(address, value)
    return 0


@syscall(Sysno.GETRESGID32)
def getresgid32(task: Task, gid: OutId, egid: OutId, sgid: OutId) -> int:
    """getresgid(2): EFAULT."""
    who = task.credentials
    for address, value in ((gid, who.gid), (egid, who.egid), (sgid, who.sgid)):
        task.memory.write_word(address, value)
    return 0


@syscall(Sysno.SETFSUID32)
def setfsuid32(task: Task, uid: Id) -> int:
    """setfsuid(2): the previous id, changed or not."""
    who = task.credentials
    if who.has(Capability.CAP_SETUID) or uid in (who.uid, who.euid, who.suid, who.fsuid):
        task.credentials = replace(who, fsuid=uid) if uid != NO_ID else who
    return who.fsuid


@syscall(Sysno.SETFSGID32)
def setfsgid32(task: Task, gid: Id) -> int:
    """setfsgid(2): the previous id, changed or not."""
    who = task.credentials
    if who.has(Capability.CAP_SETGID) or gid in (who.gid, who.egid, who.sgid, who.fsgid):
        task.credentials = replace(who, fsgid=gid) if gid != NO_ID else who
    return who.fsgid


@syscall(Sysno.GETGROUPS32)
def getgroups32(task: Task, size: Int, groups: Pointer) -> int:
    """getgroups(2): their number; EINVAL when `size` is not 0 and too small."""
    have = task.credentials.groups
    if size < 0 or (size and size < len(have)):
        raise SysError(Errno.EINVAL)
    if size:
        task.memory.write(groups, struct.pack(f"<{len(have)}I", *have))
    return len(have)


@syscall(Sysno.SETGROUPS32)
def setgroups32(task: Task, size: Size, groups: Pointer) -> int:
    """setgroups(2): EPERM without CAP_SETGID, EINVAL, EFAULT."""
    if not task.credentials.has(Capability.CAP_SETGID):
        raise SysError(Errno.EPERM)
    if size > NGROUPS_MAX:
        raise SysError(Errno.EINVAL)
    wanted = struct.unpack(f"<{size}I", task.memory.read(groups, 4 * size))
    task.credentials = replace(task.credentials, groups=tuple(sorted(wanted)))
    return 0
