"""The network: every socket there is, the names and ports they are bound to. Part of the System."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.net.port_table import PortTable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kernel.net.netlink import NetlinkSocket
    from kernel.net.socket import Socket
    from kernel.net.unix_socket import UnixSocket
    from kernel.system import System


class Network:
    """Shared by all sockets of a system.

    `sockets` are the open ones, oldest first. `names` are abstract names by type and name, `nodes`
    the sockets bound to a file by its device and inode number. `tcp` and `udp` are the ports,
    `netlink` the netlink sockets by theirs.
    """

    def __init__(self) -> None:
        self.sockets: dict[int, Socket] = {}
        self.names: dict[tuple[int, bytes], UnixSocket] = {}
        self.nodes: dict[tuple[int, int], UnixSocket] = {}
        self.next_autobind = 0
        self.tcp = PortTable()
        self.udp = PortTable()
        self.netlink: dict[int, NetlinkSocket] = {}
        self.sockets_in_flight = 0
        """Unix sockets that are on their way as SCM_RIGHTS: only then can there be garbage."""
        self.is_collecting = False
        self.octets_carried = 0
        self.packets_carried = 0
        """What the loopback interface has carried (/proc/net/dev)."""

    @property
    def tables(self) -> Mapping[bytes, Callable[[System], str]]:
        """What /proc/net shows; most runs never look."""
        from kernel.net.tables import TABLES

        return TABLES

    def carry(self, octets: int) -> None:
        """Account for a packet on the loopback interface."""
        self.packets_carried += 1
        self.octets_carried += octets
