"""Socket options: setsockopt(2) and getsockopt(2) (socket(7), ip(7), ipv6(7), tcp(7), unix(7))."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.netlink import SOL_NETLINK, NetlinkOption
from kernel.abi.process import Capability
from kernel.abi.sockets import (
    IPPROTO_IP,
    IPPROTO_IPV6,
    IPPROTO_TCP,
    SOL_SOCKET,
    Family,
    Ipv6Option,
    SocketOption,
    TcpOption,
)  # fmt: skip
from kernel.clock import NANOSECONDS
from kernel.errors import SysError
from kernel.net.netlink import NetlinkSocket
from kernel.net.option_values import BOOLEANS, DEFAULTS, NUMBERS, ON_OFF, RANGES, READ_ONLY
from kernel.net.socket import (
    BUFFER_MOST,
    RECEIVE_BUFFER_LEAST,
    SEND_BUFFER_LEAST,
    Socket,
)
from kernel.net.tcp import TcpSocket
from kernel.net.unix_socket import UnixSocket

if TYPE_CHECKING:
    from kernel.task.task import Task

_LEVELS = {
    Family.AF_UNIX: (),
    Family.AF_INET: (IPPROTO_IP,),
    Family.AF_INET6: (IPPROTO_IP, IPPROTO_IPV6),
}
_MEMBERSHIP = (NetlinkOption.NETLINK_ADD_MEMBERSHIP, NetlinkOption.NETLINK_DROP_MEMBERSHIP)
_CONGESTION = b"cubic"
LINGER, TIMEVAL, UCRED = struct.Struct("<ii"), struct.Struct("<ii"), struct.Struct("<iII")
TIMEVAL64 = struct.Struct("<qq")
_MICROSECONDS = 1_000_000


# ---- setting -----------------------------------------------------------------------------------


def set_option(task: Task, socket: Socket, level: int, name: int, value: bytes) -> None:
    """setsockopt(2): ENOPROTOOPT, EOPNOTSUPP, EINVAL, EDOM, EPERM, EACCES."""
    if level == SOL_SOCKET:
        _set_general(task, socket, name, value)
        return
    if isinstance(socket, NetlinkSocket) and name in _MEMBERSHIP:
        socket.change_group(name, _number(value))
        return
    key = _known(level, name)
    if key == (IPPROTO_TCP, TcpOption.TCP_CONGESTION):
        if value.split(b"\0")[0] not in (_CONGESTION, b"reno"):
            raise SysError(Errno.ENOENT)
        return
    number = _number(value[:1] + bytes(3) if level == IPPROTO_IP and len(value) < 4 else value)
    if key in RANGES and number not in RANGES[key]:
        raise SysError(Errno.EINVAL)
    if key == (IPPROTO_IPV6, Ipv6Option.IPV6_V6ONLY) and _is_bound(socket):
        raise SysError(Errno.EINVAL)
    socket.values[key] = int(bool(number)) if key in ON_OFF else number


def _is_bound(socket: Socket) -> bool:
    return any(socket.local_name()[2:4])


def require_level(socket: Socket, level: int, otherwise: Errno) -> None:
    """Whether the socket has options of this level at all: EOPNOTSUPP for a Unix socket."""
    if level == SOL_SOCKET:
        return
    if socket.family == Family.AF_UNIX:
        raise SysError(Errno.EOPNOTSUPP)
    if level not in _levels(socket):
        raise SysError(otherwise)


def _levels(socket: Socket) -> tuple[int, ...]:
    if isinstance(socket, NetlinkSocket):
        return (SOL_NETLINK,)
    return (*_LEVELS[Family(socket.family)], socket.protocol)


def _known(level: int, name: int) -> tuple[int, int]:
    """The option's key: ENOPROTOOPT for an unknown one."""
    key = (level, name)
    is_there = key in DEFAULTS or key == (IPPROTO_TCP, TcpOption.TCP_CONGESTION)
    if not is_there:
        raise SysError(Errno.ENOPROTOOPT)
    return key


def _number(value: bytes) -> int:
    """A C int; EINVAL for fewer octets."""
    if len(value) < 4:
        raise SysError(Errno.EINVAL)
    return int.from_bytes(value[:4], "little", signed=True)


