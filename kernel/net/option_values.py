"""Socket options that are plain numbers, and what they are at first; which may be changed how."""

from kernel.abi.netlink import SOL_NETLINK, NetlinkOption
from kernel.abi.sockets import (
    IPPROTO_IP,
    IPPROTO_IPV6,
    IPPROTO_TCP,
    IPPROTO_UDP,
    IpOption,
    Ipv6Option,
    SocketOption,
    TcpOption,
    UdpOption,
)

BOOLEANS = frozenset({
    SocketOption.SO_DEBUG, SocketOption.SO_REUSEADDR, SocketOption.SO_DONTROUTE,
    SocketOption.SO_BROADCAST, SocketOption.SO_KEEPALIVE, SocketOption.SO_OOBINLINE,
    SocketOption.SO_NO_CHECK, SocketOption.SO_REUSEPORT, SocketOption.SO_PASSCRED,
    SocketOption.SO_TIMESTAMP_OLD, SocketOption.SO_TIMESTAMPNS_OLD, SocketOption.SO_PASSSEC,
    SocketOption.SO_RXQ_OVFL, SocketOption.SO_TIMESTAMP_NEW, SocketOption.SO_TIMESTAMPNS_NEW,
    SocketOption.SO_SELECT_ERR_QUEUE,
})  # fmt: skip
"""Options of level SOL_SOCKET that are on or off."""
NUMBERS = {
    SocketOption.SO_PRIORITY: 0, SocketOption.SO_RCVLOWAT: 1, SocketOption.SO_MARK: 0,
    SocketOption.SO_PEEK_OFF: -1, SocketOption.SO_BUSY_POLL: 0,
}  # fmt: skip
"""Those that are numbers, and what they are at first."""
READ_ONLY = frozenset({
    SocketOption.SO_TYPE, SocketOption.SO_PROTOCOL, SocketOption.SO_DOMAIN, SocketOption.SO_ERROR,
})  # fmt: skip
DEFAULTS: dict[tuple[int, int], int] = {
    (IPPROTO_IP, IpOption.IP_TOS): 0,
    (IPPROTO_IP, IpOption.IP_TTL): 64,
    (IPPROTO_IP, IpOption.IP_RECVOPTS): 0,
    (IPPROTO_IP, IpOption.IP_PKTINFO): 0,
    (IPPROTO_IP, IpOption.IP_MTU_DISCOVER): 1,
    (IPPROTO_IP, IpOption.IP_RECVERR): 0,
    (IPPROTO_IP, IpOption.IP_RECVTTL): 0,
    (IPPROTO_IP, IpOption.IP_RECVTOS): 0,
    (IPPROTO_IP, IpOption.IP_FREEBIND): 0,
    (IPPROTO_IP, IpOption.IP_MULTICAST_TTL): 1,
    (IPPROTO_IP, IpOption.IP_MULTICAST_LOOP): 1,
    (IPPROTO_IPV6, Ipv6Option.IPV6_UNICAST_HOPS): 64,
    (IPPROTO_IPV6, Ipv6Option.IPV6_MULTICAST_HOPS): 1,
    (IPPROTO_IPV6, Ipv6Option.IPV6_MULTICAST_LOOP): 1,
    (IPPROTO_IPV6, Ipv6Option.IPV6_MTU_DISCOVER): 1,
    (IPPROTO_IPV6, Ipv6Option.IPV6_RECVERR): 0,
    (IPPROTO_IPV6, Ipv6Option.IPV6_V6ONLY): 0,
    (IPPROTO_IPV6, Ipv6Option.IPV6_RECVPKTINFO): 0,
    (IPPROTO_IPV6, Ipv6Option.IPV6_RECVHOPLIMIT): 0,
    (IPPROTO_IPV6, Ipv6Option.IPV6_RECVTCLASS): 0,
    (IPPROTO_IPV6, Ipv6Option.IPV6_TCLASS): 0,
    (IPPROTO_TCP, TcpOption.TCP_NODELAY): 0,
    (IPPROTO_TCP, TcpOption.TCP_MAXSEG): 536,
    (IPPROTO_TCP, TcpOption.TCP_CORK): 0,
    (IPPROTO_TCP, TcpOption.TCP_KEEPIDLE): 7200,
    (IPPROTO_TCP, TcpOption.TCP_KEEPINTVL): 75,
    (IPPROTO_TCP, TcpOption.TCP_KEEPCNT): 9,
    (IPPROTO_TCP, TcpOption.TCP_SYNCNT): 6,
    (IPPROTO_TCP, TcpOption.TCP_LINGER2): 60,
    (IPPROTO_TCP, TcpOption.TCP_DEFER_ACCEPT): 0,
    (IPPROTO_TCP, TcpOption.TCP_WINDOW_CLAMP): 0,
    (IPPROTO_TCP, TcpOption.TCP_QUICKACK): 1,
    (IPPROTO_TCP, TcpOption.TCP_USER_TIMEOUT): 0,
    (IPPROTO_TCP, TcpOption.TCP_FASTOPEN): 0,
    (IPPROTO_UDP, UdpOption.UDP_CORK): 0,
    (IPPROTO_UDP, UdpOption.UDP_GRO): 0,
    (SOL_NETLINK, NetlinkOption.NETLINK_BROADCAST_ERROR): 0,
    (SOL_NETLINK, NetlinkOption.NETLINK_NO_ENOBUFS): 0,
    (SOL_NETLINK, NetlinkOption.NETLINK_CAP_ACK): 0,
}
"""Options of other levels that are plain numbers, and what they are at first."""
RANGES: dict[tuple[int, int], range] = {
    (IPPROTO_IP, IpOption.IP_TTL): range(1, 256),
    (IPPROTO_IP, IpOption.IP_MTU_DISCOVER): range(6),
    (IPPROTO_TCP, TcpOption.TCP_MAXSEG): range(88, 32768),
    (IPPROTO_TCP, TcpOption.TCP_KEEPIDLE): range(1, 32768),
    (IPPROTO_TCP, TcpOption.TCP_KEEPINTVL): range(1, 32768),
    (IPPROTO_TCP, TcpOption.TCP_KEEPCNT): range(1, 128),
    (IPPROTO_TCP, TcpOption.TCP_SYNCNT): range(1, 128),
}
"""What may be set; everything else is EINVAL."""
ON_OFF = frozenset({
    (IPPROTO_TCP, TcpOption.TCP_NODELAY), (IPPROTO_TCP, TcpOption.TCP_CORK),
    (IPPROTO_IPV6, Ipv6Option.IPV6_V6ONLY), (SOL_NETLINK, NetlinkOption.NETLINK_CAP_ACK),
    (SOL_NETLINK, NetlinkOption.NETLINK_BROADCAST_ERROR),
    (SOL_NETLINK, NetlinkOption.NETLINK_NO_ENOBUFS),
})  # fmt: skip
