"""Changing files' times: utime, utimes, futimesat, utimensat."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import AT_FDCWD, AtFlag
from kernel.abi.sysno import Sysno
from kernel.clock import NANOSECONDS
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.attributes import change_times
from kernel.fs.path import Location, resolve
from kernel.syscalls.arguments import DescribedArgument, Fd, Path, PathArgument
from kernel.syscalls.dates import date_text
from kernel.syscalls.file_arguments import AtFlags
from kernel.syscalls.stat import location_of, resolve_flagged
from kernel.syscalls.table import syscall
from kernel.task.task import Task

UTIME_NOW, UTIME_OMIT = 0x3FFF_FFFF, 0x3FFF_FFFE
_MICROSECONDS = 1_000_000
_UTIMBUF, _TIMEVALS = struct.Struct("<ii"), struct.Struct("<4i")
_TIMESPECS, _TIMESPECS64 = struct.Struct("<4i"), struct.Struct("<qi4xqi4x")


def _utimbuf(task: Task, address: int) -> Described:
    fields = zip(("actime", "modtime"), _UTIMBUF.unpack(task.memory.read(address, 8)), strict=True)
    parts = (f"{name}={seconds}{date_text(seconds, 0, 0)}" for name, seconds in fields)
    return ("text", "{" + ", ".join(parts) + "}")


def _pair(words: tuple[int, ...], unit: str, digits: int) -> Described:
    """Two times; `unit` is the name of the fraction's field."""
    parts: list[Described] = []
    for seconds, fraction in (words[:2], words[2:]):
        special = {UTIME_NOW: "UTIME_NOW", UTIME_OMIT: "UTIME_OMIT"}.get(fraction)
        text = f"{{tv_sec={seconds}, {unit}={fraction}}}" + date_text(seconds, fraction, digits)
        parts.append(("text", special if special and digits == 9 else text))
    return ("array", parts, False)


def _timevals(task: Task, address: int) -> Described:
    return _pair(_TIMEVALS.unpack(task.memory.read(address, 16)), "tv_usec", 6)


def _timespecs(task: Task, address: int) -> Described:
    return _pair(_TIMESPECS.unpack(task.memory.read(address, 16)), "tv_nsec", 9)


def _timespecs64(task: Task, address: int) -> Described:
    return _pair(_TIMESPECS64.unpack(task.memory.read(address, 32)), "tv_nsec", 9)


class _NullablePathArgument(PathArgument):
    """A pathname, or NULL (None) for the descriptor itself."""

    def decode(self, task: Task, word: int) -> bytes | None:  # type: ignore[override]
        return task.memory.read_path(word) if word else None


Utimbuf = Annotated[int, DescribedArgument(_utimbuf)]
Timevals = Annotated[int, DescribedArgument(_timevals)]
Timespecs = Annotated[int, DescribedArgument(_timespecs)]
Timespecs64 = Annotated[int, DescribedArgument(_timespecs64)]
NullablePath = Annotated[bytes | None, _NullablePathArgument()]


def _change(task: Task, place: Location, words: tuple[int, ...] | None, per_second: int) -> int:
    """Set the times of (seconds, fraction) twice; None: both are now. EINVAL."""
    now = task.system.clock.wall
    if words is None:
        change_times(task, place, now, now, is_now=True)
        return 0
    times: list[int | None] = []
    for seconds, fraction in (words[:2], words[2:]):
        if per_second == NANOSECONDS and fraction in (UTIME_NOW, UTIME_OMIT):
            times.append(now if fraction == UTIME_NOW else None)
        elif 0 <= fraction < per_second:
            times.append(seconds * NANOSECONDS + fraction * (NANOSECONDS // per_second))
        else:
            raise SysError(Errno.EINVAL)
    both_now = words[1] == words[3] == UTIME_NOW
    change_times(task, place, times[0], times[1], is_now=both_now)
    return 0


@syscall(Sysno.UTIME)
def utime(task: Task, path: Path, times: Utimbuf) -> int:
    """utime(2): access and modification time in seconds."""
    words = None
    if times:
        accessed, modified = _UTIMBUF.unpack(task.memory.read(times, 8))
        words = (accessed, 0, modified, 0)
    return _change(task, resolve(task, path), words, _MICROSECONDS)


@syscall(Sysno.UTIMES)
def utimes(task: Task, path: Path, times: Timevals) -> int:
    """utimes(2): two timevals."""
    return _utimes(task, AT_FDCWD, path, times)


@syscall(Sysno.FUTIMESAT)
def futimesat(task: Task, at: Fd, path: NullablePath, times: Timevals) -> int:
    """utimes(2) below a directory's descriptor."""
    return _utimes(task, at, path, times)


def _utimes(task: Task, at: int, path: bytes | None, times: int) -> int:
    words = _TIMEVALS.unpack(task.memory.read(times, 16)) if times else None
    place = _open_place(task, at) if path is None else resolve(task, path, at)
    return _change(task, place, words, _MICROSECONDS)


def _open_place(task: Task, fd: int) -> Location:
    """Where an open file is; EFAULT for a folder without a path in it, EBADF for O_PATH too."""
    if fd == AT_FDCWD:
        raise SysError(Errno.EFAULT)
    task.files.get(fd)
    return location_of(task, fd)


def _utimensat(
    task: Task, at: int, path: bytes | None, words: tuple[int, ...] | None, flags: int
) -> int:
    if flags & ~(AtFlag.AT_SYMLINK_NOFOLLOW | AtFlag.AT_EMPTY_PATH):
        raise SysError(Errno.EINVAL)
    if words is not None and words[1] == words[3] == UTIME_OMIT:
        return 0
    if path is None:
        if flags:
            raise SysError(Errno.EINVAL)
        place = _open_place(task, at)
    else:
        place = resolve_flagged(task, at, path, flags)
    return _change(task, place, words, NANOSECONDS)


@syscall(Sysno.UTIMENSAT)
def utimensat(task: Task, at: Fd, path: NullablePath, times: Timespecs, flags: AtFlags) -> int:
    """utimensat(2): two timespecs; UTIME_NOW and UTIME_OMIT as nanoseconds are special."""
    words = _TIMESPECS.unpack(task.memory.read(times, 16)) if times else None
    return _utimensat(task, at, path, words, flags)


@syscall(Sysno.UTIMENSAT_TIME64)
def utimensat_time64(
    task: Task, at: Fd, path: NullablePath, times: Timespecs64, flags: AtFlags
) -> int:
    """The same with 64-bit seconds."""
    words = _TIMESPECS64.unpack(task.memory.read(times, 32)) if times else None
    return _utimensat(task, at, path, words, flags)
