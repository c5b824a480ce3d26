"""AF_UNIX streams: octets, with the limits of messages lost but for what travels with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.sockets import MessageFlag
from kernel.errors import SysError
from kernel.net.packet import STREAM_CHUNK, Packet, stream_size
from kernel.net.socket import READ_SIDE, WRITE_SIDE, Ancillary, Received
from kernel.net.unix_connection import UnixConnection

if TYPE_CHECKING:
    from kernel.net.unix_socket import UnixSocket
    from kernel.task.task import Task


class UnixStream(UnixConnection):
    """A stream socket."""

    is_stream = True

    def send(
        self, task: Task, data: bytes, flags: int, name: bytes | None, ancillary: Ancillary
    ) -> int:
        if flags & MessageFlag.MSG_OOB:
            raise SysError(Errno.EOPNOTSUPP)
        if name is not None:
            raise SysError(Errno.EISCONN if self.peer is not None else Errno.EOPNOTSUPP)
        peer = self.peer
        if peer is None:
            raise SysError(Errno.ENOTCONN)
        if self.closed & WRITE_SIDE or peer.is_released or peer.closed & READ_SIDE:
            raise SysError(Errno.EPIPE)
        done, chunk = 0, min(STREAM_CHUNK, self.send_buffer // 2 - 64)
        while done < len(data):
            if self.in_flight >= self.send_buffer:
                if done:
                    break
                self.wait(task, self.writable, self.send_timeout)
            piece = data[done : done + chunk]
            peer.deliver(self._packet(task, piece, peer, ancillary if not done else Ancillary()))
            done += len(piece)
        return done

    def _packet(self, task: Task, data: bytes, peer: UnixSocket, ancillary: Ancillary) -> Packet:
        credentials = self.credentials_for(task, peer, ancillary)
        address = self.address if self.bound_name is not None else b""
        size = stream_size(len(data))
        return Packet(data, size, self, address, ancillary.rights, credentials)

    def receive(self, task: Task, count: int, flags: int) -> Received:
        """Octets of as many packets as fit, up to the first with descriptors and, where
        credentials are told, of one sender.
        """
        if self.peer is None or flags & MessageFlag.MSG_OOB:
            raise SysError(Errno.EINVAL)
        if not self.queue:
            self.take_error()
            if self.closed & READ_SIDE:
                return Received(b"", 0)
            self.wait(task, self.readable, self.receive_timeout)
        return self._gather(count)

    def _gather(self, count: int) -> Received:
        first, parts, taken = self.queue[0], [], []
        rights = first.rights
        for packet in self.queue:
            if self.passes_credentials and packet.credentials != first.credentials:
                break
            part = packet.data[packet.start : packet.start + count]
            parts.append(part)
            taken.append((packet, len(part)))
            count -= len(part)
            rights = packet.rights
            if rights or not count:
                break
        data = b"".join(parts)
        ancillary = Ancillary(rights, first.credentials)
        return Received(data, len(data), tuple(taken), first.address or None, ancillary)
