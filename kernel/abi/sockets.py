"""Numbers of the socket calls (socket(2), send(2), recv(2), socket(7), unix(7), ip(7), tcp(7))."""

from enum import IntEnum


class Family(IntEnum):
    """Address families."""

    AF_UNSPEC = 0
    AF_UNIX = 1
    AF_INET = 2
    AF_INET6 = 10
    AF_NETLINK = 16
    AF_PACKET = 17


class SocketType(IntEnum):
    """Types of sockets, without the flags that socket(2) takes with them."""

    SOCK_STREAM = 1
    SOCK_DGRAM = 2
    SOCK_RAW = 3
    SOCK_RDM = 4
    SOCK_SEQPACKET = 5
    SOCK_DCCP = 6
    SOCK_PACKET = 10


SOCK_TYPE_MASK = 0xF
SOCK_NONBLOCK = 0o4000
SOCK_CLOEXEC = 0o2000000

IPPROTO_IP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_IPV6 = 0, 6, 17, 41
SOL_SOCKET = 1
SOMAXCONN = 4096
"""/proc/sys/net/core/somaxconn."""


class MessageFlag(IntEnum):
    """Flags of send(2) and recv(2)."""

    MSG_OOB = 1
    MSG_PEEK = 2
    MSG_DONTROUTE = 4
    MSG_CTRUNC = 8
    MSG_PROBE = 0x10
    MSG_TRUNC = 0x20
    MSG_DONTWAIT = 0x40
    MSG_EOR = 0x80
    MSG_WAITALL = 0x100
    MSG_FIN = 0x200
    MSG_SYN = 0x400
    MSG_CONFIRM = 0x800
    MSG_RST = 0x1000
    MSG_ERRQUEUE = 0x2000
    MSG_NOSIGNAL = 0x4000
    MSG_MORE = 0x8000
    MSG_WAITFORONE = 0x10000
    MSG_BATCH = 0x40000
    MSG_ZEROCOPY = 0x4000000
    MSG_FASTOPEN = 0x20000000
    MSG_CMSG_CLOEXEC = 0x40000000


class Shutdown(IntEnum):
    """How of shutdown(2)."""

    SHUT_RD = 0
    SHUT_WR = 1
    SHUT_RDWR = 2


class SocketCall(IntEnum):
    """First argument of socketcall(2)."""

    SYS_SOCKET = 1
    SYS_BIND = 2
    SYS_CONNECT = 3
    SYS_LISTEN = 4
    SYS_ACCEPT = 5
    SYS_GETSOCKNAME = 6
    SYS_GETPEERNAME = 7
    SYS_SOCKETPAIR = 8
    SYS_SEND = 9
    SYS_RECV = 10
    SYS_SENDTO = 11
    SYS_RECVFROM = 12
    SYS_SHUTDOWN = 13
    SYS_SETSOCKOPT = 14
    SYS_GETSOCKOPT = 15
    SYS_SENDMSG = 16
    SYS_RECVMSG = 17
    SYS_ACCEPT4 = 18
    SYS_RECVMMSG = 19
    SYS_SENDMMSG = 20


class SocketOption(IntEnum):
    """Options of level SOL_SOCKET, named as strace names them on i386."""

    SO_DEBUG = 1
    SO_REUSEADDR = 2
    SO_TYPE = 3
    SO_ERROR = 4
    SO_DONTROUTE = 5
    SO_BROADCAST = 6
    SO_SNDBUF = 7
    SO_RCVBUF = 8
    SO_KEEPALIVE = 9
    SO_OOBINLINE = 10
    SO_NO_CHECK = 11
    SO_PRIORITY = 12
    SO_LINGER = 13
    SO_BSDCOMPAT = 14
    SO_REUSEPORT = 15
    SO_PASSCRED = 16
    SO_PEERCRED = 17
    SO_RCVLOWAT = 18
    SO_SNDLOWAT = 19
    SO_RCVTIMEO_OLD = 20
    SO_SNDTIMEO_OLD = 21
    SO_BINDTODEVICE = 25
    SO_ATTACH_FILTER = 26
    SO_DETACH_FILTER = 27
    SO_PEERNAME = 28
    SO_TIMESTAMP_OLD = 29
    SO_ACCEPTCONN = 30
    SO_PEERSEC = 31
    SO_SNDBUFFORCE = 32
    SO_RCVBUFFORCE = 33
    SO_PASSSEC = 34
    SO_TIMESTAMPNS_OLD = 35
    SO_MARK = 36
    SO_TIMESTAMPING_OLD = 37
    SO_PROTOCOL = 38
    SO_DOMAIN = 39
    SO_RXQ_OVFL = 40
    SO_WIFI_STATUS = 41
    SO_PEEK_OFF = 42
    SO_NOFCS = 43
    SO_LOCK_FILTER = 44
    SO_SELECT_ERR_QUEUE = 45
    SO_BUSY_POLL = 46
    SO_INCOMING_CPU = 49
    SO_PEERGROUPS = 59
    SO_ZEROCOPY = 60
    SO_TIMESTAMP_NEW = 63
    SO_TIMESTAMPNS_NEW = 64
    SO_RCVTIMEO_NEW = 66
    SO_SNDTIMEO_NEW = 67


