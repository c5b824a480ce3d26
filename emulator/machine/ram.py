"""RAM: one host mapping, which the emulated CPU and the kernel both see."""

import ctypes
import mmap

FRAME_SIZE = 4096
FRAME_SHIFT = 12
RESERVED_FRAMES = 16
"""Frames at the bottom that hold the machine's own tables; never handed out."""
SMALLEST = 1 << 20
LARGEST = 3 << 30
ZERO_FRAME = bytes(FRAME_SIZE)


class Ram:
    """Physical memory of `size` bytes (a multiple of 4096, 1 MiB to 3 GiB), zeroed by the host.

    `octets`, `words` and `entries` view the same memory as 8, 32 and 64-bit little-endian units;
    it begins at `host_address` in our own address space.
    Raises ValueError for a size out of range, OSError when the host has no memory to map.
    """

    def __init__(self, size: int) -> None:
        if not SMALLEST <= size <= LARGEST:
            raise ValueError(f"RAM must be 1 MiB to 3 GiB, not {size} bytes")
        self.size = size & ~(FRAME_SIZE - 1)
        self.mapping = mmap.mmap(-1, self.size)
        self.host_address = ctypes.addressof(ctypes.c_char.from_buffer(self.mapping))
        self.octets = memoryview(self.mapping)
        self.words = self.octets.cast("I")
        self.entries = self.octets.cast("Q")

    @property
    def frame_count(self) -> int:
        """Number of 4096-byte frames, the reserved ones included."""
        return self.size >> FRAME_SHIFT

    def read(self, address: int, length: int) -> bytes:
        """Copy of physical memory; the caller keeps within a frame or knows the frames adjoin."""
        return self.octets[address : address + length].tobytes()

    def write(self, address: int, data: bytes) -> None:
        """Store into physical memory, unseen by the CPU's translation cache."""
        self.octets[address : address + len(data)] = data

    def zero(self, frame: int) -> None:
        """Clear one frame, given by number."""
        start = frame << FRAME_SHIFT
        self.octets[start : start + FRAME_SIZE] = ZERO_FRAME

    def copy(self, source: int, target: int) -> None:
        """Copy one frame onto another, given by number."""
        a, b = source << FRAME_SHIFT, target << FRAME_SHIFT
        self.octets[b : b + FRAME_SIZE] = self.octets[a : a + FRAME_SIZE]
