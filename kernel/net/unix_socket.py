"""AF_UNIX: names in the file system and abstract ones, and what all types share (unix(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFMT, S_IFSOCK, Poll
from kernel.abi.sockets import UNIX_PATH_MAX, Family
from kernel.errors import SysError
from kernel.fs import naming
from kernel.fs.path import resolve
from kernel.fs.permission import WRITE, require
from kernel.net import rights
from kernel.net.packet import Packet, Ucred
from kernel.net.socket import READ_SIDE, WRITE_SIDE, Ancillary, Received, Socket, discard

if TYPE_CHECKING:
    from kernel.task.task import Task

_FAMILY = Family.AF_UNIX.to_bytes(2, "little")
_AUTOBIND_NAMES = 1 << 20
"""Names that the kernel may choose: five hexadecimal digits."""
QUEUE_LIMIT = 10
"""/proc/sys/net/unix/max_dgram_qlen: datagrams that may wait, and one more."""
UNKNOWN = Ucred(0, -1, -1)
"""SO_PEERCRED without a peer."""


class UnixSocket(Socket):
    """A Unix socket. `bound_name` is its sockaddr without the family, `peer` who it is connected
    to, `queue` what can be read, `embryos` are connections that wait to be accepted.

    `in_flight` is how much of the send buffer its own packets take that nobody has read yet;
    `pending` how often it is itself on its way in a message.
    """

    def __init__(self, task: Task, type: int, flags: int = 0) -> None:
        super().__init__(task, Family.AF_UNIX, type, 0, flags)
        self.bound_name: bytes | None = None
        self.node: tuple[int, int] | None = None
        self.peer: UnixSocket | None = None
        self.peer_credentials = UNKNOWN
        self.queue: list[Packet] = []
        self.embryos: list[UnixSocket] = []
        self.in_flight = 0
        self.pending = 0

    # ---- names -------------------------------------------------------------------------------

    def bind(self, task: Task, name: bytes) -> None:
        """bind(2): EINVAL for a second name, EADDRINUSE, and the errors of mknod(2)."""
        if len(name) == 2 and name == _FAMILY:
            self.autobind()
            return
        path = _checked(name)
        if not path.startswith(b"\0"):
            self._enter_path(task, path.split(b"\0")[0])
        elif self.bound_name is not None:
            raise SysError(Errno.EINVAL)
        else:
            self._enter_abstract(path)

    def autobind(self) -> None:
        """Give it an abstract name of the kernel's choosing, if it has no name."""
        if self.bound_name is not None:
            return
        network = self.network
        for _ in range(_AUTOBIND_NAMES):
            network.next_autobind = (network.next_autobind + 1) % _AUTOBIND_NAMES
            name = b"\0%05x" % network.next_autobind
            if (self.type, name) not in network.names:
                self._enter_abstract(name)
                return
        raise SysError(Errno.ENOSPC)

    def _enter_abstract(self, name: bytes) -> None:
        if (self.type, name) in self.network.names:
            raise SysError(Errno.EADDRINUSE)
        self.network.names[self.type, name] = self
        self.bound_name = name

    def _enter_path(self, task: Task, path: bytes) -> None:
        try:
            naming.make_node(task, path, self.inode.mode, 0)
        except SysError as error:
            if error.errno is Errno.EEXIST:
                raise SysError(Errno.EADDRINUSE) from None
            raise
        if self.bound_name is not None:
            naming.remove(task, path)
            raise SysError(Errno.EINVAL)
        inode = resolve(task, path, follow=False).inode
        self.node = (inode.device, inode.number)
        self.network.nodes[self.node] = self
        self.bound_name = path + b"\0"

    def find(self, task: Task, name: bytes) -> UnixSocket:
        """The socket of that name and of this one's type: ECONNREFUSED, EPROTOTYPE, EACCES."""
        path = _checked(name)
        if path.startswith(b"\0"):
            found = self.network.names.get((self.type, path))
        else:
            inode = resolve(task, path.split(b"\0")[0]).inode
            require(task.credentials, inode, WRITE)
            if inode.mode & S_IFMT != S_IFSOCK:
                raise SysError(Errno.ECONNREFUSED)
            found = self.network.nodes.get((inode.device, inode.number))
        if found is None:
            raise SysError(Errno.ECONNREFUSED)
        if found.type != self.type:
            raise SysError(Errno.EPROTOTYPE)
        return found

    @property
    def address(self) -> bytes:
        """Its sockaddr; the family alone without a name."""
        return _FAMILY + (self.bound_name or b"")

    def local_name(self) -> bytes:
        return self.address

    def peer_name(self) -> bytes:
        if self.peer is None:
            raise SysError(Errno.ENOTCONN)
        return self.peer.address

    # ---- packets -----------------------------------------------------------------------------

    def deliver(self, packet: Packet) -> None:
        """One more packet to read."""
        assert isinstance(packet.sender, UnixSocket)
        packet.sender.in_flight += packet.size
        rights.depart(self.network, packet)
        self.queue.append(packet)
        self.readable.wake_all()

    def drop(self, packet: Packet) -> None:
        """A packet leaves the queue: its sender has room again."""
        self.queue.remove(packet)
        sender = packet.sender
        assert isinstance(sender, UnixSocket)
        sender.in_flight -= packet.size
        packet.size = 0
        sender.writable.wake_all()

    def discard_all(self) -> None:
        """Nobody will ever read what is queued."""
        while self.queue:
            packet = self.queue[0]
            self.drop(packet)
            for file in rights.arrive(self.network, packet):
                discard(file)

    def credentials_for(
        self, task: Task, receiver: UnixSocket, ancillary: Ancillary
    ) -> Ucred | None:
        """Who the receiver is told the sender is."""
        if ancillary.credentials is not None:
            return ancillary.credentials
        if self.passes_credentials or receiver.passes_credentials:
            return credentials_of(task)
        return None

    def take(self, received: Received) -> None:
        for packet, count in received.packets:
            packet.start += count
            rights.arrive(self.network, packet)
            if not self.is_stream or not len(packet):
                self.drop(packet)

    # ---- readiness ---------------------------------------------------------------------------

    @property
    def has_room(self) -> bool:
        """What poll(2) calls writable: three quarters of the send buffer are free."""
        return self.in_flight * 4 <= self.send_buffer

    def poll_closed(self) -> int:
        """Events of an error, of ends that are closed, and of packets that are there."""
        events = 0
        if self.error is not None:
            events |= Poll.POLLERR
        if self.closed == READ_SIDE | WRITE_SIDE:
            events |= Poll.POLLHUP
        if self.closed & READ_SIDE:
            events |= Poll.POLLRDHUP | Poll.POLLIN | Poll.POLLRDNORM
        if self.queue:
            events |= Poll.POLLIN | Poll.POLLRDNORM
        return events

    def unsent(self) -> int:
        return self.in_flight

    # ---- the end -----------------------------------------------------------------------------

    def release(self) -> None:
        if self.node is not None:
            del self.network.nodes[self.node]
        elif self.bound_name is not None:
            del self.network.names[self.type, self.bound_name]
        self.leave_peer()
        self.discard_all()
        rights.collect(self.network)

    def leave_peer(self) -> None:
        """Tell the other end."""
        raise NotImplementedError


def credentials_of(task: Task) -> Ucred:
    """The task's own, as SCM_CREDENTIALS and SO_PEERCRED tell them."""
    return Ucred(task.pid, task.credentials.euid, task.credentials.egid)


def _checked(name: bytes) -> bytes:
    """sun_path: EINVAL for a wrong family or length."""
    if not 2 < len(name) <= 2 + UNIX_PATH_MAX or name[:2] != _FAMILY:
        raise SysError(Errno.EINVAL)
    return name[2:]
