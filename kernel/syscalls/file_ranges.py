"""Ranges of files: fallocate, and advice about reading ahead and writing back."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.signals import Signal
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.inode import RegularInode
from kernel.fs.notify import MODIFY, tell
from kernel.fs.open_file import OpenFile
from kernel.fs.opening import cut
from kernel.fs.pipe import Pipe
from kernel.fs.regular import FileSizeLimit, require_size
from kernel.syscalls.arguments import Argument, File, LongLong, Size
from kernel.syscalls.file_arguments import NamedFlagsArgument
from kernel.syscalls.table import syscall
from kernel.syscalls.transfer import PIECE, send_own
from kernel.task.task import Call, Task

_KEEP_SIZE, _PUNCH_HOLE, _ZERO_RANGE = 1, 2, 0x10
_FALLOCATE_NAMES = (
    (1, "FALLOC_FL_KEEP_SIZE"), (2, "FALLOC_FL_PUNCH_HOLE"), (4, "FALLOC_FL_NO_HIDE_STALE"),
    (8, "FALLOC_FL_COLLAPSE_RANGE"), (0x10, "FALLOC_FL_ZERO_RANGE"),
    (0x20, "FALLOC_FL_INSERT_RANGE"), (0x40, "FALLOC_FL_UNSHARE_RANGE"),
)  # fmt: skip
_ADVICE = ("NORMAL", "RANDOM", "SEQUENTIAL", "WILLNEED", "DONTNEED", "NOREUSE")
_SYNC_NAMES = (
    (1, "SYNC_FILE_RANGE_WAIT_BEFORE"), (2, "SYNC_FILE_RANGE_WRITE"),
    (4, "SYNC_FILE_RANGE_WAIT_AFTER"),
)  # fmt: skip


class _AdviceArgument(Argument):
    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        if value < len(_ADVICE):
            return ("flags", value, f"POSIX_FADV_{_ADVICE[value]}")
        return ("flags", value, f"{value:#x} /* POSIX_FADV_??? */")


Advice = Annotated[int, _AdviceArgument()]
FallocateMode = Annotated[int, NamedFlagsArgument(_FALLOCATE_NAMES)]
SyncFlags = Annotated[int, NamedFlagsArgument(_SYNC_NAMES)]


@syscall(Sysno.FALLOCATE)
def fallocate(
    task: Task, file: File, mode: FallocateMode, offset: LongLong, length: LongLong
) -> int:
    """fallocate(2): growing, and making holes and zeros; space is taken only when written to."""
    if mode & ~(_KEEP_SIZE | _PUNCH_HOLE | _ZERO_RANGE):
        raise SysError(Errno.EOPNOTSUPP)
    if mode & _PUNCH_HOLE and mode != _PUNCH_HOLE | _KEEP_SIZE:
        raise SysError(Errno.EOPNOTSUPP)
    inode = _inode_to_change(file)
    if offset < 0 or length <= 0:
        raise SysError(Errno.EINVAL)
    end = offset + length
    if not mode & _KEEP_SIZE:
        _require_size(task, end)
    if mode & (_PUNCH_HOLE | _ZERO_RANGE):
        _clear(inode, offset, min(end, inode.size))
    if end > inode.size and not mode & _KEEP_SIZE:
        cut(task, inode, end)
    tell(file.location, MODIFY)
    return 0


def _inode_to_change(file: OpenFile) -> RegularInode:
    if not file.is_writable:
        raise SysError(Errno.EBADF)
    if isinstance(file.inode, Pipe):
        raise SysError(Errno.ESPIPE)
    if not isinstance(file.inode, RegularInode):
        raise SysError(Errno.ENODEV)
    return file.inode


def _require_size(task: Task, size: int) -> None:
    try:
        require_size(task, size)
    except FileSizeLimit:
        send_own(task, Signal.SIGXFSZ)
        raise


def _clear(inode: RegularInode, offset: int, end: int) -> None:
    while offset < end:
        count = min(PIECE, end - offset)
        inode.write_at(offset, bytes(count))
        offset += count


def _advise(file: OpenFile, length: int, advice: int) -> int:
    if isinstance(file.inode, Pipe):
        raise SysError(Errno.ESPIPE)
    if advice >= len(_ADVICE) or length < 0:
        raise SysError(Errno.EINVAL)
    return 0


@syscall(Sysno.FADVISE64)
def fadvise64(task: Task, file: File, offset: LongLong, length: Size, advice: Advice) -> int:
    """posix_fadvise(2) with a 32-bit length: only checked."""
    return _advise(file, length, advice)


@syscall(Sysno.FADVISE64_64)
def fadvise64_64(task: Task, file: File, offset: LongLong, length: LongLong, advice: Advice) -> int:
    """posix_fadvise(2): only checked."""
    return _advise(file, length, advice)


@syscall(Sysno.READAHEAD)
def readahead(task: Task, file: File, offset: LongLong, count: Size) -> int:
    """readahead(2): nothing is to be done; EBADF, EINVAL."""
    if not file.is_readable:
        raise SysError(Errno.EBADF)
    if not isinstance(file.inode, RegularInode):
        raise SysError(Errno.EINVAL)
    return 0


@syscall(Sysno.SYNC_FILE_RANGE)
def sync_file_range(
    task: Task, file: File, offset: LongLong, length: LongLong, flags: SyncFlags
) -> int:
    """sync_file_range(2): nothing is to be done; EINVAL, ESPIPE."""
    if flags & ~7 or offset < 0 or length < 0:
        raise SysError(Errno.EINVAL)
    if not file.inode.is_regular and not file.inode.is_directory:
        raise SysError(Errno.ESPIPE)
    return 0
