"""Moving octets into, out of and between pipes within the kernel: splice, tee, vmsplice.

Here they are copied, so that SPLICE_F_MOVE, _MORE and _GIFT mean nothing.
"""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag
from kernel.abi.memory import PAGE_SIZE
from kernel.abi.sysno import Sysno
from kernel.errors import Block, SysError
from kernel.fs.notify import ACCESS, tell
from kernel.fs.open_file import OpenFile
from kernel.fs.pipe import Pipe, PipeFile
from kernel.syscalls.arguments import Fd, Size
from kernel.syscalls.copying import PlainOffset64, room_in
from kernel.syscalls.file_arguments import NamedFlagsArgument
from kernel.syscalls.read_write import InVector, spans_of
from kernel.syscalls.table import syscall
from kernel.syscalls.transfer import MAX_COUNT, end_early, gather, scatter, write_piece
from kernel.task.task import Task

_NONBLOCK = 2
_FLAGS = (
    (1, "SPLICE_F_MOVE"), (_NONBLOCK, "SPLICE_F_NONBLOCK"), (4, "SPLICE_F_MORE"),
    (8, "SPLICE_F_GIFT"),
)  # fmt: skip
_ANY_FLAG = 15
SpliceFlags = Annotated[int, NamedFlagsArgument(_FLAGS, unknown="SPLICE_F_???")]


@syscall(Sysno.SPLICE)
def splice(
    task: Task,
    source_fd: Fd,
    source_offset: PlainOffset64,
    target_fd: Fd,
    target_offset: PlainOffset64,
    count: Size,
    flags: SpliceFlags,
) -> int:
    """splice(2): one of both files, at least, is a pipe; a file that is none may have an offset."""
    if not count:
        return 0
    if flags & ~_ANY_FLAG:
        raise SysError(Errno.EINVAL)
    source, target = task.files.get(source_fd), task.files.get(target_fd)
    for file, offset in ((source, source_offset), (target, target_offset)):
        if isinstance(file, PipeFile) and offset:
            raise SysError(Errno.ESPIPE)
    if not (source.is_readable and target.is_writable):
        raise SysError(Errno.EBADF)
    count = min(count, MAX_COUNT)
    if isinstance(source, PipeFile):
        if isinstance(target, PipeFile):
            return _pass_on(task, source, target, count, flags, is_taken=True)
        return _pipe_to_file(task, source, target, target_offset, count, flags)
    if isinstance(target, PipeFile):
        return _file_to_pipe(task, source, source_offset, target, count, flags)
    raise SysError(Errno.EINVAL)


@syscall(Sysno.TEE)
def tee(task: Task, source_fd: Fd, target_fd: Fd, count: Size, flags: SpliceFlags) -> int:
    """tee(2): copy from one pipe to another, and leave the octets in the first."""
    if flags & ~_ANY_FLAG:
        raise SysError(Errno.EINVAL)
    if not count:
        return 0
    source, target = task.files.get(source_fd), task.files.get(target_fd)
    if not (source.is_readable and target.is_writable):
        raise SysError(Errno.EBADF)
    if not (isinstance(source, PipeFile) and isinstance(target, PipeFile)):
        raise SysError(Errno.EINVAL)
    return _pass_on(task, source, target, min(count, MAX_COUNT), flags, is_taken=False)


@syscall(Sysno.VMSPLICE)
def vmsplice(task: Task, fd: Fd, vector: InVector, count: Size, flags: SpliceFlags) -> int:
    """vmsplice(2): from user memory into a pipe, or out of the end that is read; EBADF."""
    if flags & ~_ANY_FLAG:
        raise SysError(Errno.EINVAL)
    file = task.files.get(fd)
    if not (file.is_readable or file.is_writable):
        raise SysError(Errno.EBADF)
    spans = spans_of(task, vector, count)
    total = sum(length for _, length in spans)
    if not total:
        return 0
    if not isinstance(file, PipeFile):
        raise SysError(Errno.EBADF)
    if file.is_writable:
        room = room_in(task, file, bool(flags & _NONBLOCK))
        return write_piece(task, file, gather(task.memory, spans, 0, min(total, room)), None)
    waiting = _waiting(task, file, flags)
    scatter(task.memory, spans, 0, bytes(file.pipe.data[: min(total, waiting)]))
    return len(file.pipe.take(min(total, waiting)))


