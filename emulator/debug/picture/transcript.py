"""The run as text, which can be read as it stood after any event: calls, and the guest's output."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING

from emulator.packed import Packed
from emulator.views.inert import visible_lines
from emulator.views.kernel_lines import KernelStrace
from emulator.views.line_options import Options
from emulator.views.strace import Strace
from kernel.events import ConsoleOutput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kernel.events import Event

_OPTIONS = Options(quiet=frozenset({"attach"}))


class Pieces:
    """Text that grows, and how much of it there was after each event."""

    def __init__(self) -> None:
        self._events = array("Q")
        self._texts: Packed[str] = Packed()

    def add(self, event: int, text: str) -> None:
        """What this event adds; events come in order."""
        if text:
            self._events.append(event)
            self._texts.append(text)

    def last_lines(self, events: int, count: int) -> tuple[str, ...]:
        """The last `count` lines after the first `events` events, the open one included."""
        parts, newlines = [], 0
        for i in range(bisect_right(self._events, events - 1) - 1, -1, -1):
            text = self._texts[i]
            parts.append(text)
            newlines += text.count("\n")
            if newlines > count:
                break
        lines = "".join(reversed(parts)).split("\n")
        return tuple((lines if lines[-1] else lines[:-1])[-count:])


class Transcript:
    """Fed with every event, each once; going back needs none of them again."""

    def __init__(self) -> None:
        self.calls, self.kernel, self.output = Pieces(), Pieces(), Pieces()
        self._strace, self._kernel = Strace(_OPTIONS), KernelStrace(_OPTIONS)
        self._fed = 0

    def feed(self, events: Sequence[Event]) -> None:
        """Take into account what is new among all events so far."""
        for event in events[self._fed :]:
            number = event.sequence
            self.calls.add(number, self._strace.feed(event))
            self.kernel.add(number, self._kernel.feed(event))
            if isinstance(event, ConsoleOutput):
                self.output.add(number, visible_lines(event.text.expandtabs()))
        self._fed = max(self._fed, len(events))
