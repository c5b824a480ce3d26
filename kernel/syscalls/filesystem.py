"""File systems as a whole: statfs and its kin, sync and its kin."""

from __future__ import annotations

from typing import Annotated

from kernel.abi import stat as abi
from kernel.abi.errno import Errno
from kernel.abi.mount import MountFlag
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.inode import DirectoryInode, RegularInode
from kernel.fs.mount import Statistics
from kernel.fs.path import Location, resolve
from kernel.fs.proc_nodes import ProcDirectory
from kernel.syscalls.arguments import (
    DescribedArgument,
    Fd,
    File,
    Moment,
    Path,
    Size,
    flags_text,
)  # fmt: skip
from kernel.syscalls.stat import location_of
from kernel.syscalls.table import syscall
from kernel.task.task import Task

PIPEFS_MAGIC = 0x5049_5045
_MAGIC_NAMES = {
    0x0102_1994: "TMPFS_MAGIC", 0x9FA0: "PROC_SUPER_MAGIC", 0xEF53: "EXT2_SUPER_MAGIC",
    PIPEFS_MAGIC: "PIPEFS_MAGIC", 0x6265_6572: "SYSFS_MAGIC", 0x794C_7630: "OVERLAYFS_SUPER_MAGIC",
}  # fmt: skip
_FLAG_NAMES = [
    (abi.ST_VALID, "ST_VALID"), (abi.ST_RDONLY, "ST_RDONLY"), (abi.ST_NOSUID, "ST_NOSUID"),
    (abi.ST_NODEV, "ST_NODEV"), (abi.ST_NOEXEC, "ST_NOEXEC"), (abi.ST_NOATIME, "ST_NOATIME"),
    (abi.ST_NODIRATIME, "ST_NODIRATIME"), (abi.ST_RELATIME, "ST_RELATIME"),
    (abi.ST_NOSYMFOLLOW, "ST_NOSYMFOLLOW"),
]  # fmt: skip
_MOUNT_BITS = (
    (MountFlag.MS_NOSUID, abi.ST_NOSUID), (MountFlag.MS_NODEV, abi.ST_NODEV),
    (MountFlag.MS_NOEXEC, abi.ST_NOEXEC), (MountFlag.MS_NOATIME, abi.ST_NOATIME),
    (MountFlag.MS_NODIRATIME, abi.ST_NODIRATIME), (MountFlag.MS_RELATIME, abi.ST_RELATIME),
    (MountFlag.MS_NOSYMFOLLOW, abi.ST_NOSYMFOLLOW),
)  # fmt: skip
_NUMBERS = ("f_bsize", "f_blocks", "f_bfree", "f_bavail", "f_files", "f_ffree")


def _words(place: Location) -> tuple[int, ...]:
    """The fields of struct statfs in order; blocks of 4096 octets."""
    mount = place.mount
    flags = abi.ST_VALID | abi.ST_RELATIME
    if mount is None:
        numbers, device = Statistics(PIPEFS_MAGIC), place.inode.device
    else:
        numbers, device = mount.file_system.statistics(), mount.file_system.device
        flags = abi.ST_VALID | (abi.ST_RDONLY if mount.read_only else 0)
        flags |= sum(bit for flag, bit in _MOUNT_BITS if mount.flags & flag)
    return (
        numbers.magic, numbers.block_size, numbers.blocks, numbers.free, numbers.free,
        numbers.files, numbers.free_files, device, 0, numbers.name_length, numbers.block_size,
        flags,
    )  # fmt: skip


def _describe(words: tuple[int, ...]) -> Described:
    fields: list[tuple[str, Described]] = [
        ("f_type", ("flags", words[0], _MAGIC_NAMES.get(words[0], f"{words[0]:#x}")))
    ]
    fields += [(name, ("int", word)) for name, word in zip(_NUMBERS, words[1:7], strict=True)]
    identity = ("array", [("hex", words[7]), ("hex", words[8])], False)
    fields.append(("f_fsid", ("struct", [("val", identity)], False)))
    fields += [("f_namelen", ("int", words[9])), ("f_frsize", ("int", words[10]))]
    fields.append(("f_flags", ("flags", words[11], flags_text(_FLAG_NAMES, words[11]))))
    return ("struct", fields, False)


def _statfs(task: Task, address: int) -> Described:
    return _describe(abi.STATFS.unpack(task.memory.read(address, abi.STATFS.size)))


def _statfs64(task: Task, address: int) -> Described:
    return _describe(abi.STATFS64.unpack(task.memory.read(address, abi.STATFS64.size)))


OutStatfs = Annotated[int, DescribedArgument(_statfs, Moment.EXIT)]
OutStatfs64 = Annotated[int, DescribedArgument(_statfs64, Moment.EXIT)]


def _store(task: Task, place: Location, buffer: int) -> int:
    words = _words(place)
    if max(words) > 0xFFFF_FFFF:
        raise SysError(Errno.EOVERFLOW)
    task.memory.write(buffer, abi.STATFS.pack(*words))
    return 0


@syscall(Sysno.STATFS)
def statfs(task: Task, path: Path, buffer: OutStatfs) -> int:
    """statfs(2) with 32-bit numbers: EOVERFLOW."""
    return _store(task, resolve(task, path), buffer)


@syscall(Sysno.FSTATFS)
def fstatfs(task: Task, fd: Fd, buffer: OutStatfs) -> int:
    """The same for an open file's file system."""
    return _store(task, location_of(task, fd), buffer)


def _check_size(size: int) -> None:
    """EINVAL unless it is the structure's."""
    if size != abi.STATFS64.size:
        raise SysError(Errno.EINVAL)


def _store64(task: Task, place: Location, buffer: int) -> int:
    task.memory.write(buffer, abi.STATFS64.pack(*_words(place)))
    return 0


@syscall(Sysno.STATFS64)
def statfs64(task: Task, path: Path, size: Size, buffer: OutStatfs64) -> int:
    """statfs(2); EINVAL unless `size` is the structure's."""
    _check_size(size)
    return _store64(task, resolve(task, path), buffer)


@syscall(Sysno.FSTATFS64)
def fstatfs64(task: Task, fd: Fd, size: Size, buffer: OutStatfs64) -> int:
    """fstatfs(2)."""
    _check_size(size)
    return _store64(task, location_of(task, fd), buffer)


# ---- sync ------------------------------------------------------------------------------------


@syscall(Sysno.SYNC)
def sync(task: Task) -> int:
    """sync(2): what is written is stored at once here."""
    return 0


@syscall(Sysno.SYNCFS)
def syncfs(task: Task, file: File) -> int:
    """syncfs(2): EBADF."""
    return 0


@syscall(Sysno.FSYNC, Sysno.FDATASYNC)
def fsync(task: Task, file: File) -> int:
    """fsync(2), fdatasync(2): EINVAL for what is stored nowhere."""
    if not isinstance(file.inode, (RegularInode, DirectoryInode)):
        raise SysError(Errno.EINVAL)
    if isinstance(file.inode, ProcDirectory):
        raise SysError(Errno.EINVAL)
    return 0
