"""Reading and writing: read, write, their positioned and vectored forms."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag
from kernel.abi.sysno import Sysno
from kernel.errors import Block, SysError
from kernel.events import Described
from kernel.fs.notify import ACCESS, tell
from kernel.fs.open_file import OpenFile
from kernel.syscalls.arguments import (
    Argument,
    Fd,
    File,
    InBytes,
    Int,
    LongLong,
    Moment,
    OutBytes,
    Size,
    describe_buffer,
)  # fmt: skip
from kernel.syscalls.file_arguments import NamedFlagsArgument
from kernel.syscalls.table import syscall
from kernel.syscalls.transfer import (
    PIECE,
    Span,
    end_early,
    read_into,
    store_prefix,
    write_from,
    write_nothing,
)
from kernel.task.task import Call, Task

IOV_MAX = 1024
_SSIZE_MAX = 0x7FFF_FFFF


def spans_of(task: Task, array: int, count: int) -> list[Span]:
    """The ranges of an iovec array: EFAULT, EINVAL for too many or for negative lengths."""
    if not 0 <= count <= IOV_MAX:
        raise SysError(Errno.EINVAL)
    words = struct.iter_unpack("<II", task.memory.read(array, 8 * count))
    spans = [(address, length) for address, length in words]
    if any(length > _SSIZE_MAX for _, length in spans):
        raise SysError(Errno.EINVAL)
    return spans


class VectorArgument(Argument):
    """An iovec array whose length is the next word; `filled` by the call, or read by it."""

    def __init__(self, filled: bool) -> None:
        self.moment = Moment.EXIT if filled else Moment.ENTRY
        self.filled = filled

    def describe(self, task: Task, call: Call, word: int) -> Described:
        array, count = call.words[word], call.words[word + 1]
        try:
            spans = spans_of(task, array, count)
        except SysError:
            return ("ptr", array)
        if self.filled and call.result < 0:
            return ("array", [self._one(address, length) for address, length in spans], False)
        left = call.result if self.filled else _SSIZE_MAX
        described = []
        for address, length in spans:
            described.append(
                self._one(address, length, describe_buffer(task, address, min(length, left)))
            )
            left -= min(length, left)
        return ("array", described, False)

    def _one(self, address: int, length: int, base: Described | None = None) -> Described:
        return (
            "struct",
            [("iov_base", base or ("ptr", address)), ("iov_len", ("int", length))],
            False,
        )


class RemoteVectorArgument(VectorArgument):
    """An iovec array of addresses in another process."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        try:
            spans = spans_of(task, call.words[word], call.words[word + 1])
        except SysError:
            return ("ptr", call.words[word])
        return ("array", [self._one(address, length) for address, length in spans], False)


RemoteVector = Annotated[int, RemoteVectorArgument(filled=False)]
InVector = Annotated[int, VectorArgument(filled=False)]
OutVector = Annotated[int, VectorArgument(filled=True)]


@syscall(Sysno.READ)
def read(task: Task, file: File, buffer: OutBytes, count: Size) -> int:
    """Read up to count octets; 0 means end of file (read(2))."""
    if count > PIECE or not file.is_readable:
        return read_into(task, file, [(buffer, count)])
    before = file.offset
    try:
        data = file.read(task, count)
    except Block as block:
        return end_early(task, file, block, 0)
    try:
        task.memory.write(buffer, data)
    except SysError:
        return store_prefix(task, file, [(buffer, count)], before, data)
    if data and task.system.inotify.total:
        tell(file.location, ACCESS)
    return len(data)


@syscall(Sysno.WRITE)
def write(task: Task, file: File, buffer: InBytes, count: Size) -> int:
    """Write count octets, or as many as the file takes (write(2))."""
    return write_from(task, file, [(buffer, count)]) if count else write_nothing(task, file)


def _file_at(task: Task, fd: int, offset: int) -> OpenFile:
    """A file to be read or written at an offset: EINVAL, EBADF, ESPIPE."""
    if offset < 0:
        raise SysError(Errno.EINVAL)
    file = task.files.get(fd)
    if not file.has_places:
        raise SysError(Errno.ESPIPE)
    return file


def _file_to_write_at(task: Task, fd: int, offset: int) -> OpenFile:
    """A file to be written at an offset: EINVAL, EBADF, ESPIPE."""
    file = _file_at(task, fd, offset)
    if not file.can_write_places:
        raise SysError(Errno.ESPIPE)
    return file


def _require_end(offset: int, count: int) -> None:
    if offset + count >= 1 << 63:
        raise SysError(Errno.EINVAL)


@syscall(Sysno.PREAD64)
def pread64(task: Task, fd: Fd, buffer: OutBytes, count: Size, offset: LongLong) -> int:
    """Read at an offset, which stays where it was."""
    file = _file_at(task, fd, offset)
    _require_end(offset, count)
    return read_into(task, file, [(buffer, count)], offset)


