"""Structures of the file calls: packing them for programs, describing them for traces."""

from __future__ import annotations

from typing import Annotated

from kernel.abi import stat as abi
from kernel.abi.errno import Errno
from kernel.abi.files import S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK
from kernel.abi.stat import FileStatus, major, minor
from kernel.clock import NANOSECONDS
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import DescribedArgument, Moment, signed
from kernel.syscalls.dates import date_text
from kernel.task.task import Task

TYPE_NAMES = {
    S_IFREG: "S_IFREG", S_IFDIR: "S_IFDIR", S_IFLNK: "S_IFLNK", S_IFCHR: "S_IFCHR",
    S_IFBLK: "S_IFBLK", S_IFIFO: "S_IFIFO", S_IFSOCK: "S_IFSOCK",
}  # fmt: skip


def mode_text(mode: int) -> str:
    """`S_IFREG|0644`; plain octal without a known type."""
    kind = TYPE_NAMES.get(mode & S_IFMT)
    bits = "".join(
        f"{name}|"
        for bit, name in ((0o4000, "S_ISUID"), (0o2000, "S_ISGID"), (0o1000, "S_ISVTX"))
        if mode & bit
    )
    return f"{kind}|{bits}0{mode & 0o777:02o}" if kind else f"0{mode:02o}"


def _word(value: int) -> int:
    return value & 0xFFFF_FFFF


def _times32(status: FileStatus) -> tuple[int, ...]:
    parts: list[int] = []
    for time in (status.accessed, status.modified, status.changed):
        seconds, nanoseconds = divmod(time, NANOSECONDS)
        parts += (_word(seconds), nanoseconds)
    return tuple(parts)


def pack_stat(status: FileStatus) -> bytes:
    """struct stat; EOVERFLOW where a size or number does not fit."""
    if status.size > 0x7FFF_FFFF or status.number > 0xFFFF_FFFF or status.links > 0xFFFF:
        raise SysError(Errno.EOVERFLOW)
    return abi.STAT.pack(
        _word(status.device), status.number, status.mode, status.links,
        id16(status.uid), id16(status.gid), _word(status.rdev), status.size,
        abi.BLOCK_SIZE, _word(status.blocks), *_times32(status),
    )  # fmt: skip


def id16(number: int) -> int:
    """A user or group number that does not fit is shown as 65534."""
    return number if number <= 0xFFFF else 65534


def pack_stat64(status: FileStatus) -> bytes:
    """struct stat64."""
    return abi.STAT64.pack(
        status.device, _word(status.number), status.mode, status.links, status.uid, status.gid,
        status.rdev, status.size, abi.BLOCK_SIZE, status.blocks, *_times32(status), status.number,
    )  # fmt: skip


def pack_statx(status: FileStatus, mount: int, attributes: tuple[int, int]) -> bytes:
    """struct statx with the basic fields, the mount's number, and the attributes: which there are,
    and which there could be. There are no birth times.
    """
    times: list[int] = []
    for time in (status.accessed, 0, status.changed, status.modified):
        times += divmod(time, NANOSECONDS)
    return abi.STATX.pack(
        abi.STATX_BASIC_STATS | abi.STATX_MNT_ID, abi.BLOCK_SIZE, attributes[0],
        status.links, status.uid, status.gid, status.mode, status.number, status.size,
        status.blocks, attributes[1], *times,
        major(status.rdev), minor(status.rdev), major(status.device), minor(status.device), mount,
    )  # fmt: skip


def device_text(device: int) -> str:
    """`makedev(0x1, 0x3)`."""
    parts = [f"{part:#x}" if part else "0" for part in (major(device), minor(device))]
    return f"makedev({', '.join(parts)})"


def _number(name: str, value: int) -> tuple[str, Described]:
    return name, ("int", value)


def _device(name: str, device: int) -> tuple[str, Described]:
    return name, ("text", device_text(device))


def _describe_stat(words: tuple[int, ...]) -> Described:
    """A stat or stat64, from the fields they have in common: strace's abbreviation, and all."""
    device, number, mode, links, uid, gid, rdev, size, block, blocks, *times = words
    kind: tuple[str, Described] = ("st_mode", ("flags", mode, mode_text(mode)))
    is_device = mode & S_IFMT in (S_IFCHR, S_IFBLK)
    extent = _device("st_rdev", rdev) if is_device else _number("st_size", size)
    fields = [
        _device("st_dev", device), _number("st_ino", number), kind, _number("st_nlink", links),
        _number("st_uid", uid), _number("st_gid", gid), _number("st_blksize", block),
        _number("st_blocks", blocks), extent,
    ]  # fmt: skip
    for name, seconds, fraction in zip("amc", times[::2], times[1::2], strict=True):
        text = f"{signed(seconds)}{date_text(signed(seconds), fraction, 9)}"
        fields.append((f"st_{name}time", ("text", text)))
        fields.append(_number(f"st_{name}time_nsec", fraction))
    return ("brief", ("struct", [kind, extent], True), ("struct", fields, False))


def _stat(task: Task, address: int) -> Described:
    return _describe_stat(abi.STAT.unpack(task.memory.read(address, abi.STAT.size)))


def _stat64(task: Task, address: int) -> Described:
    words = abi.STAT64.unpack(task.memory.read(address, abi.STAT64.size))
    return _describe_stat((words[0], words[-1], *words[2:-1]))


OutStat = Annotated[int, DescribedArgument(_stat, Moment.EXIT)]
OutStat64 = Annotated[int, DescribedArgument(_stat64, Moment.EXIT)]