def _set_general(task: Task, socket: Socket, name: int, value: bytes) -> None:
    if name == SocketOption.SO_BINDTODEVICE:
        if value.split(b"\0")[0] not in (b"", b"lo"):
            raise SysError(Errno.ENODEV)
        return
    number = _number(value)
    special = _SETTERS.get(name)
    if special is not None:
        special(task, socket, value)
    elif name in READ_ONLY:
        raise SysError(Errno.ENOPROTOOPT)
    elif name in BOOLEANS:
        may_pass = isinstance(socket, UnixSocket | NetlinkSocket)
        if name == SocketOption.SO_PASSCRED and not may_pass:
            raise SysError(Errno.EOPNOTSUPP)
        socket.values[SOL_SOCKET, name] = int(bool(number))
    elif name in NUMBERS:
        _set_number(task, socket, name, number)
    else:
        raise SysError(Errno.ENOPROTOOPT)


def _set_number(task: Task, socket: Socket, name: int, number: int) -> None:
    admin = task.credentials.has(Capability.CAP_NET_ADMIN)
    if name == SocketOption.SO_PRIORITY and not 0 <= number <= 6 and not admin:
        raise SysError(Errno.EPERM)
    if name == SocketOption.SO_MARK and not admin:
        raise SysError(Errno.EPERM)
    if name == SocketOption.SO_RCVLOWAT:
        number = 0x7FFF_FFFF if number < 0 else number or 1
    socket.values[SOL_SOCKET, name] = number


def _doubled(value: bytes, least: int, most: int) -> int:
    """What a buffer becomes: twice what was asked for, within limits."""
    wanted = min(int.from_bytes(value[:4], "little"), most)
    return max(2 * wanted, least)


def _set_send_buffer(task: Task, socket: Socket, value: bytes) -> None:
    socket.send_buffer = _doubled(value, SEND_BUFFER_LEAST, BUFFER_MOST)
    socket.writable.wake_all()


def _set_receive_buffer(task: Task, socket: Socket, value: bytes) -> None:
    socket.receive_buffer = _doubled(value, RECEIVE_BUFFER_LEAST, BUFFER_MOST)


def _force_send_buffer(task: Task, socket: Socket, value: bytes) -> None:
    _require_admin(task)
    socket.send_buffer = _doubled(value, SEND_BUFFER_LEAST, 0x3FFF_FFFF)


def _force_receive_buffer(task: Task, socket: Socket, value: bytes) -> None:
    _require_admin(task)
    socket.receive_buffer = _doubled(value, RECEIVE_BUFFER_LEAST, 0x3FFF_FFFF)


def _require_admin(task: Task) -> None:
    if not task.credentials.has(Capability.CAP_NET_ADMIN):
        raise SysError(Errno.EPERM)


def _set_linger(task: Task, socket: Socket, value: bytes) -> None:
    if len(value) < LINGER.size:
        raise SysError(Errno.EINVAL)
    on, seconds = LINGER.unpack(value[: LINGER.size])
    socket.linger = (int(bool(on)), seconds)


def _timeout(value: bytes, layout: struct.Struct) -> int | None:
    """Nanoseconds; EINVAL, EDOM. 0 is for ever, a time before that no time at all."""
    if len(value) < layout.size:
        raise SysError(Errno.EINVAL)
    seconds, microseconds = layout.unpack(value[: layout.size])
    if not 0 <= microseconds < _MICROSECONDS:
        raise SysError(Errno.EDOM)
    if seconds < 0:
        return 0
    return seconds * NANOSECONDS + microseconds * 1000 or None


def _set_receive_timeout(task: Task, socket: Socket, value: bytes) -> None:
    socket.receive_timeout = _timeout(value, TIMEVAL)


def _set_send_timeout(task: Task, socket: Socket, value: bytes) -> None:
    socket.send_timeout = _timeout(value, TIMEVAL)


def _set_receive_timeout64(task: Task, socket: Socket, value: bytes) -> None:
    socket.receive_timeout = _timeout(value, TIMEVAL64)


def _set_send_timeout64(task: Task, socket: Socket, value: bytes) -> None:
    socket.send_timeout = _timeout(value, TIMEVAL64)


_SETTERS: dict[int, Callable[[Task, Socket, bytes], None]] = {
    SocketOption.SO_SNDBUF: _set_send_buffer,
    SocketOption.SO_RCVBUF: _set_receive_buffer,
    SocketOption.SO_SNDBUFFORCE: _force_send_buffer,
    SocketOption.SO_RCVBUFFORCE: _force_receive_buffer,
    SocketOption.SO_LINGER: _set_linger,
    SocketOption.SO_RCVTIMEO_OLD: _set_receive_timeout,
    SocketOption.SO_SNDTIMEO_OLD: _set_send_timeout,
    SocketOption.SO_RCVTIMEO_NEW: _set_receive_timeout64,
    SocketOption.SO_SNDTIMEO_NEW: _set_send_timeout64,
}


