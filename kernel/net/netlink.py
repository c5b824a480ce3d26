"""Netlink sockets: a port, messages to the kernel and its answers (netlink(7)).

Protocol: NETLINK_ROUTE. Groups can be joined, but nothing ever changes that they would be told of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.files import Poll
from kernel.abi.netlink import (
    FIRST_TYPE,
    HEADER,
    NETLINK_ROUTE,
    SOCKADDR,
    SOL_NETLINK,
    Control,
    MessageFlag,
    NetlinkOption,
)
from kernel.abi.sockets import SIOCINQ, SIOCOUTQ, Family, SocketType
from kernel.abi.sockets import MessageFlag as Msg
from kernel.errors import SysError
from kernel.net.packet import Packet, Ucred, datagram_size
from kernel.net.route_messages import Request, answer
from kernel.net.socket import Ancillary, Received, Socket
from kernel.net.unix_socket import credentials_of

if TYPE_CHECKING:
    from kernel.task.task import Task

_OVERHEAD = 32
_GROUPS = 64
_FIRST_CHOSEN = 0xFFFF_FFFF - 4095
"""Ports for those whose process has the port of its own number already."""
_KERNEL, _ROOT = SOCKADDR.pack(Family.AF_NETLINK, 0, 0, 0), Ucred(0, 0, 0)
"""The kernel as a sender."""


class NetlinkSocket(Socket):
    """A netlink socket. `port` is 0 until it has one, `target` whom send(2) without a name means.

    `queue` holds what has arrived, `rest` what of a dump still comes when there is room.
    """

    def __init__(self, task: Task, type: int, flags: int = 0) -> None:
        super().__init__(task, Family.AF_NETLINK, type, NETLINK_ROUTE, flags)
        self.port = self.groups = self.target = 0
        self.queue: list[Packet] = []
        self.rest: list[bytes] = []

    # ---- names -------------------------------------------------------------------------------

    def bind(self, task: Task, name: bytes) -> None:
        """bind(2): EINVAL for another port than before, EADDRINUSE for another's."""
        port, groups = _parsed(name)
        if self.port and port != self.port:
            raise SysError(Errno.EINVAL)
        if not self.port:
            self._take_port(port) if port else self._autobind(task)
        self.groups = self.groups >> 32 << 32 | groups

    def _take_port(self, port: int) -> None:
        if port in self.network.netlink:
            raise SysError(Errno.EADDRINUSE)
        self.port = port
        self.network.netlink[port] = self

    def _autobind(self, task: Task) -> None:
        """The port is the process's number; a second socket gets one that is nobody's number."""
        port, taken = task.process.pid, self.network.netlink
        if port in taken:
            port = next(n for n in range(_FIRST_CHOSEN, 1, -1) if n not in taken)
        self._take_port(port)

    def connect(self, task: Task, name: bytes) -> None:
        """connect(2): to the kernel, with AF_UNSPEC likewise; EPERM for others and groups."""
        if len(name) < 2:
            raise SysError(Errno.EINVAL)
        if int.from_bytes(name[:2], "little") == Family.AF_UNSPEC:
            self.target = 0
            return
        port, groups = _parsed(name)
        if (port or groups) and not task.credentials.has(Capability.CAP_NET_ADMIN):
            raise SysError(Errno.EPERM)
        if not self.port:
            self._autobind(task)
        self.target = port

    def local_name(self) -> bytes:
        return SOCKADDR.pack(Family.AF_NETLINK, 0, self.port, self.groups & 0xFFFF_FFFF)

    def peer_name(self) -> bytes:
        """Whom send(2) means; everybody is connected with the kernel."""
        return SOCKADDR.pack(Family.AF_NETLINK, 0, self.target, 0)

    def shutdown(self, task: Task, sides: int) -> None:
        """There is no connection that could be shut down: EOPNOTSUPP."""
        raise SysError(Errno.EOPNOTSUPP)

    def change_group(self, name: int, number: int) -> None:
        """NETLINK_ADD_MEMBERSHIP and its opposite: EINVAL for a group that there is not."""
        if not 1 <= number <= _GROUPS:
            raise SysError(Errno.EINVAL)
        bit = 1 << (number - 1)
        is_joined = name == NetlinkOption.NETLINK_ADD_MEMBERSHIP
        self.groups = self.groups | bit if is_joined else self.groups & ~bit

    # ---- sending -----------------------------------------------------------------------------

    def send(
        self, task: Task, data: bytes, flags: int, name: bytes | None, ancillary: Ancillary
    ) -> int:
        """EOPNOTSUPP, ENODATA, EINVAL, EPERM, EMSGSIZE; ECONNREFUSED for a port of nobody."""
        if flags & Msg.MSG_OOB:
            raise SysError(Errno.EOPNOTSUPP)
        if not data:
            raise SysError(Errno.ENODATA)
        target = self.target if name is None else self._named(task, name)
        if not self.port:
            self._autobind(task)
        if len(data) > self.send_buffer - _OVERHEAD:
            raise SysError(Errno.EMSGSIZE)
        if not target:
            self._ask_kernel(task, data)
            return len(data)
        other = self.network.netlink.get(target)
        if other is None or other.target not in (0, self.port):
            raise SysError(Errno.ECONNREFUSED)
        other.arrive(data, self.local_name(), credentials_of(task))
        return len(data)

    def _named(self, task: Task, name: bytes) -> int:
        port, groups = _parsed(name)
        if (port or groups) and not task.credentials.has(Capability.CAP_NET_ADMIN):
            raise SysError(Errno.EPERM)
        return port

    def arrive(self, data: bytes, source: bytes = _KERNEL, who: Ucred = _ROOT) -> None:
        """A message comes; without room in the receive buffer it is lost, as the next call says."""
        size = datagram_size(len(data))
        if self.queue and sum(p.size for p in self.queue) + size > self.receive_buffer:
            self.error = Errno.ENOBUFS
        else:
            self.queue.append(Packet(data, size, None, source, credentials=who))
        self.readable.wake_all()

    def _ask_kernel(self, task: Task, data: bytes) -> None:
        """Every message of the packet in turn, until one is not whole."""
        while len(data) >= HEADER.size:
            length, type, flags, sequence, _ = HEADER.unpack_from(data)
            if not HEADER.size <= length <= len(data):
                return
            if type >= FIRST_TYPE and flags & MessageFlag.NLM_F_REQUEST:
                self._ask(task, Request(type, flags, sequence, self.port, data[:length]))
            elif flags & MessageFlag.NLM_F_ACK:
                self._acknowledge(data[:length], None)
            data = data[(length + 3) & ~3 :]

    def _ask(self, task: Task, request: Request) -> None:
        """A dump ends with NLMSG_DONE instead of being acknowledged; one at a time, else EBUSY."""
        try:
            if request.is_dump and self.rest:
                raise SysError(Errno.EBUSY)
            first, *self.rest = answer(task, request) or [b""]
        except SysError as error:
            self._acknowledge(request.octets, error.errno)
            return
        if first:
            self.arrive(first)
        if request.flags & MessageFlag.NLM_F_ACK and not request.is_dump:
            self._acknowledge(request.octets, None)

    def _acknowledge(self, request: bytes, error: Errno | None) -> None:
        """NLMSG_ERROR: 0 or the error, and the request; of one that was granted its header."""
        _, _, _, sequence, _ = HEADER.unpack_from(request)
        is_capped = error is None or (SOL_NETLINK, NetlinkOption.NETLINK_CAP_ACK) in self.values
        body = (-int(error or 0)).to_bytes(4, "little", signed=True)
        body += request[: HEADER.size] if is_capped else request
        flags = MessageFlag.NLM_F_CAPPED if is_capped else 0
        length, kind = HEADER.size + len(body), Control.NLMSG_ERROR
        self.arrive(HEADER.pack(length, kind, flags, sequence, self.port) + body)

    # ---- receiving ---------------------------------------------------------------------------

    def receive(self, task: Task, count: int, flags: int) -> Received:
        if flags & Msg.MSG_OOB:
            raise SysError(Errno.EOPNOTSUPP)
        self.take_error()
        if not self.queue:
            self.wait(task, self.readable, self.receive_timeout)
        packet = self.queue[0]
        data = packet.data[:count]
        cut = int(Msg.MSG_TRUNC) if len(data) < len(packet) else 0
        said, taken = Ancillary((), packet.credentials), ((packet, len(packet)),)
        return Received(data, len(packet), taken, packet.address, said, cut)

    def take(self, received: Received) -> None:
        del self.queue[0]
        if self.rest:
            self.arrive(self.rest.pop(0))

    def poll(self, task: Task) -> int:
        events = int(Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND)
        if self.error is not None:
            events |= Poll.POLLERR
        if self.queue:
            events |= Poll.POLLIN | Poll.POLLRDNORM
        return events

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        """How much there is to read is not told: ENOTTY."""
        if request in (SIOCINQ, SIOCOUTQ):
            raise SysError(Errno.ENOTTY)
        return super().ioctl(task, request, argument)

    def release(self) -> None:
        if self.port:
            del self.network.netlink[self.port]


def create_netlink(task: Task, type: int, protocol: int, flags: int) -> NetlinkSocket:
    """A new netlink socket: ESOCKTNOSUPPORT, EPROTONOSUPPORT for other protocols."""
    if type not in (SocketType.SOCK_RAW, SocketType.SOCK_DGRAM):
        raise SysError(Errno.ESOCKTNOSUPPORT)
    if protocol != NETLINK_ROUTE:
        raise SysError(Errno.EPROTONOSUPPORT)
    return NetlinkSocket(task, type, flags)


def _parsed(name: bytes) -> tuple[int, int]:
    """Port and groups of a struct sockaddr_nl: EINVAL."""
    if len(name) < SOCKADDR.size:
        raise SysError(Errno.EINVAL)
    family, _, port, groups = SOCKADDR.unpack_from(name)
    if family != Family.AF_NETLINK:
        raise SysError(Errno.EINVAL)
    return port, groups
