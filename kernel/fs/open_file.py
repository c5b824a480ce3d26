"""Open files: what a descriptor points to; shared, with offset and flags, after dup and fork."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.files import O_ACCMODE, O_RDONLY, OpenFlag, Poll, Whence
from kernel.errors import SysError
from kernel.fs.file_owner import NOBODY, Attachment
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.fs.inode import Inode
    from kernel.fs.path import Location
    from kernel.task.task import Task


_ACCESS = O_ACCMODE | OpenFlag.O_PATH
_READABLE = (O_RDONLY, int(OpenFlag.O_RDWR))
_WRITABLE = (int(OpenFlag.O_WRONLY), int(OpenFlag.O_RDWR))
"""Access modes; the fourth, 3, allows neither (it serves ioctl alone), nor does O_PATH."""
_NONBLOCK = int(OpenFlag.O_NONBLOCK)


class Entry(NamedTuple):
    """A directory entry: `type` is S_IFMT's part of the mode, `next` the offset behind it."""

    name: bytes
    number: int
    type: int
    next: int


class OpenFile:
    """An open file description; `users` counts descriptors. `location` is set by open(2).

    `name` is what /proc/self/fd shows for a file that was never looked up ("pipe:[5]").
    Subclasses override what they can do; the rest fails as on Linux. `read` and `write` raise
    Block where they would have to wait: they never look at O_NONBLOCK, the call does.
    """

    sends_sigio = False
    """Whether O_ASYNC can be set, to get a signal when the file is ready."""
    takes_direct = False
    """Whether it can be opened with O_DIRECT."""
    takes_nowait = False
    """Whether RWF_NOWAIT can be asked for."""
    minds_empty_writes = False
    """Whether a write of nothing does something, or fails."""
    ignores_data = False
    """Whether what is written is never looked at."""
    gives_splice = takes_splice = True
    """Whether splice(2) and sendfile(2) read it, and write to it."""

    def __init__(self, inode: Inode, flags: int, path: str) -> None:
        self.inode = inode
        self.flags = flags
        self.name = path
        self.location: Location | None = None
        self.offset = 0
        self.users = 0
        self.owner = NOBODY
        self.attachment: Attachment | None = None
        """With O_ASYNC: who makes signals of what happens."""
        self.notice: Attachment | None = None
        """With F_NOTIFY: who makes signals of what happens in the folder."""

    @property
    def path(self) -> str:
        """What /proc/self/fd shows, octets as Latin-1."""
        return self.name if self.location is None else self.location.path

    @property
    def is_readable(self) -> bool:
        return self.flags & _ACCESS in _READABLE

    @property
    def is_writable(self) -> bool:
        return self.flags & _ACCESS in _WRITABLE

    @property
    def is_nonblocking(self) -> bool:
        return bool(self.flags & _NONBLOCK)

    @property
    def has_places(self) -> bool:
        """Whether it can be read, and written, at any offset (pread(2))."""
        return type(self).read_at is not OpenFile.read_at

    @property
    def can_write_places(self) -> bool:
        """Whether pwrite(2) may be tried where pread may: not in texts that the kernel makes."""
        return self.has_places

    @property
    def has_poll(self) -> bool:
        """Whether epoll can watch it; other files are always ready."""
        return type(self).poll is not OpenFile.poll

    def read(self, task: Task, count: int) -> bytes:
        """Up to `count` octets from the current offset; b"" at the end. May raise Block."""
        raise SysError(Errno.EINVAL)

    def write(self, task: Task, data: bytes) -> int:
        """Number of octets taken, at least 1 of a non-empty `data`. May raise Block.

        A pipe may take fewer than all: the call goes on with the rest. EPIPE: the call also sends
        SIGPIPE.
        """
        raise SysError(Errno.EINVAL)

    def read_at(self, task: Task, offset: int, count: int) -> bytes:
        """pread: the offset stays; ESPIPE where there is none."""
        raise SysError(Errno.ESPIPE)

    def write_at(self, task: Task, offset: int, data: bytes) -> int:
        """pwrite: the offset stays. EINVAL where only reading has a place."""
        raise SysError(Errno.EINVAL)

    def seek(self, offset: int, whence: int) -> int:
        """The new offset; ESPIPE for pipes and terminals, EINVAL."""
        raise SysError(Errno.ESPIPE)

    def seek_without_end(self, offset: int, whence: int) -> int:
        """`seek` for what has no size: only from the start, or from here."""
        if whence == Whence.SEEK_CUR:
            offset += self.offset
        elif whence != Whence.SEEK_SET:
            raise SysError(Errno.EINVAL)
        if offset < 0:
            raise SysError(Errno.EINVAL)
        self.offset = offset
        return offset

    def entries(self, task: Task) -> Iterator[Entry]:
        """Directory entries from the offset on; ENOTDIR, ENOENT once it is removed."""
        raise SysError(Errno.ENOTDIR)

    def poll(self, task: Task) -> int:
        """Poll events that hold now; a file that never blocks is always ready."""
        return int(Poll.POLLIN | Poll.POLLOUT | Poll.POLLRDNORM | Poll.POLLWRNORM)

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        """Queues that are woken when poll's answer may change."""
        return ()

    def poll_deadline(self) -> int | None:
        """The moment (monotonic nanoseconds) at which poll's answer changes by itself."""
        return None

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        """Device control; ENOTTY where the request means nothing here."""
        raise SysError(Errno.ENOTTY)

    def details(self) -> str:
        """Further lines of /proc/PID/fdinfo/N."""
        return ""

    def close(self) -> None:
        """The last descriptor is gone."""
