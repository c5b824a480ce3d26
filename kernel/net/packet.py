"""Packets: octets on their way to a socket, with what travels along."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kernel.fs.open_file import OpenFile
    from kernel.net.socket import Socket

_BUFFER_HEAD, _SHARED_INFO, _LINE, _PAGE = 256, 320, 64, 4096
"""sizeof(struct sk_buff), what the kernel keeps behind the octets, cache line and page."""
STREAM_HEAD = _PAGE - _SHARED_INFO
"""Octets of a stream's packet that lie with its head; the rest is in pages of its own."""
STREAM_CHUNK = STREAM_HEAD + 8 * _PAGE
"""The most that a stream puts into one packet."""
_DATAGRAM_HEAD = 4 * _PAGE - _SHARED_INFO
_DATAGRAM_PAGES = 17 * _PAGE


class Ucred(NamedTuple):
    """struct ucred: who sent it."""

    pid: int
    uid: int
    gid: int


NOBODY = Ucred(0, 65534, 65534)
"""What is told of a sender who was not asked to say."""


class Packet:
    """Octets from `start` on are still to be read; `size` is what it takes of its sender's buffer.

    `rights` are open files on their way: the packet is one user of each. `sender` is who pays for
    the buffer, `address` the sender's name when it was sent.
    """

    __slots__ = ("address", "credentials", "data", "rights", "sender", "size", "start")

    def __init__(
        self,
        data: bytes,
        size: int,
        sender: Socket | None,
        address: bytes = b"",
        rights: tuple[OpenFile, ...] = (),
        credentials: Ucred | None = None,
    ) -> None:
        self.data = data
        self.start = 0
        self.size = size
        self.sender = sender
        self.address = address
        self.rights = rights
        self.credentials = credentials

    def __len__(self) -> int:
        return len(self.data) - self.start


def stream_size(length: int) -> int:
    """What a stream's packet of `length` octets takes of the buffer, as Linux counts."""
    paged = min(length, _pages(max(0, length - STREAM_HEAD)))
    return _head_size(length - paged) + _pages(paged)


def datagram_size(length: int) -> int:
    """The same for a datagram, which keeps more of its octets with its head."""
    paged = _pages(min(max(0, length - _DATAGRAM_HEAD), _DATAGRAM_PAGES))
    paged = min(length, paged)
    return _head_size(length - paged) + _pages(paged)


def _pages(length: int) -> int:
    return -(-length // _PAGE) * _PAGE


def _head_size(length: int) -> int:
    """The allocator hands out powers of two."""
    needed = -(-length // _LINE) * _LINE + _SHARED_INFO
    return int(1 << (needed - 1).bit_length()) + _BUFFER_HEAD