def _pass_on(
    task: Task, source: PipeFile, target: PipeFile, count: int, flags: int, is_taken: bool
) -> int:
    """From pipe to pipe; EINVAL where they are the same."""
    if source.pipe is target.pipe:
        raise SysError(Errno.EINVAL)
    if (source.flags | target.flags) & OpenFlag.O_NONBLOCK:
        flags |= _NONBLOCK
    count = min(count, _waiting(task, source, flags))
    if not count:
        return 0
    room = room_in(task, target, bool(flags & _NONBLOCK))
    if not source.pipe.cuts.lengths:
        done = write_piece(task, target, bytes(source.pipe.data[: min(count, room)]), None)
    elif room < PAGE_SIZE:
        return _wait(Block(target.pipe.writable), target, flags)
    else:
        done = _pass_packets(source.pipe, target.pipe, count)
    if is_taken:
        source.pipe.take(done)
    return done


def _pass_packets(source: Pipe, target: Pipe, count: int) -> int:
    """Packets stay packets in another pipe, as far as there are pages for them."""
    done = 0
    for length in source.cuts.of_first(count):
        if target.room < PAGE_SIZE:
            break
        size = min(abs(length), target.room)
        if length > 0:
            target.cuts.add_packet(size, len(target.data))
        elif target.cuts.lengths:
            target.cuts.add_plain(size)
        target.put(bytes(source.data[done : done + size]))
        done += size
    return done


def _pipe_to_file(
    task: Task, source: PipeFile, target: OpenFile, address: int, count: int, flags: int
) -> int:
    place = _offset(task, target, address)
    if target.flags & OpenFlag.O_APPEND or not target.takes_splice:
        raise SysError(Errno.EINVAL)
    count = min(count, _waiting(task, source, flags))
    if not count:
        return 0
    try:
        done = write_piece(task, target, bytes(source.pipe.data[:count]), place)
    except Block as block:
        return end_early(task, target, block, 0)
    source.pipe.take(done)
    _store_offset(task, address, place, done)
    return done


def _file_to_pipe(
    task: Task, source: OpenFile, address: int, target: PipeFile, count: int, flags: int
) -> int:
    place = _offset(task, source, address)
    count = min(count, room_in(task, target, bool(flags & _NONBLOCK)))
    if not source.gives_splice:
        raise SysError(Errno.EINVAL)
    try:
        data = source.read(task, count) if place is None else source.read_at(task, place, count)
    except Block as block:
        return end_early(task, source, block, 0)
    if not data:
        return 0
    if task.system.inotify.total:
        tell(source.location, ACCESS)
    done = write_piece(task, target, data, None)
    _store_offset(task, address, place, done)
    return done


def _offset(task: Task, file: OpenFile, address: int) -> int | None:
    """The offset given, None for the file's own; EINVAL for one that cannot be sought or is bad."""
    if not address:
        return None
    offset = int.from_bytes(task.memory.read(address, 8), "little", signed=True)
    if offset < 0 or type(file).read_at is OpenFile.read_at:
        raise SysError(Errno.EINVAL)
    return offset


def _store_offset(task: Task, address: int, place: int | None, done: int) -> None:
    if place is not None:
        task.memory.write(address, (place + done).to_bytes(8, "little"))


def _waiting(task: Task, file: PipeFile, flags: int) -> int:
    """Octets that wait in a pipe; 0 once every writer is gone. EAGAIN, or Block."""
    pipe = file.pipe
    if pipe.data or not pipe.writers.is_present:
        return len(pipe.data)
    return _wait(Block(pipe.readable), file, flags)


def _wait(block: Block, file: OpenFile, flags: int) -> int:
    if flags & _NONBLOCK or file.is_nonblocking:
        raise SysError(Errno.EAGAIN)
    raise block
