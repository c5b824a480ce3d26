"""TCP on the loopback network (tcp(7)): segments arrive at once, acknowledgements take no time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag
from kernel.abi.sockets import (
    IPPROTO_TCP,
    SIOCATMARK,
    SOMAXCONN,
    Family,
    MessageFlag,
    SocketOption,
    SocketType,
    TcpOption,
    TcpState,
)  # fmt: skip
from kernel.clock import NANOSECONDS
from kernel.errors import SysError
from kernel.net import tcp_readiness
from kernel.net.internet_address import Endpoint, family_of
from kernel.net.internet_socket import InternetSocket
from kernel.net.port_table import TimeWait
from kernel.net.socket import READ_SIDE, WRITE_SIDE, Ancillary, Received
from kernel.net.urgent import Urgent
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.task.task import Task

BOTH = READ_SIDE | WRITE_SIDE
SEND_BUFFER, RECEIVE_BUFFER = 16384, 131072
"""Middle values of /proc/sys/net/ipv4/tcp_wmem and tcp_rmem."""
CONNECTED_SEND_BUFFER = 2626560
"""What a send buffer has grown to once a connection over loopback stands."""
_TIME_WAIT = 60 * NANOSECONDS
_SYN_RETRIES = 6
"""How often connect(2) tries again while a backlog is full, unless TCP_SYNCNT says otherwise."""


class TcpSocket(InternetSocket):
    """A TCP socket: `state` as /proc/net/tcp shows it, `peer` the other end's socket.

    `data` has arrived and waits for a reader. A connection that a full backlog keeps out is in
    SYN_SENT and waits in the listener's `applicants`; those that wait for accept(2) are in
    `arrived`. `is_unreported` until connect(2) has told of a connection that stands.
    """

    is_stream = True

    def __init__(self, task: Task, family: int, flags: int = 0) -> None:
        self.ports = task.system.network.tcp
        super().__init__(task, family, SocketType.SOCK_STREAM, IPPROTO_TCP, flags)
        self.send_buffer, self.receive_buffer = SEND_BUFFER, RECEIVE_BUFFER
        self.state = TcpState.CLOSE
        self.peer: TcpSocket | None = None
        self.data = bytearray()
        self.urgent = Urgent()
        self.backlog = 0
        self.arrived: list[TcpSocket] = []
        self.applicants: list[TcpSocket] = []
        self.applies_to: TcpSocket | None = None
        self.is_unreported = False
        self.room = WaitQueue("connection")

    @property
    def is_listening(self) -> bool:
        return self.state is TcpState.LISTEN

    @property
    def is_connected(self) -> bool:
        return self.state not in (TcpState.CLOSE, TcpState.LISTEN, TcpState.SYN_SENT)

    # ---- beginning ---------------------------------------------------------------------------

    def listen(self, task: Task, backlog: int) -> None:
        """listen(2): EINVAL when connected, EADDRINUSE where another one listens."""
        if self.state not in (TcpState.CLOSE, TcpState.LISTEN):
            raise SysError(Errno.EINVAL)
        if not self.local.port:
            self.ports.bind(self, self.local, self.clock.now)
        others = [s for s in self.ports.find(self.local) if s is not self and s.is_listening]
        port = SocketOption.SO_REUSEPORT
        if any(not (s.option(port) and self.option(port)) for s in others):
            raise SysError(Errno.EADDRINUSE)
        self.state = TcpState.LISTEN
        self.backlog = min(backlog & 0xFFFF_FFFF, SOMAXCONN)
        self.admit(task)

    def connect(self, task: Task, name: bytes) -> None:
        """connect(2): EADDRNOTAVAIL for a connection that there is already, EISCONN, ECONNREFUSED;
        without O_NONBLOCK waits for a full backlog, ETIMEDOUT.
        """
        if family_of(name) == Family.AF_UNSPEC:
            self._disconnect()
            return
        if not self.is_unreported:
            self._begin_connecting(task, name)
            if self.flags & OpenFlag.O_NONBLOCK:
                raise SysError(Errno.EINPROGRESS)
        self._go_on_connecting(task)

    def _begin_connecting(self, task: Task, name: bytes) -> None:
        if self.state is not TcpState.CLOSE or self.peer is not None:
            raise SysError(Errno.EISCONN)
        target = self.target(name)
        self.settle(target)
        if self.ports.has_connection(self.local, target):
            self.unsettle()
            raise SysError(Errno.EADDRNOTAVAIL)
        self.remote, self.is_unreported = target, True
        self.applies_to = self._listener(target)
        if self.applies_to is None:
            self._fail(Errno.ECONNREFUSED)
        else:
            self.state = TcpState.SYN_SENT
            self.applies_to.applicants.append(self)
            self.applies_to.admit(task)

    def _go_on_connecting(self, task: Task) -> None:
        """A connection was begun: it stands, it has failed, or there is still no room."""
        if self.state is TcpState.SYN_SENT:
            if self.flags & OpenFlag.O_NONBLOCK:
                raise SysError(Errno.EALREADY)
            self._wait_for_room(task)
        self.is_unreported = False
        if self.state is TcpState.CLOSE:
            self.closed = 0
            self.take_error()
            raise SysError(Errno.ECONNABORTED)

    def _wait_for_room(self, task: Task) -> None:
        timeout, patience = self.send_timeout, self._patience()
        if timeout is not None and timeout < patience:
            try:
                self.wait(task, self.room, timeout)
            except SysError:
                raise SysError(Errno.EINPROGRESS) from None
        try:
            self.wait(task, self.room, patience)
        except SysError:
            self._fail(Errno.ETIMEDOUT)

    def _patience(self) -> int:
        """Nanoseconds that connect(2) tries for: first one second, each time twice as long."""
        retries = self.values.get((IPPROTO_TCP, TcpOption.TCP_SYNCNT), _SYN_RETRIES)
        return ((2 << retries) - 1) * NANOSECONDS

    def _fail(self, errno: Errno) -> None:
        """The attempt to connect has come to nothing."""
        if self.applies_to is not None:
            self.applies_to.applicants.remove(self)
            self.applies_to = None
        self.state, self.error, self.remote = TcpState.CLOSE, errno, None
        self.closed = BOTH
        self.unsettle()
        self.room.wake_all()
        self.changed()

    def _listener(self, target: Endpoint) -> TcpSocket | None:
        for socket in self.ports.find(target):
            if isinstance(socket, TcpSocket) and socket.is_listening:
                return socket
        return None

    def admit(self, task: Task) -> None:
        """Make connections of applicants while the backlog has room."""
        while self.applicants and len(self.arrived) <= self.backlog:
            client = self.applicants.pop(0)
            client.applies_to = None
            self.arrived.append(self._establish(task, client))
            client.room.wake_all()
            client.changed()
            self.readable.wake_all()

    def _establish(self, task: Task, client: TcpSocket) -> TcpSocket:
        """A connection stands; the socket at this end of it, which accept(2) hands out."""
        server = TcpSocket(task, self.family)
        server.values, server.linger = dict(self.values), self.linger
        server.send_buffer, server.receive_buffer = self.send_buffer, self.receive_buffer
        assert client.remote is not None
        self.ports.enter(server, client.remote)
        server.remote = client.local
        for socket, other in ((client, server), (server, client)):
            socket.peer, socket.state = other, TcpState.ESTABLISHED
            if socket.send_buffer == SEND_BUFFER:
                socket.send_buffer = CONNECTED_SEND_BUFFER
        return server

    def accept(self, task: Task) -> TcpSocket:
        """accept(2): EINVAL where it does not listen."""
        if not self.is_listening:
            raise SysError(Errno.EINVAL)
        if not self.arrived:
            self.wait(task, self.readable, self.receive_timeout)
        accepted = self.arrived.pop(0)
        accepted.inode.uid, accepted.inode.gid = task.credentials.fsuid, task.credentials.fsgid
        self.admit(task)
        return accepted

    def peer_name(self) -> bytes:
        if not self.is_connected:
            raise SysError(Errno.ENOTCONN)
        return super().peer_name()

    # ---- octets ------------------------------------------------------------------------------

    @property
    def free(self) -> int:
        """Octets that can be sent now: into the other end's receive buffer and the own one."""
        held = len(self.peer.data) if self.peer is not None else 0
        window = self.peer.receive_buffer if self.peer is not None else 0
        return self.send_buffer + window - held

    def send(
        self, task: Task, data: bytes, flags: int, name: bytes | None, ancillary: Ancillary
    ) -> int:
        if self.state is TcpState.SYN_SENT:
            self.wait(task, self.room, self.send_timeout)
        self.take_error()
        peer = self.peer
        if peer is None or self.closed & WRITE_SIDE or not self.is_connected:
            raise SysError(Errno.EPIPE)
        if peer.is_released:
            peer.forget()
            self.reset()
            return len(data)
        if self.free <= 0 and data:
            self.wait(task, self.writable, self.send_timeout)
        taken = data[: self.free]
        peer.data += taken
        if flags & MessageFlag.MSG_OOB and taken:
            peer.urgent.arrive(peer.data, peer.is_inline, len(taken))
        self.network.carry(len(taken) + 52)
        peer.readable.wake_all()
        return len(taken)

    def receive(self, task: Task, count: int, flags: int) -> Received:
        if flags & MessageFlag.MSG_OOB:
            return self.urgent.receive(count, self.is_inline)
        start, end = self.urgent.stretch(len(self.data), self.is_inline)
        if start == end:
            if not flags & MessageFlag.MSG_PEEK:
                self._drop(end)
            self._require_more(task)
            return Received(b"", 0)
        data = bytes(self.data[start : min(start + count, end)])
        return Received(data, len(data))

    @property
    def is_inline(self) -> bool:
        """Whether urgent data is among the others (SO_OOBINLINE)."""
        return bool(self.option(SocketOption.SO_OOBINLINE))

    def _drop(self, count: int) -> None:
        del self.data[:count]
        self.urgent.pass_over(count)

    def _require_more(self, task: Task) -> None:
        """Nothing to read: the end, an error, or wait."""
        if self.closed & READ_SIDE and self.error is None:
            return
        self.take_error()
        if self.state in (TcpState.CLOSE, TcpState.LISTEN):
            raise SysError(Errno.ENOTCONN)
        self.wait(task, self.readable, self.receive_timeout)

    def take(self, received: Received) -> None:
        if received.flags & MessageFlag.MSG_OOB:
            self.urgent.is_unread = False
        elif received.data:
            start, _ = self.urgent.stretch(len(self.data), self.is_inline)
            self._drop(start + len(received.data))
            if self.peer is not None:
                self.peer.writable.wake_all()

    # ---- ending ------------------------------------------------------------------------------

    def shutdown(self, task: Task, sides: int) -> None:
        """shutdown(2): ENOTCONN. A listener that is shut down for reading listens no more."""
        if self.state is TcpState.LISTEN:
            if sides & READ_SIDE:
                self._stop_listening()
                self.closed |= READ_SIDE
            self.changed()
            return
        if self.state is TcpState.CLOSE:
            raise SysError(Errno.ENOTCONN)
        self.closed |= sides
        if sides & WRITE_SIDE:
            self._finish()
        self.changed()

    def _finish(self) -> None:
        """Send a FIN: the other end reads what is there, then the end."""
        peer = self.peer
        if peer is None or self.state not in (TcpState.ESTABLISHED, TcpState.CLOSE_WAIT):
            return
        if self.state is TcpState.ESTABLISHED:
            self.state, peer.state = TcpState.FIN_WAIT2, TcpState.CLOSE_WAIT
        else:
            self._end(peer)
        peer.closed |= READ_SIDE
        peer.changed()

    def _end(self, first: TcpSocket) -> None:
        """Both ends have sent a FIN: the one that was first waits, its port taken."""
        wait = TimeWait(
            first.local, self.local, first.family,
            bool(first.option(SocketOption.SO_REUSEADDR)),
            bool(first.option(SocketOption.SO_REUSEPORT)), self.clock.now + _TIME_WAIT,
        )  # fmt: skip
        self.ports.time_waits.append(wait)
        self.forget()
        first.forget()
        first.closed = BOTH
        first.changed()

    def forget(self) -> None:
        """The connection is no more; the port of a socket that nobody has is free."""
        self.state = TcpState.CLOSE
        if self.is_released:
            self.ports.leave(self)

    def reset(self) -> None:
        """A RST arrives: the connection is no more; EPIPE for who had heard of the end already."""
        had_ended = self.state is TcpState.CLOSE_WAIT
        self.error = Errno.EPIPE if had_ended else Errno.ECONNRESET
        self.closed = BOTH
        self.forget()
        self.changed()

    def _stop_listening(self) -> None:
        self.state = TcpState.CLOSE
        for socket in self.arrived:
            if socket.peer is not None:
                socket.peer.reset()
            socket.ports.leave(socket)
            self.network.sockets.pop(socket.inode.number)
        self.arrived = []
        for applicant in list(self.applicants):
            applicant._fail(Errno.ECONNREFUSED)

    def _disconnect(self) -> None:
        """connect(2) with AF_UNSPEC: as if it had never been connected."""
        if self.is_listening:
            self._stop_listening()
        elif self.peer is not None and self.is_connected:
            self.peer.reset()
        elif self.applies_to is not None:
            self._fail(Errno.ECONNABORTED)
        self.state, self.peer, self.remote, self.closed = TcpState.CLOSE, None, None, 0
        self.is_unreported, self.error = False, None
        self.data.clear()
        self.urgent = Urgent()
        self.unsettle()

    def release(self) -> None:
        peer = self.peer
        if self.is_listening:
            self._stop_listening()
        elif self.applies_to is not None:
            self._fail(Errno.ECONNABORTED)
        elif peer is not None and self.is_connected:
            if self.data or self.linger == (1, 0):
                self.forget()
                peer.reset()
            else:
                self._finish()
                self.closed = BOTH
        if not self.is_connected:
            self.ports.leave(self)

    # ---- readiness ---------------------------------------------------------------------------

    def poll(self, task: Task) -> int:
        return tcp_readiness.events(self)

    def unread(self) -> int:
        return tcp_readiness.unread(self)

    def unsent(self) -> int:
        return tcp_readiness.unsent(self)

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        if request == SIOCATMARK:
            task.memory.write_word(argument, self.urgent.at == 0)
            return 0
        return super().ioctl(task, request, argument)

    def close(self) -> None:
        super().close()
        self.room.wake_all()
