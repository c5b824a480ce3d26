"""Permission: what a task may do to a file, by mode bits and capabilities (credentials(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.files import S_ISVTX, Access, FileFlag
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.fs.inode import Inode
    from kernel.task.credentials import Credentials
    from kernel.task.task import Task

READ, WRITE, SEARCH = int(Access.R_OK), int(Access.W_OK), int(Access.X_OK)
EXECUTE = SEARCH
IMMUTABLE, APPEND_ONLY = int(FileFlag.FS_IMMUTABLE_FL), int(FileFlag.FS_APPEND_FL)
SEARCH_ANYTHING = 1 << Capability.CAP_DAC_OVERRIDE | 1 << Capability.CAP_DAC_READ_SEARCH
"""Either of these capabilities lets a task search every directory."""


def is_allowed(credentials: Credentials, inode: Inode, wanted: int) -> bool:
    """Whether all of READ, WRITE and EXECUTE (search) in `wanted` are granted."""
    mode = inode.mode
    if credentials.fsuid == inode.uid:
        mode >>= 6
    elif credentials.is_in_group(inode.gid):
        mode >>= 3
    return not wanted & ~mode & 7 or _overrides(credentials, inode, wanted)


def _overrides(credentials: Credentials, inode: Inode, wanted: int) -> bool:
    """CAP_DAC_OVERRIDE allows all but executing what nobody may; CAP_DAC_READ_SEARCH looking."""
    if inode.is_setting:
        return False
    if inode.is_directory:
        looking, everything = not wanted & WRITE, True
    else:
        looking, everything = wanted == READ, not wanted & EXECUTE or bool(inode.mode & 0o111)
    if everything and credentials.has(Capability.CAP_DAC_OVERRIDE):
        return True
    return looking and credentials.has(Capability.CAP_DAC_READ_SEARCH)


def require(credentials: Credentials, inode: Inode, wanted: int) -> None:
    """EACCES unless all of `wanted` is granted; EPERM for writing to what is immutable."""
    if inode.file_flags & IMMUTABLE and wanted & WRITE:
        raise SysError(Errno.EPERM)
    if not is_allowed(credentials, inode, wanted):
        raise SysError(Errno.EACCES)


def is_owner(credentials: Credentials, inode: Inode) -> bool:
    """Whether the task may change the inode's mode and times, as its owner or by CAP_FOWNER."""
    return credentials.fsuid == inode.uid or credentials.has(Capability.CAP_FOWNER)


def require_owner(credentials: Credentials, inode: Inode) -> None:
    """EPERM for others than the owner."""
    if not is_owner(credentials, inode):
        raise SysError(Errno.EPERM)


def may_inspect(reader: Task, target: Task, as_file: bool = False) -> bool:
    """Whether a task may look into another as a debugger does (ptrace(2), access mode checking).

    All ids are those of the reader (real ones, for files in /proc those of the file system), and
    the target gave its memory and capabilities to be seen; or by CAP_SYS_PTRACE. The first process
    is the kernel itself: there is nothing to look into but files in /proc.
    """
    if target.process is reader.system.tasks.init and not as_file:
        return False
    mine, theirs = reader.credentials, target.credentials
    if reader.process is target.process or mine.has(Capability.CAP_SYS_PTRACE):
        return True
    uid, gid = (mine.fsuid, mine.fsgid) if as_file else (mine.uid, mine.gid)
    has_ids = {theirs.uid, theirs.euid, theirs.suid} == {uid}
    has_ids &= {theirs.gid, theirs.egid, theirs.sgid} == {gid}
    capabilities = mine.effective if as_file else mine.permitted
    return has_ids and target.process.is_dumpable and not theirs.permitted & ~capabilities


def require_removal(credentials: Credentials, directory: Inode, victim: Inode) -> None:
    """EACCES without write and search permission, EPERM for another's file in a sticky folder and
    for what is immutable or only grows.
    """
    require(credentials, directory, WRITE | SEARCH)
    if directory.file_flags & APPEND_ONLY or victim.file_flags & (IMMUTABLE | APPEND_ONLY):
        raise SysError(Errno.EPERM)
    if (
        directory.mode & S_ISVTX
        and credentials.fsuid not in (victim.uid, directory.uid)
        and not credentials.has(Capability.CAP_FOWNER)
    ):
        raise SysError(Errno.EPERM)
