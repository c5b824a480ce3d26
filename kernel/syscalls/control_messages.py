"""Control messages (cmsg(3)): SCM_RIGHTS and SCM_CREDENTIALS, taken apart and put together."""

from __future__ import annotations

import struct

from kernel.abi.errno import Errno
from kernel.abi.process import Capability, Resource
from kernel.abi.sockets import (
    CMSG_HEADER,
    SCM_CREDENTIALS,
    SCM_MAX_FD,
    SCM_RIGHTS,
    SOL_SOCKET,
    Family,
    MessageFlag,
)
from kernel.errors import SysError
from kernel.fs.open_file import OpenFile
from kernel.net.packet import NOBODY, Ucred
from kernel.net.socket import Ancillary, Socket, discard
from kernel.task.task import Task

HEADER = struct.Struct("<IiI")
UCRED = struct.Struct("<iII")
_MOST = 131072
"""/proc/sys/net/core/optmem_max."""


def aligned(length: int) -> int:
    """Where the next control message begins."""
    return (length + 3) & ~3


def split(data: bytes) -> list[tuple[int, int, bytes]]:
    """Level, type and contents of each; EINVAL for a length that cannot be."""
    messages, at = [], 0
    while at + CMSG_HEADER <= len(data):
        length, level, kind = HEADER.unpack_from(data, at)
        if not CMSG_HEADER <= length <= len(data) - at:
            raise SysError(Errno.EINVAL)
        messages.append((level, kind, data[at + CMSG_HEADER : at + length]))
        at += aligned(length)
    return messages


# ---- sending -----------------------------------------------------------------------------------


def read_ancillary(task: Task, socket: Socket, control: int, length: int) -> Ancillary:
    """What is to go along with a message: ENOBUFS, EINVAL, EBADF, EPERM, ESRCH."""
    if length > _MOST:
        raise SysError(Errno.ENOBUFS)
    if not control or length < CMSG_HEADER:
        return Ancillary()
    is_unix = socket.family == Family.AF_UNIX
    files: list[OpenFile] = []
    credentials = None
    for level, kind, data in split(task.memory.read(control, length)):
        if level != SOL_SOCKET or not is_unix:
            continue
        if kind == SCM_RIGHTS:
            files += _files(task, data)
        elif kind == SCM_CREDENTIALS:
            credentials = _credentials(task, data)
        else:
            raise SysError(Errno.EINVAL)
    if len(files) > SCM_MAX_FD:
        raise SysError(Errno.EINVAL)
    return Ancillary(tuple(files), credentials)


def _files(task: Task, data: bytes) -> list[OpenFile]:
    if len(data) // 4 > SCM_MAX_FD:
        raise SysError(Errno.EINVAL)
    return [task.files.get_any(fd) for (fd,) in struct.iter_unpack("<i", data[: len(data) & ~3])]


def _credentials(task: Task, data: bytes) -> Ucred:
    """Others' ids are for those with the capability; EPERM. ESRCH for nobody's pid."""
    if len(data) != UCRED.size:
        raise SysError(Errno.EINVAL)
    said, own = Ucred(*UCRED.unpack(data)), task.credentials
    uids, gids = (own.uid, own.euid, own.suid), (own.gid, own.egid, own.sgid)
    allowed = (
        (said.pid == task.pid or own.has(Capability.CAP_SYS_ADMIN))
        and (said.uid in uids or own.has(Capability.CAP_SETUID))
        and (said.gid in gids or own.has(Capability.CAP_SETGID))
    )
    if not allowed:
        raise SysError(Errno.EPERM)
    if said.pid != task.pid and task.system.tasks.find(said.pid) is None:
        raise SysError(Errno.ESRCH)
    return said


# ---- receiving ---------------------------------------------------------------------------------


class Control:
    """The receiver's buffer: `used` of `room` octets; `flags` gets MSG_CTRUNC if they are few."""

    def __init__(self, task: Task, address: int, room: int) -> None:
        self.task = task
        self.address = address
        self.room = room if address else 0
        self.used = 0
        self.flags = 0

    def put(self, kind: int, data: bytes) -> None:
        """Store a message, as much of it as there is room for."""
        left, length = self.room - self.used, CMSG_HEADER + len(data)
        if left < CMSG_HEADER:
            self.flags |= MessageFlag.MSG_CTRUNC
            return
        if left < length:
            self.flags |= MessageFlag.MSG_CTRUNC
            length = left
        header = HEADER.pack(length, SOL_SOCKET, kind)
        self.task.memory.write(self.address + self.used, (header + data)[:length])
        self.used += min(aligned(length), left)

    def put_rights(self, files: tuple[OpenFile, ...], close_on_exec: bool) -> None:
        """Install as many open files as there is room for, in memory and in the table; the rest
        is closed.
        """
        task, left = self.task, self.room - self.used
        fit = max(0, left - CMSG_HEADER) // 4
        installed: list[int] = []
        limit = task.process.limits.soft(Resource.RLIMIT_NOFILE)
        for file in files[:fit]:
            try:
                installed.append(task.files.add(file, limit, close_on_exec))
            except SysError:
                break
        if installed:
            self.put(SCM_RIGHTS, struct.pack(f"<{len(installed)}i", *installed))
        if len(installed) < len(files):
            self.flags |= MessageFlag.MSG_CTRUNC


def write_ancillary(
    task: Task, socket: Socket, ancillary: Ancillary, control: Control, close_on_exec: bool
) -> None:
    """Store what came along, and give up the references to the files: who is to get them has
    them now.
    """
    if socket.passes_credentials:
        control.put(SCM_CREDENTIALS, UCRED.pack(*(ancillary.credentials or NOBODY)))
    if ancillary.rights:
        control.put_rights(ancillary.rights, close_on_exec)
    for file in ancillary.rights:
        discard(file)
