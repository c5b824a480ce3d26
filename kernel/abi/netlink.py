"""Numbers and structures of netlink(7) and rtnetlink(7)."""

import struct
from enum import IntEnum

NETLINK_ROUTE = 0
SOL_NETLINK = 270
PROTOCOLS = 32
"""Numbers from here on are no protocols at all."""

SOCKADDR = struct.Struct("<HHII")
"""struct sockaddr_nl: family, nothing, port, groups."""
HEADER = struct.Struct("<IHHII")
"""struct nlmsghdr: length with the header, type, flags, sequence number, port."""
LINK = struct.Struct("<BxHiII")
"""struct ifinfomsg: family, type of hardware, index, flags, which flags change."""
ADDRESS = struct.Struct("<BBBBI")
"""struct ifaddrmsg: family, bits of the network, flags, scope, index."""
ROUTE = struct.Struct("<8BI")
"""struct rtmsg: family, bits of both networks, tos, table, protocol, scope, type; flags."""
ATTRIBUTE = struct.Struct("<HH")
"""struct rtattr: length with the header, type."""

FIRST_TYPE = 0x10
"""NLMSG_MIN_TYPE: messages of smaller types are the protocol's own."""


class Control(IntEnum):
    """Types of messages that every protocol has."""

    NLMSG_NOOP = 1
    NLMSG_ERROR = 2
    NLMSG_DONE = 3


class MessageFlag(IntEnum):
    """Flags of requests and answers."""

    NLM_F_REQUEST = 1
    NLM_F_MULTI = 2
    NLM_F_ACK = 4
    NLM_F_DUMP = 0x300
    NLM_F_CAPPED = 0x100


class NetlinkOption(IntEnum):
    """Options of level SOL_NETLINK."""

    NETLINK_ADD_MEMBERSHIP = 1
    NETLINK_DROP_MEMBERSHIP = 2
    NETLINK_PKTINFO = 3
    NETLINK_BROADCAST_ERROR = 4
    NETLINK_NO_ENOBUFS = 5
    NETLINK_LISTEN_ALL_NSID = 8
    NETLINK_LIST_MEMBERSHIPS = 9
    NETLINK_CAP_ACK = 10
    NETLINK_EXT_ACK = 11
    NETLINK_GET_STRICT_CHK = 12


class RouteMessage(IntEnum):
    """Types of messages of NETLINK_ROUTE that are answered; and the last that there is."""

    RTM_NEWLINK = 16
    RTM_GETLINK = 18
    RTM_NEWADDR = 20
    RTM_GETADDR = 22
    RTM_NEWROUTE = 24
    RTM_GETROUTE = 26
    RTM_GETNEIGH = 30
    RTM_MAX = 123


class LinkAttribute(IntEnum):
    """Attributes of RTM_NEWLINK."""

    IFLA_ADDRESS = 1
    IFLA_BROADCAST = 2
    IFLA_IFNAME = 3
    IFLA_MTU = 4
    IFLA_QDISC = 6
    IFLA_STATS = 7
    IFLA_TXQLEN = 13
    IFLA_OPERSTATE = 16
    IFLA_LINKMODE = 17
    IFLA_STATS64 = 23
    IFLA_GROUP = 27
    IFLA_PROMISCUITY = 30
    IFLA_NUM_TX_QUEUES = 31
    IFLA_NUM_RX_QUEUES = 32
    IFLA_CARRIER = 33


class AddressAttribute(IntEnum):
    """Attributes of RTM_NEWADDR."""

    IFA_ADDRESS = 1
    IFA_LOCAL = 2
    IFA_LABEL = 3
    IFA_CACHEINFO = 6
    IFA_FLAGS = 8
    IFA_PROTO = 11


class RouteAttribute(IntEnum):
    """Attributes of RTM_NEWROUTE."""

    RTA_DST = 1
    RTA_OIF = 4
    RTA_PRIORITY = 6
    RTA_PREFSRC = 7
    RTA_TABLE = 15
