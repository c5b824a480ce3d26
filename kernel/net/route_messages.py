"""What NETLINK_ROUTE tells of the interface lo, its addresses and its routes (rtnetlink(7)).

Nothing can be changed: EPERM.
"""

from __future__ import annotations

import struct
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.netlink import (
    ADDRESS,
    ATTRIBUTE,
    HEADER,
    LINK,
    ROUTE,
    AddressAttribute,
    Control,
    LinkAttribute,
    MessageFlag,
    RouteAttribute,
    RouteMessage,
)
from kernel.abi.sockets import Family
from kernel.errors import SysError
from kernel.net.interfaces import FLAGS, INDEX, LOOPBACK_TYPE, MTU, NAME, QUEUE_LENGTH

if TYPE_CHECKING:
    from kernel.net.network import Network
    from kernel.task.task import Task

_LOWER_UP = 0x10000
_EVER, _PERMANENT = 0xFFFF_FFFF, 0x80
_HOST, _LINK_SCOPE, _GLOBAL = 254, 253, 0
_LOCAL_TABLE, _BY_KERNEL = 255, 2
_LOCAL, _BROADCAST = 2, 3
_LOCALHOST, _LOCALHOST6 = bytes((127, 0, 0, 1)), bytes(15) + b"\1"
_KIND_MASK, _KIND_GET = 3, 2
"""The lowest bits of a type: something new, deleted, asked for, set."""


class Request(NamedTuple):
    """A message to the kernel; `octets` with its header."""

    type: int
    flags: int
    sequence: int
    port: int
    octets: bytes

    @property
    def is_dump(self) -> bool:
        """Whether all there is is asked for."""
        is_get = self.type & _KIND_MASK == _KIND_GET
        return is_get and bool(self.flags & MessageFlag.NLM_F_DUMP)

    @property
    def family(self) -> int:
        return self.octets[HEADER.size]


def answer(task: Task, request: Request) -> list[bytes]:
    """The packets that answer: EOPNOTSUPP, EPERM, ENODEV, EINVAL."""
    if request.type > RouteMessage.RTM_MAX:
        raise SysError(Errno.EOPNOTSUPP)
    if len(request.octets) <= HEADER.size:
        return []
    if request.type & _KIND_MASK != _KIND_GET:
        raise SysError(Errno.EPERM if _may_not(task) else Errno.EOPNOTSUPP)
    network = task.system.network
    if not request.is_dump:
        return [_one_link(request, network)]
    told = _dump(request, network)
    done = _message(Control.NLMSG_DONE, bytes(4), request, MessageFlag.NLM_F_MULTI)
    return [b"".join(told), done] if told else [done]


def _may_not(task: Task) -> bool:
    return not task.credentials.has(Capability.CAP_NET_ADMIN)


def _message(type: int, body: bytes, request: Request, flags: int) -> bytes:
    length = HEADER.size + len(body)
    header = HEADER.pack(length, type, flags, request.sequence, request.port)
    return header + body + bytes(-length % 4)


def _attribute(type: int, value: bytes) -> bytes:
    length = ATTRIBUTE.size + len(value)
    return ATTRIBUTE.pack(length, type) + value + bytes(-length % 4)


def _number(value: int) -> bytes:
    return struct.pack("<I", value)


# ---- requests ----------------------------------------------------------------------------------


def _dump(request: Request, network: Network) -> list[bytes]:
    """All there is of a family, or of every family for which there is no answer of its own."""
    multi = MessageFlag.NLM_F_MULTI
    if request.type == RouteMessage.RTM_GETLINK:
        return [_message(RouteMessage.RTM_NEWLINK, _link(network), request, multi)]
    if request.type == RouteMessage.RTM_GETNEIGH:
        return []
    if request.type == RouteMessage.RTM_GETADDR:
        kind, known = RouteMessage.RTM_NEWADDR, _addresses()
    elif request.type == RouteMessage.RTM_GETROUTE:
        kind, known = RouteMessage.RTM_NEWROUTE, _routes()
    else:
        raise SysError(Errno.EOPNOTSUPP)
    wanted = known.get(request.family)
    bodies = chain(*known.values()) if wanted is None else wanted
    return [_message(kind, body, request, multi) for body in bodies]


def _one_link(request: Request, network: Network) -> bytes:
    """RTM_GETLINK of one interface, by index or name."""
    if request.type != RouteMessage.RTM_GETLINK:
        raise SysError(Errno.EOPNOTSUPP)
    body = request.octets[HEADER.size :]
    if len(body) < LINK.size:
        raise SysError(Errno.EINVAL)
    _, _, index, _, _ = LINK.unpack_from(body)
    name = _name_in(body[LINK.size :])
    if index <= 0 and name is None:
        raise SysError(Errno.EINVAL)
    if index != INDEX if index > 0 else name != NAME:
        raise SysError(Errno.ENODEV)
    return _message(RouteMessage.RTM_NEWLINK, _link(network), request, 0)


