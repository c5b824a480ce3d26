"""Readiness of TCP sockets: what poll(2), FIONREAD and TIOCOUTQ tell (tcp(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import Poll
from kernel.abi.sockets import TcpState
from kernel.errors import SysError
from kernel.net.socket import READ_SIDE, WRITE_SIDE

if TYPE_CHECKING:
    from kernel.net.tcp import TcpSocket

_IN, _OUT = Poll.POLLIN | Poll.POLLRDNORM, Poll.POLLOUT | Poll.POLLWRNORM


def events(socket: TcpSocket) -> int:
    """What poll(2) finds."""
    if socket.is_listening:
        return _IN if socket.arrived else 0
    found = 0
    if socket.closed == READ_SIDE | WRITE_SIDE or socket.state is TcpState.CLOSE:
        found |= Poll.POLLHUP
    if socket.closed & READ_SIDE:
        found |= _IN | Poll.POLLRDHUP
    if socket.state is not TcpState.SYN_SENT:
        found |= _transfers(socket)
    if socket.error is not None:
        found |= Poll.POLLERR
    return found


def _transfers(socket: TcpSocket) -> int:
    start, _ = socket.urgent.stretch(len(socket.data), socket.is_inline)
    found = _IN if start < len(socket.data) else 0
    if socket.urgent.is_unread:
        found |= Poll.POLLPRI
    has_room = socket.peer is None or socket.free > socket.send_buffer // 3
    if socket.closed & WRITE_SIDE or has_room:
        found |= _OUT
    return found


def unread(socket: TcpSocket) -> int:
    """Octets that can be read at once, up to the mark of urgent data; EINVAL where it listens."""
    if socket.is_listening:
        raise SysError(Errno.EINVAL)
    mark = socket.urgent.at
    return len(socket.data) if mark is None or socket.is_inline else mark


def unsent(socket: TcpSocket) -> int:
    """What the other end's receive buffer has no room for; EINVAL where it listens."""
    if socket.is_listening:
        raise SysError(Errno.EINVAL)
    peer = socket.peer
    return max(0, len(peer.data) - peer.receive_buffer) if peer is not None else 0
