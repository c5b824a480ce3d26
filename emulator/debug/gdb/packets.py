"""Packets of gdb's remote protocol: framing, checksums, escapes (gdb manual, "Overview").

A packet is `$BODY#CC`, CC the sum of BODY's octets modulo 256 in hexadecimal. Inside BODY the
octets `# $ } *` are sent as `}` and the octet xor 0x20. Between packets stand `+` and `-`, which
confirm a packet or ask for it again, and 0x03, gdb's Ctrl-C.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

MAX_BODY = 0x4000
"""Octets of the largest body, as `qSupported` announces it; a larger one is not taken."""
_ESCAPE, _FLIP = 0x7D, 0x20
_START, _END = 0x24, 0x23
_ESCAPED = frozenset(b"#$}*")


class Mark(Enum):
    """What arrives beside packets."""

    ACK = "+"
    RESEND = "-"
    INTERRUPT = "\x03"
    BAD = "bad"
    """A packet that arrived damaged or that is too large."""


_MARKS = {ord(mark.value): mark for mark in (Mark.ACK, Mark.RESEND, Mark.INTERRUPT)}


def checksum(octets: bytes) -> int:
    """The sum that follows a packet's `#`."""
    return sum(octets) & 0xFF


def frame(body: bytes) -> bytes:
    """The packet that carries a body."""
    escaped = escape(body)
    return b"$%b#%02x" % (escaped, checksum(escaped))


def escape(body: bytes) -> bytes:
    """A body as it is sent."""
    if _ESCAPED.isdisjoint(body):
        return body
    parts = bytearray()
    for octet in body:
        if octet in _ESCAPED:
            parts.append(_ESCAPE)
            octet ^= _FLIP
        parts.append(octet)
    return bytes(parts)


def unescape(sent: bytes) -> bytes | None:
    """The body that was sent; None where it ends inside an escape."""
    first, *others = sent.split(b"}")
    if not all(others):
        return None
    return first + b"".join(bytes((part[0] ^ _FLIP,)) + part[1:] for part in others)


class Decoder:
    """Cuts what comes from the socket, in whatever pieces, into packet bodies and marks.

    Octets that belong to neither are skipped, as gdb's own server does.
    """

    def __init__(self) -> None:
        self._sent = bytearray()
        """Of the packet that has begun, without `$`."""
        self._is_inside = False
        self._sum = b""
        """What has come of the checksum's two digits."""
        self._is_summing = False
        self._is_too_large = False

    def feed(self, data: bytes) -> Iterator[bytes | Mark]:
        """What these octets complete, in order."""
        for octet in data:
            item = self._take(octet)
            if item is not None:
                yield item

    def _take(self, octet: int) -> bytes | Mark | None:
        if self._is_summing:
            self._sum += bytes((octet,))
            return self._finish() if len(self._sum) == 2 else None
        if octet == _START:  # always a start: inside a body it would be escaped
            was_inside = self._is_inside
            self._begin()
            return Mark.BAD if was_inside else None
        if not self._is_inside:
            return _MARKS.get(octet)
        if octet == _END:
            self._is_summing = True
        elif len(self._sent) < 2 * MAX_BODY:
            self._sent.append(octet)
        else:
            self._is_too_large = True
        return None

    def _begin(self) -> None:
        self._sent.clear()
        self._sum = b""
        self._is_inside, self._is_summing, self._is_too_large = True, False, False

    def _finish(self) -> bytes | Mark:
        self._is_inside = self._is_summing = False
        sent = bytes(self._sent)
        body = unescape(sent)
        if self._is_too_large or body is None or len(body) > MAX_BODY:
            return Mark.BAD
        if self._sum.lower() != b"%02x" % checksum(sent):
            return Mark.BAD
        return body
