"""Memory without a CPU: frames, a page cache, address spaces and files of octets."""

from __future__ import annotations

from emulator.machine.traps import Access
from kernel.abi.files import S_IFREG
from kernel.abi.memory import MapFlag, Prot
from kernel.fs.inode import RegularInode
from kernel.mm.address_space import AddressSpace
from kernel.mm.area import Area
from kernel.mm.frames import FrameAllocator
from kernel.mm.page_cache import PageCache
from tests.fakes import FakeMachine

PAGE = 4096
BASE = 0x1000_0000
R, W, X = int(Prot.PROT_READ), int(Prot.PROT_WRITE), int(Prot.PROT_EXEC)
RW = R | W
PRIVATE, SHARED = int(MapFlag.MAP_PRIVATE), int(MapFlag.MAP_SHARED)


class CountingMachine(FakeMachine):
    """Knows how often translated code was forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self.forgotten = 0

    def forget_code(self) -> None:
        self.forgotten += 1


class Octets(RegularInode):
    """A file whose store is a bytearray."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(1, S_IFREG | 0o644)
        self.store = bytearray(data)

    @property
    def size(self) -> int:
        return len(self.store)

    def read_raw(self, offset: int, count: int) -> bytes:
        return bytes(self.store[offset : offset + count])

    def write_raw(self, offset: int, data: bytes) -> None:
        if len(self.store) < offset + len(data):
            self.store.extend(bytes(offset + len(data) - len(self.store)))
        self.store[offset : offset + len(data)] = data

    def truncate_raw(self, size: int) -> None:
        del self.store[size:]
        self.store.extend(bytes(size - len(self.store)))


class Mm:
    """All of a machine's memory management."""

    def __init__(self) -> None:
        self.machine = CountingMachine()
        self.frames = FrameAllocator(self.machine)
        self.cache = PageCache(self.frames)
        self.names = 0

    def space(self) -> AddressSpace:
        self.names += 1
        return AddressSpace(self.frames, self.cache, f"mm#{self.names}")

    def exhaust(self, left: int = 0) -> list[int]:
        """Take all frames but some."""
        return [self.frames.allocate() for _ in range(self.frames.free_count - left)]


def anonymous(page: int, count: int, prot: int = RW, flags: int = PRIVATE) -> Area:
    """Pages counted from BASE."""
    start = BASE + page * PAGE
    return Area(start, start + count * PAGE, prot, flags)


def of_file(
    inode: RegularInode, page: int, count: int, prot: int = RW, flags: int = SHARED, first: int = 0
) -> Area:
    """The file's pages from `first` on."""
    start = BASE + page * PAGE
    return Area(start, start + count * PAGE, prot, flags, inode, first * PAGE, "/file")


def at(page: int, offset: int = 0) -> int:
    return BASE + page * PAGE + offset


__all__ = ["PRIVATE", "RW", "SHARED", "Access", "R", "W", "X"]
