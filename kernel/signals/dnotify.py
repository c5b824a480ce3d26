"""Signals that tell of changes in a folder (fcntl(2), F_NOTIFY), the forerunner of inotify."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.event_files import Inotify
from kernel.errors import SysError
from kernel.fs import notify
from kernel.fs.file_owner import FileOwner, OwnerKind
from kernel.signals.sigio import POLL_MSG, signal_owner
from kernel.task.task import Task

if TYPE_CHECKING:
    from kernel.fs.open_file import OpenFile
    from kernel.fs.path import Location


class FolderEvent(IntFlag):
    """The argument of F_NOTIFY."""

    DN_ACCESS = 1
    DN_MODIFY = 2
    DN_CREATE = 4
    DN_DELETE = 8
    DN_RENAME = 0x10
    DN_ATTRIB = 0x20
    DN_MULTISHOT = 1 << 31


_EVENTS = {
    FolderEvent.DN_ACCESS: notify.ACCESS,
    FolderEvent.DN_MODIFY: notify.MODIFY,
    FolderEvent.DN_CREATE: notify.CREATE | Inotify.IN_MOVED_TO,
    FolderEvent.DN_DELETE: notify.DELETE | Inotify.IN_MOVED_FROM,
    FolderEvent.DN_RENAME: notify.RENAME,
    FolderEvent.DN_ATTRIB: notify.ATTRIB,
}
_ANY = sum(_EVENTS)


class FolderNotice:
    """One open folder of which the file's owner is told; without DN_MULTISHOT, once."""

    def __init__(self, task: Task, file: OpenFile, fd: int) -> None:
        self.task = task
        self.file = file
        self.fd = fd
        self.wanted = 0
        file.inode.watchers = (*file.inode.watchers, self)
        task.system.inotify.total += 1

    def notice(self, event: int, name: bytes, cookie: int, has_name: bool) -> None:
        """Something happened to a name in the folder."""
        if not name:
            return
        if not any(self.wanted & asked and event & bits for asked, bits in _EVENTS.items()):
            return
        signal_owner(self.task, self.file.owner, self.fd, POLL_MSG)
        if not self.wanted & FolderEvent.DN_MULTISHOT:
            self.end()

    def is_held(self, place: Location) -> bool:
        """Whether a process has the folder open."""
        return notify.is_held(self.task.system, place)

    def end(self) -> None:
        """Tell no more."""
        if self.file.notice is self:
            self.file.notice = None
            inode = self.file.inode
            inode.watchers = tuple(other for other in inode.watchers if other is not self)
            self.task.system.inotify.total -= 1


def set_notice(task: Task, file: OpenFile, fd: int, events: int) -> None:
    """F_NOTIFY: ask for more events; for none, of nothing any more. ENOTDIR."""
    if not events & ~FolderEvent.DN_MULTISHOT:
        if file.notice is not None:
            file.notice.end()
        return
    if not file.inode.is_directory:
        raise SysError(Errno.ENOTDIR)
    if file.notice is None:
        file.notice = FolderNotice(task, file, fd)
    assert isinstance(file.notice, FolderNotice)
    file.notice.wanted |= events & (_ANY | FolderEvent.DN_MULTISHOT)
    if not file.owner.number:
        mine, signal = task.credentials, file.owner.signal
        file.owner = FileOwner(OwnerKind.F_OWNER_PID, task.pid, mine.uid, mine.euid, signal)
