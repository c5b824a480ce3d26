"""Asking for leases, and the signals that tell their holders (fcntl(2), F_SETLEASE)."""

from __future__ import annotations

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.files import LockType
from kernel.errors import SysError
from kernel.fs import leases
from kernel.fs.file_owner import NOBODY, FileOwner, OwnerKind
from kernel.fs.open_file import OpenFile
from kernel.signals.sigio import POLL_MSG, signal_owner
from kernel.task.task import Task


class LeaseHerald:
    """Signals the open file's owner; `fd` is the descriptor by which the lease was asked for."""

    def __init__(self, task: Task, file: OpenFile, fd: int) -> None:
        self.task = task
        self.file = file
        self.fd = fd

    def tell(self) -> None:
        """SIGIO, or what F_SETSIG chose."""
        signal_owner(self.task, self.file.owner, self.fd, POLL_MSG)


def fcntl_lease(task: Task, file: OpenFile, fd: int, kind: LockType) -> None:
    """F_SETLEASE: EACCES for another's file without CAP_LEASE, EINVAL, EAGAIN."""
    inode, who = file.inode, task.credentials
    if who.fsuid != inode.uid and not who.has(Capability.CAP_LEASE):
        raise SysError(Errno.EACCES)
    if not inode.is_regular:
        raise SysError(Errno.EINVAL)
    if kind is LockType.F_UNLCK:
        if inode.leases is None or inode.leases.of(file) is None:
            raise SysError(Errno.EAGAIN)
        leases.drop_lease(file)
        file.owner = NOBODY
    elif leases.set_lease(task, file, kind, LeaseHerald(task, file, fd)) and not file.owner.number:
        signal = file.owner.signal
        file.owner = FileOwner(OwnerKind.F_OWNER_PID, task.pid, who.uid, who.euid, signal)
