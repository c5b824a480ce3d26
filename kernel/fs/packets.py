"""How what waits in a pipe is cut, since a packet was written to it (O_DIRECT, pipe(7))."""

from __future__ import annotations

from kernel.abi.memory import PAGE_SIZE


class Cuts:
    """Lengths of what waits, in order: of packets, and negative ones of octets that are none.

    They add up to all that waits, or there are none at all: then no packet waits. A packet takes
    a page of the pipe's capacity, whatever its length.
    """

    __slots__ = ("lengths",)

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def occupied(self) -> int:
        """Octets of the capacity that are in use."""
        return sum(PAGE_SIZE if length > 0 else -length for length in self.lengths)

    def add_plain(self, count: int) -> None:
        """Octets were written that are no packet."""
        if self.lengths and self.lengths[-1] < 0:
            self.lengths[-1] -= count
        else:
            self.lengths.append(-count)

    def add_packets(self, count: int, waiting: int) -> None:
        """Octets were written as packets; those that fit into the page begun join its octets."""
        self._begin(waiting)
        begun = self.lengths[-1] if self.lengths else 0
        first = count % PAGE_SIZE
        if begun < 0 and 0 < first <= begun % PAGE_SIZE:
            self.lengths[-1] -= first
            count -= first
        while count:
            self.lengths.append(min(count, PAGE_SIZE))
            count -= self.lengths[-1]

    def add_packet(self, count: int, waiting: int) -> None:
        """A packet came from another pipe, as it is."""
        self._begin(waiting)
        self.lengths.append(count)

    def _begin(self, waiting: int) -> None:
        """What waits already is no packet, as long as nothing is said here."""
        if waiting and not self.lengths:
            self.lengths.append(-waiting)

    def remove(self, count: int) -> None:
        """So many octets are gone from the front."""
        while count:
            length = self.lengths[0]
            part = min(count, abs(length))
            if part == abs(length):
                del self.lengths[0]
            else:
                self.lengths[0] = length - part if length > 0 else length + part
            count -= part

    def to_read(self, count: int) -> tuple[int, int]:
        """How many octets one read gets, at most to a packet's end, and how many it loses then."""
        taken = 0
        for length in self.lengths:
            part = min(count - taken, abs(length))
            taken += part
            if length > 0:
                return taken, length - part
            if taken == count:
                break
        return taken, 0

    def of_first(self, count: int) -> list[int]:
        """The lengths that these first octets have."""
        found = []
        for length in self.lengths:
            part = min(count, abs(length))
            if not part:
                break
            found.append(part if length > 0 else -part)
            count -= part
        return found
