"""Pipes: a bounded queue of octets between writers and readers, with or without a name (pipe(7)).

Linux counts a pipe's capacity in pages that small writes may leave half full; here it counts
octets, and pages only of packets (O_DIRECT).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.files import (
    O_ACCMODE,
    O_RDONLY,
    PIPE_BUF,
    S_IFIFO,
    Ioctl,
    OpenFlag,
    Poll,
)
from kernel.abi.memory import PAGE_SIZE
from kernel.errors import Block, SysError
from kernel.fs.anonymous import PIPE_DEVICE, next_number
from kernel.fs.inode import Inode
from kernel.fs.open_file import OpenFile
from kernel.fs.packets import Cuts
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.task.task import Call, Task

_PACKETS = int(OpenFlag.O_DIRECT)
CAPACITY = 65536
"""Octets a new pipe holds."""
MAX_CAPACITY = 1 << 20
"""The most that F_SETPIPE_SZ grants without CAP_SYS_RESOURCE (/proc/sys/fs/pipe-max-size)."""


class Side:
    """One side of a pipe, its readers or its writers: open files, and who waits for the first.

    A FIFO's open(2) returns only when the other side is there. `openings` counts the opens ever
    made, so that one who waited notices a partner who has come and gone; `awaited` are the
    callers of the *other* side that this side's opening woke: they count as there already,
    though they have still to run (see `is_present`).
    """

    __slots__ = ("arriving", "files", "openings", "queue")

    def __init__(self, name: str) -> None:
        self.files = 0
        self.openings = 0
        self.arriving: list[tuple[Task, Call]] = []
        self.queue = WaitQueue(name)
        """Callers of open(2) that will be on this side sleep here."""

    @property
    def is_present(self) -> bool:
        """Whether the other side may count on this one."""
        if self.files:
            return True
        if self.arriving:
            self.arriving = [
                (task, call)
                for task, call in self.arriving
                if task.call is call and not task.is_gone
            ]
        return bool(self.arriving)

    def admit(self) -> None:
        """The other side is open now: wake everyone who waited to be on this side."""
        for sleeper in self.queue.sleepers:
            task: Task = sleeper  # type: ignore[assignment]
            assert task.call is not None
            self.arriving.append((task, task.call))
        self.queue.wake_all()


class Pipe(Inode):
    """A pipe or FIFO: at most `capacity` octets on their way."""

    def __init__(self, number: int, mode: int, uid: int = 0, gid: int = 0, now: int = 0) -> None:
        super().__init__(number, mode, uid, gid, now)
        self.data = bytearray()
        self.cuts = Cuts()
        self.capacity = CAPACITY
        self.readers = Side("fifo writer")
        self.writers = Side("fifo reader")
        self.readable = WaitQueue("pipe readable")
        self.writable = WaitQueue("pipe writable")

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        """Open a FIFO: waits for the other side; ENXIO for a lone writer with O_NONBLOCK.

        A pipe without a name, opened once more by /proc/self/fd, waits for nobody.
        """
        access = flags & O_ACCMODE
        if self.device == PIPE_DEVICE:
            pass
        elif access == O_RDONLY:
            self._meet(task, flags, self.readers, self.writers)
        elif access == OpenFlag.O_WRONLY:
            if flags & OpenFlag.O_NONBLOCK and not self.readers.is_present:
                raise SysError(Errno.ENXIO)
            self._meet(task, flags, self.writers, self.readers)
        file = PipeFile(self, flags, path)
        if not flags & OpenFlag.O_NONBLOCK:
            file.writers_before = -1
        return file

    def _meet(self, task: Task, flags: int, own: Side, other: Side) -> None:
        """Return once the other side is, or was, there; until then sleep as one of our side."""
        call = task.call
        if flags & OpenFlag.O_NONBLOCK or other.is_present or call is None:
            return
        if other.queue.sleepers:
            return
        if call.progress is None:
            call.progress = other.openings
        if call.progress == other.openings:
            raise Block(own.queue)

    def resize(self, task: Task, size: int) -> int:
        """F_SETPIPE_SZ: the new capacity, a power of two of pages; EBUSY, EPERM, EINVAL."""
        if size > 1 << 31:
            raise SysError(Errno.EINVAL)
        capacity = max(PAGE_SIZE, 1 << max(0, size - 1).bit_length())
        if capacity > max(MAX_CAPACITY, self.capacity) and not task.credentials.has(
            Capability.CAP_SYS_RESOURCE
        ):
            raise SysError(Errno.EPERM)
        if capacity < self.capacity - self.room:
            raise SysError(Errno.EBUSY)
        self.capacity = capacity
        self.writable.wake_all()
        return capacity

    @property
    def room(self) -> int:
        """Octets that can be written."""
        return self.capacity - (self.cuts.occupied() if self.cuts.lengths else len(self.data))

    def take(self, count: int) -> bytes:
        """Remove octets, whatever packets they are of."""
        data = self.data
        taken = bytes(data[:count])
        del data[:count]
        if self.cuts.lengths:
            self.cuts.remove(len(taken))
        if self.writable.sleepers or self.writable.listeners:
            self.writable.wake_all()
        return taken

    def put(self, data: bytes) -> None:
        """Add octets, for which there is room."""
        self.data += data
        if self.readable.sleepers or self.readable.listeners:
            self.readable.wake_all()


class PipeFile(OpenFile):
    """One end of a pipe; a FIFO opened with O_RDWR is both.

    `writers_before` is the number of writers' opens before this reader, if none was there then:
    poll reports POLLHUP only when one has come since and gone.
    """

    sends_sigio = True
    gives_splice = False

    def __init__(self, pipe: Pipe, flags: int, path: str) -> None:
        super().__init__(pipe, flags, path)
        self.pipe = pipe
        self.takes_nowait = pipe.device == PIPE_DEVICE
        self.writers_before = -1 if pipe.writers.files else pipe.writers.openings
        if self.is_readable:
            _enter(pipe.readers, pipe.writers)
        if self.is_writable:
            _enter(pipe.writers, pipe.readers)

    def read(self, task: Task, count: int) -> bytes:
        """Up to `count` octets; b"" once every writer is gone."""
        pipe = self.pipe
        if not pipe.data:
            if count and (pipe.writers.files or pipe.writers.is_present):
                raise Block(pipe.readable)
            return b""
        if not pipe.cuts.lengths or not count:
            return pipe.take(count)
        count, lost = pipe.cuts.to_read(count)
        return pipe.take(count + lost)[:count]

    def write(self, task: Task, data: bytes) -> int:
        """Octets taken: all of up to PIPE_BUF at once, of more what fits. EPIPE without readers."""
        pipe = self.pipe
        if not pipe.readers.files and data and not pipe.readers.is_present:
            raise SysError(Errno.EPIPE)
        free = pipe.room
        if self.flags & _PACKETS:
            free -= free % PAGE_SIZE
        if len(data) > free:
            if not free or len(data) <= PIPE_BUF:
                raise Block(pipe.writable)
            data = data[:free]
        if self.flags & _PACKETS:
            pipe.cuts.add_packets(len(data), len(pipe.data))
        elif pipe.cuts.lengths:
            pipe.cuts.add_plain(len(data))
        pipe.put(data)
        return len(data)

    def poll(self, task: Task) -> int:
        pipe, events = self.pipe, 0
        if self.is_readable:
            if pipe.data:
                events |= Poll.POLLIN | Poll.POLLRDNORM
            if not pipe.writers.is_present and pipe.writers.openings != self.writers_before:
                events |= Poll.POLLHUP
        if self.is_writable:
            if pipe.room >= PIPE_BUF:
                events |= Poll.POLLOUT | Poll.POLLWRNORM
            if not pipe.readers.is_present:
                events |= Poll.POLLERR
        return events

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        if not self.is_writable:
            return (self.pipe.readable,)
        if not self.is_readable:
            return (self.pipe.writable,)
        return (self.pipe.readable, self.pipe.writable)

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        if request != Ioctl.FIONREAD:
            raise SysError(Errno.ENOTTY)
        task.memory.write_word(argument, len(self.pipe.data))
        return 0

    def close(self) -> None:
        """One end less: the other side may see the end of the file or a broken pipe."""
        pipe = self.pipe
        if self.is_readable:
            pipe.readers.files -= 1
        if self.is_writable:
            pipe.writers.files -= 1
        if not pipe.readers.is_present and not pipe.writers.is_present:
            pipe.data.clear()
            pipe.cuts.lengths.clear()
        pipe.readable.wake_all()
        pipe.writable.wake_all()


def _enter(own: Side, other: Side) -> None:
    own.files += 1
    own.openings += 1
    other.admit()


def create_pipe(task: Task, flags: int) -> tuple[PipeFile, PipeFile]:
    """A new pipe: its reading and its writing end, with these status flags (O_DIRECT: what is
    written comes in packets)."""
    credentials, system = task.credentials, task.system
    mode = S_IFIFO | 0o600
    number = next_number(system)
    pipe = Pipe(number, mode, credentials.fsuid, credentials.fsgid, system.clock.wall)
    pipe.device = PIPE_DEVICE
    pipe.may_run = False
    path = f"pipe:[{number}]"
    reading = flags & ~OpenFlag.O_DIRECT | O_RDONLY
    return PipeFile(pipe, reading, path), PipeFile(pipe, flags | OpenFlag.O_WRONLY, path)
