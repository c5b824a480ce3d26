"""Sockets: what those of every family have in common (socket(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFSOCK, OpenFlag, makedev
from kernel.abi.sockets import SIOCINQ, SIOCOUTQ, MessageFlag, SocketOption, SocketType
from kernel.errors import Block, Restart, SysError
from kernel.fs.anonymous import next_number
from kernel.fs.inode import Inode
from kernel.fs.open_file import OpenFile
from kernel.net import interfaces
from kernel.net.packet import Ucred
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.net.packet import Packet
    from kernel.task.task import Task

DEVICE = makedev(0, 8)
"""st_dev of sockets."""
READ_SIDE, WRITE_SIDE = 1, 2
"""Bits of `closed`: what shutdown(2), or the other end, has closed."""
BUFFER_DEFAULT = 212992
"""/proc/sys/net/core/{r,w}mem_default."""
SEND_BUFFER_LEAST, RECEIVE_BUFFER_LEAST = 4608, 2304
BUFFER_MOST = 4 << 20
"""/proc/sys/net/core/{r,w}mem_max; the kernel doubles what is asked for."""


class QuietPipe(SysError):
    """EPIPE that brings no SIGPIPE along."""

    def __init__(self) -> None:
        super().__init__(Errno.EPIPE)


class Ancillary(NamedTuple):
    """What is sent along with octets: open files (SCM_RIGHTS), and who says so."""

    rights: tuple[OpenFile, ...] = ()
    credentials: Ucred | None = None


class Received(NamedTuple):
    """Octets found for a receiver, who has not taken them yet.

    `length` is the packet's, which may be longer; `packets` says how many octets of which packets
    are to be taken. `address` is the sender's, None where there is none to tell.
    """

    data: bytes
    length: int
    packets: tuple[tuple[Packet, int], ...] = ()
    address: bytes | None = None
    ancillary: Ancillary = Ancillary()
    flags: int = 0


class SocketInode(Inode):
    """The inode behind a socket."""

    may_run = False

    def __init__(self, task: Task) -> None:
        credentials, system = task.credentials, task.system
        mode = S_IFSOCK | 0o777
        super().__init__(
            next_number(system), mode, credentials.fsuid, credentials.fsgid, system.clock.wall
        )
        self.device = DEVICE


class Socket(OpenFile):
    """An open socket. Families and types override what they can do.

    Names are raw sockaddr octets as the program passes them. `values` holds the options that are
    plain numbers, by level and name. `error` is the errno that the next call reports (SO_ERROR).
    `closed` has bits READ_SIDE and WRITE_SIDE. Timeouts are in nanoseconds, None for none.
    """

    is_stream = False
    sends_sigio = True
    takes_nowait = True
    minds_empty_writes = True

    def __init__(self, task: Task, family: int, type: int, protocol: int, flags: int = 0) -> None:
        inode = SocketInode(task)
        super().__init__(inode, OpenFlag.O_RDWR | flags, f"socket:[{inode.number}]")
        self.network = task.system.network
        self.family = family
        self.type = type
        self.protocol = protocol
        self.values: dict[tuple[int, int], int] = {}
        self.send_buffer = self.receive_buffer = BUFFER_DEFAULT
        self.send_timeout: int | None = None
        self.receive_timeout: int | None = None
        self.linger: tuple[int, int] = (0, 0)
        self.error: Errno | None = None
        self.closed = 0
        self.is_released = False
        """Its last descriptor is gone; who still knows it finds nobody there."""
        self.readable = WaitQueue("socket readable")
        self.writable = WaitQueue("socket writable")
        self.network.sockets[inode.number] = self

    # ---- options -----------------------------------------------------------------------------

    def option(self, name: int) -> int:
        """A plain number of level SOL_SOCKET."""
        return self.values.get((1, name), 0)

    @property
    def passes_credentials(self) -> bool:
        """SO_PASSCRED."""
        return bool(self.option(SocketOption.SO_PASSCRED))

    @property
    def is_listening(self) -> bool:
        return False

    def take_error(self) -> None:
        """Raise the pending error, which is then no more."""
        if self.error is not None:
            error, self.error = self.error, None
            raise SysError(error)

    # ---- waiting -----------------------------------------------------------------------------

    def wait(self, task: Task, queue: WaitQueue, timeout: int | None) -> NoReturn:
        """Sleep, at most as long as SO_RCVTIMEO or SO_SNDTIMEO say; EAGAIN after that."""
        if timeout is None:
            raise Block(queue)
        assert task.call is not None
        deadline = task.call.entered + timeout
        if task.system.clock.now >= deadline:
            raise SysError(Errno.EAGAIN)
        raise Block(queue, deadline=deadline, restart=Restart.NEVER)

    def waits(self, flags: int) -> bool:
        """Whether a call with these MSG_ flags may sleep."""
        return not (self.is_nonblocking or flags & MessageFlag.MSG_DONTWAIT)

    def changed(self) -> None:
        """Something happened that both readers and writers may want to know."""
        self.readable.wake_all()
        self.writable.wake_all()

    # ---- what the calls do -------------------------------------------------------------------

    def bind(self, task: Task, name: bytes) -> None:
        """bind(2)."""
        raise SysError(Errno.EOPNOTSUPP)

    def connect(self, task: Task, name: bytes) -> None:
        """connect(2); may raise Block."""
        raise SysError(Errno.EOPNOTSUPP)

    def listen(self, task: Task, backlog: int) -> None:
        """listen(2)."""
        raise SysError(Errno.EOPNOTSUPP)

    def accept(self, task: Task) -> Socket:
        """accept(2); may raise Block."""
        raise SysError(Errno.EOPNOTSUPP)

    def local_name(self) -> bytes:
        """getsockname(2)."""
        raise NotImplementedError

    def peer_name(self) -> bytes:
        """getpeername(2): ENOTCONN."""
        raise SysError(Errno.ENOTCONN)

    def shutdown(self, task: Task, sides: int) -> None:
        """shutdown(2) of READ_SIDE, WRITE_SIDE or both: ENOTCONN."""
        raise NotImplementedError

    def send(
        self, task: Task, data: bytes, flags: int, name: bytes | None, ancillary: Ancillary
    ) -> int:
        """Octets taken: all of a datagram, of a stream what fits. May raise Block.

        EPIPE brings SIGPIPE along unless it is a QuietPipe.
        """
        raise NotImplementedError

    def receive(self, task: Task, count: int, flags: int) -> Received:
        """What a receiver of `count` octets gets now, left in place; may raise Block."""
        raise NotImplementedError

    def take(self, received: Received) -> None:
        """Remove what was received."""
        raise NotImplementedError

    def unread(self) -> int:
        """FIONREAD: octets that can be read at once, of datagrams those of the next one."""
        raise NotImplementedError

    def unsent(self) -> int:
        """TIOCOUTQ: what is still in the send buffer."""
        raise NotImplementedError

    # ---- an open file ------------------------------------------------------------------------

    def read(self, task: Task, count: int) -> bytes:
        if not count and self.type != SocketType.SOCK_SEQPACKET:
            return b""
        received = self.receive(task, count, 0)
        self.take(received)
        for file in received.ancillary.rights:
            discard(file)
        return received.data

    def write(self, task: Task, data: bytes) -> int:
        flags = int(MessageFlag.MSG_EOR) if self.type == SocketType.SOCK_SEQPACKET else 0
        return self.send(task, data, flags, None, Ancillary())

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        return (self.readable, self.writable)

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        if request == SIOCINQ:
            task.memory.write_word(argument, self.unread())
        elif request == SIOCOUTQ:
            task.memory.write_word(argument, self.unsent())
        else:
            return interfaces.ioctl(task, request, argument)
        return 0

    def close(self) -> None:
        self.is_released = True
        self.network.sockets.pop(self.inode.number, None)
        self.release()
        self.changed()

    def release(self) -> None:
        """Take leave of the other end, and give names and packets back."""
        raise NotImplementedError


def discard(file: OpenFile) -> None:
    """An open file that was on its way arrives nowhere."""
    from kernel.fs.file_table import release

    release(file)
