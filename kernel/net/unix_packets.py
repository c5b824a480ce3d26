"""AF_UNIX datagrams and sequenced packets: messages that keep their limits (unix(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import Poll
from kernel.abi.sockets import Family, MessageFlag
from kernel.errors import SysError
from kernel.net.packet import Packet, datagram_size
from kernel.net.socket import READ_SIDE, WRITE_SIDE, Ancillary, QuietPipe, Received
from kernel.net.unix_connection import UnixConnection
from kernel.net.unix_socket import QUEUE_LIMIT, UnixSocket
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.task.task import Task

_OVERHEAD = 32


class _Messages(UnixSocket):
    """What datagrams and sequenced packets have in common."""

    is_connection = False

    def _require_room(self, task: Task, length: int, flags: int) -> None:
        """EOPNOTSUPP, EMSGSIZE; waits while the send buffer is full."""
        if flags & MessageFlag.MSG_OOB:
            raise SysError(Errno.EOPNOTSUPP)
        if length > self.send_buffer - _OVERHEAD:
            raise SysError(Errno.EMSGSIZE)
        self.take_error()
        if self.closed & WRITE_SIDE:
            raise QuietPipe
        if self.in_flight >= self.send_buffer:
            self.wait(task, self.writable, self.send_timeout)

    def _deliver(self, task: Task, data: bytes, other: UnixSocket, ancillary: Ancillary) -> int:
        credentials = self.credentials_for(task, other, ancillary)
        address = self.address if self.bound_name is not None else b""
        size = datagram_size(len(data))
        other.deliver(Packet(data, size, self, address, ancillary.rights, credentials))
        return len(data)

    def receive(self, task: Task, count: int, flags: int) -> Received:
        """One message; MSG_TRUNC tells that it did not fit."""
        if flags & MessageFlag.MSG_OOB:
            raise SysError(Errno.EOPNOTSUPP)
        if not self.queue:
            self.take_error()
            if self.closed & READ_SIDE and (self.is_connection or self.waits(flags)):
                return Received(b"", 0)
            self.wait(task, self.readable, self.receive_timeout)
        packet = self.queue[0]
        data = packet.data[:count]
        cut = int(MessageFlag.MSG_TRUNC) if len(data) < len(packet) else 0
        ancillary = Ancillary(packet.rights, packet.credentials)
        taken = ((packet, len(packet)),)
        return Received(data, len(packet), taken, packet.address or None, ancillary, cut)


class UnixPackets(_Messages, UnixConnection):
    """A seqpacket socket: messages over a connection."""

    is_connection = True

    def send(
        self, task: Task, data: bytes, flags: int, name: bytes | None, ancillary: Ancillary
    ) -> int:
        peer = self.peer
        if peer is None:
            raise SysError(Errno.ENOTCONN)
        self._require_room(task, len(data), flags)
        if peer.is_released or peer.closed & READ_SIDE:
            raise QuietPipe
        return self._deliver(task, data, peer, ancillary)

    def receive(self, task: Task, count: int, flags: int) -> Received:
        if self.peer is None:
            raise SysError(Errno.ENOTCONN)
        return super().receive(task, count, flags)


class UnixDatagram(_Messages):
    """A datagram socket; connect(2) only says where datagrams go and come from."""

    def __init__(self, task: Task, type: int, flags: int = 0) -> None:
        super().__init__(task, type, flags)
        self.room = WaitQueue("datagram queue")
        """Here those wait who find the queue of this socket full."""

    def connect(self, task: Task, name: bytes) -> None:
        """connect(2): another peer, or with AF_UNSPEC none; EPERM where that one has another."""
        if len(name) >= 2 and name[:2] == Family.AF_UNSPEC.to_bytes(2, "little"):
            self._leave()
            self.peer = None
            return
        other = self.find(task, name)
        if self.passes_credentials:
            self.autobind()
        if not self._may_send(other):
            raise SysError(Errno.EPERM)
        if other is not self.peer:
            self._leave()
        self.peer = other

    def _may_send(self, other: UnixSocket) -> bool:
        return other.peer is None or other.peer is self

    def _leave(self) -> None:
        """What the old peer sent is thrown away, and it is told."""
        if self.peer is not None and self.queue:
            self.discard_all()
            if self.peer.peer is self:
                self.peer.error = Errno.ECONNRESET
        self.writable.wake_all()

    def send(
        self, task: Task, data: bytes, flags: int, name: bytes | None, ancillary: Ancillary
    ) -> int:
        """EOPNOTSUPP of urgent data, ENOTCONN, ECONNREFUSED for a peer who is gone, EPERM; waits
        for room in its queue.
        """
        if flags & MessageFlag.MSG_OOB:
            raise SysError(Errno.EOPNOTSUPP)
        other = self._target(task, name)
        if self.passes_credentials:
            self.autobind()
        self._require_room(task, len(data), flags)
        if other.is_released:
            self.peer = None
            raise SysError(Errno.ECONNREFUSED)
        if not self._may_send(other):
            raise SysError(Errno.EPERM)
        if other.closed & READ_SIDE:
            raise QuietPipe
        if self._is_full(other):
            assert isinstance(other, UnixDatagram)
            self.wait(task, other.room, self.send_timeout)
        return self._deliver(task, data, other, ancillary)

    def _target(self, task: Task, name: bytes | None) -> UnixSocket:
        if name is not None:
            return self.find(task, name)
        if self.peer is None:
            raise SysError(Errno.ENOTCONN)
        return self.peer

    def _is_full(self, other: UnixSocket) -> bool:
        """Two sockets that are connected to each other have no limit but their buffers."""
        return other is not self and other.peer is not self and len(other.queue) > QUEUE_LIMIT

    def drop(self, packet: Packet) -> None:
        super().drop(packet)
        self.room.wake_all()

    def shutdown(self, task: Task, sides: int) -> None:
        """shutdown(2) concerns this socket alone."""
        self.closed |= sides
        self.changed()
        self.room.wake_all()

    def poll(self, task: Task) -> int:
        events = self.poll_closed()
        if self.has_room and not (self.peer is not None and self._is_full(self.peer)):
            events |= Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND
        return events

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        queues = super().poll_queues(task)
        return (*queues, self.peer.room) if isinstance(self.peer, UnixDatagram) else queues

    def unread(self) -> int:
        return len(self.queue[0]) if self.queue else 0

    def leave_peer(self) -> None:
        self.room.wake_all()
        if self.peer is not None and self.peer.peer is self:
            self.peer.changed()
