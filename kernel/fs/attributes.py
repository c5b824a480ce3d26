"""Attributes of files: reading them as stat(2) does, and who may change them, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.files import S_ISGID, S_ISUID
from kernel.abi.stat import FileStatus
from kernel.errors import SysError
from kernel.fs.file_capabilities import drop_capabilities
from kernel.fs.file_flags import require_no_flags
from kernel.fs.inode import DirectoryInode, Inode, RegularInode
from kernel.fs.leases import break_leases
from kernel.fs.notify import ACCESS, ATTRIB, MODIFY, tell
from kernel.fs.opening import check_writable, cut
from kernel.fs.path import Location
from kernel.fs.permission import APPEND_ONLY, IMMUTABLE, WRITE, is_owner, require, require_owner
from kernel.fs.regular import require_size
from kernel.fs.seals import require_mode

if TYPE_CHECKING:
    from kernel.task.credentials import Credentials
    from kernel.task.task import Task

UNCHANGED = 0xFFFF_FFFF
"""A uid or gid that chown(2) leaves as it is."""


def status_of(inode: Inode) -> FileStatus:
    """What stat(2) tells."""
    inode.refresh()
    return FileStatus(
        inode.device, inode.number, inode.mode, inode.links, inode.uid, inode.gid, inode.rdev,
        inode.size, inode.blocks, inode.accessed, inode.modified, inode.changed,
    )  # fmt: skip


def _check_changeable(place: Location) -> None:
    """EROFS; EOPNOTSUPP where the attributes are always the same."""
    check_writable(place)
    if place.inode.keeps_attributes:
        raise SysError(Errno.EOPNOTSUPP)


def change_mode(task: Task, place: Location, mode: int) -> None:
    """chmod(2): EROFS, EPERM; a group that the task is not in gets no set-group-ID bit."""
    inode, credentials = place.inode, task.credentials
    _check_changeable(place)
    require_no_flags(inode)
    require_owner(credentials, inode)
    if not (credentials.is_in_group(inode.gid) or credentials.has(Capability.CAP_FSETID)):
        mode &= ~S_ISGID
    require_mode(inode, mode)
    inode.change_mode(mode & 0o7777, task.system.clock.wall)
    tell(place, ATTRIB)


def change_owner(task: Task, place: Location, uid: int, gid: int) -> None:
    """chown(2): EROFS, EPERM; 0xFFFFFFFF keeps one. A program is not set-user-ID any more,
    and has no capabilities.
    """
    inode, credentials = place.inode, task.credentials
    _check_changeable(place)
    if (uid, gid) != (UNCHANGED, UNCHANGED):
        require_no_flags(inode)
        if inode.is_setting:
            raise SysError(Errno.EPERM)
    is_own = credentials.fsuid == inode.uid
    allowed = uid == UNCHANGED or (is_own and uid == inode.uid)
    if gid != UNCHANGED:
        allowed &= is_own and (gid == inode.gid or credentials.is_in_group(gid))
    if not (allowed or credentials.has(Capability.CAP_CHOWN)):
        raise SysError(Errno.EPERM)
    if not inode.is_directory:
        drop_capabilities(inode)
    mode = _mode_of_given_away(credentials, inode)
    if mode != inode.mode:
        require_owner(credentials, inode)
    now = task.system.clock.wall
    inode.change_owner(
        inode.uid if uid == UNCHANGED else uid, inode.gid if gid == UNCHANGED else gid, now
    )
    if mode != inode.mode:
        inode.change_mode(mode & 0o7777, now)
    tell(place, ATTRIB)


def _mode_of_given_away(credentials: Credentials, inode: Inode) -> int:
    """A program loses set-user-ID, and set-group-ID; where only its group is privileged (locking)
    others than its members take it away, too.
    """
    if inode.is_directory:
        return inode.mode
    keeps = credentials.is_in_group(inode.gid) or credentials.has(Capability.CAP_FSETID)
    lost = S_ISUID | (0 if keeps and not inode.mode & 0o010 else S_ISGID)
    return inode.mode & ~lost


def change_times(
    task: Task, place: Location, accessed: int | None, modified: int | None, is_now: bool
) -> None:
    """utimensat(2), nanoseconds since 1970, None for one that stays. With `is_now` (both are the
    present) write permission is enough; else EPERM for others than the owner. EACCES, EROFS.
    """
    inode, credentials = place.inode, task.credentials
    if accessed is None and modified is None:
        return
    _check_changeable(place)
    require_no_flags(inode, IMMUTABLE if is_now else IMMUTABLE | APPEND_ONLY)
    if not is_owner(credentials, inode):
        if not is_now:
            raise SysError(Errno.EPERM)
        require(credentials, inode, WRITE)
    inode.change_times(
        inode.accessed if accessed is None else accessed,
        inode.modified if modified is None else modified,
        task.system.clock.wall,
    )
    tell(place, MODIFY if accessed is None else ACCESS if modified is None else ATTRIB)


def truncate(task: Task, place: Location, size: int) -> None:
    """truncate(2) to a size from 0 on: EINVAL, EISDIR, EACCES, EROFS, ETXTBSY, EFBIG."""
    inode = place.inode
    if isinstance(inode, DirectoryInode):
        raise SysError(Errno.EISDIR)
    if not inode.is_regular:
        raise SysError(Errno.EINVAL)
    check_writable(place)
    require(task.credentials, inode, WRITE)
    if not isinstance(inode, RegularInode):
        return  # in /proc, where there is nothing to cut
    require_no_flags(inode)
    if inode.executing:
        raise SysError(Errno.ETXTBSY)
    break_leases(task, inode, writes=True)
    require_size(task, size)
    cut(task, inode, size)
    tell(place, MODIFY)
