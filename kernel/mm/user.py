"""User memory: how the kernel reads and writes what a program's pointers point to.

A bad pointer is EFAULT, never an exception of Python's; pages that are not there yet are faulted
in, pages that are shared are copied first, exactly as if the program had touched them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from emulator.machine import paging
from emulator.machine.traps import Access
from kernel.abi.errno import Errno
from kernel.abi.files import PATH_MAX
from kernel.abi.memory import TASK_SIZE
from kernel.errors import SysError
from kernel.mm.fault import MemoryFault

if TYPE_CHECKING:
    from kernel.mm.frames import FrameAllocator
    from kernel.mm.page_tables import PageTables

_READABLE = paging.PRESENT | paging.USER
_WRITABLE = _READABLE | paging.WRITABLE
MAX_STRINGS = 1 << 20


class WriteHook(Protocol):
    """Who wants to know what the kernel stores in a program's memory."""

    def kernel_writes(self, address: int, data: bytes) -> None:
        """These octets, all in one page, are about to be stored."""


class UserMemory:
    """Access to one address space by linear address. All methods raise SysError(EFAULT)."""

    tables: PageTables
    frames: FrameAllocator
    write_hook: WriteHook | None = None
    """Hears of every write before it is done, while the misuse check watches the current task."""

    def fault(self, address: int, access: Access) -> str:
        """Make the page accessible, or raise MemoryFault."""
        raise NotImplementedError

    def physical(self, address: int, access: Access = Access.READ) -> int:
        """Physical address behind a linear one, which may be accessed in this way afterwards."""
        needed = _READABLE if access is Access.READ else _WRITABLE
        entry = self.tables.get(address)
        if entry & needed != needed:
            if not 0 <= address < TASK_SIZE:
                raise SysError(Errno.EFAULT)
            try:
                self.fault(address, access)
            except MemoryFault:
                raise SysError(Errno.EFAULT) from None
            if entry & paging.PRESENT:
                self.frames.machine.flush_tlb()
            entry = self.tables.get(address)
        return (entry & paging.FRAME_BITS) | address & 0xFFF

    def frame_at(self, address: int) -> int:
        """Number of the frame behind an address, faulted in for reading."""
        return self.physical(address) >> 12

    def read(self, address: int, length: int) -> bytes:
        """`length` octets from `address`."""
        if (address & 0xFFF) + length <= 4096:
            if not length:
                return b""
            start = self.physical(address)
            return self.frames.ram.octets[start : start + length].tobytes()
        if address + length > TASK_SIZE:
            raise SysError(Errno.EFAULT)
        parts, end = [], address + length
        while address < end:
            size = min(4096 - (address & 0xFFF), end - address)
            start = self.physical(address)
            parts.append(self.frames.ram.octets[start : start + size])
            address += size
        return b"".join(parts)

    def write(self, address: int, data: bytes) -> None:
        """Store octets at `address`; those before a bad page have been stored when it fails."""
        at, length = 0, len(data)
        if self.write_hook is None and 0 < length <= 4096 - (address & 0xFFF):
            start = self.physical(address, Access.WRITE)
            self.frames.ram.octets[start : start + length] = data
            if self.frames.was_executable[start >> 12]:
                self.frames.machine.forget_code()
            return
        while at < length:
            size = min(4096 - (address & 0xFFF), length - at)
            start = self.physical(address, Access.WRITE)
            if self.write_hook is not None:
                self.write_hook.kernel_writes(address, data[at : at + size])
            self.frames.ram.octets[start : start + size] = (
                data if size == length else data[at : at + size]
            )
            if self.frames.was_executable[start >> 12]:
                self.frames.machine.forget_code()
            at += size
            address += size

    def read_word(self, address: int) -> int:
        """The 32-bit word at `address`."""
        return int.from_bytes(self.read(address, 4), "little")

    def write_word(self, address: int, value: int) -> None:
        """Store a 32-bit word."""
        self.write(address, (value & 0xFFFF_FFFF).to_bytes(4, "little"))

    def readable_length(self, address: int, length: int) -> int:
        """How many of `length` octets can be read before the first bad page."""
        good = 0
        while good < length:
            try:
                self.physical(address + good)
            except SysError:
                break
            good += min(4096 - (address + good & 0xFFF), length - good)
        return good

    def peek_string(self, address: int, limit: int) -> tuple[bytes, bool]:
        """Up to `limit` octets before a NUL, and whether the NUL was found."""
        parts: list[bytes] = []
        remaining = limit
        while remaining > 0:
            size = min(4096 - (address & 0xFFF), remaining)
            piece = self.read(address, size)
            end = piece.find(b"\0")
            if end >= 0:
                parts.append(piece[:end])
                return b"".join(parts), True
            parts.append(piece)
            address += size
            remaining -= size
        return b"".join(parts), False

    def read_path(self, address: int) -> bytes:
        """A pathname without its NUL; ENAMETOOLONG from 4096 octets on."""
        text, ended = self.peek_string(address, PATH_MAX)
        if not ended:
            raise SysError(Errno.ENAMETOOLONG)
        return text

    def read_string(self, address: int, limit: int) -> bytes:
        """A string of at most `limit` octets; E2BIG when it is longer."""
        text, ended = self.peek_string(address, limit)
        if not ended:
            raise SysError(Errno.E2BIG)
        return text

    def read_pointers(self, address: int) -> list[int]:
        """The words of an array that ends with a 0; E2BIG when there are too many."""
        pointers: list[int] = []
        while True:
            size = 4096 - (address & 0xFFF) & ~3 or 4
            piece = self.read(address, size)
            for word in memoryview(piece).cast("I").tolist():
                if not word:
                    return pointers
                pointers.append(word)
            if len(pointers) > MAX_STRINGS:
                raise SysError(Errno.E2BIG)
            address += size
