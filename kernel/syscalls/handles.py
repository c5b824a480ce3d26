"""File handles: name_to_handle_at(2) and open_by_handle_at(2), on memory file systems.

A handle is the inode's number, of 12 octets as tmpfs has them; numbers are never given twice.
"""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.files import AT_FDCWD, AtFlag, OpenFlag
from kernel.abi.process import Resource
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.inode import DirectoryInode
from kernel.fs.memory_directory import MemoryDirectory
from kernel.fs.mount import Mount
from kernel.fs.opening import open_found, open_place
from kernel.fs.path import Location, resolve
from kernel.fs.tmpfs import MemoryFileSystem
from kernel.syscalls.arguments import DescribedArgument, Fd, Moment, Path, signed
from kernel.syscalls.file_arguments import AtFlags, OpenFlags
from kernel.syscalls.stat import location_of
from kernel.syscalls.table import syscall
from kernel.task.task import Task

_HEAD, _BODY = struct.Struct("<Ii"), struct.Struct("<IQ")
_TYPE = 1
_MAX_SIZE = 128
_FOLLOW, _EMPTY_PATH = int(AtFlag.AT_SYMLINK_FOLLOW), int(AtFlag.AT_EMPTY_PATH)


def _describe_handle(task: Task, address: int) -> Described:
    size, kind = _HEAD.unpack(task.memory.read(address, _HEAD.size))
    body = task.memory.read(address + _HEAD.size, min(size, _MAX_SIZE))
    octets = "".join(f"\\x{octet:02x}" for octet in body)
    return (
        "struct",
        [("handle_bytes", ("int", size)), ("handle_type", ("int", kind)),
         ("f_handle", ("text", f'"{octets}"'))],
        False,
    )  # fmt: skip


def _describe_int(task: Task, address: int) -> Described:
    return ("array", [("int", signed(task.memory.read_word(address)))], False)


InHandle = Annotated[int, DescribedArgument(_describe_handle)]
OutHandle = Annotated[int, DescribedArgument(_describe_handle, Moment.EXIT)]
OutInt = Annotated[int, DescribedArgument(_describe_int, Moment.EXIT)]


@syscall(Sysno.NAME_TO_HANDLE_AT)
def name_to_handle_at(
    task: Task, at: Fd, path: Path, handle: OutHandle, mount: OutInt, flags: AtFlags
) -> int:
    """Store a file's handle and its mount's number.

    EINVAL, EOVERFLOW where there is not enough room, EOPNOTSUPP where files have no handles.
    """
    if flags & ~(_FOLLOW | _EMPTY_PATH):
        raise SysError(Errno.EINVAL)
    if not path and flags & _EMPTY_PATH:
        place = location_of(task, at)
    else:
        place = resolve(task, path, at, bool(flags & _FOLLOW))
    room, _ = _HEAD.unpack(task.memory.read(handle, _HEAD.size))
    if room > _MAX_SIZE:
        raise SysError(Errno.EINVAL)
    if place.mount is None or not isinstance(place.mount.file_system, MemoryFileSystem):
        raise SysError(Errno.EOPNOTSUPP)
    task.memory.write_word(mount, place.mount.number)
    if room < _BODY.size:
        task.memory.write(handle, _BODY.size.to_bytes(4, "little"))
        raise SysError(Errno.EOVERFLOW)
    body = _BODY.pack(0, place.inode.number)
    task.memory.write(handle, _HEAD.pack(_BODY.size, _TYPE) + body)
    return 0


@syscall(Sysno.OPEN_BY_HANDLE_AT)
def open_by_handle_at(task: Task, mount: Fd, handle: InHandle, flags: OpenFlags) -> Fd:
    """Open the file of a handle, on the mount that a descriptor lies on.

    EPERM without CAP_DAC_READ_SEARCH, ESTALE where the file is no more, EINVAL, EBADF.
    """
    size, kind = _HEAD.unpack(task.memory.read(handle, _HEAD.size))
    if not 0 < size <= _MAX_SIZE or kind < 0:
        raise SysError(Errno.EINVAL)
    found = task.fs.cwd.mount if mount == AT_FDCWD else task.files.get_any(mount).location
    on = found.mount if isinstance(found, Location) else found
    if not task.credentials.has(Capability.CAP_DAC_READ_SEARCH):
        raise SysError(Errno.EPERM)
    body = task.memory.read(handle + _HEAD.size, size)
    place = _find(on, kind, body)
    number = task.files.lowest_free(task.process.limits.soft(Resource.RLIMIT_NOFILE))
    opener = open_place if flags & OpenFlag.O_PATH else open_found
    file = opener(task, place, flags)
    task.files.put(number, file, bool(flags & OpenFlag.O_CLOEXEC))
    return number


def _find(mount: Mount | None, kind: int, body: bytes) -> Location:
    """Where the file of a handle is; ESTALE."""
    if mount is None or not isinstance(mount.file_system, MemoryFileSystem):
        raise SysError(Errno.ESTALE)
    inodes = mount.file_system.inodes
    _, number = _BODY.unpack(body) if len(body) == _BODY.size and kind == _TYPE else (0, 0)
    inode = inodes.get(number)
    if inode is None:
        raise SysError(Errno.ESTALE)
    if isinstance(inode, DirectoryInode):
        return Location(mount, inode)
    for folder in inodes.values():
        if isinstance(folder, MemoryDirectory):
            for name, named in folder.numbers.items():
                if named == number:
                    return Location(mount, inode, folder, name)
    raise SysError(Errno.ESTALE)
