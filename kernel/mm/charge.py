"""Charges: kernel structures take frames of emulated RAM, so that they can be wanting, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.mm.frames import FrameAllocator


class Charge:
    """`count` frames for one structure; raises ENOMEM, having taken none, when they are wanting."""

    __slots__ = ("_allocator", "frames")

    def __init__(self, allocator: FrameAllocator, count: int) -> None:
        self._allocator = allocator
        self.frames = allocator.reserve(count)

    def split(self) -> Charge:
        """One of the frames as a charge of its own."""
        part = Charge(self._allocator, 0)
        part.frames, self.frames = self.frames[:1], self.frames[1:]
        return part

    def release(self) -> None:
        """Give the frames back; a second time does nothing."""
        self._allocator.drop_all(self.frames)
        self.frames = ()
