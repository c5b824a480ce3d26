"""mount(2), umount(2), umount2(2) and pivot_root(2)."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.memory import PAGE_SIZE
from kernel.abi.mount import MS_MAGIC, MS_MAGIC_MASK, MountFlag, UnmountFlag
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs import mounting
from kernel.fs.path import Location, resolve
from kernel.syscalls.arguments import (
    Argument,
    FlagsArgument,
    Path,
    PathArgument,
    describe_string,
    flags_text,
)  # fmt: skip
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task

_TYPES = (
    MountFlag.MS_UNBINDABLE | MountFlag.MS_PRIVATE | MountFlag.MS_SLAVE | MountFlag.MS_SHARED
)  # fmt: skip
_WITHOUT_DATA = MountFlag.MS_BIND | MountFlag.MS_MOVE | _TYPES


class _OptionalString(PathArgument):
    """A string, or NULL (None)."""

    def decode(self, task: Task, word: int) -> bytes | None:  # type: ignore[override]
        return task.memory.read_path(word) if word else None

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return describe_string(task, value)


class _MountFlags(FlagsArgument):
    """The flags, with the magic number of old programs."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        if value & MS_MAGIC_MASK != MS_MAGIC:
            return super().describe_value(task, call, value)
        rest = flags_text(self.names, value & ~MS_MAGIC_MASK, "")
        return ("flags", value, f"MS_MGC_VAL|{rest}" if rest else "MS_MGC_VAL")


class _MountData(Argument):
    """Options of the file system: text, where the flags before make it count."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address = call.words[word]
        if call.words[word - 1] & _WITHOUT_DATA:
            return ("ptr", address)
        return describe_string(task, address)


Source = Annotated[bytes | None, _OptionalString()]
Kind = Annotated[bytes | None, _OptionalString()]
MountFlags = Annotated[int, _MountFlags(MountFlag)]
Data = Annotated[int, _MountData()]
UnmountFlags = Annotated[int, FlagsArgument(UnmountFlag)]


def _require_right(task: Task) -> None:
    if not task.credentials.has(Capability.CAP_SYS_ADMIN):
        raise SysError(Errno.EPERM)


@syscall(Sysno.MOUNT)
def mount(task: Task, source: Source, path: Path, kind: Kind, flags: MountFlags, data: Data) -> int:
    """mount(2): tmpfs, the kernel's own trees, bind mounts, moving and remounting.

    EPERM without CAP_SYS_ADMIN, EINVAL, ENODEV, ENOTDIR, EBUSY, ELOOP, ENOSPC.
    """
    options = _options(task, data)
    if flags & MS_MAGIC_MASK == MS_MAGIC:
        flags &= ~MS_MAGIC_MASK
    at = resolve(task, path)
    _require_right(task)
    if flags & MountFlag.MS_REMOUNT:
        mounting.remount(task, at, flags, options)
    elif flags & MountFlag.MS_BIND:
        mounting.bind(task, _source(task, source), at, bool(flags & MountFlag.MS_REC))
    elif flags & _TYPES:
        _change_type(task, at, flags)
    elif flags & MountFlag.MS_MOVE:
        mounting.move(task, _source(task, source), at)
    elif kind is None:
        raise SysError(Errno.EINVAL)
    else:
        name = "none" if source is None else source.decode("latin-1")
        mounting.mount_new(task, at, kind, name, flags, options)
    return 0


def _options(task: Task, address: int) -> bytes:
    """Text of at most a page; EFAULT."""
    return task.memory.peek_string(address, PAGE_SIZE - 1)[0] if address else b""


def _source(task: Task, path: bytes | None) -> Location:
    """The file or mount that is to be seen elsewhere; EINVAL for no path."""
    if not path:
        raise SysError(Errno.EINVAL)
    return resolve(task, path)


def _change_type(task: Task, at: Location, flags: int) -> None:
    kind = flags & ~(MountFlag.MS_REC | MountFlag.MS_SILENT)
    if kind & ~_TYPES or kind & (kind - 1):
        raise SysError(Errno.EINVAL)
    mounting.change_type(task, at, flags)


@syscall(Sysno.UMOUNT)
def umount(task: Task, path: Path) -> int:
    """The old call without flags."""
    return _unmount(task, path, 0)


@syscall(Sysno.UMOUNT2)
def umount2(task: Task, path: Path, flags: UnmountFlags) -> int:
    """umount2(2): EPERM without CAP_SYS_ADMIN, EINVAL, EBUSY, EAGAIN."""
    return _unmount(task, path, flags)


def _unmount(task: Task, path: bytes, flags: int) -> int:
    if flags & ~sum(UnmountFlag):
        raise SysError(Errno.EINVAL)
    place = resolve(task, path, follow=not flags & UnmountFlag.UMOUNT_NOFOLLOW)
    _require_right(task)
    expires = bool(flags & UnmountFlag.MNT_EXPIRE)
    lazily = bool(flags & UnmountFlag.MNT_DETACH)
    if expires and flags & (UnmountFlag.MNT_FORCE | UnmountFlag.MNT_DETACH):
        raise SysError(Errno.EINVAL)
    mounting.unmount(task, place, lazily, expires)
    return 0


@syscall(Sysno.PIVOT_ROOT)
def pivot_root(task: Task, new: Path, old: Path) -> int:
    """pivot_root(2): EPERM without CAP_SYS_ADMIN, ENOTDIR, EBUSY, EINVAL."""
    _require_right(task)
    places = resolve(task, new), resolve(task, old)
    if not all(place.inode.is_directory for place in places):
        raise SysError(Errno.ENOTDIR)
    mounting.pivot(task, *places)
    return 0
