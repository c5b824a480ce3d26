"""ELF: the header and program headers of a static i386 executable, read with suspicion (elf(5))."""

from __future__ import annotations

import struct
from typing import NamedTuple

from kernel.abi.memory import PAGE_SIZE, TASK_SIZE, page_down, page_up

HEADER_SIZE = 52
_PROGRAM_HEADER_SIZE = 32
_MAX_PROGRAM_HEADERS = PAGE_SIZE // _PROGRAM_HEADER_SIZE
ET_EXEC, ET_DYN = 2, 3
_EM_386, _EM_486 = 3, 6
PT_LOAD, PT_INTERP, PT_GNU_STACK = 1, 3, 0x6474_E551
PF_X, PF_W, PF_R = 1, 2, 4
_TYPES = {1: "a relocatable object", 4: "a core dump"}
_MACHINES = {62: "x86-64", 40: "ARM", 183: "AArch64", 8: "MIPS", 20: "PowerPC", 243: "RISC-V"}


class BadElf(Exception):
    """The file cannot be executed here; the text says why, for a person."""


class Segment(NamedTuple):
    """A PT_LOAD program header: where in the file, where in memory, how big, which access."""

    offset: int
    address: int
    file_size: int
    memory_size: int
    flags: int


class Elf(NamedTuple):
    """What exec needs to know of an executable."""

    is_pie: bool
    entry: int
    segments: tuple[Segment, ...]
    program_headers: int
    """Linear address of the program headers (before relocation), 0 when not loaded."""
    program_header_count: int
    has_executable_stack: bool
    """No PT_GNU_STACK, or one with PF_X: data may be executed."""

    @property
    def low(self) -> int:
        """First page of the image."""
        return page_down(min(segment.address for segment in self.segments))

    @property
    def high(self) -> int:
        """First page behind the image."""
        return page_up(max(segment.address + segment.memory_size for segment in self.segments))


def parse(head: bytes, file_size: int) -> Elf:
    """Read the headers from the file's first page(s). Raises BadElf with a person's reason."""
    _check_identity(head)
    kind, machine, _, entry, table, _, _, _, size, count = struct.unpack_from(
        "<HHIIIIIHHH", head, 16
    )
    if machine not in (_EM_386, _EM_486):
        name = _MACHINES.get(machine, f"machine {machine}")
        raise BadElf(f"is for {name}, not for i386")
    if kind not in (ET_EXEC, ET_DYN):
        raise BadElf(f"is {_TYPES.get(kind, f'of ELF type {kind}')}, not an executable")
    if size != _PROGRAM_HEADER_SIZE or not 0 < count <= _MAX_PROGRAM_HEADERS:
        raise BadElf("has no usable program headers")
    end = table + count * size
    if end > file_size:
        raise BadElf("is truncated: its program headers lie behind the end of the file")
    if end > len(head):
        raise BadElf("has its program headers too far from the start of the file")
    return _parse_program_headers(head, file_size, kind == ET_DYN, entry, table, count)


def _check_identity(head: bytes) -> None:
    if head[:4] != b"\x7fELF":
        raise BadElf("is not an ELF executable")
    if len(head) < 6:
        raise BadElf("is truncated: the ELF header is not complete")
    if head[4] == 2:
        raise BadElf("is a 64-bit ELF; only 32-bit i386 programs run here")
    if head[4] != 1:
        raise BadElf("has an unknown ELF class")
    if head[5] != 1:
        raise BadElf("is big-endian; i386 is little-endian")
    if len(head) < HEADER_SIZE:
        raise BadElf("is truncated: the ELF header is not complete")


def _parse_program_headers(
    head: bytes, file_size: int, is_pie: bool, entry: int, table: int, count: int
) -> Elf:
    segments: list[Segment] = []
    stack_flags, headers_at = PF_X, 0
    for i in range(count):
        kind, offset, address, _, in_file, in_memory, flags, _ = struct.unpack_from(
            "<8I", head, table + i * _PROGRAM_HEADER_SIZE
        )
        if kind == PT_INTERP:
            raise BadElf("is dynamically linked: it needs the interpreter named in PT_INTERP")
        if kind == PT_GNU_STACK:
            stack_flags = flags
        if kind == PT_LOAD and in_memory:
            segment = Segment(offset, address, in_file, in_memory, flags)
            _check_segment(segment, file_size, segments, is_pie)
            segments.append(segment)
            if offset <= table < offset + in_file:
                headers_at = address + table - offset
    if not segments:
        raise BadElf("has nothing to load")
    if not any(s.address <= entry < s.address + s.memory_size for s in segments):
        raise BadElf("has its entry point outside every segment")
    return Elf(is_pie, entry, tuple(segments), headers_at, count, bool(stack_flags & PF_X))


def _check_segment(segment: Segment, file_size: int, earlier: list[Segment], is_pie: bool) -> None:
    if segment.file_size > segment.memory_size:
        raise BadElf("has a segment that is larger in the file than in memory")
    if segment.file_size and segment.offset + segment.file_size > file_size:
        raise BadElf("is truncated: a segment lies behind the end of the file")
    if segment.file_size and (segment.offset ^ segment.address) & PAGE_SIZE - 1:
        raise BadElf("has a segment whose offset and address disagree within the page")
    if segment.address + segment.memory_size > TASK_SIZE - PAGE_SIZE:
        raise BadElf("has a segment outside user memory")
    if not is_pie and segment.address < PAGE_SIZE:
        raise BadElf("has a segment at address 0, which stays unmapped")
    if earlier and page_down(segment.address) < page_up(
        earlier[-1].address + earlier[-1].memory_size
    ):
        shares_page = page_down(segment.address) == page_down(
            earlier[-1].address + earlier[-1].memory_size - 1
        )
        if not shares_page or segment.address < earlier[-1].address + earlier[-1].memory_size:
            raise BadElf("has segments that overlap or are not in ascending order")
