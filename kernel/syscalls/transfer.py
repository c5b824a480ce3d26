"""Moving octets between files and user memory: pieces, partial results, and what ends them early.

This is the one place where O_NONBLOCK turns Block into EAGAIN, and where the signals that go with
EPIPE and a file size limit are sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from kernel.abi.errno import Errno
from kernel.abi.memory import PAGE_SIZE, TASK_SIZE, page_down
from kernel.abi.signals import SiCode, Signal
from kernel.errors import Block, SysError
from kernel.fs.notify import ACCESS, MODIFY, tell
from kernel.fs.open_file import OpenFile
from kernel.fs.regular import FileSizeLimit
from kernel.mm.user import UserMemory
from kernel.net.socket import QuietPipe
from kernel.signals.attention import ready_signals
from kernel.signals.send import send_to_task
from kernel.signals.state import SigInfo
from kernel.task.task import Task

PIECE = 1 << 20
"""Octets moved at a time: a guest's huge count costs no more host memory than this."""
MAX_COUNT = 0x7FFF_F000
"""The most that one call moves (read(2))."""

Span = tuple[int, int]
"""A range of user memory: address and length."""


def end_early(task: Task, file: OpenFile, block: Block, done: int) -> int:
    """The result of a transfer that would have to wait: what is done, EAGAIN, or sleep."""
    if done and (file.is_nonblocking or ready_signals(task)):
        return done
    if file.is_nonblocking and not block.even_nonblocking:
        raise SysError(Errno.EAGAIN)
    raise block


def _length(spans: list[Span]) -> int:
    """Octets in all; EFAULT for a range that leaves user space."""
    total = 0
    for address, length in spans:
        if address + length > TASK_SIZE:
            raise SysError(Errno.EFAULT)
        total += length
    return min(total, MAX_COUNT)


def read_into(task: Task, file: OpenFile, spans: list[Span], offset: int | None = None) -> int:
    """Read into user memory, from `offset` or from where the file stands; octets read."""
    if not file.is_readable:
        raise SysError(Errno.EBADF)
    total = _length(spans)
    done = 0
    while True:
        size = min(PIECE, total - done)
        try:
            got = _read_piece(task, file, spans, done, size, offset)
        except Block as block:
            return done or end_early(task, file, block, done)
        except SysError:
            if done:
                return done
            raise
        done += got
        if got < size or done == total:
            return done


def _read_piece(
    task: Task, file: OpenFile, spans: list[Span], done: int, size: int, offset: int | None
) -> int:
    """Read once."""
    before = file.offset
    if offset is None:
        data = file.read(task, size)
    else:
        data = file.read_at(task, offset + done, size)
    try:
        scatter(task.memory, spans, done, data)
    except SysError:
        if done:  # a piece before this one was whole
            file.offset = before
            raise
        return store_prefix(task, file, spans, before, data)
    if data and task.system.inotify.total:
        tell(file.location, ACCESS)
    return len(data)


def store_prefix(task: Task, file: OpenFile, spans: list[Span], before: int, data: bytes) -> int:
    """Store what was read as far as memory can be written, page by page; EFAULT for nothing.

    The file, which stood at `before`, stands behind what was stored.
    """
    done = 0
    for address, length in pages_of(spans, len(data)):
        try:
            task.memory.write(address, data[done : done + length])
        except SysError:
            break
        done += length
    if file.offset != before:
        file.offset = before + done
    if not done:
        raise SysError(Errno.EFAULT)
    return done


def pages_of(spans: list[Span], left: int) -> Iterator[Span]:
    """The ranges cut at pages, `left` octets of them at most."""
    for start, length in spans:
        address, end = start, start + min(length, left)
        left -= end - start
        while address < end:
            size = min(PAGE_SIZE - address % PAGE_SIZE, end - address)
            yield address, size
            address += size


