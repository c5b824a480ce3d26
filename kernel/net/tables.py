"""Tables of /proc/net: sockets of each protocol, the interface, its routes (proc(5))."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from kernel.abi.sockets import Family, TcpState
from kernel.net.interfaces import NAME
from kernel.net.internet_address import Endpoint, anywhere
from kernel.net.internet_socket import InternetSocket
from kernel.net.tcp import TcpSocket
from kernel.net.udp import UdpSocket
from kernel.net.unix_socket import UnixSocket

if TYPE_CHECKING:
    from kernel.system import System

_UNCONNECTED, _CONNECTING, _CONNECTED = 1, 2, 3
_ACCEPTS = 1 << 16
"""__SO_ACCEPTCON in the flags of a listening socket."""
_TCP_WIDTH, _UDP_WIDTH = 149, 127
_TICKS = 100


def unix(system: System) -> str:
    """/proc/net/unix; kernel addresses are shown as zeros."""
    lines = ["Num       RefCount Protocol Flags    Type St Inode Path"]
    for socket in system.network.sockets.values():
        if not isinstance(socket, UnixSocket):
            continue
        state = _UNCONNECTED if socket.peer is None else _CONNECTED
        if socket.peer is not None and not socket.users:
            state = _CONNECTING
        flags = _ACCEPTS if socket.is_listening else 0
        count = 2 + (socket.peer is not None)
        line = (
            f"{0:016x}: {count:08X} {0:08X} {flags:08X} {socket.type:04X} {state:02X} "
            f"{socket.inode.number:5d}"
        )
        lines.append(line + _path(socket))
    return "\n".join(lines) + "\n"


def _path(socket: UnixSocket) -> str:
    name = socket.bound_name
    if name is None:
        return ""
    shown = name.rstrip(b"\0") if name[0] else name.replace(b"\0", b"@")
    return " " + shown.decode("latin-1")


# ---- TCP and UDP -------------------------------------------------------------------------------


def _hexadecimal(endpoint: Endpoint, family: int) -> str:
    """The address in words of the machine, then the port."""
    host = endpoint.host[12:] if family == Family.AF_INET else endpoint.host
    words = [host[at : at + 4][::-1].hex().upper() for at in range(0, len(host), 4)]
    return f"{''.join(words)}:{endpoint.port:04X}"


def _heading(family: int, end: str) -> str:
    if family == Family.AF_INET:
        start = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt"
    else:
        start = (
            f"  sl  {'local_address':<38}{'remote_address':<38}st "
            "tx_queue rx_queue tr tm->when retrnsmt"
        )
    return f"{start}   uid  timeout inode{end}"


def _line(
    number: int, socket: InternetSocket, state: int, sending: int, waiting: int, inode: int
) -> str:
    remote = socket.remote or anywhere(socket.family)
    ends = f"{_hexadecimal(socket.local, socket.family)} {_hexadecimal(remote, socket.family)}"
    return (
        f"{number:4d}: {ends} {state:02X} {sending:08X}:{waiting:08X} 00:00000000 00000000 "
        f"{socket.inode.uid:5d} {0:8d} {inode}"
    )


def _tcp(system: System, family: int) -> str:
    heading = _heading(family, "")
    lines = [heading.ljust(_TCP_WIDTH) if family == Family.AF_INET else heading]
    for socket in _bound(system.network.tcp.by_port.values(), family):
        assert isinstance(socket, TcpSocket)
        waiting = len(socket.arrived) if socket.is_listening else len(socket.data)
        inode = 0 if socket.is_released or not socket.users else socket.inode.number
        sending = 0 if socket.is_listening else socket.unsent()
        line = _line(len(lines) - 1, socket, socket.state, sending, waiting, inode)
        rest = "100 0 0 10 0" if socket.is_listening else "20 4 30 10 -1"
        lines.append(f"{line} 1 {0:016x} {rest}".ljust(_TCP_WIDTH))
    for wait in system.network.tcp.time_waits:
        left = wait.until - system.clock.now
        if left > 0 and wait.family == family:
            ends = f"{_hexadecimal(wait.local, family)} {_hexadecimal(wait.remote, family)}"
            ticks = left * _TICKS // 1_000_000_000
            line = (
                f"{len(lines) - 1:4d}: {ends} {TcpState.TIME_WAIT:02X} {0:08X}:{0:08X} "
                f"03:{ticks:08X} 00000000 {0:5d} {0:8d} 0 3 {0:016x}"
            )
            lines.append(line.ljust(_TCP_WIDTH))
    return "\n".join(lines) + "\n"


def _bound(groups: Iterable[list[InternetSocket]], family: int) -> list[InternetSocket]:
    return [socket for group in groups for socket in group if socket.family == family]


def _udp(system: System, family: int) -> str:
    end = " ref pointer drops".ljust(30) if family == Family.AF_INET else " ref pointer drops"
    heading = _heading(family, end)
    lines = [heading.replace("  sl", "   sl", 1) if family == Family.AF_INET else heading]
    for socket in _bound(system.network.udp.by_port.values(), family):
        assert isinstance(socket, UdpSocket)
        state = TcpState.CLOSE if socket.remote is None else TcpState.ESTABLISHED
        number = socket.local.port & 0xFFF
        line = _line(number, socket, state, 0, socket.queued, socket.inode.number)
        lines.append(f" {line} 2 {0:016x} 0".ljust(_UDP_WIDTH))
    return "\n".join(lines) + "\n"


def tcp(system: System) -> str:
    """/proc/net/tcp."""
    return _tcp(system, Family.AF_INET)


def tcp6(system: System) -> str:
    """/proc/net/tcp6."""
    return _tcp(system, Family.AF_INET6)


def udp(system: System) -> str:
    """/proc/net/udp."""
    return _udp(system, Family.AF_INET)


def udp6(system: System) -> str:
    """/proc/net/udp6."""
    return _udp(system, Family.AF_INET6)


# ---- the interface -----------------------------------------------------------------------------


def devices(system: System) -> str:
    """/proc/net/dev: lo alone."""
    network = system.network
    counts = [network.octets_carried, network.packets_carried]
    numbers = f"{counts[0]:8d} {counts[1]:7d}    0    0    0     0          0         0"
    return (
        "Inter-|   Receive                                                |  Transmit\n"
        " face |bytes    packets errs drop fifo frame compressed multicast|"
        "bytes    packets errs drop fifo colls carrier compressed\n"
        f"{NAME.decode():>6}: {numbers} {counts[0]:8d} {counts[1]:7d}    0    0    0     0"
        "       0          0\n"
    )


def route(system: System) -> str:
    """/proc/net/route: the loopback network is not in the main table, so there are none."""
    columns = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT"
    return columns.ljust(127) + "\n"


def addresses6(system: System) -> str:
    """/proc/net/if_inet6."""
    return f"{1:032x} 01 80 10 80 {NAME.decode():>8}\n"


def raw(system: System) -> str:
    """/proc/net/raw and raw6: there are no raw sockets."""
    return _heading(Family.AF_INET, " ref pointer drops") + "\n"


def neighbours(system: System) -> str:
    """/proc/net/arp: nobody."""
    return "IP address       HW type     Flags       HW address            Mask     Device\n"


def statistics(system: System) -> str:
    """/proc/net/sockstat."""
    network = system.network
    kinds = [type(socket) for socket in network.sockets.values()]
    waits = len(network.tcp.time_waits)
    stream, datagram = kinds.count(TcpSocket), kinds.count(UdpSocket)
    return (
        f"sockets: used {len(kinds)}\n"
        f"TCP: inuse {stream} orphan 0 tw {waits} alloc {stream} mem 0\n"
        f"UDP: inuse {datagram} mem 0\nUDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n"
    )


TABLES: dict[bytes, Callable[[System], str]] = {
    b"arp": neighbours, b"dev": devices, b"if_inet6": addresses6, b"raw": raw, b"raw6": raw,
    b"route": route, b"sockstat": statistics, b"tcp": tcp, b"tcp6": tcp6, b"udp": udp,
    b"udp6": udp6, b"unix": unix,
}  # fmt: skip
"""Files of /proc/net."""
