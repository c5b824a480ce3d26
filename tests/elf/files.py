"""ELF files made word by word, so that each field can be wrong on purpose."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

BASE = 0x0804_8000
HEADERS = 52
LOAD, INTERP, PHDR, GNU_STACK = 1, 3, 6, 0x6474_E551
R, W, X = 4, 2, 1
EXIT_7 = b"\xb8\x01\0\0\0\xbb\x07\0\0\0\xcd\x80"  # mov eax, 1; mov ebx, 7; int 0x80


@dataclass
class Segment:
    """A program header."""

    kind: int = LOAD
    offset: int = 0
    address: int = BASE
    file_size: int = 0x1000
    memory_size: int = 0x1000
    flags: int = R | X

    def pack(self) -> bytes:
        return struct.pack(
            "<8I", self.kind, self.offset, self.address, self.address, self.file_size,
            self.memory_size, self.flags, 0x1000,
        )  # fmt: skip


@dataclass
class File:
    """An executable of one page that leaves with status 7, unless a field says otherwise."""

    segments: list[Segment] = field(default_factory=lambda: [Segment()])
    magic: bytes = b"\x7fELF"
    klass: int = 1
    endianness: int = 1
    kind: int = 2
    machine: int = 3
    entry: int = BASE + 0x200
    table: int = HEADERS
    header_size: int = 32
    count: int | None = None
    length: int = 0x1000
    code: bytes = EXIT_7
    """It lies at the entry's place in the page."""

    def pack(self) -> bytes:
        count = len(self.segments) if self.count is None else self.count
        data = bytearray(max(self.length, 0x1000))
        data[:16] = self.magic + bytes((self.klass, self.endianness, 1)) + bytes(9)
        struct.pack_into(
            "<HHIIIIIHHHHHH", data, 16, self.kind, self.machine, 1, self.entry, self.table, 0, 0,
            HEADERS, self.header_size, count, 0, 0, 0,
        )  # fmt: skip
        headers = b"".join(segment.pack() for segment in self.segments)
        data[HEADERS : HEADERS + len(headers)] = headers
        start = max(self.entry & 0xFFF, 0x200)
        data[start : start + len(self.code)] = self.code
        return bytes(data[: self.length])


def with_stack(*segments: Segment) -> list[Segment]:
    """Segments with the header that keeps data from being executable."""
    return [*segments, Segment(GNU_STACK, 0, 0, 0, 0, R | W)]