# ---- getting -----------------------------------------------------------------------------------


def get_option(socket: Socket, level: int, name: int) -> bytes:
    """getsockopt(2): the value, which may be longer than the caller has room for; ENOPROTOOPT."""
    if level == SOL_SOCKET:
        answer = _GETTERS.get(name)
        if answer is not None:
            return answer(socket)
        if name in BOOLEANS:
            return _packed(socket.option(name))
        if name in NUMBERS:
            return _packed(socket.values.get((SOL_SOCKET, name), NUMBERS[SocketOption(name)]))
        raise SysError(Errno.ENOPROTOOPT)
    if level == IPPROTO_TCP and name == TcpOption.TCP_INFO and isinstance(socket, TcpSocket):
        return bytes((socket.state,)) + bytes(103)
    key = _known(level, name)
    if key == (IPPROTO_TCP, TcpOption.TCP_CONGESTION):
        return _CONGESTION.ljust(16, b"\0")
    return _packed(socket.values.get(key, DEFAULTS.get(key, 0)))


def _packed(number: int) -> bytes:
    return (number & 0xFFFF_FFFF).to_bytes(4, "little")


def _error(socket: Socket) -> bytes:
    error, socket.error = socket.error, None
    return _packed(int(error or 0))


def _type(socket: Socket) -> bytes:
    return _packed(socket.type)


def _domain(socket: Socket) -> bytes:
    return _packed(socket.family)


def _protocol(socket: Socket) -> bytes:
    return _packed(socket.protocol)


def _listening(socket: Socket) -> bytes:
    return _packed(int(socket.is_listening))


def _send_buffer(socket: Socket) -> bytes:
    return _packed(socket.send_buffer)


def _receive_buffer(socket: Socket) -> bytes:
    return _packed(socket.receive_buffer)


def _send_low_water(socket: Socket) -> bytes:
    return _packed(1)


def _linger(socket: Socket) -> bytes:
    return LINGER.pack(*socket.linger)


def _time(nanoseconds: int | None, layout: struct.Struct) -> bytes:
    seconds, rest = divmod(nanoseconds or 0, NANOSECONDS)
    return layout.pack(seconds, rest // 1000)


def _receive_timeout(socket: Socket) -> bytes:
    return _time(socket.receive_timeout, TIMEVAL)


def _send_timeout(socket: Socket) -> bytes:
    return _time(socket.send_timeout, TIMEVAL)


def _receive_timeout64(socket: Socket) -> bytes:
    return _time(socket.receive_timeout, TIMEVAL64)


def _send_timeout64(socket: Socket) -> bytes:
    return _time(socket.send_timeout, TIMEVAL64)


def _peer_credentials(socket: Socket) -> bytes:
    """struct ucred; nobody for sockets of other families."""
    if not isinstance(socket, UnixSocket):
        return UCRED.pack(0, 0xFFFF_FFFF, 0xFFFF_FFFF)
    pid, uid, gid = socket.peer_credentials
    return UCRED.pack(pid, uid & 0xFFFF_FFFF, gid & 0xFFFF_FFFF)


def _peer_name(socket: Socket) -> bytes:
    return socket.peer_name()


_GETTERS: dict[int, Callable[[Socket], bytes]] = {
    SocketOption.SO_ERROR: _error,
    SocketOption.SO_TYPE: _type,
    SocketOption.SO_DOMAIN: _domain,
    SocketOption.SO_PROTOCOL: _protocol,
    SocketOption.SO_ACCEPTCONN: _listening,
    SocketOption.SO_SNDBUF: _send_buffer,
    SocketOption.SO_RCVBUF: _receive_buffer,
    SocketOption.SO_SNDLOWAT: _send_low_water,
    SocketOption.SO_LINGER: _linger,
    SocketOption.SO_RCVTIMEO_OLD: _receive_timeout,
    SocketOption.SO_SNDTIMEO_OLD: _send_timeout,
    SocketOption.SO_RCVTIMEO_NEW: _receive_timeout64,
    SocketOption.SO_SNDTIMEO_NEW: _send_timeout64,
    SocketOption.SO_PEERCRED: _peer_credentials,
    SocketOption.SO_PEERNAME: _peer_name,
}
