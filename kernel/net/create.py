"""Making sockets: which families, types and protocols there are (socket(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.sockets import IPPROTO_IP, IPPROTO_TCP, IPPROTO_UDP, Family, SocketType
from kernel.errors import SysError
from kernel.net.netlink import create_netlink
from kernel.net.tcp import TcpSocket
from kernel.net.udp import UdpSocket
from kernel.net.unix_packets import UnixDatagram, UnixPackets
from kernel.net.unix_socket import UnixSocket, credentials_of
from kernel.net.unix_stream import UnixStream

if TYPE_CHECKING:
    from kernel.net.socket import Socket
    from kernel.task.task import Task

_UNIX: dict[int, type[UnixStream | UnixPackets | UnixDatagram]] = {
    SocketType.SOCK_STREAM: UnixStream,
    SocketType.SOCK_DGRAM: UnixDatagram,
    SocketType.SOCK_RAW: UnixDatagram,
    SocketType.SOCK_SEQPACKET: UnixPackets,
}
_TYPES = 11
"""Numbers from here on are no types at all."""


def create(task: Task, family: int, type: int, protocol: int, flags: int) -> Socket:
    """A new socket: EAFNOSUPPORT, EINVAL, EPERM, ESOCKTNOSUPPORT, EPROTONOSUPPORT."""
    if not 0 <= type < _TYPES:
        raise SysError(Errno.EINVAL)
    if family == Family.AF_UNIX:
        return create_unix(task, type, protocol, flags)
    if family == Family.AF_NETLINK:
        return create_netlink(task, type, protocol, flags)
    if family not in (Family.AF_INET, Family.AF_INET6):
        raise SysError(Errno.EAFNOSUPPORT)
    if not 0 <= protocol < 256:
        raise SysError(Errno.EINVAL)
    if type == SocketType.SOCK_STREAM and protocol in (IPPROTO_IP, IPPROTO_TCP):
        return TcpSocket(task, family, flags)
    if type == SocketType.SOCK_DGRAM and protocol in (IPPROTO_IP, IPPROTO_UDP):
        return UdpSocket(task, family, flags)
    if type == SocketType.SOCK_RAW:
        _refuse_raw(task, protocol)
    is_known = type in (SocketType.SOCK_STREAM, SocketType.SOCK_DGRAM)
    raise SysError(Errno.EPROTONOSUPPORT if is_known else Errno.ESOCKTNOSUPPORT)


def _refuse_raw(task: Task, protocol: int) -> None:
    """Nobody gets a raw socket, but not everybody for want of one."""
    if protocol == IPPROTO_IP:
        raise SysError(Errno.EPROTONOSUPPORT)
    if not task.credentials.has(Capability.CAP_NET_RAW):
        raise SysError(Errno.EPERM)


def create_unix(task: Task, type: int, protocol: int, flags: int) -> UnixSocket:
    """A new Unix socket; SOCK_RAW is a datagram socket there."""
    if protocol not in (0, Family.AF_UNIX):
        raise SysError(Errno.EPROTONOSUPPORT)
    kind = _UNIX.get(type)
    if kind is None:
        raise SysError(Errno.ESOCKTNOSUPPORT)
    if type == SocketType.SOCK_RAW:
        type = SocketType.SOCK_DGRAM
    return kind(task, type, flags)


def create_pair(task: Task, family: int, type: int, protocol: int, flags: int) -> list[Socket]:
    """socketpair(2): two sockets connected to each other; EOPNOTSUPP for other families."""
    if family != Family.AF_UNIX:
        create(task, family, type, protocol, flags).close()
        raise SysError(Errno.EOPNOTSUPP)
    one = create_unix(task, type, protocol, flags)
    other = create_unix(task, type, protocol, flags)
    one.peer, other.peer = other, one
    one.peer_credentials = other.peer_credentials = credentials_of(task)
    return [one, other]
