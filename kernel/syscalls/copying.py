"""Copying from one file to another within the kernel: sendfile and copy_file_range."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag
from kernel.abi.signals import Signal
from kernel.abi.sysno import Sysno
from kernel.errors import Block, SysError
from kernel.events import Described
from kernel.fs.notify import ACCESS, tell
from kernel.fs.open_file import OpenFile
from kernel.fs.pipe import PipeFile
from kernel.syscalls.arguments import Argument, Fd, File, Hex, Moment, Size
from kernel.syscalls.table import syscall
from kernel.syscalls.transfer import MAX_COUNT, end_early, send_own, write_piece
from kernel.task.task import Call, Task

_LARGEST_OFFSET32 = 0x7FFF_FFFF
_PIECE = 1 << 16
"""Octets copied at a time."""


class _LateSize(Argument):
    """A number of octets that is printed when the call ends, for what stands before it changes."""

    moment = Moment.EXIT


class _MovingOffset(Argument):
    """An offset in memory, of `size` octets, that the call moves; `shows_end`: `[1] => [4]`."""

    def __init__(self, size: int, shows_end: bool) -> None:
        self.size = size
        self.changes = shows_end

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address = call.words[word]
        try:
            value = int.from_bytes(task.memory.read(address, self.size), "little", signed=True)
        except SysError:
            return ("ptr", address)
        return ("array", [("int", value)], False)

    def describe_change(self, task: Task, call: Call, word: int) -> Described | None:
        return self.describe(task, call, word) if call.words[word] and call.result > 0 else None


LateSize = Annotated[int, _LateSize()]
Offset32 = Annotated[int, _MovingOffset(4, shows_end=True)]
Offset64 = Annotated[int, _MovingOffset(8, shows_end=True)]
PlainOffset64 = Annotated[int, _MovingOffset(8, shows_end=False)]


@syscall(Sysno.SENDFILE)
def sendfile(task: Task, target: Fd, source: Fd, offset: Offset32, count: LateSize) -> int:
    """sendfile(2) with a 32-bit offset."""
    return _send(task, target, source, offset, 4, count)


@syscall(Sysno.SENDFILE64)
def sendfile64(task: Task, target: Fd, source: Fd, offset: Offset64, count: LateSize) -> int:
    """sendfile(2): from a file that can be read anywhere, at its offset or at the one given."""
    return _send(task, target, source, offset, 8, count)


def _send(task: Task, target_fd: int, source_fd: int, address: int, size: int, count: int) -> int:
    source = task.files.get(source_fd)
    if not source.is_readable:
        raise SysError(Errno.EBADF)
    start = source.offset
    if address:
        start = int.from_bytes(task.memory.read(address, size), "little", signed=True)
        if not source.has_places:
            raise SysError(Errno.ESPIPE)
        if start < 0:
            raise SysError(Errno.EINVAL)
        if size == 4:
            count = _within_31_bits(start, count)
    target = task.files.get(target_fd)
    if not target.is_writable:
        raise SysError(Errno.EBADF)
    if count > 0x7FFF_FFFF or target.flags & OpenFlag.O_APPEND:
        raise SysError(Errno.EINVAL)
    if isinstance(target, PipeFile) and count:
        room_in(task, target, nonblocking=False)
    done, block = _copy(task, source, target, start, min(count, MAX_COUNT))
    if address:
        task.memory.write(address, (start + done).to_bytes(size, "little"))
    else:
        source.offset = start + done
    if block is not None:
        return end_early(task, target, block, done)
    return done


def _within_31_bits(start: int, count: int) -> int:
    """What of the count an offset of 32 bits can follow; EOVERFLOW for nothing."""
    if start >= _LARGEST_OFFSET32 and count:
        raise SysError(Errno.EOVERFLOW)
    return min(count, _LARGEST_OFFSET32 - start)


def _copy(
    task: Task, source: OpenFile, target: OpenFile, start: int, count: int
) -> tuple[int, Block | None]:
    """Copy until all is done, the source ends, or the target would have to wait (Block)."""
    done = 0
    while done < count:
        try:
            data = _splice_source(task, source, target, start + done, min(_PIECE, count - done))
            if not data:
                break
            if not target.takes_splice:
                raise SysError(Errno.EINVAL)
            done += write_piece(task, target, data, None)
            if not source.has_places:
                break
        except Block as block:
            return done, None if done else block
        except SysError:
            if done:
                break
            raise
    return done, None


def _splice_source(
    task: Task, source: OpenFile, target: OpenFile, offset: int, count: int
) -> bytes:
    """What can be read there; EINVAL. What has no places can only be sent into a pipe."""
    if not source.gives_splice:
        raise SysError(Errno.EINVAL)
    if isinstance(target, PipeFile) and not source.has_places:
        return _read_once(task, source, min(count, target.pipe.room))
    return _read_source(task, source, offset, count)


def _read_once(task: Task, source: OpenFile, count: int) -> bytes:
    try:
        return source.read(task, count)
    except Block as block:
        if source.is_nonblocking:
            raise SysError(Errno.EAGAIN) from None
        raise block


def _read_source(task: Task, source: OpenFile, offset: int, count: int) -> bytes:
    try:
        data = source.read_at(task, offset, count)
    except SysError as error:
        if error.errno in (Errno.ESPIPE, Errno.EISDIR):
            raise SysError(Errno.EINVAL) from None
        raise
    if data and task.system.inotify.total:
        tell(source.location, ACCESS)
    return data


def room_in(task: Task, file: PipeFile, nonblocking: bool) -> int:
    """Octets that a pipe has room for, at least 1. EPIPE with its signal; EAGAIN, or Block."""
    pipe = file.pipe
    if not pipe.readers.is_present:
        send_own(task, Signal.SIGPIPE)
        raise SysError(Errno.EPIPE)
    if not pipe.room:
        if nonblocking or file.is_nonblocking:
            raise SysError(Errno.EAGAIN)
        raise Block(pipe.writable)
    return pipe.room


@syscall(Sysno.COPY_FILE_RANGE)
def copy_file_range(
    task: Task,
    source: File,
    source_offset: PlainOffset64,
    target: File,
    target_offset: PlainOffset64,
    count: Size,
    flags: Hex,
) -> int:
    """copy_file_range(2) between regular files of one file system; EINVAL where ranges overlap."""
    if flags:
        raise SysError(Errno.EINVAL)
    _check_kinds(source, target)
    if source.inode.device != target.inode.device:
        raise SysError(Errno.EXDEV)
    start, goal = _place(task, source, source_offset), _place(task, target, target_offset)
    if start < 0 or goal < 0:
        wraps = start + count >= 0 and goal + count >= 0
        raise SysError(Errno.EOVERFLOW if wraps else Errno.EINVAL)
    count = min(count, MAX_COUNT, max(source.inode.size - start, 0))
    if source.inode is target.inode and start < goal + count and goal < start + count:
        raise SysError(Errno.EINVAL)
    done = 0
    while done < count:
        data = _read_source(task, source, start + done, min(_PIECE, count - done))
        if not data:
            break
        done += write_piece(task, target, data, goal + done)
    _move(task, source, source_offset, start + done)
    _move(task, target, target_offset, goal + done)
    return done


def _check_kinds(source: OpenFile, target: OpenFile) -> None:
    """EISDIR, EINVAL for others than regular files, EBADF for what is not open so."""
    if source.inode.is_directory or target.inode.is_directory:
        raise SysError(Errno.EISDIR)
    if not (source.inode.is_regular and target.inode.is_regular):
        raise SysError(Errno.EINVAL)
    if not (source.is_readable and target.is_writable) or target.flags & OpenFlag.O_APPEND:
        raise SysError(Errno.EBADF)


def _place(task: Task, file: OpenFile, address: int) -> int:
    if not address:
        return file.offset
    return int.from_bytes(task.memory.read(address, 8), "little", signed=True)


def _move(task: Task, file: OpenFile, address: int, offset: int) -> None:
    if address:
        task.memory.write(address, offset.to_bytes(8, "little"))
    else:
        file.offset = offset
