"""The process tree as a Graphviz graph, with an arrow for the signals between processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from emulator.views.inert import in_dot
from emulator.views.population import INIT, Population, TaskView
from emulator.views.wait_status import ending
from kernel.abi.signals import signal_name
from kernel.events import Event, SignalSent

_STYLES = {
    "fork": "",
    "vfork": " style=dashed",
    "clone": " style=bold",
    "thread": " style=dotted",
}


def render(events: Iterable[Event]) -> Iterator[str]:
    """A digraph: solid arrows for fork, dashed for vfork, dotted for threads, red for signals."""
    population = Population()
    signals: Counter[tuple[int, int, int]] = Counter()
    for event in events:
        population.feed(event)
        if isinstance(event, SignalSent) and event.pid not in (0, event.target):
            signals[event.pid, event.target, event.signal] += 1
    yield "digraph processes {\n"
    yield '    node [shape=box fontname="monospace"];\n    edge [fontname="monospace"];\n'
    for task in population.tasks.values():
        yield f'    p{task.pid} [label="{_label(task)}"];\n'
    for task in population.tasks.values():
        if task.creator != INIT:
            how = task.how_created
            yield f'    p{task.creator} -> p{task.pid} [label="{how}"{_STYLES[how]}];\n'
    for (source, target, signal), count in signals.items():
        if source in population.tasks and target in population.tasks:
            times = f" x{count}" if count > 1 else ""
            label = f'label="{signal_name(signal)}{times}" color=red constraint=false'
            yield f"    p{source} -> p{target} [{label}];\n"
    yield "}\n"


def _label(task: TaskView) -> str:
    end = "" if task.status is None else f"\\n{ending(task.status)}"
    return f"{task.pid}\\n{in_dot(task.name)}{end}"
