"""AF_INET and AF_INET6: endpoints and ports, which TCP and UDP have in common (ip(7), ipv6(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.process import Capability
from kernel.abi.sockets import Family, Ipv6Option, SocketOption
from kernel.errors import SysError
from kernel.net.internet_address import (
    ANY_4,
    ANY_6,
    Endpoint,
    anywhere,
    destination,
    family_of,
    parse,
    source_for,
)  # fmt: skip
from kernel.net.socket import Socket

if TYPE_CHECKING:
    from kernel.net.port_table import PortTable
    from kernel.task.task import Task

_SOL_IPV6 = 41
_PRIVILEGED = 1024
"""Ports below need CAP_NET_BIND_SERVICE."""


class InternetSocket(Socket):
    """A socket on the loopback network: `local` and `remote` endpoints, port 0 for none."""

    ports: PortTable

    def __init__(self, task: Task, family: int, type: int, protocol: int, flags: int = 0) -> None:
        super().__init__(task, family, type, protocol, flags)
        self.clock = task.system.clock
        self.local = anywhere(family)
        self.remote: Endpoint | None = None
        self.was_bound = False
        """By bind(2): losing its peer leaves it the port."""

    @property
    def is_only_6(self) -> bool:
        """Whether it has nothing to do with IPv4 (IPV6_V6ONLY)."""
        return bool(self.values.get((_SOL_IPV6, Ipv6Option.IPV6_V6ONLY)))

    def takes(self, target: Endpoint) -> bool:
        """Whether what is sent to the target is for this socket."""
        if self.local.port != target.port:
            return False
        if self.local.host == ANY_6:
            return not (target.is_4 and self.is_only_6)
        return self.local.host == target.host or (self.local.host == ANY_4 and target.is_4)

    # ---- names -------------------------------------------------------------------------------

    def bind(self, task: Task, name: bytes) -> None:
        """bind(2): EINVAL, EAFNOSUPPORT, EADDRNOTAVAIL, EACCES, EADDRINUSE."""
        endpoint = self._parse_for_bind(name)
        if not (endpoint.is_any or endpoint.is_local):
            raise SysError(Errno.EADDRNOTAVAIL)
        if 0 < endpoint.port < _PRIVILEGED and not task.credentials.has(
            Capability.CAP_NET_BIND_SERVICE
        ):
            raise SysError(Errno.EACCES)
        if self.local.port or self.is_connected:
            raise SysError(Errno.EINVAL)
        self.ports.bind(self, endpoint, self.clock.now)
        self.was_bound = True

    def _parse_for_bind(self, name: bytes) -> Endpoint:
        """AF_UNSPEC will do for the unspecified IPv4 address, as it always did."""
        is_4 = self.family == Family.AF_INET
        if is_4 and len(name) >= 16 and family_of(name) == Family.AF_UNSPEC and not any(name[4:8]):
            name = Family.AF_INET.to_bytes(2, "little") + name[2:]
        return parse(name, self.family)

    @property
    def is_connected(self) -> bool:
        return self.remote is not None

    def local_name(self) -> bytes:
        return self.local.pack(self.family)

    def peer_name(self) -> bytes:
        if self.remote is None:
            raise SysError(Errno.ENOTCONN)
        return self.remote.pack(self.family)

    def target(self, name: bytes) -> Endpoint:
        """Where a sockaddr leads from here: EINVAL, EAFNOSUPPORT, ENETUNREACH, EACCES."""
        endpoint = destination(parse(name, self.family))
        if endpoint.is_4 and self.is_only_6:
            raise SysError(Errno.ENETUNREACH)
        if endpoint.is_broadcast and not self.option(SocketOption.SO_BROADCAST):
            raise SysError(Errno.EACCES if self.protocol == 17 else Errno.ENETUNREACH)
        if not endpoint.is_local:
            raise SysError(Errno.ENETUNREACH)
        return endpoint

    def settle(self, target: Endpoint) -> None:
        """Choose a port and the address that leads to the target, where they were not chosen."""
        if not self.local.port:
            self.ports.bind(self, self.local, self.clock.now)
        if self.local.is_any:
            self.local = self.local._replace(host=source_for(target))

    def unsettle(self) -> None:
        """Without a peer a port that the kernel chose is given back."""
        if not self.was_bound:
            self.ports.leave(self)
            self.local = anywhere(self.family)
