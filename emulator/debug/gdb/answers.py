"""Answers: the small vocabulary in which the server replies (gdb manual, "Standard Replies")."""

from __future__ import annotations

from kernel.abi.errno import Errno

OK = b"OK"
UNSUPPORTED = b""
"""How a server says that it does not know a packet."""


def error(errno: Errno) -> bytes:
    """`ENN`: the packet was understood and failed."""
    return b"E%02x" % errno


def part(whole: bytes, offset: int, length: int) -> bytes:
    """A piece of something that gdb reads in pieces: `m` and the piece, `l` for the last one."""
    piece = whole[offset : offset + length]
    return (b"l" if offset + length >= len(whole) else b"m") + piece


def offset_and_length(text: str) -> tuple[int, int]:
    """`OFFSET,LENGTH`, hexadecimal; ValueError."""
    offset, _, length = text.partition(",")
    return parse_hex(offset), parse_hex(length)


def parse_hex(text: str) -> int:
    """A number of one or more hexadecimal digits, and nothing else; ValueError otherwise."""
    if not text or not all(letter in "0123456789abcdefABCDEF" for letter in text):
        raise ValueError(f"not hexadecimal: {text!r}")
    return int(text, 16)


def parse_address(text: str) -> int:
    """An address, hexadecimal, of 32 bits at most; ValueError."""
    address = parse_hex(text)
    if address > 0xFFFF_FFFF:
        raise ValueError(f"no address: {text}")
    return address


def parse_octets(text: str) -> bytes:
    """Octets of two hexadecimal digits each; ValueError (`bytes.fromhex` would skip blanks)."""
    if not text:
        return b""
    parse_hex(text)
    return bytes.fromhex(text)
