"""Ranges of files: fallocate, and advice about reading ahead and writing back."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFMT, S_IFREG
from kernel.abi.memory import page_up
from kernel.abi.signals import Signal
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.file_flags import require_no_flags
from kernel.fs.inode import RegularInode
from kernel.fs.memory_file import MAX_FILE_SIZE
from kernel.fs.notify import MODIFY, tell
from kernel.fs.open_file import OpenFile
from kernel.fs.opening import cut
from kernel.fs.permission import APPEND_ONLY, IMMUTABLE
from kernel.fs.pipe import Pipe
from kernel.fs.regular import FileSizeLimit, drop_privileges, require_size
from kernel.fs.seals import require_clearing, require_resizing
from kernel.syscalls.arguments import Argument, File, LongLong, Size
from kernel.syscalls.file_arguments import NamedFlagsArgument
from kernel.syscalls.table import syscall
from kernel.syscalls.transfer import send_own
from kernel.task.task import Call, Task

_KEEP_SIZE, _PUNCH_HOLE = 1, 2
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
FallocateMode = Annotated[int, NamedFlagsArgument(_FALLOCATE_NAMES, unknown="FALLOC_FL_???")]
SyncFlags = Annotated[int, NamedFlagsArgument(_SYNC_NAMES)]


@syscall(Sysno.FALLOCATE)
def fallocate(
    task: Task, file: File, mode: FallocateMode, offset: LongLong, length: LongLong
) -> int:
    """fallocate(2) with the modes of tmpfs: taking space, behind the end too, and making holes."""
    if offset < 0 or length <= 0:
        raise SysError(Errno.EINVAL)
    if mode not in (0, _KEEP_SIZE, _PUNCH_HOLE | _KEEP_SIZE):
        raise SysError(Errno.EOPNOTSUPP)
    inode = _inode_to_change(file)
    require_no_flags(inode, IMMUTABLE if mode in (0, _KEEP_SIZE) else IMMUTABLE | APPEND_ONLY)
    end = offset + length
    if end > MAX_FILE_SIZE:
        raise SysError(Errno.EFBIG)
    if mode & _PUNCH_HOLE:
        require_clearing(inode)
        inode.punch(offset, min(end, page_up(inode.size)))
    else:
        _take(task, inode, offset, end, keeps_size=bool(mode & _KEEP_SIZE))
    inode.modified = inode.changed = task.system.clock.wall
    drop_privileges(task, inode)
    tell(file.location, MODIFY)
    return 0


def _take(task: Task, inode: RegularInode, offset: int, end: int, keeps_size: bool) -> None:
    """Space for what lies in [offset, end), and the file grows; EPERM, EFBIG, ENOSPC."""
    grown = max(end, inode.size)
    _require_size(task, grown)
    require_resizing(inode, grown)
    inode.reserve(offset, end)
    if not keeps_size and grown > inode.size:
        cut(task, inode, grown)


def _inode_to_change(file: OpenFile) -> RegularInode:
    if not file.is_writable:
        raise SysError(Errno.EBADF)
    if isinstance(file.inode, Pipe):
        raise SysError(Errno.ESPIPE)
    if not isinstance(file.inode, RegularInode):
        is_regular = file.inode.mode & S_IFMT == S_IFREG
        raise SysError(Errno.EOPNOTSUPP if is_regular else Errno.ENODEV)
    return file.inode


def _require_size(task: Task, size: int) -> None:
    try:
        require_size(task, size)
    except FileSizeLimit:
        send_own(task, Signal.SIGXFSZ)
        raise


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
    if not file.inode.is_regular:
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
