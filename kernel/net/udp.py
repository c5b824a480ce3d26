"""UDP on the loopback network (udp(7)): a datagram arrives at once, or nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import Poll
from kernel.abi.sockets import IPPROTO_UDP, Family, MessageFlag, SocketType
from kernel.errors import SysError
from kernel.net.internet_address import Endpoint, family_of, source_for
from kernel.net.internet_socket import InternetSocket
from kernel.net.packet import Packet, datagram_size
from kernel.net.socket import READ_SIDE, WRITE_SIDE, Ancillary, QuietPipe, Received

if TYPE_CHECKING:
    from kernel.task.task import Task

_LONGEST = 0xFFFF - 20 - 8
"""Octets that fit behind the headers of IP and UDP."""


class Datagram(Packet):
    """A packet that knows where it came from."""

    __slots__ = ("source",)

    def __init__(self, data: bytes, source: Endpoint) -> None:
        super().__init__(data, datagram_size(len(data)), None)
        self.source = source


class UdpSocket(InternetSocket):
    """A UDP socket. `queue` holds what has arrived and takes at most the receive buffer."""

    def __init__(self, task: Task, family: int, flags: int = 0) -> None:
        self.ports = task.system.network.udp
        super().__init__(task, family, SocketType.SOCK_DGRAM, IPPROTO_UDP, flags)
        self.queue: list[Datagram] = []
        self.queued = 0

    def connect(self, task: Task, name: bytes) -> None:
        """connect(2): only this peer from now on, or with AF_UNSPEC any."""
        if family_of(name) == Family.AF_UNSPEC:
            self.remote = None
            self.unsettle()
            return
        target = self.target(name)
        self.settle(target)
        self.remote = target

    def send(
        self, task: Task, data: bytes, flags: int, name: bytes | None, ancillary: Ancillary
    ) -> int:
        """EDESTADDRREQ, EMSGSIZE, EOPNOTSUPP; a peer who is not there tells the next call."""
        if len(data) > 0xFFFF:
            raise SysError(Errno.EMSGSIZE)
        if flags & MessageFlag.MSG_OOB:
            raise SysError(Errno.EOPNOTSUPP)
        target = self._target(name)
        self.take_error()
        if self.closed & WRITE_SIDE:
            raise QuietPipe
        if not self.local.port:
            self.ports.bind(self, self.local, self.clock.now)
        if len(data) > _LONGEST:
            raise SysError(Errno.EMSGSIZE)
        source = self.local
        if source.is_any:
            source = source._replace(host=source_for(target))
        self.network.carry(len(data) + 28)
        receiver = self._receiver(source, target)
        if receiver is not None:
            receiver.arrive(Datagram(data, source))
        elif self.remote is not None:
            self.error = Errno.ECONNREFUSED
            self.changed()
        return len(data)

    def _target(self, name: bytes | None) -> Endpoint:
        if name is None:
            if self.remote is None:
                raise SysError(Errno.EDESTADDRREQ)
            return self.remote
        target = self.target(name)
        if not target.port:
            raise SysError(Errno.EINVAL)
        return target

    def _receiver(self, source: Endpoint, target: Endpoint) -> UdpSocket | None:
        """One that is connected to the source, else the last bound to the target."""
        found = [s for s in self.ports.find(target) if isinstance(s, UdpSocket)]
        for socket in found:
            if socket.remote == source:
                return socket
        open_to_all = [s for s in found if s.remote is None]
        specific = [s for s in open_to_all if not s.local.is_any]
        candidates = specific or open_to_all
        return candidates[-1] if candidates else None

    def arrive(self, packet: Datagram) -> None:
        """A datagram comes; without room in the receive buffer it is lost."""
        if self.queued + packet.size > self.receive_buffer and self.queue:
            return
        self.queued += packet.size
        self.queue.append(packet)
        self.readable.wake_all()

    def receive(self, task: Task, count: int, flags: int) -> Received:
        if not self.queue:
            self.take_error()
            if self.closed & READ_SIDE and self.waits(flags):
                return Received(b"", 0)
            self.wait(task, self.readable, self.receive_timeout)
        packet = self.queue[0]
        data = packet.data[:count]
        cut = int(MessageFlag.MSG_TRUNC) if len(data) < len(packet) else 0
        taken, source = ((packet, len(packet)),), packet.source.pack(self.family)
        return Received(data, len(packet), taken, source, flags=cut)

    def take(self, received: Received) -> None:
        for packet, _ in received.packets:
            self.queued -= packet.size
            del self.queue[0]

    def shutdown(self, task: Task, sides: int) -> None:
        self.closed |= sides
        self.changed()
        if self.remote is None:
            raise SysError(Errno.ENOTCONN)

    def poll(self, task: Task) -> int:
        events = int(Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND)
        if self.error is not None:
            events |= Poll.POLLERR
        if self.queue or self.closed & READ_SIDE:
            events |= Poll.POLLIN | Poll.POLLRDNORM
        if self.closed & READ_SIDE:
            events |= Poll.POLLRDHUP
        if self.closed == READ_SIDE | WRITE_SIDE:
            events |= Poll.POLLHUP
        return events

    def unread(self) -> int:
        return len(self.queue[0]) if self.queue else 0

    def unsent(self) -> int:
        """Nothing: it has arrived."""
        return 0

    def release(self) -> None:
        self.ports.leave(self)