class IpOption(IntEnum):
    """Options of level SOL_IP."""

    IP_TOS = 1
    IP_TTL = 2
    IP_HDRINCL = 3
    IP_OPTIONS = 4
    IP_RECVOPTS = 6
    IP_PKTINFO = 8
    IP_MTU_DISCOVER = 10
    IP_RECVERR = 11
    IP_RECVTTL = 12
    IP_RECVTOS = 13
    IP_MTU = 14
    IP_FREEBIND = 15
    IP_MULTICAST_IF = 32
    IP_MULTICAST_TTL = 33
    IP_MULTICAST_LOOP = 34
    IP_ADD_MEMBERSHIP = 35
    IP_DROP_MEMBERSHIP = 36


class Ipv6Option(IntEnum):
    """Options of level SOL_IPV6."""

    IPV6_UNICAST_HOPS = 16
    IPV6_MULTICAST_IF = 17
    IPV6_MULTICAST_HOPS = 18
    IPV6_MULTICAST_LOOP = 19
    IPV6_ADD_MEMBERSHIP = 20
    IPV6_MTU_DISCOVER = 23
    IPV6_MTU = 24
    IPV6_RECVERR = 25
    IPV6_V6ONLY = 26
    IPV6_RECVPKTINFO = 49
    IPV6_RECVHOPLIMIT = 51
    IPV6_RECVTCLASS = 66
    IPV6_TCLASS = 67


class TcpOption(IntEnum):
    """Options of level SOL_TCP."""

    TCP_NODELAY = 1
    TCP_MAXSEG = 2
    TCP_CORK = 3
    TCP_KEEPIDLE = 4
    TCP_KEEPINTVL = 5
    TCP_KEEPCNT = 6
    TCP_SYNCNT = 7
    TCP_LINGER2 = 8
    TCP_DEFER_ACCEPT = 9
    TCP_WINDOW_CLAMP = 10
    TCP_INFO = 11
    TCP_QUICKACK = 12
    TCP_CONGESTION = 13
    TCP_USER_TIMEOUT = 18
    TCP_FASTOPEN = 23


class UdpOption(IntEnum):
    """Options of level SOL_UDP."""

    UDP_CORK = 1
    UDP_ENCAP = 100
    UDP_SEGMENT = 103
    UDP_GRO = 104


class TcpState(IntEnum):
    """What /proc/net/tcp shows of a connection."""

    ESTABLISHED = 1
    SYN_SENT = 2
    FIN_WAIT1 = 4
    FIN_WAIT2 = 5
    TIME_WAIT = 6
    CLOSE = 7
    CLOSE_WAIT = 8
    LAST_ACK = 9
    LISTEN = 10


SCM_RIGHTS, SCM_CREDENTIALS = 1, 2
SCM_MAX_FD = 253
"""Descriptors in one message."""
CMSG_HEADER = 12
"""Octets of a struct cmsghdr of a 32-bit program; control data are aligned to 4."""
SOCKADDR_MAX = 128
"""sizeof(struct sockaddr_storage)."""
UNIX_PATH_MAX = 108

SIOCINQ, SIOCOUTQ, SIOCATMARK = 0x541B, 0x5411, 0x8905
FIOSETOWN, SIOCSPGRP, FIOGETOWN, SIOCGPGRP = 0x8901, 0x8902, 0x8903, 0x8904


class InterfaceIoctl(IntEnum):
    """ioctl requests about interfaces (netdevice(7))."""

    SIOCGIFNAME = 0x8910
    SIOCGIFCONF = 0x8912
    SIOCGIFFLAGS = 0x8913
    SIOCSIFFLAGS = 0x8914
    SIOCGIFADDR = 0x8915
    SIOCSIFADDR = 0x8916
    SIOCGIFDSTADDR = 0x8917
    SIOCGIFBRDADDR = 0x8919
    SIOCGIFNETMASK = 0x891B
    SIOCGIFMETRIC = 0x891D
    SIOCGIFMTU = 0x8921
    SIOCGIFHWADDR = 0x8927
    SIOCGIFINDEX = 0x8933
    SIOCGIFTXQLEN = 0x8942
    SIOCGIFMAP = 0x8970
