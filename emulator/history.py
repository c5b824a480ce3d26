"""History: what a stepped run needs to go back: snapshots, the input so far, the events so far.

A state is never stored for every position: an earlier snapshot is restored and the run goes on from
there, with the input that came then. What lies before `frontier` has happened already: it brings
neither output nor input. Events that would take more than their share of memory are forgotten,
the oldest first: who looks for them goes that way again.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection
from typing import NamedTuple

from emulator.changes import Change
from emulator.packed import Packed
from emulator.snapshots import Snapshot
from emulator.stops import Catch, Stopped, caught
from kernel.events import Event


class Input(NamedTuple):
    """What came from outside as the step from `position` to the next.

    `data` for standard input (b"": it has ended), `closed` for a host stream that nobody reads any
    more, `now` for the host's clock, `change` for what a debugger did: one of them.
    """

    position: int
    data: bytes | None = None
    closed: int | None = None
    now: int | None = None
    change: Change | None = None


_EVENTS_SHARE = 2
"""Events may take up to this part of the memory: a half."""


class History:
    """The past of one run; `limit` is what it may take, in octets."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.frontier = 0
        self.inputs: list[Input] = []
        self.events: Packed[Event] = Packed()
        self._positions = array("Q")
        """For each event that is not forgotten the position after the step that it happened in."""
        self._latest: tuple[int, list[Event]] = (0, [])
        """The position that was reached last, and what its step brought."""
        self.snapshots: list[Snapshot] = []

    # ---- input -------------------------------------------------------------------------------

    def next_input(self, position: int) -> Input | None:
        """The first input at or after a position that has been visited."""
        i = bisect_left(self.inputs, position, key=lambda item: item.position)
        return self.inputs[i] if i < len(self.inputs) else None

    # ---- another future ----------------------------------------------------------------------

    def cut(self, position: int, sequence: int) -> None:
        """What was known from a position and event number on will not happen."""
        if position < self.frontier:
            self.frontier = position
            del self.inputs[bisect_left(self.inputs, position, key=lambda item: item.position) :]
            del self._positions[max(sequence - self.events.first, 0) :]
            self.events.cut(sequence)
            del self.snapshots[self._index(position) :]

    # ---- events ------------------------------------------------------------------------------

    def note(self, position: int, fresh: list[Event]) -> None:
        """Events of the step that led to a position; those of an earlier visit are known."""
        self._latest = position, fresh
        for event in fresh:
            if event.sequence == len(self.events):
                self.events.append(event)
                self._positions.append(position)
        while self._size_of_events > self.limit // _EVENTS_SHARE and self.events.forget():
            del self._positions[: len(self._positions) - len(self.events) + self.events.first]

    def events_at(self, position: int) -> list[Event]:
        """What happened in the step that led to a position: to a known one, or to the present."""
        start = self.events.first + bisect_left(self._positions, position)
        known = self.events[start : self.events.first + bisect_right(self._positions, position)]
        is_forgotten = not known and position <= self.known_from
        return self._latest[1] if is_forgotten and position == self._latest[0] else known

    def position_of(self, sequence: int) -> int | None:
        """The position after the step in which an event happened; None where it is forgotten."""
        known = sequence - self.events.first
        return self._positions[known] if known >= 0 else None

    @property
    def known_from(self) -> int:
        """All events of the steps behind this position are known."""
        return self._positions[0] if self.events.first and self._positions else 0

    def latest(self, catches: Collection[Catch], tid: int | None, position: int) -> Stopped | None:
        """Where a run stopped last, before a position, for one of these; of task `tid` if given."""
        i = bisect_left(self._positions, position) - 1
        found: Stopped | None = None
        while catches and i >= 0 and (found is None or self._positions[i] == found.position):
            event = self.events[self.events.first + i]
            met = caught(catches, event, tid)
            if met is not None:
                found = Stopped(met[0], self._positions[i], event.pid, met[1], event)
            i -= 1
        return found

    # ---- snapshots ---------------------------------------------------------------------------

    def before(self, position: int) -> Snapshot:
        """The latest snapshot that is not behind a position."""
        return self.snapshots[self._index(position) - 1]

    def before_event(self, sequence: int) -> Snapshot:
        """The latest snapshot at which this event has not happened yet, if it has not at boot."""
        i = bisect_right(self.snapshots, sequence, key=lambda item: item.sequence)
        return self.snapshots[max(i - 1, 0)]

    def _index(self, position: int) -> int:
        return bisect_right(self.snapshots, position, key=lambda item: item.position)

    def keep(self, snapshot: Snapshot) -> None:
        """One snapshot more; others go where they would take too much memory together."""
        i = self._index(snapshot.position)
        self.snapshots.insert(i, snapshot)
        self._recount(i)
        self._recount(i + 1)
        while self.size > self.limit and len(self.snapshots) > 1:
            self._drop_one()

    def _recount(self, i: int) -> None:
        if i < len(self.snapshots):
            self.snapshots[i].recount(self.snapshots[i - 1] if i else None)

    @property
    def size(self) -> int:
        """Octets that snapshots and events take."""
        return self._size_of_events + sum(snapshot.size for snapshot in self.snapshots)

    @property
    def _size_of_events(self) -> int:
        return self.events.size + len(self._positions) * self._positions.itemsize

    def _drop_one(self) -> None:
        """Drop the one that is missed least: the closer to the frontier, the denser they stay.

        The first, which every way back can begin with, stays whatever it takes.
        """
        kept, best, worst = self.snapshots, 1, float("inf")
        for i in range(1, len(kept) - 1):
            gap = kept[i + 1].position - kept[i - 1].position
            loss = gap / (self.frontier - kept[i].position + 1)
            if loss < worst:
                best, worst = i, loss
        del kept[best]
        self._recount(best)
