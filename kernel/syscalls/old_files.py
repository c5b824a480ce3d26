"""File calls of old kernels that i386 still has: 16-bit stat, readdir, ustat and sysfs."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.stat import FileStatus
from kernel.abi.sysno import Sysno
from kernel.clock import NANOSECONDS
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.attributes import status_of
from kernel.fs.path import resolve
from kernel.fs.proc_system import file_system_kinds
from kernel.syscalls.arguments import DescribedArgument, Fd, File, Int, Moment, Path, Pointer, Size
from kernel.syscalls.file_structures import id16
from kernel.syscalls.table import syscall
from kernel.task.task import Task

_OLD_STAT = struct.Struct("<7H2xIIII")
_OLD_ENTRY = struct.Struct("<IIH")
_USTAT = struct.Struct("<iI12x")
_MOST_LINKS = _MOST_NUMBER = 0xFFFF


def _describe_old_stat(task: Task, address: int) -> Described:
    words = _OLD_STAT.unpack(task.memory.read(address, _OLD_STAT.size))
    return ("struct", [("st_mode", ("oct", words[2])), ("st_size", ("int", words[7]))], True)


def _describe_ustat(task: Task, address: int) -> Described:
    free, inodes = _USTAT.unpack(task.memory.read(address, _USTAT.size))
    return ("struct", [("f_tfree", ("int", free)), ("f_tinode", ("int", inodes))], True)


OutOldStat = Annotated[int, DescribedArgument(_describe_old_stat, Moment.EXIT)]
OutUstat = Annotated[int, DescribedArgument(_describe_ustat, Moment.EXIT)]


def _store(task: Task, status: FileStatus, buffer: int) -> int:
    """EOVERFLOW where a number does not fit."""
    fits = status.number <= _MOST_NUMBER and status.links <= _MOST_LINKS
    if not fits or status.size > 0x7FFF_FFFF:
        raise SysError(Errno.EOVERFLOW)
    times = (moment // NANOSECONDS for moment in (status.accessed, status.modified, status.changed))
    packed = _OLD_STAT.pack(
        status.device & 0xFFFF, status.number, status.mode, status.links,
        id16(status.uid), id16(status.gid), status.rdev & 0xFFFF, status.size,
        *(time & 0xFFFF_FFFF for time in times),
    )  # fmt: skip
    task.memory.write(buffer, packed)
    return 0


@syscall(Sysno.OLDSTAT)
def oldstat(task: Task, path: Path, buffer: OutOldStat) -> int:
    """stat(2) with 16-bit numbers: EOVERFLOW."""
    return _store(task, status_of(resolve(task, path).inode), buffer)


@syscall(Sysno.OLDLSTAT)
def oldlstat(task: Task, path: Path, buffer: OutOldStat) -> int:
    """The same of a symbolic link itself."""
    return _store(task, status_of(resolve(task, path, follow=False).inode), buffer)


@syscall(Sysno.OLDFSTAT)
def oldfstat(task: Task, fd: Fd, buffer: OutOldStat) -> int:
    """The same of an open file."""
    return _store(task, status_of(task.files.get_any(fd).inode), buffer)


@syscall(Sysno.READDIR)
def readdir(task: Task, file: File, buffer: Pointer, count: Size) -> int:
    """readdir(2): one entry, whatever the count; 1, or 0 at the end. ENOTDIR, ENOENT, EFAULT."""
    for name, number, _, following in file.entries(task):
        head = _OLD_ENTRY.pack(number & 0xFFFF_FFFF, file.offset, len(name))
        task.memory.write(buffer, head + name + b"\0")
        file.offset = following
        return 1
    return 0


@syscall(Sysno.USTAT)
def ustat(task: Task, device: Size, buffer: OutUstat) -> int:
    """ustat(2): free blocks and inodes of the mounted file system on a device; EINVAL."""
    for mount in task.system.namespace.mounts:
        if mount.root.device == device:
            found = mount.file_system.statistics()
            task.memory.write(buffer, _USTAT.pack(found.free, found.free_files))
            return 0
    raise SysError(Errno.EINVAL)


@syscall(Sysno.SYSFS)
def sysfs(task: Task, option: Int, first: Size, second: Pointer) -> int:
    """sysfs(2): the number of a kind of file system (1), its name (2), how many there are (3)."""
    kinds = file_system_kinds()
    if option == 1:
        name = task.memory.read_path(first).decode("latin-1")
        if name in kinds:
            return kinds.index(name)
    elif option == 2 and first < len(kinds):
        task.memory.write(second, kinds[first].encode() + b"\0")
        return 0
    elif option == 3:
        return len(kinds)
    raise SysError(Errno.EINVAL)
