"""Directories: reading them, and the task's place among them (chdir, chroot, getcwd)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.files import DIRENT_TYPES, PATH_MAX
from kernel.abi.stat import DIRENT, DIRENT64
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.inode import DirectoryInode
from kernel.fs.notify import ACCESS, tell
from kernel.fs.open_file import OpenFile
from kernel.fs.path import Location, resolve
from kernel.fs.permission import SEARCH, require
from kernel.syscalls.arguments import Argument, Fd, File, Moment, Path, Size, describe_buffer
from kernel.syscalls.stat import location_of
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task

Packer = Callable[[bytes, int, int, int], bytes]


_TYPE_NAMES = {
    0: "DT_UNKNOWN", 1: "DT_FIFO", 2: "DT_CHR", 4: "DT_DIR", 6: "DT_BLK", 8: "DT_REG",
    10: "DT_LNK", 12: "DT_SOCK",
}  # fmt: skip


class _EntriesArgument(Argument):
    """A buffer of directory entries: the address and their number, or all of them."""

    moment = Moment.EXIT

    def __init__(self, one: Callable[[bytes, int], Described], length_at: int) -> None:
        self.one = one
        self.length_at = length_at

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address = call.words[word]
        if call.result < 0:
            return ("ptr", address)
        entries, at = [], 0
        data = task.memory.read(address, call.result)
        while at < len(data):
            entries.append(self.one(data, at))
            at += int.from_bytes(data[at + self.length_at : at + self.length_at + 2], "little")
        brief = ("text", f"{address:#x} /* {len(entries)} entries */")
        return ("brief", brief, ("array", entries, False))


def _describe_entry(data: bytes, at: int) -> Described:
    number, offset, length = DIRENT.unpack_from(data, at)
    name = data[at + DIRENT.size : data.index(0, at + DIRENT.size)]
    fields = _entry_head(number, offset, length)
    return ("struct", [*fields, _entry_name(name), _entry_type(data[at + length - 1])], False)


def _describe_entry64(data: bytes, at: int) -> Described:
    number, offset, length, kind = DIRENT64.unpack_from(data, at)
    name = data[at + DIRENT64.size : data.index(0, at + DIRENT64.size)]
    fields = _entry_head(number, offset, length)
    return ("struct", [*fields, _entry_type(kind), _entry_name(name)], False)


def _entry_head(*numbers: int) -> list[tuple[str, Described]]:
    names = ("d_ino", "d_off", "d_reclen")
    return [(name, ("int", number)) for name, number in zip(names, numbers, strict=True)]


def _entry_type(kind: int) -> tuple[str, Described]:
    return "d_type", ("text", _TYPE_NAMES.get(kind, f"{kind:#x} /* DT_??? */"))


def _entry_name(name: bytes) -> tuple[str, Described]:
    return "d_name", ("path", name.decode("latin-1"), False)


class _CwdArgument(Argument):
    """The string that getcwd stored."""

    moment = Moment.EXIT

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address = call.words[word]
        if call.result <= 0:
            return ("ptr", address)
        _, text, more = describe_buffer(task, address, call.result - 1)
        return ("path", text, more)


Entries = Annotated[int, _EntriesArgument(_describe_entry, length_at=8)]
Entries64 = Annotated[int, _EntriesArgument(_describe_entry64, length_at=16)]
OutCwd = Annotated[int, _CwdArgument()]


def _pack_entry(name: bytes, number: int, offset: int, kind: int) -> bytes:
    length = DIRENT.size + len(name) + 2 + 3 & ~3
    head = DIRENT.pack(number & 0xFFFF_FFFF, offset, length)
    return (head + name).ljust(length - 1, b"\0") + bytes((DIRENT_TYPES.get(kind, 0),))


def _pack_entry64(name: bytes, number: int, offset: int, kind: int) -> bytes:
    length = DIRENT64.size + len(name) + 1 + 7 & ~7
    head = DIRENT64.pack(number, offset, length, DIRENT_TYPES.get(kind, 0))
    return (head + name).ljust(length, b"\0")


def _read_entries(task: Task, file: OpenFile, buffer: int, size: int, pack: Packer) -> int:
    """As many entries as fit, and as there is memory for; EINVAL where not even the next fits."""
    records: list[bytes] = []
    used = 0
    offsets = [file.offset]
    for name, number, kind, following in file.entries(task):
        record = pack(name, number, following, kind)
        if used + len(record) > size:
            if not records:
                raise SysError(Errno.EINVAL)
            break
        records.append(record)
        used += len(record)
        offsets.append(following)
    try:
        task.memory.write(buffer, b"".join(records))
        stored = len(records)
    except SysError:
        stored, used = _store_singly(task, buffer, records)
    file.offset = offsets[stored]
    tell(file.location, ACCESS)
    return used


def _store_singly(task: Task, buffer: int, records: list[bytes]) -> tuple[int, int]:
    """How many records there is memory for, and their octets; EFAULT for none."""
    used = 0
    for stored, record in enumerate(records):
        try:
            task.memory.write(buffer + used, record)
        except SysError:
            if not stored:
                raise
            return stored, used
        used += len(record)
    return len(records), used


@syscall(Sysno.GETDENTS)
def getdents(task: Task, file: File, buffer: Entries, size: Size) -> int:
    """getdents(2), struct linux_dirent."""
    return _read_entries(task, file, buffer, size, _pack_entry)


@syscall(Sysno.GETDENTS64)
def getdents64(task: Task, file: File, buffer: Entries64, size: Size) -> int:
    """getdents64(2), struct linux_dirent64."""
    return _read_entries(task, file, buffer, size, _pack_entry64)


def _directory(task: Task, place: Location) -> Location:
    """The place, if it is a directory that may be searched; ENOTDIR, EACCES."""
    if not isinstance(place.inode, DirectoryInode):
        raise SysError(Errno.ENOTDIR)
    require(task.credentials, place.inode, SEARCH)
    return place


@syscall(Sysno.CHDIR)
def chdir(task: Task, path: Path) -> int:
    """chdir(2)."""
    task.fs.cwd = _directory(task, resolve(task, path))
    return 0


@syscall(Sysno.FCHDIR)
def fchdir(task: Task, fd: Fd) -> int:
    """fchdir(2)."""
    task.fs.cwd = _directory(task, location_of(task, fd))
    return 0


@syscall(Sysno.CHROOT)
def chroot(task: Task, path: Path) -> int:
    """chroot(2): EPERM without CAP_SYS_CHROOT."""
    place = _directory(task, resolve(task, path))
    if not task.credentials.has(Capability.CAP_SYS_CHROOT):
        raise SysError(Errno.EPERM)
    task.fs.root = place
    return 0


@syscall(Sysno.GETCWD)
def getcwd(task: Task, buffer: OutCwd, size: Size) -> int:
    """The current directory with its NUL; the length.

    ENOENT once it is removed, ENAMETOOLONG from PATH_MAX on, ERANGE.
    """
    cwd = task.fs.cwd
    if not cwd.inode.links:
        raise SysError(Errno.ENOENT)
    path, is_reachable = cwd.path_below(task.fs.root)
    text = path + b"\0" if is_reachable else b"(unreachable)" + path + b"\0"
    if len(text) > PATH_MAX:
        raise SysError(Errno.ENAMETOOLONG)
    if len(text) > size:
        raise SysError(Errno.ERANGE)
    task.memory.write(buffer, text)
    return len(text)
