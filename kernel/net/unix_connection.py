"""Connections between Unix sockets: listening, connecting, accepting and ending them (unix(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import Poll
from kernel.abi.sockets import SOMAXCONN
from kernel.errors import SysError
from kernel.net.socket import READ_SIDE, WRITE_SIDE
from kernel.net.unix_socket import UNKNOWN, UnixSocket, credentials_of
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.net.packet import Ucred
    from kernel.task.task import Task

BOTH = READ_SIDE | WRITE_SIDE


class UnixConnection(UnixSocket):
    """A stream or seqpacket socket: unconnected, listening, or connected to `peer`, once."""

    def __init__(self, task: Task, type: int, flags: int = 0) -> None:
        super().__init__(task, type, flags)
        self.backlog: int | None = None
        self.own_credentials: Ucred = UNKNOWN
        """The listener's when it called listen(2): what those who connect see."""
        self.room = WaitQueue("backlog")
        """Here those wait who want to connect while the backlog is full."""

    @property
    def is_listening(self) -> bool:
        return self.backlog is not None

    def listen(self, task: Task, backlog: int) -> None:
        """listen(2): EINVAL without a name, or when connected."""
        if self.bound_name is None or self.peer is not None:
            raise SysError(Errno.EINVAL)
        self.backlog = min(backlog & 0xFFFF_FFFF, SOMAXCONN)
        self.own_credentials = credentials_of(task)
        self.room.wake_all()

    def connect(self, task: Task, name: bytes) -> None:
        """connect(2): waits while the listener's backlog is full."""
        if self.passes_credentials:
            self.autobind()
        other = self.find(task, name)
        if not isinstance(other, UnixConnection) or other.backlog is None:
            raise SysError(Errno.ECONNREFUSED)
        if other.closed & READ_SIDE:
            raise SysError(Errno.ECONNREFUSED)
        if len(other.embryos) > other.backlog:
            self.wait(task, other.room, self.send_timeout)
        if self.peer is not None:
            raise SysError(Errno.EISCONN)
        if self.is_listening:
            raise SysError(Errno.EINVAL)
        embryo = type(self)(task, self.type)
        embryo.inode.uid, embryo.inode.gid = other.inode.uid, other.inode.gid
        embryo.bound_name = other.bound_name
        embryo.values = {
            key: value for key, value in other.values.items() if value and key in _INHERITED
        }
        self.peer, embryo.peer = embryo, self
        self.peer_credentials, embryo.peer_credentials = other.own_credentials, credentials_of(task)
        other.embryos.append(embryo)
        other.readable.wake_all()

    def accept(self, task: Task) -> UnixConnection:
        """accept(2): EINVAL where it does not listen."""
        if not self.is_listening:
            raise SysError(Errno.EINVAL)
        if not self.embryos:
            if self.closed & READ_SIDE:
                raise SysError(Errno.EINVAL)
            self.wait(task, self.readable, self.receive_timeout)
        embryo = self.embryos.pop(0)
        assert isinstance(embryo, UnixConnection)
        self.room.wake_all()
        return embryo

    def shutdown(self, task: Task, sides: int) -> None:
        """shutdown(2): the other end is closed on its opposite side."""
        self.closed |= sides
        self.changed()
        if self.peer is not None:
            opposite = (sides & READ_SIDE and WRITE_SIDE) | (sides & WRITE_SIDE and READ_SIDE)
            self.peer.closed |= opposite
            self.peer.changed()

    def poll(self, task: Task) -> int:
        events = self.poll_closed()
        if self.embryos:
            events |= Poll.POLLIN | Poll.POLLRDNORM
        if self.peer is None and not self.is_listening:
            events |= Poll.POLLHUP
        if self.has_room and not self.is_listening:
            events |= Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND
        return events

    def unread(self) -> int:
        """FIONREAD: EINVAL while it listens."""
        if self.is_listening:
            raise SysError(Errno.EINVAL)
        return sum(len(packet) for packet in self.queue)

    def leave_peer(self) -> None:
        """The other end reads what is there and then the end; or ECONNRESET where this one had
        something to read, or was never accepted.
        """
        for embryo in self.embryos:
            embryo.closed = BOTH
            if embryo.peer is not None:
                embryo.peer.error = Errno.ECONNRESET
            embryo.close()
        self.embryos = []
        self.room.wake_all()
        if self.peer is not None:
            self.peer.closed = BOTH
            if self.queue:
                self.peer.error = Errno.ECONNRESET
            self.peer.changed()

    def release(self) -> None:
        if self.node is None and self.bound_name is not None and not self._has_own_name():
            self.bound_name = None
        super().release()

    def _has_own_name(self) -> bool:
        """Whether its name leads to it: what was accepted shares the listener's."""
        assert self.bound_name is not None
        return self.network.names.get((self.type, self.bound_name)) is self


_INHERITED = {(1, 16)}
"""SO_PASSCRED: what an accepted socket takes over from the one that listens."""
