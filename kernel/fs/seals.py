"""Seals: what may not be done to a memory file any more (fcntl(2), F_ADD_SEALS).

Every file in memory has seals, but for those of memfd_create(2) the first is F_SEAL_SEAL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import Seal
from kernel.abi.memory import PAGE_SIZE
from kernel.errors import SysError
from kernel.fs.inode import Inode, RegularInode
from kernel.fs.memory_file import MemoryFile
from kernel.fs.open_file import OpenFile

if TYPE_CHECKING:
    from kernel.system import System

_NO_WRITING = Seal.F_SEAL_WRITE | Seal.F_SEAL_FUTURE_WRITE
_ANY_SEAL = sum(Seal)
_EXECUTE = 0o111


def seals_of(file: OpenFile) -> int:
    """F_GET_SEALS; EINVAL for a file that is not in memory."""
    if not isinstance(file.inode, MemoryFile):
        raise SysError(Errno.EINVAL)
    return file.inode.seals


def add_seals(system: System, file: OpenFile, seals: int) -> None:
    """F_ADD_SEALS: EPERM where it is not open for writing, or sealed itself; EBUSY, EINVAL."""
    if not file.is_writable:
        raise SysError(Errno.EPERM)
    if seals & ~_ANY_SEAL or not isinstance(file.inode, MemoryFile):
        raise SysError(Errno.EINVAL)
    inode = file.inode
    if inode.seals & Seal.F_SEAL_SEAL:
        raise SysError(Errno.EPERM)
    if seals & Seal.F_SEAL_EXEC and inode.mode & _EXECUTE:
        seals |= Seal.F_SEAL_SHRINK | Seal.F_SEAL_GROW | _NO_WRITING
    new = seals & ~inode.seals
    if new & Seal.F_SEAL_WRITE and _is_mapped(system, inode):
        raise SysError(Errno.EBUSY)
    inode.seals |= seals


def _is_mapped(system: System, inode: RegularInode) -> bool:
    """Whether a mapping could write to the file."""
    spaces = system.frames.commitments.spaces
    return any(
        area.inode is inode and area.may_change_file for space in spaces for area in space.areas
    )


def require_writing(inode: RegularInode, offset: int, count: int) -> int:
    """How many of `count` octets may be written at an offset; EPERM for none.

    What would make a file grow that may not is cut at a page, for pages are written one by one.
    """
    if inode.seals & _NO_WRITING:
        raise SysError(Errno.EPERM)
    size = inode.size
    if not inode.seals & Seal.F_SEAL_GROW or offset + count <= size:
        return count
    allowed = size // PAGE_SIZE * PAGE_SIZE - offset
    if allowed <= 0:
        raise SysError(Errno.EPERM)
    return allowed


def require_resizing(inode: RegularInode, size: int) -> None:
    """EPERM where the file may not get this size."""
    forbidden = Seal.F_SEAL_SHRINK if size < inode.size else Seal.F_SEAL_GROW
    if size != inode.size and inode.seals & forbidden:
        raise SysError(Errno.EPERM)


def require_clearing(inode: RegularInode) -> None:
    """EPERM where no hole may be made."""
    if inode.seals & _NO_WRITING:
        raise SysError(Errno.EPERM)


def forbid_writing(inode: RegularInode) -> bool:
    """Whether no new mapping may write to the file."""
    return bool(inode.seals & _NO_WRITING)


def require_mode(inode: Inode, mode: int) -> None:
    """EPERM where it may not be made executable, or the opposite."""
    if (
        isinstance(inode, RegularInode)
        and inode.seals & Seal.F_SEAL_EXEC
        and (inode.mode ^ mode) & _EXECUTE
    ):
        raise SysError(Errno.EPERM)
