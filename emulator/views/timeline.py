"""The run as a timeline in Chrome's trace-event format, which Perfetto and others open.

A track for each process and thread; slices for calls and for what vfork suspends; arrows from who
wakes to who is woken; counters of tasks, of frames of RAM, and of pages filled and copied. Virtual
time stands still within a call: each event is shown at least a nanosecond after the one before, so
that slices have a width and their order can be seen.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from emulator.views.inert import visible
from emulator.views.population import Population
from emulator.views.values import DEFAULT, arguments_text
from emulator.views.wait_status import ending
from kernel.abi.signals import signal_name
from kernel.events import (
    Booted,
    Event,
    FramesCounted,
    Noticed,
    PageFaulted,
    Released,
    SignalDelivered,
    Suspended,
    SyscallEntered,
    SyscallExited,
    TaskCreated,
    TaskExecuted,
    TaskExited,
    Woken,
)

Entry = dict[str, Any]
SUSPENDED = "suspended by vfork"


class Timeline:
    """Turns events, in order, into entries of the trace-event format."""

    def __init__(self) -> None:
        self.population = Population()
        self.now = 0
        """Time shown of the event at hand, in nanoseconds."""
        self._open: dict[int, list[str]] = {}
        """Names of the slices that each task has open, the outermost first."""
        self._ended: list[int] = []
        """Tasks whose slices close when the CPU goes to another."""
        self._pages: Counter[str] = Counter()
        self._alive = 0
        self._flows = 0
        self._makers: dict[type[Event], Callable[[Any], Iterator[Entry]]] = {
            Booted: self._booted,
            TaskCreated: self._created,
            TaskExecuted: self._executed,
            TaskExited: self._exited,
            SyscallEntered: self._entered,
            SyscallExited: self._left,
            Suspended: self._suspended,
            Released: self._released,
            Woken: self._woken,
            PageFaulted: self._faulted,
            FramesCounted: self._frames_counted,
            SignalDelivered: self._delivered,
            Noticed: self._noticed,
        }

    def entries(self, event: Event) -> Iterator[Entry]:
        """What this event adds."""
        self.now = max(event.time, self.now + 1)
        before = self.population.running
        self.population.feed(event)
        if self.population.running != before:
            yield from self._close_ended()
        maker = self._makers.get(type(event))
        if maker is not None:
            yield from maker(event)

    def close(self) -> Iterator[Entry]:
        """Ends of the slices that are open when the record ends."""
        self.now += 1
        for pid in list(self._open):
            yield from self._close(pid)

    def _entry(self, phase: str, pid: int, **more: Any) -> Entry:
        task = self.population.tasks.get(pid)
        process = pid if task is None else task.tgid
        return {"ph": phase, "ts": self.now / 1000, "pid": process, "tid": pid} | more

    def _begin(self, pid: int, name: str, **arguments: Any) -> Entry:
        self._open.setdefault(pid, []).append(name)
        return self._entry("B", pid, name=name, cat="kernel", args=arguments)

    def _end(self, pid: int, **arguments: Any) -> Iterator[Entry]:
        if self._open.get(pid):
            self._open[pid].pop()
            yield self._entry("E", pid, args=arguments)

    def _close(self, pid: int) -> Iterator[Entry]:
        for _ in self._open.pop(pid, ()):
            yield self._entry("E", pid)

    def _close_ended(self) -> Iterator[Entry]:
        for pid in self._ended:
            yield from self._close(pid)
        self._ended.clear()

    def _named(self, pid: int, name: str) -> Iterator[Entry]:
        task = self.population.tasks[pid]
        shown = visible(name.rpartition("/")[2])
        if not task.is_thread:
            yield self._entry("M", pid, name="process_name", args={"name": shown})
            yield self._entry("M", pid, name="process_sort_index", args={"sort_index": pid})
        yield self._entry("M", pid, name="thread_name", args={"name": shown})

    def _count(self, name: str, **values: int) -> Entry:
        return {"ph": "C", "ts": self.now / 1000, "pid": 0, "name": name, "args": values}

    def _booted(self, event: Booted) -> Iterator[Entry]:
        self._alive += 1
        yield {"ph": "M", "pid": 0, "name": "process_name", "args": {"name": "machine"}}
        yield from self._named(event.pid, event.path)
        yield self._count("tasks", tasks=self._alive)

    def _created(self, event: TaskCreated) -> Iterator[Entry]:
        self._alive += 1
        yield from self._named(event.child, self.population.tasks[event.child].name)
        yield self._count("tasks", tasks=self._alive)

    def _executed(self, event: TaskExecuted) -> Iterator[Entry]:
        if event.pid in self.population.tasks:
            yield from self._named(event.pid, event.path)

    def _exited(self, event: TaskExited) -> Iterator[Entry]:
        self._alive -= 1
        self._ended.append(event.pid)
        yield self._instant(event.pid, ending(event.status))
        yield self._count("tasks", tasks=self._alive)

    def _instant(self, pid: int, name: str) -> Entry:
        return self._entry("i", pid, name=name, s="t", cat="kernel")

    def _entered(self, event: SyscallEntered) -> Iterator[Entry]:
        shown = visible(arguments_text(event.arguments, DEFAULT))
        yield self._begin(event.pid, event.name, arguments=shown)

    def _left(self, event: SyscallExited) -> Iterator[Entry]:
        result = event.result if event.error is None else event.error
        yield from self._end(event.pid, result=result)

    def _suspended(self, event: Suspended) -> Iterator[Entry]:
        yield self._begin(event.pid, SUSPENDED, child=event.child)

    def _released(self, event: Released) -> Iterator[Entry]:
        if self._open.get(event.pid, [""])[-1] == SUSPENDED:
            yield from self._end(event.pid, by=event.by, how=visible(event.how))

    def _woken(self, event: Woken) -> Iterator[Entry]:
        waker = self.population.running
        if waker is None or waker == event.pid:
            return
        self._flows += 1
        same = {"id": self._flows, "name": "wakes", "cat": "wake"}
        yield self._entry("s", waker, **same)
        yield self._entry("f", event.pid, bp="e", **same)

    def _faulted(self, event: PageFaulted) -> Iterator[Entry]:
        self._pages[event.kind] += 1
        yield self._count("page faults", **self._pages)

    def _frames_counted(self, event: FramesCounted) -> Iterator[Entry]:
        yield self._count("free frames", free=event.free)
        yield self._count("used frames", shared=event.shared, owned=event.used - event.shared)

    def _delivered(self, event: SignalDelivered) -> Iterator[Entry]:
        yield self._instant(event.pid, f"{signal_name(event.signal)}: {visible(event.action)}")

    def _noticed(self, event: Noticed) -> Iterator[Entry]:
        yield self._entry("i", 0, name=visible(event.text), s="g", cat="emulator")


def render(events: Iterable[Event]) -> Iterator[str]:
    """One JSON object, an entry on each line."""
    timeline = Timeline()
    yield '{"displayTimeUnit":"ns","traceEvents":['
    separator = "\n"
    for event in events:
        for entry in timeline.entries(event):
            yield separator + json.dumps(entry, separators=(",", ":"))
            separator = ",\n"
    for entry in timeline.close():
        yield separator + json.dumps(entry, separators=(",", ":"))
    yield "\n]}\n"
