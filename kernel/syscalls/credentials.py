"""User and group ids: reading and changing them (credentials(7))."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Annotated

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import (
    Argument,
    DescribedArgument,
    Int,
    Moment,
    Size,
    signed,
)
from kernel.syscalls.table import syscall
from kernel.task import privileges
from kernel.task.credentials import Credentials
from kernel.task.task import Call, Task

NO_ID = 0xFFFF_FFFF
"""-1: leave an id as it is."""
NGROUPS_MAX = 65536


class _IdArgument(Argument):
    """-1 means "leave as it is"."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("int", signed(value))


class GroupsArgument(Argument):
    """An array of group ids; how many, the word before tells, or the result."""

    def __init__(self, moment: Moment, form: str) -> None:
        self.moment = moment
        self.form = form

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address, size = call.words[word], call.words[word - 1]
        is_out = self.moment is Moment.EXIT
        count = call.result if is_out else size
        if not address or count < 0 or count > NGROUPS_MAX or (is_out and not size):
            return ("ptr", address)
        try:
            image = task.memory.read(address, struct.calcsize(self.form) * count)
        except SysError:
            return ("ptr", address)
        ids = struct.unpack(f"<{count}{self.form}", image)
        return ("array", [("int", number) for number in ids[:_SHOWN]], count > _SHOWN)


_SHOWN = 32
"""Groups that a trace shows."""
Id = Annotated[int, _IdArgument()]
InGroups = Annotated[int, GroupsArgument(Moment.ENTRY, "I")]
OutGroups = Annotated[int, GroupsArgument(Moment.EXIT, "I")]


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


# ---- changing ----------------------------------------------------------------------------------


def _become_user(task: Task, new: Credentials) -> int:
    """Adopt user ids, with what a change of user does to capabilities."""
    return _become(task, privileges.with_changed_user(task.credentials, new))


def _become(task: Task, new: Credentials) -> int:
    privileges.adopt(task, new)
    return 0


def set_uids(task: Task, uid: int, euid: int, suid: int) -> int:
    """setresuid(2): unprivileged, each must be one of the three; EPERM."""
    who = task.credentials
    allowed = {who.uid, who.euid, who.suid, NO_ID}
    if not who.has(Capability.CAP_SETUID) and not {uid, euid, suid} <= allowed:
        raise SysError(Errno.EPERM)
    uid = who.uid if uid == NO_ID else uid
    euid = who.euid if euid == NO_ID else euid
    suid = who.suid if suid == NO_ID else suid
    return _become_user(task, replace(who, uid=uid, euid=euid, suid=suid, fsuid=euid))


def set_gids(task: Task, gid: int, egid: int, sgid: int) -> int:
    who = task.credentials
    allowed = {who.gid, who.egid, who.sgid, NO_ID}
    if not who.has(Capability.CAP_SETGID) and not {gid, egid, sgid} <= allowed:
        raise SysError(Errno.EPERM)
    gid = who.gid if gid == NO_ID else gid
    egid = who.egid if egid == NO_ID else egid
    sgid = who.sgid if sgid == NO_ID else sgid
    return _become(task, replace(who, gid=gid, egid=egid, sgid=sgid, fsgid=egid))


def set_uid(task: Task, uid: int) -> int:
    """setuid(2): all three for the privileged, only the effective one for others."""
    if uid == NO_ID:
        raise SysError(Errno.EINVAL)
    who = task.credentials
    if who.has(Capability.CAP_SETUID):
        return set_uids(task, uid, uid, uid)
    if uid not in (who.uid, who.suid):
        raise SysError(Errno.EPERM)
    return set_uids(task, NO_ID, uid, NO_ID)


def set_gid(task: Task, gid: int) -> int:
    if gid == NO_ID:
        raise SysError(Errno.EINVAL)
    who = task.credentials
    if who.has(Capability.CAP_SETGID):
        return set_gids(task, gid, gid, gid)
    if gid not in (who.gid, who.sgid):
        raise SysError(Errno.EPERM)
    return set_gids(task, NO_ID, gid, NO_ID)


