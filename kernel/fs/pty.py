"""Pseudo-terminals (pty(7)): a terminal whose other end is a file, the master, of some process.

What the master writes are the terminal's keys; what is written to the terminal, the slave, the
master reads. In packet mode each read of the master begins with an octet that tells what it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFCHR, OpenFlag, Poll, makedev
from kernel.abi.termios import PacketStatus
from kernel.errors import Block, SysError
from kernel.fs.inode import Inode
from kernel.fs.open_file import OpenFile
from kernel.fs.tty import Terminal, open_terminal
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.fs.devpts import Devpts
    from kernel.system import System
    from kernel.task.task import Task

SLAVE_MAJOR = 136
_OUTPUT_LIMIT, _INPUT_LIMIT = 20 << 10, 16 << 10
"""Octets on their way to the master and to the slave; Linux has about as many."""
_STOPPING = PacketStatus.TIOCPKT_STOP | PacketStatus.TIOCPKT_START


class Pty:
    """The line between a master and its slave.

    `output` is what the master has not read; `status` what packet mode has still to tell.
    `is_locked`: the slave cannot be opened yet. `is_abandoned`: it was, and is closed again.
    """

    stream = 0

    def __init__(self, system: System, number: int) -> None:
        self.number = number
        self.terminal = Terminal(system, self, makedev(SLAVE_MAJOR, number))
        self.terminal.window = (0, 0, 0, 0)
        self.output = bytearray()
        self.is_locked = True
        self.is_abandoned = self.is_packet = False
        self.status = 0
        self.readable = WaitQueue("pty output")
        self.writable = WaitQueue("pty input")

    # ---- the slave's line --------------------------------------------------------------------

    @property
    def room(self) -> int:
        return _OUTPUT_LIMIT - len(self.output)

    def put(self, task: Task | None, stream: int, data: bytes) -> None:
        self.output += data
        self.readable.wake_all()

    def want_input(self) -> None:
        """The master knows by itself."""

    def input_taken(self) -> None:
        self.writable.wake_all()

    def note(self, status: int) -> None:
        if not self.is_packet:
            return
        if status & _STOPPING:
            self.status &= ~_STOPPING
        self.status |= status
        self.readable.wake_all()

    def attached(self) -> None:
        self.is_abandoned = False

    def detached(self) -> None:
        self.is_abandoned, self.is_packet, self.status = True, False, 0
        self.readable.wake_all()
        self.writable.wake_all()

    # ---- the master's side -------------------------------------------------------------------

    def take(self, count: int) -> bytes:
        """Output for the master: EIO once the slave is closed and all is read. Raises Block."""
        if self.status and count:
            told, self.status = self.status, 0
            return bytes([told])
        if not self.output:
            if self.is_abandoned:
                raise SysError(Errno.EIO)
            raise Block(self.readable)
        head = b"\0" if self.is_packet and count else b""
        count -= len(head)
        taken = bytes(self.output[:count])
        del self.output[:count]
        self.terminal.writable.wake_all()
        return head + taken

    def type(self, data: bytes) -> int:
        """Keys from the master, as many as there is room for. Raises Block."""
        room = _INPUT_LIMIT - len(self.terminal.arriving)
        if room <= 0:
            raise Block(self.writable)
        self.terminal.feed(data[:room])
        return min(len(data), room)


class SlaveInode(Inode):
    """/dev/pts/N."""

    def __init__(self, pty: Pty, number: int, mode: int, uid: int, gid: int, now: int) -> None:
        super().__init__(number, S_IFCHR | mode, uid, gid, now)
        self.rdev = pty.terminal.device
        self.pty = pty

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        """EIO before the master has unlocked it."""
        if self.pty.is_locked:
            raise SysError(Errno.EIO)
        may_control = not flags & OpenFlag.O_NOCTTY
        return open_terminal(task, self.pty.terminal, self, flags, path, may_control)


class MasterFile(OpenFile):
    """/dev/ptmx, opened: one end of a new pseudo-terminal. When it is closed the slave hangs up."""

    is_master = True
    is_hung_up = False

    def __init__(self, inode: Inode, flags: int, path: str, pty: Pty, devpts: Devpts) -> None:
        super().__init__(inode, flags, path)
        self.pty = pty
        self.terminal = pty.terminal
        self.devpts = devpts

    def read(self, task: Task, count: int) -> bytes:
        return self.pty.take(count) if count else b""

    def write(self, task: Task, data: bytes) -> int:
        return self.pty.type(data)

    def poll(self, task: Task) -> int:
        pty, events = self.pty, 0
        if pty.output or pty.status:
            events |= Poll.POLLIN | Poll.POLLRDNORM
        if pty.status:
            events |= Poll.POLLPRI
        if pty.is_abandoned:
            events |= Poll.POLLHUP
        if len(pty.terminal.arriving) < _INPUT_LIMIT:
            events |= Poll.POLLOUT | Poll.POLLWRNORM
        return events

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        return (self.pty.readable, self.pty.writable)

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        from kernel.fs.pty_control import control  # it needs this file's types

        return control(task, self, request, argument)

    def close(self) -> None:
        self.devpts.remove(self.pty.number)
        self.terminal.hang_up()
