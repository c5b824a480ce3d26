"""Internet addresses: 16 octets and a port for both versions, and sockaddr_in and sockaddr_in6."""

from __future__ import annotations

import struct
from typing import NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.sockets import Family
from kernel.errors import SysError

_MAPPED = bytes(10) + b"\xff\xff"
"""The prefix of an IPv4 address among those of IPv6."""
ANY_4, ANY_6 = _MAPPED + bytes(4), bytes(16)
LOOPBACK_4, LOOPBACK_6 = _MAPPED + bytes((127, 0, 0, 1)), bytes(15) + b"\1"


class Endpoint(NamedTuple):
    """An address, IPv4 ones as IPv6 maps them, and a port."""

    host: bytes
    port: int

    @property
    def is_4(self) -> bool:
        return self.host.startswith(_MAPPED)

    @property
    def is_any(self) -> bool:
        return self.host in (ANY_4, ANY_6)

    @property
    def is_local(self) -> bool:
        """Whether it is this computer's: 127.0.0.0/8 or ::1."""
        return self.host == LOOPBACK_6 or (self.is_4 and self.host[12] == 127)

    @property
    def is_broadcast(self) -> bool:
        return self.host[12:] == b"\xff" * 4 if self.is_4 else False

    @property
    def is_multicast(self) -> bool:
        return 224 <= self.host[12] < 240 if self.is_4 else self.host[0] == 0xFF

    def pack(self, family: int) -> bytes:
        """The sockaddr that a socket of this family shows."""
        if family == Family.AF_INET:
            return (
                struct.pack("<H", family)
                + self.port.to_bytes(2, "big")
                + self.host[12:].ljust(12, b"\0")
            )
        return (
            struct.pack("<H", family)
            + self.port.to_bytes(2, "big")
            + bytes(4)
            + self.host.ljust(20, b"\0")
        )


def anywhere(family: int) -> Endpoint:
    """The endpoint of a socket that was not bound."""
    return Endpoint(ANY_4 if family == Family.AF_INET else ANY_6, 0)


def family_of(name: bytes) -> int:
    """sa_family; EINVAL where there is not even that."""
    if len(name) < 2:
        raise SysError(Errno.EINVAL)
    return int.from_bytes(name[:2], "little")


def parse(name: bytes, family: int) -> Endpoint:
    """A sockaddr for a socket of this family: EINVAL, EAFNOSUPPORT."""
    if len(name) < (16 if family == Family.AF_INET else 24):
        raise SysError(Errno.EINVAL)
    if family_of(name) != family:
        raise SysError(Errno.EAFNOSUPPORT)
    port = int.from_bytes(name[2:4], "big")
    host = _MAPPED + name[4:8] if family == Family.AF_INET else name[8:24]
    return Endpoint(host, port)


def destination(endpoint: Endpoint) -> Endpoint:
    """Where something sent there goes: the unspecified address is this computer."""
    if endpoint.host == ANY_4:
        return endpoint._replace(host=LOOPBACK_4)
    if endpoint.host == ANY_6:
        return endpoint._replace(host=LOOPBACK_6)
    return endpoint


def source_for(target: Endpoint) -> bytes:
    """The address that packets to a target come from where the sender has chosen none."""
    return LOOPBACK_4 if target.is_4 else LOOPBACK_6
