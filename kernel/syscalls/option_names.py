"""Names of socket options and their levels, as strace has them."""

from __future__ import annotations

from enum import IntEnum

from kernel.abi.netlink import NetlinkOption
from kernel.abi.sockets import IpOption, Ipv6Option, SocketOption, TcpOption, UdpOption

LEVELS = {
    0: "SOL_IP", 1: "SOL_SOCKET", 6: "SOL_TCP", 17: "SOL_UDP", 41: "SOL_IPV6", 58: "SOL_ICMPV6",
    132: "SOL_SCTP", 136: "SOL_UDPLITE", 255: "SOL_RAW", 263: "SOL_PACKET", 270: "SOL_NETLINK",
}  # fmt: skip
_OPTIONS: dict[int, tuple[type[IntEnum], str]] = {
    0: (IpOption, "IP_???"),
    1: (SocketOption, "SO_???"),
    6: (TcpOption, "TCP_???"),
    17: (UdpOption, "UDP_???"),
    41: (Ipv6Option, "IPV6_???"),
    270: (NetlinkOption, "NETLINK_???"),
}


def level_text(level: int) -> str:
    """SOL_SOCKET, or the number."""
    return LEVELS.get(level) or f"{level:#x} /* SOL_??? */"


def option_text(level: int, name: int) -> str:
    """SO_TYPE, or the number with what was expected; the bare number for an unknown level."""
    known = _OPTIONS.get(level)
    if known is None:
        return f"{name:#x}"
    kind, unknown = known
    try:
        return kind(name).name
    except ValueError:
        return f"{name:#x} /* {unknown} */"
