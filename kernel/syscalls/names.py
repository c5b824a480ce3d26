"""Names of files: mkdir, rmdir, unlink, rename, link, symlink, readlink, mknod."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.files import AT_FDCWD, S_IFBLK, S_IFCHR, S_IFMT, AtFlag
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs import naming
from kernel.fs.inode import SymlinkInode
from kernel.fs.path import Location, resolve, resolve_parent
from kernel.syscalls.arguments import (
    Argument,
    Fd,
    Mode,
    OutBytes,
    Path,
    Size,
    describe_string,
    signed,
)  # fmt: skip
from kernel.syscalls.file_arguments import AtFlags, NamedFlagsArgument
from kernel.syscalls.file_structures import device_text, mode_text
from kernel.syscalls.stat import location_of
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task

_RENAME_NAMES = (
    (naming.RENAME_NOREPLACE, "RENAME_NOREPLACE"),
    (naming.RENAME_EXCHANGE, "RENAME_EXCHANGE"),
    (naming.RENAME_WHITEOUT, "RENAME_WHITEOUT"),
)
RenameFlags = Annotated[int, NamedFlagsArgument(_RENAME_NAMES, unknown="RENAME_??")]


class _NodeModeArgument(Argument):
    """Type and permission bits of mknod(2)."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("flags", value & 0xFFFF, mode_text(value & 0xFFFF))


class _DeviceArgument(Argument):
    """A device number, shown only where the mode, the word before, is a device's."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        if call.words[word - 1] & S_IFMT in (S_IFCHR, S_IFBLK):
            return ("text", device_text(call.words[word]))
        return ("omit",)


class _SecondPathArgument(Argument):
    """The second of two pathnames, by its address: it is read once the first has been found."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return describe_string(task, value, "path")


SecondPath = Annotated[int, _SecondPathArgument()]
NodeMode = Annotated[int, _NodeModeArgument()]
Device = Annotated[int, _DeviceArgument()]


@syscall(Sysno.MKDIR)
def mkdir(task: Task, path: Path, mode: Mode) -> int:
    """mkdir(2)."""
    naming.make_directory(task, path, mode)
    return 0


@syscall(Sysno.MKDIRAT)
def mkdirat(task: Task, at: Fd, path: Path, mode: Mode) -> int:
    """mkdir(2) below a directory's descriptor."""
    naming.make_directory(task, path, mode, at)
    return 0


@syscall(Sysno.MKNOD)
def mknod(task: Task, path: Path, mode: NodeMode, device: Device) -> int:
    """mknod(2)."""
    naming.make_node(task, path, mode, device)
    return 0


@syscall(Sysno.MKNODAT)
def mknodat(task: Task, at: Fd, path: Path, mode: NodeMode, device: Device) -> int:
    """mknod(2) below a directory's descriptor."""
    naming.make_node(task, path, mode, device, at)
    return 0


@syscall(Sysno.RMDIR)
def rmdir(task: Task, path: Path) -> int:
    """rmdir(2)."""
    naming.remove_directory(task, path)
    return 0


@syscall(Sysno.UNLINK)
def unlink(task: Task, path: Path) -> int:
    """unlink(2)."""
    naming.remove(task, path)
    return 0


@syscall(Sysno.UNLINKAT)
def unlinkat(task: Task, at: Fd, path: Path, flags: AtFlags) -> int:
    """unlink(2) below a directory's descriptor, or rmdir(2) with AT_REMOVEDIR."""
    if flags & ~AtFlag.AT_REMOVEDIR:
        raise SysError(Errno.EINVAL)
    action = naming.remove_directory if flags else naming.remove
    action(task, path, at)
    return 0


@syscall(Sysno.SYMLINK)
def symlink(task: Task, target: Path, path: Path) -> int:
    """symlink(2)."""
    naming.make_symlink(task, target, path)
    return 0


@syscall(Sysno.SYMLINKAT)
def symlinkat(task: Task, target: Path, at: Fd, path: Path) -> int:
    """symlink(2) below a directory's descriptor."""
    naming.make_symlink(task, target, path, at)
    return 0


@syscall(Sysno.LINK)
def link(task: Task, old: Path, new: SecondPath) -> int:
    """link(2); a symbolic link itself gets the new name."""
    source = resolve(task, old, follow=False)
    naming.make_link(task, source, task.memory.read_path(new))
    return 0


@syscall(Sysno.LINKAT)
def linkat(task: Task, old_at: Fd, old: Path, new_at: Fd, new: SecondPath, flags: AtFlags) -> int:
    """link(2) with AT_SYMLINK_FOLLOW, or of a descriptor's file (AT_EMPTY_PATH, privileged)."""
    if flags & ~(AtFlag.AT_SYMLINK_FOLLOW | AtFlag.AT_EMPTY_PATH):
        raise SysError(Errno.EINVAL)
    source = _link_source(task, old_at, old, flags)
    naming.make_link(task, source, task.memory.read_path(new), new_at)
    return 0


def _link_source(task: Task, at: int, path: bytes, flags: int) -> Location:
    if path or not flags & AtFlag.AT_EMPTY_PATH:
        return resolve(task, path, at, bool(flags & AtFlag.AT_SYMLINK_FOLLOW))
    if not task.credentials.has(Capability.CAP_DAC_READ_SEARCH):
        raise SysError(Errno.ENOENT)
    return location_of(task, at)


@syscall(Sysno.RENAME)
def rename(task: Task, old: Path, new: SecondPath) -> int:
    """rename(2)."""
    return _rename(task, AT_FDCWD, old, AT_FDCWD, new)


@syscall(Sysno.RENAMEAT)
def renameat(task: Task, old_at: Fd, old: Path, new_at: Fd, new: SecondPath) -> int:
    """rename(2) between directories' descriptors."""
    return _rename(task, old_at, old, new_at, new)


@syscall(Sysno.RENAMEAT2)
def renameat2(
    task: Task, old_at: Fd, old: Path, new_at: Fd, new: SecondPath, flags: RenameFlags
) -> int:
    """rename(2) with flags."""
    return _rename(task, old_at, old, new_at, new, flags)


def _rename(
    task: Task, old_at: int, old: bytes, new_at: int, new_address: int, flags: int = 0
) -> int:
    naming.check_rename_flags(flags)
    try:
        new = task.memory.read_path(new_address)
    except SysError:
        resolve_parent(task, old, old_at, may_be_long=True)
        raise
    naming.rename(task, old, new, old_at, new_at, flags)
    return 0


def _read_link(task: Task, at: int, path: bytes, buffer: int, size: int) -> int:
    if signed(size) <= 0:
        raise SysError(Errno.EINVAL)
    place = resolve(task, path, at, follow=False) if path else location_of(task, at)
    link = place.inode
    if not isinstance(link, SymlinkInode):
        raise SysError(Errno.EINVAL if path else Errno.ENOENT)
    target = link.target(task)[:size]
    task.memory.write(buffer, target)
    return len(target)


@syscall(Sysno.READLINK)
def readlink(task: Task, path: Path, buffer: OutBytes, size: Size) -> int:
    """readlink(2)."""
    if not path:
        raise SysError(Errno.ENOENT)
    return _read_link(task, AT_FDCWD, path, buffer, size)


@syscall(Sysno.READLINKAT)
def readlinkat(task: Task, at: Fd, path: Path, buffer: OutBytes, size: Size) -> int:
    """readlink(2) below a directory's descriptor; with an empty path, of an O_PATH descriptor."""
    return _read_link(task, at, path, buffer, size)