def set_real_uid(task: Task, uid: int, euid: int) -> int:
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
    return _become_user(task, replace(who, uid=new_uid, euid=new_euid, suid=suid, fsuid=new_euid))


def set_real_gid(task: Task, gid: int, egid: int) -> int:
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
    return set_uid(task, uid)


@syscall(Sysno.SETGID32)
def setgid32(task: Task, gid: Id) -> int:
    """setgid(2): EINVAL, EPERM."""
    return set_gid(task, gid)


@syscall(Sysno.SETREUID32)
def setreuid32(task: Task, uid: Id, euid: Id) -> int:
    """setreuid(2): EPERM."""
    return set_real_uid(task, uid, euid)


@syscall(Sysno.SETREGID32)
def setregid32(task: Task, gid: Id, egid: Id) -> int:
    """setregid(2): EPERM."""
    return set_real_gid(task, gid, egid)


@syscall(Sysno.SETRESUID32)
def setresuid32(task: Task, uid: Id, euid: Id, suid: Id) -> int:
    """setresuid(2): EPERM."""
    return set_uids(task, uid, euid, suid)


@syscall(Sysno.SETRESGID32)
def setresgid32(task: Task, gid: Id, egid: Id, sgid: Id) -> int:
    """setresgid(2): EPERM."""
    return set_gids(task, gid, egid, sgid)


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


def set_fsuid(task: Task, uid: int) -> int:
    """Change the file system's user id if that is allowed; the previous one in any case."""
    who = task.credentials
    allowed = who.has(Capability.CAP_SETUID) or uid in (who.uid, who.euid, who.suid, who.fsuid)
    if allowed and uid != NO_ID:
        new = privileges.with_changed_file_user(who, replace(who, fsuid=uid))
        privileges.adopt(task, new)
    return who.fsuid


def set_fsgid(task: Task, gid: int) -> int:
    """The same for the group id."""
    who = task.credentials
    allowed = who.has(Capability.CAP_SETGID) or gid in (who.gid, who.egid, who.sgid, who.fsgid)
    if allowed and gid != NO_ID:
        privileges.adopt(task, replace(who, fsgid=gid))
    return who.fsgid


def set_groups(task: Task, size: int, address: int, form: str) -> int:
    """Replace the supplementary groups by an array of ids; EPERM, EINVAL, EFAULT."""
    if not task.credentials.has(Capability.CAP_SETGID):
        raise SysError(Errno.EPERM)
    if size > NGROUPS_MAX:
        raise SysError(Errno.EINVAL)
    image = task.memory.read(address, struct.calcsize(form) * size)
    wanted = struct.unpack(f"<{size}{form}", image)
    if (1 << 8 * struct.calcsize(form)) - 1 in wanted:
        raise SysError(Errno.EINVAL)
    task.credentials = replace(task.credentials, groups=tuple(sorted(wanted)))
    return 0


@syscall(Sysno.SETFSUID32)
def setfsuid32(task: Task, uid: Id) -> int:
    """setfsuid(2): the previous id, changed or not."""
    return set_fsuid(task, uid)


@syscall(Sysno.SETFSGID32)
def setfsgid32(task: Task, gid: Id) -> int:
    """setfsgid(2): the previous id, changed or not."""
    return set_fsgid(task, gid)


@syscall(Sysno.GETGROUPS32)
def getgroups32(task: Task, size: Int, groups: OutGroups) -> int:
    """getgroups(2): their number; EINVAL when `size` is not 0 and too small."""
    have = task.credentials.groups
    if size < 0 or (size and size < len(have)):
        raise SysError(Errno.EINVAL)
    if size:
        task.memory.write(groups, struct.pack(f"<{len(have)}I", *have))
    return len(have)


@syscall(Sysno.SETGROUPS32)
def setgroups32(task: Task, size: Size, groups: InGroups) -> int:
    """setgroups(2): EPERM without CAP_SETGID, EINVAL, EFAULT."""
    return set_groups(task, size, groups, "I")
