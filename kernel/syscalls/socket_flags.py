"""Families, types, protocols and flags of the socket calls, as a trace names them."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.sockets import (
    SOCK_CLOEXEC,
    SOCK_NONBLOCK,
    SOCK_TYPE_MASK,
    Family,
    MessageFlag,
    Shutdown,
    SocketType,
)
from kernel.events import Described
from kernel.syscalls.arguments import Argument, ChoiceArgument, FlagsArgument, flags_text, signed
from kernel.syscalls.file_arguments import NamedFlagsArgument
from kernel.syscalls.socket_addresses import family_text
from kernel.task.task import Call, Task

_TYPES = {int(type): type.name for type in SocketType}
_FLAGS = ((SOCK_CLOEXEC, "SOCK_CLOEXEC"), (SOCK_NONBLOCK, "SOCK_NONBLOCK"))
_PROTOCOLS = {
    0: "IPPROTO_IP", 1: "IPPROTO_ICMP", 2: "IPPROTO_IGMP", 6: "IPPROTO_TCP", 17: "IPPROTO_UDP",
    41: "IPPROTO_IPV6", 58: "IPPROTO_ICMPV6", 132: "IPPROTO_SCTP", 136: "IPPROTO_UDPLITE",
    255: "IPPROTO_RAW", 262: "IPPROTO_MPTCP",
}  # fmt: skip
_NETLINK = {
    0: "NETLINK_ROUTE", 2: "NETLINK_USERSOCK", 4: "NETLINK_SOCK_DIAG", 9: "NETLINK_AUDIT",
    15: "NETLINK_KOBJECT_UEVENT", 16: "NETLINK_GENERIC",
}  # fmt: skip


class _FamilyArgument(Argument):
    """AF_UNIX and so on."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("flags", value, family_text(value))


class _TypeArgument(Argument):
    """The type with SOCK_CLOEXEC and SOCK_NONBLOCK."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        kind, rest = value & SOCK_TYPE_MASK, value & ~SOCK_TYPE_MASK
        name = _TYPES.get(kind) or f"{kind:#x} /* SOCK_??? */"
        known, unknown = rest & sum(bit for bit, _ in _FLAGS), rest & ~sum(bit for bit, _ in _FLAGS)
        parts = [name, *([flags_text(list(_FLAGS), known)] if known else [])]
        if unknown:
            parts.append(f"{unknown:#x}" + ("" if known else " /* SOCK_??? */"))
        return ("flags", value, "|".join(parts))


class _ProtocolArgument(Argument):
    """The protocol, by the family two words before."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        family, value = call.words[word - 2], call.words[word]
        if family in (Family.AF_INET, Family.AF_INET6):
            return ("flags", value, _PROTOCOLS.get(value) or f"{value:#x} /* IPPROTO_??? */")
        if family == Family.AF_NETLINK:
            return ("flags", value, _NETLINK.get(value) or f"{value:#x} /* NETLINK_??? */")
        if family == Family.AF_PACKET:
            number = (value >> 8 & 0xFF) | (value & 0xFF) << 8
            return ("text", f"htons({number:#x} /* ETH_P_??? */)" if number else _NO_ETHER)
        return ("int", signed(value))


_NO_ETHER = "htons(0 /* ETH_P_??? */)"
FamilyNumber = Annotated[int, _FamilyArgument()]
TypeAndFlags = Annotated[int, _TypeArgument()]
Protocol = Annotated[int, _ProtocolArgument()]
AcceptFlags = Annotated[int, NamedFlagsArgument(_FLAGS, unknown="SOCK_???")]
MessageFlags = Annotated[int, FlagsArgument(MessageFlag, prefix="MSG_")]
How = Annotated[int, ChoiceArgument(Shutdown, "SHUT_")]
