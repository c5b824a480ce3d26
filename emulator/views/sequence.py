"""The processes' dealings with each other as a Mermaid sequence diagram."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from emulator.views.inert import in_mermaid
from emulator.views.population import Population
from emulator.views.wait_status import ending
from kernel.abi.signals import signal_name
from kernel.events import (
    Booted,
    Event,
    Released,
    SignalDelivered,
    SignalSent,
    Suspended,
    SyscallBlocked,
    TaskCreated,
    TaskExecuted,
    TaskExited,
    TaskReaped,
    TaskStopped,
)


class _Diagram:
    """Messages for the events, in order."""

    def __init__(self) -> None:
        self.population = Population()
        self.names: dict[int, str] = {}
        """What each task ran first."""
        self._messages: dict[type[Event], Callable[[Any], str]] = {
            TaskCreated: self._created,
            TaskExecuted: lambda event: _note(event.pid, f"execve {event.path}"),
            TaskExited: lambda event: _note(event.pid, ending(event.status)),
            TaskReaped: self._reaped,
            TaskStopped: lambda event: _note(event.pid, f"stopped by {_signal(event)}"),
            Suspended: lambda event: _note(event.pid, f"suspended by vfork of {event.child}"),
            Released: self._released,
            SyscallBlocked: lambda event: _note(event.pid, f"{event.name} waits: {event.on}"),
            SignalSent: self._sent,
            SignalDelivered: lambda event: _note(event.pid, f"{_signal(event)}: {event.action}"),
        }

    def message(self, event: Event) -> str:
        """The line for this event, "" for none."""
        self.population.feed(event)
        if isinstance(event, Booted | TaskCreated):
            pid = event.child if isinstance(event, TaskCreated) else event.pid
            self.names[pid] = self.population.tasks[pid].name
        make = self._messages.get(type(event))
        return make(event) if make is not None else ""

    def _arrow(self, source: int, target: int, arrow: str, text: str) -> str:
        if target not in self.names:
            return ""
        if source not in self.names:
            return _note(target, text)
        return f"    p{source}{arrow}p{target}: {in_mermaid(text)}\n"

    def _created(self, event: TaskCreated) -> str:
        how = self.population.tasks[event.child].how_created
        return self._arrow(event.pid, event.child, "->>", how)

    def _reaped(self, event: TaskReaped) -> str:
        return self._arrow(event.child, event.pid, "-->>", "reaped")

    def _released(self, event: Released) -> str:
        return self._arrow(event.by, event.pid, "-->>", f"releases the memory: {event.how}")

    def _sent(self, event: SignalSent) -> str:
        return self._arrow(event.pid, event.target, "-)", _signal(event))


def _signal(event: SignalSent | SignalDelivered | TaskStopped) -> str:
    return signal_name(event.signal)


def _note(pid: int, text: str) -> str:
    return f"    Note over p{pid}: {in_mermaid(text)}\n"


def render(events: Iterable[Event]) -> Iterator[str]:
    """The diagram; a participant for each task, in order of creation."""
    diagram = _Diagram()
    messages = [diagram.message(event) for event in events]
    yield "sequenceDiagram\n"
    for pid, name in diagram.names.items():
        yield f"    participant p{pid} as {pid} {in_mermaid(name.rpartition('/')[2])}\n"
    yield from messages