def _name_in(data: bytes) -> bytes | None:
    """The value of IFLA_IFNAME, where it stands among the attributes."""
    while len(data) >= ATTRIBUTE.size:
        length, type = ATTRIBUTE.unpack_from(data)
        if not ATTRIBUTE.size <= length <= len(data):
            return None
        if type == LinkAttribute.IFLA_IFNAME:
            return data[ATTRIBUTE.size : length].split(b"\0")[0]
        data = data[(length + 3) & ~3 :]
    return None


# ---- what there is -----------------------------------------------------------------------------


def _link(network: Network) -> bytes:
    """struct ifinfomsg and its attributes."""
    packets, octets = network.packets_carried, network.octets_carried
    counts = (packets, packets, octets, octets)
    attribute = LinkAttribute
    return LINK.pack(Family.AF_UNSPEC, LOOPBACK_TYPE, INDEX, FLAGS | _LOWER_UP, 0) + b"".join((
        _attribute(attribute.IFLA_IFNAME, NAME + b"\0"),
        _attribute(attribute.IFLA_TXQLEN, _number(QUEUE_LENGTH)),
        _attribute(attribute.IFLA_OPERSTATE, b"\0"),
        _attribute(attribute.IFLA_LINKMODE, b"\0"),
        _attribute(attribute.IFLA_MTU, _number(MTU)),
        _attribute(attribute.IFLA_GROUP, _number(0)),
        _attribute(attribute.IFLA_PROMISCUITY, _number(0)),
        _attribute(attribute.IFLA_NUM_TX_QUEUES, _number(1)),
        _attribute(attribute.IFLA_NUM_RX_QUEUES, _number(1)),
        _attribute(attribute.IFLA_CARRIER, b"\1"),
        _attribute(attribute.IFLA_ADDRESS, bytes(6)),
        _attribute(attribute.IFLA_BROADCAST, bytes(6)),
        _attribute(attribute.IFLA_STATS64, struct.pack("<4Q168x", *counts)),
        _attribute(attribute.IFLA_STATS, struct.pack("<4I80x", *(n & _EVER for n in counts))),
        _attribute(attribute.IFLA_QDISC, b"noqueue\0"),
    ))  # fmt: skip


def _addresses() -> dict[int, list[bytes]]:
    """struct ifaddrmsg and its attributes, by family."""
    attribute = AddressAttribute
    flags = _attribute(attribute.IFA_FLAGS, _number(_PERMANENT))
    for_ever = _attribute(attribute.IFA_CACHEINFO, struct.pack("<II8x", _EVER, _EVER))
    four = (
        ADDRESS.pack(Family.AF_INET, 8, _PERMANENT, _HOST, INDEX)
        + _attribute(attribute.IFA_ADDRESS, _LOCALHOST)
        + _attribute(attribute.IFA_LOCAL, _LOCALHOST)
        + _attribute(attribute.IFA_LABEL, NAME + b"\0")
    )
    six = ADDRESS.pack(Family.AF_INET6, 128, _PERMANENT, _HOST, INDEX) + _attribute(
        attribute.IFA_ADDRESS, _LOCALHOST6
    )
    by_kernel = _attribute(attribute.IFA_PROTO, b"\1")
    return {
        Family.AF_INET: [four + flags + for_ever],
        Family.AF_INET6: [six + for_ever + flags + by_kernel],
    }


def _routes() -> dict[int, list[bytes]]:
    """struct rtmsg and its attributes, by family: what leads to the interface's own addresses."""
    network, broadcast = bytes((127, 0, 0, 0)), bytes((127, 255, 255, 255))
    return {
        Family.AF_INET: [
            _route(network, 8, _HOST, _LOCAL),
            _route(_LOCALHOST, 32, _HOST, _LOCAL),
            _route(broadcast, 32, _LINK_SCOPE, _BROADCAST),
        ],
        Family.AF_INET6: [_route6()],
    }


def _route(target: bytes, bits: int, scope: int, type: int) -> bytes:
    attribute = RouteAttribute
    family, table = Family.AF_INET, _LOCAL_TABLE
    return ROUTE.pack(family, bits, 0, 0, table, _BY_KERNEL, scope, type, 0) + b"".join(
        (
            _attribute(attribute.RTA_TABLE, _number(table)),
            _attribute(attribute.RTA_DST, target),
            _attribute(attribute.RTA_PREFSRC, _LOCALHOST),
            _attribute(attribute.RTA_OIF, _number(INDEX)),
        )
    )


def _route6() -> bytes:
    attribute = RouteAttribute
    family, table = Family.AF_INET6, _LOCAL_TABLE
    return ROUTE.pack(family, 128, 0, 0, table, _BY_KERNEL, _GLOBAL, _LOCAL, 0) + b"".join(
        (
            _attribute(attribute.RTA_TABLE, _number(table)),
            _attribute(attribute.RTA_DST, _LOCALHOST6),
            _attribute(attribute.RTA_PRIORITY, _number(0)),
            _attribute(attribute.RTA_OIF, _number(INDEX)),
        )
    )