@syscall(Sysno.PWRITE64)
def pwrite64(task: Task, fd: Fd, buffer: InBytes, count: Size, offset: LongLong) -> int:
    """Write at an offset, which stays where it was."""
    file = _file_to_write_at(task, fd, offset)
    _require_end(offset, count)
    if not count:
        return write_nothing(task, file)
    return write_from(task, file, [(buffer, count)], offset)


@syscall(Sysno.READV)
def readv(task: Task, file: File, vector: OutVector, count: Int) -> int:
    """Read into several buffers, one after the other."""
    return _read_spans(task, file, spans_of(task, vector, count), None)


def _read_spans(task: Task, file: OpenFile, spans: list[Span], offset: int | None) -> int:
    """read_into, but that no room at all is enough."""
    if any(length for _, length in spans) or type(file).read is OpenFile.read:
        return read_into(task, file, spans, offset)
    if not file.is_readable:
        raise SysError(Errno.EBADF)
    return 0


@syscall(Sysno.WRITEV)
def writev(task: Task, file: File, vector: InVector, count: Int) -> int:
    """Write several buffers as one."""
    return _write_spans(task, file, spans_of(task, vector, count), None)


def _write_spans(task: Task, file: OpenFile, spans: list[Span], offset: int | None) -> int:
    """write_from; EINVAL for a file that takes no writes, even of nothing."""
    if type(file).write is OpenFile.write and file.is_writable:
        raise SysError(Errno.EINVAL)
    return write_from(task, file, spans, offset)


@syscall(Sysno.PREADV)
def preadv(task: Task, fd: Fd, vector: OutVector, count: Int, offset: LongLong) -> int:
    """readv at an offset."""
    file = _file_at(task, fd, offset)
    _require_end(offset, count)
    return _read_spans(task, file, spans_of(task, vector, count), offset)


@syscall(Sysno.PWRITEV)
def pwritev(task: Task, fd: Fd, vector: InVector, count: Int, offset: LongLong) -> int:
    """writev at an offset."""
    file = _file_to_write_at(task, fd, offset)
    _require_end(offset, count)
    return _write_spans(task, file, spans_of(task, vector, count), offset)


RWF_FLAGS = (
    (1, "RWF_HIPRI"), (2, "RWF_DSYNC"), (4, "RWF_SYNC"), (8, "RWF_NOWAIT"), (16, "RWF_APPEND"),
)  # fmt: skip
_RWF_NOWAIT, _RWF_APPEND = 8, 16
TransferFlags = Annotated[int, NamedFlagsArgument(RWF_FLAGS)]


def _flagged_file(task: Task, fd: int, offset: int, count: int) -> tuple[OpenFile, int | None]:
    """What preadv2 and pwritev2 act on, and where: None is where the file stands."""
    if offset == -1:
        return task.files.get(fd), None
    file = _file_at(task, fd, offset)
    _require_end(offset, count)
    return file, offset


@contextmanager
def _flagged(file: OpenFile, flags: int) -> Iterator[None]:
    """For one call the file has the status flags that go with these; EOPNOTSUPP."""
    if flags >= 32 or (flags & _RWF_NOWAIT and not file.takes_nowait):
        raise SysError(Errno.EOPNOTSUPP)
    before = file.flags
    if flags & _RWF_NOWAIT:
        file.flags |= OpenFlag.O_NONBLOCK
    if flags & _RWF_APPEND:
        file.flags |= OpenFlag.O_APPEND
    try:
        yield
    finally:
        file.flags = before


@syscall(Sysno.PREADV2)
def preadv2(
    task: Task, fd: Fd, vector: OutVector, count: Int, offset: LongLong, flags: TransferFlags
) -> int:
    """preadv, at the file's own offset where `offset` is -1; RWF_NOWAIT: EAGAIN, not sleep."""
    file, place = _flagged_file(task, fd, offset, count)
    if not file.is_readable:
        raise SysError(Errno.EBADF)
    if type(file).read is OpenFile.read:
        raise SysError(Errno.EINVAL)
    spans = spans_of(task, vector, count)
    with _flagged(file, flags):
        return _read_spans(task, file, spans, place)


@syscall(Sysno.PWRITEV2)
def pwritev2(
    task: Task, fd: Fd, vector: InVector, count: Int, offset: LongLong, flags: TransferFlags
) -> int:
    """The same for writing; RWF_APPEND: at the end."""
    file, place = _flagged_file(task, fd, offset, count)
    if place is not None and not file.can_write_places:
        raise SysError(Errno.ESPIPE)
    if not file.is_writable:
        raise SysError(Errno.EBADF)
    spans = spans_of(task, vector, count)
    with _flagged(file, flags):
        return _write_spans(task, file, spans, place)
