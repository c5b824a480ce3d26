"""The console: the host's standard streams as the guest sees them.

The kernel never touches a host file. The session feeds input and drains `outbox`; what kind of
file each stream is on the host (its mode, size and device number) it says when it makes the
console. A stream that is a terminal, on the host or for a script, is the terminal of `tty`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kernel import events
from kernel.abi import files as abi
from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag, Poll, Whence
from kernel.errors import Block, SysError
from kernel.fs import tty
from kernel.fs.anonymous import PIPE_DEVICE
from kernel.fs.epoll import Item
from kernel.fs.inode import Inode
from kernel.fs.open_file import OpenFile
from kernel.fs.tty import Terminal, TerminalFile
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.system import System
    from kernel.task.task import Task

ACCESS = (abi.O_RDONLY, int(OpenFlag.O_WRONLY), int(OpenFlag.O_WRONLY))
"""How streams 0, 1 and 2 are open where they are no terminal."""


@dataclass(frozen=True)
class StreamKind:
    """What a host stream is: st_mode, st_size, st_rdev, whether it is a terminal, and its name.

    `offset` is where a regular file stands, `append` whether it was opened with O_APPEND.
    """

    mode: int = abi.S_IFIFO | 0o600
    size: int = 0
    rdev: int = 0
    is_terminal: bool = False
    name: str = ""
    offset: int = 0
    append: bool = False


class HostStream(Inode):
    """The inode behind a standard stream that is no terminal."""

    def __init__(self, console: Console, stream: int, kind: StreamKind) -> None:
        system = console.system
        super().__init__(stream + 1, kind.mode, now=system.clock.wall)
        self.device = PIPE_DEVICE
        self.rdev = kind.rdev
        self.console = console
        self.stream = stream
        self.kind = kind

    @property
    def size(self) -> int:
        return self.kind.size

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        """Open it once more, by /dev/stdin or /proc/self/fd; EACCES in the other direction."""
        if flags & abi.O_ACCMODE != ACCESS[self.stream]:
            raise SysError(Errno.EACCES)
        return HostFile(self, flags, path)


class HostFile(OpenFile):
    """A standard stream as an open file."""

    takes_nowait = True

    def __init__(self, inode: HostStream, flags: int, path: str) -> None:
        super().__init__(inode, flags, path)
        self.stream = inode.stream
        self.console = inode.console
        self.is_file = inode.is_regular
        self.offset = inode.kind.offset

    @property
    def has_places(self) -> bool:
        return self.is_file

    @property
    def has_poll(self) -> bool:
        return not self.is_file

    def read(self, task: Task, count: int) -> bytes:
        """What the host has sent; b"" at its end."""
        start = self.offset if self.is_file else 0
        taken = self.console.take(start, count, keep=self.is_file)
        self.offset += len(taken)
        return taken

    def write(self, task: Task, data: bytes) -> int:
        """Hand octets to the host; EPIPE once its end is closed."""
        console = self.console
        if self.stream in console.broken:
            raise SysError(Errno.EPIPE)
        console.put(task, self.stream, data)
        self.offset += len(data)
        return len(data)

    def read_at(self, task: Task, offset: int, count: int) -> bytes:
        if not self.is_file:
            raise SysError(Errno.ESPIPE)
        return self.console.take(offset, count, keep=True)

    def seek(self, offset: int, whence: int) -> int:
        """Input from a file can be read anywhere; output can only be asked where it stands."""
        if not self.is_file:
            raise SysError(Errno.ESPIPE)
        if whence == Whence.SEEK_CUR:
            offset += self.offset
        elif whence == Whence.SEEK_END:
            offset += self.inode.size
        elif whence != Whence.SEEK_SET:
            raise SysError(Errno.EINVAL)
        if offset < 0:
            raise SysError(Errno.EINVAL)
        if self.is_writable and offset != self.offset:
            raise SysError(Errno.ESPIPE)
        self.offset = offset
        return offset

    def poll(self, task: Task) -> int:
        if self.is_file or self.inode.type == abi.S_IFCHR:
            return super().poll(task)
        if self.is_writable:
            broken = Poll.POLLERR if self.stream in self.console.broken else 0
            return int(Poll.POLLOUT | Poll.POLLWRNORM | broken)
        console = self.console
        if console.input:
            return int(Poll.POLLIN | Poll.POLLRDNORM)
        if console.has_ended:
            return int(Poll.POLLHUP if self.inode.type == abi.S_IFIFO else Poll.POLLIN)
        console.want_input()
        return 0

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        return (self.console.fed,)

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        if request != abi.Ioctl.FIONREAD or self.inode.type == abi.S_IFCHR:
            raise SysError(Errno.ENOTTY)
        left = len(self.console.input) - self.console.base - (self.offset if self.is_file else 0)
        task.memory.write_word(argument, max(left, 0))
        return 0


class Console:
    """Streams 0, 1 and 2, each of a kind (None: closed on the host).

    `input` holds what was fed and not read, all that was fed where stream 0 is a regular file
    (`base` is the file offset it begins at). `missed_input` is set when a task looked for input
    and found none; feeding clears it. `outbox` collects (stream, octets) in the order written; of
    the `broken` streams the host has closed its end.
    """

    def __init__(self, system: System, kinds: tuple[StreamKind | None, ...]) -> None:
        self.system = system
        self.kinds = kinds
        self.input = bytearray()
        first = kinds[0]
        self.base = first.offset if first is not None else 0
        self.has_ended = False
        self.missed_input = False
        self.fed = WaitQueue("console input")
        self.outbox: list[tuple[int, bytes]] = []
        self.broken: set[int] = set()
        terminals = [n for n in (1, 2, 0) if (kind := kinds[n]) is not None and kind.is_terminal]
        self.stream = terminals[0] if terminals else 1
        """Where the terminal's echo appears."""
        self.terminal = Terminal(system, self)
        self.terminal_inode: Inode
        """/dev/tty1, set when /dev is built."""
        self.streams = tuple(
            None if kind is None else HostStream(self, n, kind) for n, kind in enumerate(kinds)
        )

    @property
    def has_terminal(self) -> bool:
        """Whether any stream is the terminal."""
        return any(kind is not None and kind.is_terminal for kind in self.kinds)

    @property
    def feeds_terminal(self) -> bool:
        """Whether input are keys of the terminal."""
        return self.kinds[0] is not None and self.kinds[0].is_terminal

    def open_standard(self, stream: int) -> OpenFile | None:
        """The file that a first process has as descriptor `stream`; None where it is closed."""
        kind, inode = self.kinds[stream], self.streams[stream]
        if kind is None or inode is None:
            return None
        if kind.is_terminal:
            return TerminalFile(
                self.terminal_inode, int(OpenFlag.O_RDWR), tty.PATH, self.terminal, stream
            )
        flags = ACCESS[stream] | (OpenFlag.O_APPEND if kind.append else 0)
        return HostFile(inode, int(flags), kind.name or f"pipe:[{inode.number}]")

    # ---- the session's side ------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Input from the host, for the terminal where stream 0 is one."""
        self.missed_input = False
        if self.feeds_terminal:
            self.terminal.feed(data)
            return
        self.input += data
        self.fed.wake_all()

    def end_of_input(self) -> None:
        """No more input will come; a terminal hangs up."""
        self.missed_input = False
        self.has_ended = True
        if self.feeds_terminal:
            self.terminal.hang_up()
        self.fed.wake_all()

    def drain(self) -> list[tuple[int, bytes]]:
        """Output since the last drain."""
        drained, self.outbox = self.outbox, []
        return drained

    @property
    def wants_input(self) -> bool:
        """Whether a task sleeps for input that can still come."""
        waiting = self.terminal.readable if self.feeds_terminal else self.fed
        return not self.has_ended and any(
            not isinstance(sleeper, Item) or sleeper.has_waiters for sleeper in waiting.sleepers
        )

    # ---- the terminal's line -----------------------------------------------------------------

    @property
    def room(self) -> int:
        """The host takes everything."""
        return sys.maxsize

    def input_taken(self) -> None:
        """The host keeps keys that have not been fed."""

    def note(self, status: int) -> None:
        """Nobody is told."""

    def attached(self) -> None:
        """The host's terminal is always there."""

    def detached(self) -> None:
        """The host's terminal is always there."""

    # ---- the guest's side --------------------------------------------------------------------

    def want_input(self) -> None:
        """A task looked for input and found none."""
        if not self.has_ended:
            self.missed_input = True

    def take(self, start: int, count: int, keep: bool) -> bytes:
        """Input for a read; `keep`: from the file offset `start`, which stays readable."""
        if keep:
            first = max(0, start - self.base)
            taken = bytes(self.input[first : first + count])
        else:
            taken = bytes(self.input[:count])
            del self.input[:count]
        if not taken and count and not self.has_ended:
            self.want_input()
            raise Block(self.fed)
        return taken

    def put(self, task: Task | None, stream: int, data: bytes) -> None:
        """Output of a task, or an echo."""
        self.outbox.append((stream, data))
        journal = self.system.journal
        if journal.recording:
            pid = task.tid if task is not None else 0
            now = self.system.clock.now
            journal.emit(events.ConsoleOutput, now, pid, stream, data.decode("latin-1"))
