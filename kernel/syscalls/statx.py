"""statx(2): what a file is, in the widest form."""

from __future__ import annotations

from typing import Annotated

from kernel.abi import stat as abi
from kernel.abi.errno import Errno
from kernel.abi.files import AtFlag
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.attributes import status_of
from kernel.fs.file_flags import SHOWN, has_flags
from kernel.fs.path import Location
from kernel.syscalls.arguments import (
    Argument,
    DescribedArgument,
    Fd,
    Moment,
    Path,
    flags_text,
)  # fmt: skip
from kernel.syscalls.dates import date_text
from kernel.syscalls.file_arguments import AT_NAMES, NamedFlagsArgument
from kernel.syscalls.file_structures import mode_text, pack_statx
from kernel.syscalls.stat import resolve_flagged
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task

_AT_STATX_FORCE_SYNC, _AT_STATX_DONT_SYNC = 0x2000, 0x4000
_SYNC_TYPE = _AT_STATX_FORCE_SYNC | _AT_STATX_DONT_SYNC
_SYNC_NAMES = (
    (_AT_STATX_FORCE_SYNC, "AT_STATX_FORCE_SYNC"),
    (_AT_STATX_DONT_SYNC, "AT_STATX_DONT_SYNC"),
)
_FLAGS = AtFlag.AT_SYMLINK_NOFOLLOW | AtFlag.AT_NO_AUTOMOUNT | AtFlag.AT_EMPTY_PATH | _SYNC_TYPE
_RESERVED = 0x8000_0000
_MASK_NAMES = (
    (abi.STATX_BASIC_STATS | abi.STATX_BTIME, "STATX_ALL"),
    (abi.STATX_BASIC_STATS, "STATX_BASIC_STATS"),
    *(
        (1 << bit, f"STATX_{name}")
        for bit, name in enumerate(
            ("TYPE", "MODE", "NLINK", "UID", "GID", "ATIME", "MTIME", "CTIME", "INO", "SIZE",
             "BLOCKS", "BTIME", "MNT_ID", "DIOALIGN")
        )
    ),
)  # fmt: skip


class _StatxFlagsArgument(Argument):
    """How to synchronise comes first, and always shows."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        sync = flags_text(list(_SYNC_NAMES), value & _SYNC_TYPE, "AT_STATX_SYNC_AS_STAT")
        rest = flags_text(list(AT_NAMES), value & ~_SYNC_TYPE, "")
        return ("flags", value, f"{sync}|{rest}" if rest else sync)


_STATX_NUMBERS = ("nlink", "uid", "gid")
_STATX_TIMES = ((11, "atime"), (15, "ctime"), (17, "mtime"))
_STATX_DEVICES = ("rdev_major", "rdev_minor", "dev_major", "dev_minor")


def _statx(task: Task, address: int) -> Described:
    words = abi.STATX.unpack(task.memory.read(address, abi.STATX.size))
    mask, attributes, mode = words[0], words[2], words[6]
    mask_field = ("stx_mask", ("flags", mask, flags_text(list(_MASK_NAMES), mask)))
    attributes_field = ("stx_attributes", ("hex", attributes))
    mode_field = ("stx_mode", ("flags", mode, mode_text(mode)))
    size_field = ("stx_size", ("int", words[8]))
    fields = [mask_field, ("stx_blksize", ("int", words[1])), attributes_field]
    fields += [(f"stx_{name}", ("int", words[3 + n])) for n, name in enumerate(_STATX_NUMBERS)]
    fields += [mode_field, ("stx_ino", ("int", words[7])), size_field]
    fields += [("stx_blocks", ("int", words[9])), ("stx_attributes_mask", ("hex", words[10]))]
    for at, name in _STATX_TIMES:
        seconds, fraction = words[at], words[at + 1]
        text = f"{{tv_sec={seconds}, tv_nsec={fraction}}}{date_text(seconds, fraction, 9)}"
        fields.append((f"stx_{name}", ("text", text)))
    fields += [(f"stx_{name}", ("int", words[19 + n])) for n, name in enumerate(_STATX_DEVICES)]
    fields.append(("stx_mnt_id", ("hex", words[23])))
    brief = [mask_field, attributes_field, mode_field, size_field]
    return ("brief", ("struct", brief, True), ("struct", fields, False))


StatxFlags = Annotated[int, _StatxFlagsArgument()]
StatxMask = Annotated[int, NamedFlagsArgument(_MASK_NAMES)]
OutStatx = Annotated[int, DescribedArgument(_statx, Moment.EXIT)]


@syscall(Sysno.STATX)
def statx(
    task: Task, at: Fd, path: Path, flags: StatxFlags, mask: StatxMask, buffer: OutStatx
) -> int:
    """statx(2): the basic fields are filled whatever the mask asks for."""
    if flags & ~_FLAGS or flags & _SYNC_TYPE == _SYNC_TYPE or mask & _RESERVED:
        raise SysError(Errno.EINVAL)
    place = resolve_flagged(task, at, path, flags)
    shown = SHOWN if has_flags(place.inode) else 0
    attributes = (place.inode.file_flags & shown, shown)
    status = status_of(place.inode)
    task.memory.write(buffer, pack_statx(status, _mount_number(task, place), attributes))
    return 0


def _mount_number(task: Task, place: Location) -> int:
    return 0 if place.mount is None else place.mount.number
