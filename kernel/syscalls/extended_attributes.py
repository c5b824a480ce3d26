"""Extended attributes of files: setting, getting, listing and removing them (xattr(7))."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs import xattr
from kernel.fs.notify import ATTRIB, tell
from kernel.fs.opening import check_writable
from kernel.fs.path import Location, resolve
from kernel.syscalls.arguments import (
    Argument,
    Fd,
    InBytes,
    OutBytesArgument,
    Path,
    Size,
    describe_string,
)  # fmt: skip
from kernel.syscalls.file_arguments import NamedFlagsArgument
from kernel.syscalls.stat import location_of
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task

_NAME_MAX = 255
_FLAGS = ((xattr.XATTR_CREATE, "XATTR_CREATE"), (xattr.XATTR_REPLACE, "XATTR_REPLACE"))


class _NameArgument(Argument):
    """An attribute's name: bytes; ERANGE for none and for more than 255 octets."""

    plain = False

    def decode(self, task: Task, word: int) -> bytes:
        name, ended = task.memory.peek_string(word, _NAME_MAX + 1)
        if not name or not ended or len(name) > _NAME_MAX:
            raise SysError(Errno.ERANGE)
        return name

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return describe_string(task, value)


class _OutValue(OutBytesArgument):
    """What was stored; an address alone where only the size was asked for."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        if not call.words[word + 1]:
            return ("ptr", call.words[word])
        return super().describe(task, call, word)


Name = Annotated[bytes, _NameArgument()]
OutValue = Annotated[int, _OutValue()]
SetFlags = Annotated[int, NamedFlagsArgument(_FLAGS, unknown="XATTR_???")]


def _open_place(task: Task, fd: int) -> Location:
    """Where an open file is; EBADF for O_PATH, too."""
    task.files.get(fd)
    return location_of(task, fd)


# ---- set -------------------------------------------------------------------------------------


def _value(task: Task, address: int, size: int, flags: int) -> bytes:
    """The value in memory, checked before the file is looked for; EINVAL, E2BIG, EFAULT."""
    if flags & ~(xattr.XATTR_CREATE | xattr.XATTR_REPLACE):
        raise SysError(Errno.EINVAL)
    if size > xattr.SIZE_MAX:
        raise SysError(Errno.E2BIG)
    return task.memory.read(address, size) if size else b""


def _set(task: Task, place: Location, name: bytes, value: bytes, flags: int) -> int:
    check_writable(place)
    xattr.set_attribute(task.credentials, place, name, value, flags, task.system.clock.wall)
    tell(place, ATTRIB)
    return 0


@syscall(Sysno.SETXATTR)
def setxattr(
    task: Task, path: Path, name: Name, value: InBytes, size: Size, flags: SetFlags
) -> int:
    """setxattr(2)."""
    data = _value(task, value, size, flags)
    return _set(task, resolve(task, path), name, data, flags)


@syscall(Sysno.LSETXATTR)
def lsetxattr(
    task: Task, path: Path, name: Name, value: InBytes, size: Size, flags: SetFlags
) -> int:
    """The same of a symbolic link itself."""
    data = _value(task, value, size, flags)
    return _set(task, resolve(task, path, follow=False), name, data, flags)


@syscall(Sysno.FSETXATTR)
def fsetxattr(task: Task, fd: Fd, name: Name, value: InBytes, size: Size, flags: SetFlags) -> int:
    """The same of an open file."""
    data = _value(task, value, size, flags)
    return _set(task, _open_place(task, fd), name, data, flags)


# ---- get and list ----------------------------------------------------------------------------


def _store(task: Task, address: int, size: int, data: bytes) -> int:
    """Store it whole; only its length for a size of 0. ERANGE."""
    if size:
        if len(data) > size:
            raise SysError(Errno.ERANGE)
        task.memory.write(address, data)
    return len(data)


def _get(task: Task, place: Location, name: bytes, address: int, size: int) -> int:
    return _store(task, address, size, xattr.get_attribute(task.credentials, place, name))


@syscall(Sysno.GETXATTR)
def getxattr(task: Task, path: Path, name: Name, value: OutValue, size: Size) -> int:
    """getxattr(2)."""
    return _get(task, resolve(task, path), name, value, size)


@syscall(Sysno.LGETXATTR)
def lgetxattr(task: Task, path: Path, name: Name, value: OutValue, size: Size) -> int:
    """The same of a symbolic link itself."""
    return _get(task, resolve(task, path, follow=False), name, value, size)


@syscall(Sysno.FGETXATTR)
def fgetxattr(task: Task, fd: Fd, name: Name, value: OutValue, size: Size) -> int:
    """The same of an open file."""
    return _get(task, _open_place(task, fd), name, value, size)


def _list(task: Task, place: Location, address: int, size: int) -> int:
    names = xattr.attribute_names(task.credentials, place.inode)
    data = b"".join(name + b"\0" for name in names)
    if size >= xattr.SIZE_MAX and len(data) > xattr.SIZE_MAX:
        raise SysError(Errno.E2BIG)
    return _store(task, address, size, data)


@syscall(Sysno.LISTXATTR)
def listxattr(task: Task, path: Path, names: OutValue, size: Size) -> int:
    """listxattr(2): each name with a NUL behind it."""
    return _list(task, resolve(task, path), names, size)


@syscall(Sysno.LLISTXATTR)
def llistxattr(task: Task, path: Path, names: OutValue, size: Size) -> int:
    """The same of a symbolic link itself."""
    return _list(task, resolve(task, path, follow=False), names, size)


@syscall(Sysno.FLISTXATTR)
def flistxattr(task: Task, fd: Fd, names: OutValue, size: Size) -> int:
    """The same of an open file."""
    return _list(task, _open_place(task, fd), names, size)


# ---- remove ----------------------------------------------------------------------------------


def _remove(task: Task, place: Location, name: bytes) -> int:
    check_writable(place)
    xattr.remove_attribute(task.credentials, place, name, task.system.clock.wall)
    tell(place, ATTRIB)
    return 0


@syscall(Sysno.REMOVEXATTR)
def removexattr(task: Task, path: Path, name: Name) -> int:
    """removexattr(2)."""
    return _remove(task, resolve(task, path), name)


@syscall(Sysno.LREMOVEXATTR)
def lremovexattr(task: Task, path: Path, name: Name) -> int:
    """The same of a symbolic link itself."""
    return _remove(task, resolve(task, path, follow=False), name)


@syscall(Sysno.FREMOVEXATTR)
def fremovexattr(task: Task, fd: Fd, name: Name) -> int:
    """The same of an open file."""
    return _remove(task, _open_place(task, fd), name)
