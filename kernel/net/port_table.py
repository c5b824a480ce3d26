"""Ports of one protocol: who is bound where, and who may be bound next to whom (socket(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.sockets import SocketOption
from kernel.errors import SysError
from kernel.net.internet_address import ANY_4, ANY_6, Endpoint

if TYPE_CHECKING:
    from kernel.net.internet_socket import InternetSocket

FIRST_EPHEMERAL, LAST_EPHEMERAL = 32768, 60999
"""/proc/sys/net/ipv4/ip_local_port_range; the kernel takes them in order, again and again."""


class TimeWait(NamedTuple):
    """A TCP connection that is over, whose port stays taken until `until` (monotonic ns).

    `reuses` and `shares` tell whether the socket had SO_REUSEADDR and SO_REUSEPORT.
    """

    local: Endpoint
    remote: Endpoint
    family: int
    reuses: bool
    shares: bool
    until: int


class PortTable:
    """Sockets that have a port, by port and in the order in which they got it."""

    def __init__(self) -> None:
        self.by_port: dict[int, list[InternetSocket]] = {}
        self.time_waits: list[TimeWait] = []
        self._next = FIRST_EPHEMERAL

    def bind(self, socket: InternetSocket, wanted: Endpoint, now: int) -> None:
        """Give the socket an endpoint, an ephemeral port for port 0; EADDRINUSE."""
        endpoint = wanted if wanted.port else self._ephemeral(socket, wanted, now)
        if not self.is_free(socket, endpoint, now):
            raise SysError(Errno.EADDRINUSE)
        self.enter(socket, endpoint)

    def enter(self, socket: InternetSocket, endpoint: Endpoint) -> None:
        """The socket has this endpoint, also one that its listener has."""
        socket.local = endpoint
        self.by_port.setdefault(endpoint.port, []).append(socket)

    def leave(self, socket: InternetSocket) -> None:
        """Give the port back."""
        found = self.by_port.get(socket.local.port, [])
        if socket in found:
            found.remove(socket)
            if not found:
                del self.by_port[socket.local.port]

    def _ephemeral(self, socket: InternetSocket, wanted: Endpoint, now: int) -> Endpoint:
        for _ in range(FIRST_EPHEMERAL, LAST_EPHEMERAL + 1):
            endpoint = wanted._replace(port=self._next)
            self._next = self._next + 1 if self._next < LAST_EPHEMERAL else FIRST_EPHEMERAL
            if endpoint.port not in self.by_port and self.is_free(socket, endpoint, now):
                return endpoint
        raise SysError(Errno.EADDRINUSE)

    def is_free(self, socket: InternetSocket, endpoint: Endpoint, now: int) -> bool:
        """Whether the socket may have the endpoint beside those who have the port."""
        self.time_waits = [wait for wait in self.time_waits if wait.until > now]
        others = self.by_port.get(endpoint.port, [])
        return not any(
            _overlap(socket, endpoint, other.is_only_6, other.local)
            and not _may_share(socket, other)
            for other in others
            if other is not socket
        ) and not any(
            wait.local.port == endpoint.port
            and _overlap(socket, endpoint, False, wait.local)
            and not (wait.reuses and _reuses(socket))
            and not (wait.shares and _shares(socket))
            for wait in self.time_waits
        )

    def has_connection(self, local: Endpoint, remote: Endpoint) -> bool:
        """Whether there is a connection between these two already, begun at the first."""
        others = self.by_port.get(local.port, [])
        return any(other.local == local and other.remote == remote for other in others)

    def find(self, target: Endpoint) -> list[InternetSocket]:
        """Who is bound so that a packet to the target reaches it; specific addresses first."""
        others = [s for s in self.by_port.get(target.port, []) if s.takes(target)]
        return sorted(others, key=_is_bound_anywhere)


def _is_bound_anywhere(socket: InternetSocket) -> bool:
    return socket.local.is_any


def _overlap(socket: InternetSocket, endpoint: Endpoint, other_only_6: bool, o: Endpoint) -> bool:
    """Whether two bindings of one port cover an address that both would get."""
    return _covers(endpoint.host, socket.is_only_6, o.host) or _covers(
        o.host, other_only_6, endpoint.host
    )


def _covers(any_host: bytes, only_6: bool, host: bytes) -> bool:
    is_4 = host[:12] == ANY_4[:12]
    if any_host == ANY_6:
        return not (is_4 and only_6)
    return any_host == host or (any_host == ANY_4 and is_4)


def _reuses(socket: InternetSocket) -> bool:
    return bool(socket.option(SocketOption.SO_REUSEADDR))


def _shares(socket: InternetSocket) -> bool:
    return bool(socket.option(SocketOption.SO_REUSEPORT))


def _may_share(one: InternetSocket, other: InternetSocket) -> bool:
    """SO_REUSEADDR of both, unless TCP listens; SO_REUSEPORT of both, for one user."""
    if _reuses(one) and _reuses(other) and not other.is_listening:
        return True
    return _shares(one) and _shares(other) and one.inode.uid == other.inode.uid
