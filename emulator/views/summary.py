"""The summary of a run: for each process its calls, errors, virtual time, faults and copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from emulator.views.columns import table
from emulator.views.inert import visible
from emulator.views.population import Population, TaskView
from emulator.views.wait_status import ending
from kernel.events import ClockAdvanced, Event, PageFaulted, Switched, SyscallEntered, SyscallExited

HEAD = ("PID", "PPID", "CALLS", "ERRORS", "TIME", "FAULTS", "COPIED", "NAME", "ENDED")
_RIGHT = range(7)


@dataclass(slots=True)
class Counts:
    """Of one process, with its threads; time in nanoseconds."""

    calls: int = 0
    errors: int = 0
    time: int = 0
    faults: int = 0
    copied: int = 0


class Summary:
    """Fed with events in order; `counts` is by process."""

    def __init__(self) -> None:
        self.population = Population()
        self.counts: dict[int, Counts] = {}
        self._running: int | None = None
        self._since = 0

    def feed(self, event: Event) -> None:
        """Count one event."""
        self.population.feed(event)
        if isinstance(event, Switched | ClockAdvanced):
            self._charge(event.time)
            self._running = event.pid if isinstance(event, Switched) else None
        elif isinstance(event, SyscallEntered):
            self._of(event.pid).calls += 1
        elif isinstance(event, SyscallExited):
            self._of(event.pid).errors += event.error is not None
        elif isinstance(event, PageFaulted):
            counts = self._of(event.pid)
            counts.faults += 1
            counts.copied += event.kind == "copy"

    def finish(self, time: int) -> None:
        """The run is over."""
        self._charge(time)
        self._running = None

    def _charge(self, time: int) -> None:
        if self._running is not None:
            self._of(self._running).time += time - self._since
        self._since = time

    def _of(self, pid: int) -> Counts:
        task = self.population.tasks.get(pid)
        return self.counts.setdefault(pid if task is None else task.tgid, Counts())


def render(events: Iterable[Event]) -> Iterator[str]:
    """A table with a line for each process and one for all."""
    summary, last = Summary(), 0
    for event in events:
        summary.feed(event)
        last = event.time
    summary.finish(last)
    processes = [task for task in summary.population.tasks.values() if not task.is_thread]
    rows = [_row(task, summary.counts.get(task.pid, Counts())) for task in processes]
    every = summary.counts.values()
    total = Counts(
        sum(each.calls for each in every), sum(each.errors for each in every),
        sum(each.time for each in every), sum(each.faults for each in every),
        sum(each.copied for each in every),
    )  # fmt: skip
    count = len(rows)
    rows.append(("", "", *_numbers(total), f"{count} process{'es' * (count != 1)}", ""))
    yield table([HEAD, *rows], _RIGHT)


def _numbers(counts: Counts) -> tuple[str, ...]:
    return (
        str(counts.calls), str(counts.errors), f"{counts.time / 1e9:.9f}", str(counts.faults),
        str(counts.copied),
    )  # fmt: skip


def _row(task: TaskView, counts: Counts) -> tuple[str, ...]:
    end = "-" if task.status is None else ending(task.status)
    return (str(task.pid), str(task.creator), *_numbers(counts), visible(task.name), end)
