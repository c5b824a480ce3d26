"""Frames: which of RAM's 4096-byte frames are free, and how many users each of the others has."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import TYPE_CHECKING

from emulator.machine.ram import RESERVED_FRAMES
from kernel.abi.errno import Errno
from kernel.errors import SysError
from kernel.mm.commit import Commitments
from kernel.mm.counters import Counters

if TYPE_CHECKING:
    from emulator.machine.machine import Machine

ZERO_FRAME = 10
"""A reserved frame that stays zero: every untouched anonymous page that was only read."""
_STALE_LIMIT = 1024


class FrameAllocator:
    """Frame numbers with reference counts, for user pages, page tables and task structures alike.

    Counts are 32-bit; reserved frames (below 16) are never counted. A frame that was ever mapped
    executable may have translated code, so it is reused only after all code was forgotten.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.ram = machine.ram
        self.total = self.ram.frame_count
        self.counts = array("I", bytes(4 * self.total))
        self.was_executable = bytearray(self.total)
        self.may_reclaim: list[Reclaimer] = []
        """Asked for frames, in order, when none is free."""
        self.allocated = 0
        """Frames handed out since boot, for counting what a call cost."""
        self.fails_in: int | None = None
        """The allocation that fails as if RAM were exhausted: 1 for the next (--fail-alloc)."""
        self.counters = Counters()
        self.commitments = Commitments()
        self._next_fresh = RESERVED_FRAMES
        self._free: list[int] = []
        self._stale: list[int] = []

    @property
    def used(self) -> int:
        """Frames below this number have been in use; all others are zero."""
        return self._next_fresh

    @property
    def free_count(self) -> int:
        """Frames that can be handed out."""
        return self.total - self._next_fresh + len(self._free) + len(self._stale)

    def usage(self) -> tuple[int, int, int]:
        """Frames that are free, that are used, and that have more than one user."""
        free = self.free_count
        return free, self.total - free, sum(map((1).__lt__, self.counts[: self._next_fresh]))

    def allocate(self) -> int:
        """A zeroed frame with one user; ENOMEM when RAM is exhausted."""
        if self.fails_in is not None:
            self._count_down()
        if self._free:
            frame = self._free.pop()
            self.ram.zero(frame)
        elif self._next_fresh < self.total:
            frame = self._next_fresh
            self._next_fresh += 1
        else:
            self._find_more()
            return self.allocate()
        self.counts[frame] = 1
        self.allocated += 1
        return frame

    def reserve(self, count: int) -> tuple[int, ...]:
        """Zeroed frames for a structure of the kernel's; ENOMEM, and none taken, when RAM is
        exhausted.
        """
        free = self._free
        if self.fails_in is not None or len(free) < count:
            return self._reserve_one_by_one(count)
        first = len(free) - count
        frames = tuple(free[first:])
        del free[first:]
        for frame in frames:
            self.ram.zero(frame)
            self.counts[frame] = 1
        self.allocated += count
        return frames

    def _reserve_one_by_one(self, count: int) -> tuple[int, ...]:
        frames: list[int] = []
        try:
            for _ in range(count):
                frames.append(self.allocate())
        except SysError:
            self.drop_all(frames)
            raise
        return tuple(frames)

    def _count_down(self) -> None:
        assert self.fails_in is not None
        self.fails_in -= 1
        if not self.fails_in:
            self.fails_in = None
            raise SysError(Errno.ENOMEM)

    def _find_more(self) -> None:
        if not self._stale:
            for reclaimer in self.may_reclaim:
                if reclaimer.reclaim():
                    break
        self._forget_stale()
        if not self._free:
            raise SysError(Errno.ENOMEM)

    def _forget_stale(self) -> None:
        if self._stale:
            self.machine.forget_code()
            for frame in self._stale:
                self.was_executable[frame] = 0
            self._free += self._stale
            self._stale = []

    def share(self, frame: int) -> None:
        """One user more."""
        if frame >= RESERVED_FRAMES:
            self.counts[frame] += 1

    def drop(self, frame: int) -> None:
        """One user less; the last one frees the frame."""
        if frame < RESERVED_FRAMES:
            return
        count = self.counts[frame] - 1
        self.counts[frame] = count
        if not count:
            self._give_back(frame)

    def drop_all(self, frames: Iterable[int]) -> None:
        """One user less for each."""
        counts = self.counts
        for frame in frames:
            if frame >= RESERVED_FRAMES:
                count = counts[frame] - 1
                counts[frame] = count
                if not count:
                    self._give_back(frame)

    def take_back(self, frames: list[int]) -> None:
        """Enter frames whose counts have reached 0 elsewhere (in bulk)."""
        for frame in frames:
            self._give_back(frame)

    def _give_back(self, frame: int) -> None:
        if self.was_executable[frame]:
            self._stale.append(frame)
            if len(self._stale) > _STALE_LIMIT:
                self._forget_stale()
        else:
            self._free.append(frame)

    def is_shared(self, frame: int) -> bool:
        """Whether a write must copy: more than one user, or the common zero frame."""
        return frame < RESERVED_FRAMES or self.counts[frame] > 1


class Reclaimer:
    """Something that can give frames back when memory is tight."""

    def reclaim(self) -> bool:
        """Free what can be freed; whether anything was."""
        raise NotImplementedError
