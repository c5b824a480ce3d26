"""The Python interface: a session that keeps what its guest did, and shows it.

from emulator import Session

session = Session("./hello", ["an argument"], stdin=b"some input", timeout=5)
session.run()
assert (session.status, session.stdout) == (0, b"hello\\n")

for event in Session("./vfork", vfork=SYSTEMS["netbsd"]):   # runs as it is iterated over
    print(event)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import Any

from emulator import session
from emulator.views.inert import visible, visible_lines
from emulator.views.population import Population, TaskView
from emulator.views.wait_status import ending
from kernel.events import Event


class Session(session.Session):
    """One run of a guest program, its output in memory.

    Options are those of emulator.session.Options, by name. `on_event` is called with every event;
    `keep_events=False` for runs whose events would not fit into memory. Raises
    kernel.errors.BadGuest where the program or an option cannot be used.
    """

    def __init__(
        self,
        program: str,
        arguments: Iterable[str] = (),
        *,
        stdin: bytes = b"",
        on_event: Callable[[Event], None] | None = None,
        keep_events: bool = True,
        **options: Any,
    ) -> None:
        self.program = program
        self.arguments = tuple(arguments)
        self.events: list[Event] = []
        """Every event so far, unless they are not kept."""
        self._fresh: list[Event] = []
        self._population = Population()
        self._on_event = on_event
        self._keeps = keep_events
        streams = session.Streams(stdin)
        chosen = session.Options(**options)
        super().__init__(program, self.arguments, chosen, streams, on_events=self._take)

    def _take(self, events: list[Event]) -> None:
        self._population.feed_all(events)
        self._fresh += events
        if self._keeps:
            self.events += events
        if self._on_event is not None:
            for event in events:
                self._on_event(event)

    def stretches(self) -> Iterator[None]:
        for _ in super().stretches():
            yield
            self._fresh.clear()

    def __iter__(self) -> Iterator[Event]:
        """Run the guest, or go on with it, giving each event as it comes."""
        for _ in self.stretches():
            yield from self._fresh

    @property
    def stdout(self) -> bytes:
        """What the guest has written to descriptor 1 so far."""
        return bytes(self.streams.written[1])

    @property
    def stderr(self) -> bytes:
        """The same for descriptor 2."""
        return bytes(self.streams.written[2])

    @property
    def tasks(self) -> list[TaskView]:
        """Every task there has been, in order of creation."""
        return list(self._population.tasks.values())

    def render(self, name: str) -> str:
        """The events in a format of `emu386 replay`: strace, json, csv, summary, perfetto, …"""
        if name == "strace":
            from emulator.views.strace import Strace

            view = Strace()
            return view.feed_all(self.events) + view.close()
        from emulator.views.replay import renderer

        return "".join(renderer(name)(self.events))

    def _repr_html_(self) -> str:
        """What a notebook shows: how it ended, its tasks and its output."""
        words = " ".join([self.program, *self.arguments])
        end = "has not ended" if self._status is None else f"exit status {self._status}"
        rows = "".join([_row(task) for task in self.tasks])
        head = "".join([f"<th>{name}</th>" for name in _HEAD])
        return (
            f"<p><code>{_shown(words)}</code>: {end}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
            + _block("standard output", self.stdout.decode("latin-1"))
            + _block("standard error", self.stderr.decode("latin-1"))
            + _block("notices", "\n".join(self.notices))
        )


_HEAD = ("pid", "parent", "created by", "name", "state", "ended")


def _shown(text: str) -> str:
    return escape(visible(text))


def _row(task: TaskView) -> str:
    end = "" if task.status is None else ending(task.status)
    how = task.how_created if task.flags else "start"
    cells = (task.pid, task.creator, how, _shown(task.name), task.state, end)
    return "<tr>" + "".join([f"<td>{cell}</td>" for cell in cells]) + "</tr>"


def _block(title: str, text: str) -> str:
    return f"<p>{title}</p><pre>{escape(visible_lines(text))}</pre>" if text else ""
