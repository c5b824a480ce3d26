"""Open files in flight: SCM_RIGHTS on the way from one Unix socket to another, and their garbage.

A Unix socket that is on its way through itself, or two through each other, keeps itself alive
though no descriptor leads to it. As on Linux, closing a socket looks for such circles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.net import unix_socket

if TYPE_CHECKING:
    from kernel.fs.open_file import OpenFile
    from kernel.net.network import Network
    from kernel.net.packet import Packet
    from kernel.net.unix_socket import UnixSocket


def depart(network: Network, packet: Packet) -> None:
    """The packet's files are in flight: it is one user of each."""
    for file in packet.rights:
        file.users += 1
    for socket in _sockets(packet.rights):
        socket.pending += 1
        network.sockets_in_flight += 1


def arrive(network: Network, packet: Packet) -> tuple[OpenFile, ...]:
    """The files leave the packet; the caller has the references now."""
    files, packet.rights = packet.rights, ()
    for socket in _sockets(files):
        socket.pending -= 1
        network.sockets_in_flight -= 1
    return files


def _sockets(files: tuple[OpenFile, ...]) -> list[UnixSocket]:
    return [file for file in files if isinstance(file, unix_socket.UnixSocket)]


def collect(network: Network) -> None:
    """Discard what lies in the queues of sockets that only messages in such queues lead to."""
    if not network.sockets_in_flight or network.is_collecting:
        return
    network.is_collecting = True
    try:
        for socket in _garbage(network):
            socket.discard_all()
    finally:
        network.is_collecting = False


def _garbage(network: Network) -> list[UnixSocket]:
    sockets = [s for s in network.sockets.values() if isinstance(s, unix_socket.UnixSocket)]
    candidates = [s for s in sockets if s.pending and s.pending == s.users]
    doubtful = {s.inode.number for s in candidates}
    alive = [s for s in sockets if s.inode.number not in doubtful]
    while alive:
        for reached in _carried(alive.pop()):
            if reached.inode.number in doubtful:
                doubtful.discard(reached.inode.number)
                alive.append(reached)
    return [s for s in candidates if s.inode.number in doubtful]


def _carried(socket: UnixSocket) -> list[UnixSocket]:
    """Sockets in the messages that can be received from this one, or from those it will accept."""
    queues = [socket.queue, *(embryo.queue for embryo in socket.embryos)]
    return [found for queue in queues for packet in queue for found in _sockets(packet.rights)]
