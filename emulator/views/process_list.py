"""The process list, as ps would have shown it at one moment of a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from emulator.views.columns import table
from emulator.views.inert import visible
from emulator.views.population import Population, TaskView
from kernel.events import Event

HEAD = ("PID", "PPID", "TGID", "STATE", "MEMORY", "NAME", "CALL", "WAITS FOR")
_RIGHT = range(3)


def render(events: Iterable[Event], at: int | None = None) -> Iterator[str]:
    """The tasks after the event with number `at` (None: after the last)."""
    population = Population()
    for event in events:
        if at is not None and event.sequence > at:
            break
        population.feed(event)
    yield table([HEAD, *map(_row, population.present())], _RIGHT)


def _row(task: TaskView) -> tuple[str, ...]:
    return (
        str(task.pid), str(task.parent), str(task.tgid), task.state, task.memory or "-",
        visible(task.name), task.call or "-", visible(task.waits_for) or "-",
    )  # fmt: skip