def scatter(memory: UserMemory, spans: list[Span], skip: int, data: bytes) -> None:
    """Store `data` in the spans, from their octet `skip` on."""
    at = 0
    for address, length in spans:
        if skip >= length:
            skip -= length
            continue
        if at == len(data):
            return
        size = min(length - skip, len(data) - at)
        memory.write(address + skip, data[at : at + size])
        at += size
        skip = 0


def gather(memory: UserMemory, spans: list[Span], skip: int, size: int) -> bytes:
    """Up to `size` octets from the spans, from their octet `skip` on; fewer before a bad page,
    EFAULT for none.
    """
    if len(spans) == 1:
        address = spans[0][0] + skip
        if size <= PAGE_SIZE - address % PAGE_SIZE:
            return memory.read(address, size)
    parts = []
    for address, length in spans:
        if skip >= length:
            skip -= length
            continue
        wanted = min(length - skip, size)
        good = memory.readable_length(address + skip, wanted)
        parts.append(memory.read(address + skip, good))
        size -= good
        skip = 0
        if good < wanted or not size:
            break
    data = b"".join(parts)
    if not data:
        raise SysError(Errno.EFAULT)
    return data


def gather_pages(memory: UserMemory, spans: list[Span], skip: int, size: int) -> bytes:
    """The same for what takes a page's worth of octets or nothing of it: pipes, sockets."""
    data = gather(memory, spans, skip, size)
    if len(data) < size:
        data = data[: page_down(len(data))]
        if not data:
            raise SysError(Errno.EFAULT)
    return data


def _gather_for(task: Task, file: OpenFile, spans: list[Span], skip: int, size: int) -> bytes:
    """The same for a write to this file: EINVAL where it takes none."""
    try:
        if file.inode.is_regular:
            return gather(task.memory, spans, skip, size)
        return gather_pages(task.memory, spans, skip, size)
    except SysError:
        if file.ignores_data:
            return bytes(size)
        if type(file).write is OpenFile.write:
            raise SysError(Errno.EINVAL) from None
        raise


def write_nothing(task: Task, file: OpenFile) -> int:
    """A write of 0 octets: few files mind."""
    if not file.is_writable:
        raise SysError(Errno.EBADF)
    if not file.minds_empty_writes and type(file).write is not OpenFile.write:
        return 0
    try:
        return write_piece(task, file, b"", None)
    except Block as block:
        return end_early(task, file, block, 0)


def write_from(task: Task, file: OpenFile, spans: list[Span], offset: int | None = None) -> int:
    """Write user memory to a file; octets written. What is done is kept while the call sleeps."""
    if not file.is_writable:
        raise SysError(Errno.EBADF)
    call = task.call
    assert call is not None
    total = _length(spans)
    done: int = call.progress or 0
    while done < total:
        try:
            data = _gather_for(task, file, spans, done, min(PIECE, total - done))
            place = None if offset is None else offset + done
            written = write_piece(task, file, data, place)
        except Block as block:
            return end_early(task, file, block, done)
        except SysError:
            if done:
                return done
            raise
        done += written
        call.progress = done
        if written < len(data) and file.inode.is_regular:
            return done
    return done


def write_piece(task: Task, file: OpenFile, data: bytes, offset: int | None) -> int:
    """Write once, and send the signal that goes with the error."""
    try:
        written = file.write(task, data) if offset is None else file.write_at(task, offset, data)
    except FileSizeLimit:
        send_own(task, Signal.SIGXFSZ)
        raise
    except SysError as error:
        if error.errno is Errno.EPIPE and not isinstance(error, QuietPipe):
            send_own(task, Signal.SIGPIPE)
        raise
    if task.system.inotify.total:
        tell(file.location, MODIFY)
    return written


def send_own(task: Task, signal: Signal) -> None:
    """A signal that the task's own call brings upon it."""
    credentials = task.credentials
    send_to_task(task, SigInfo(signal, SiCode.SI_USER, task.pid, credentials.uid))
