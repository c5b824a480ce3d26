"""The Python interface: a session that keeps what its guest did, and shows it.

from emulator import Session

session = Session("./hello", ["an argument"], stdin=b"some input", timeout=5)
session.run()
assert (session.status, session.stdout) == (0, b"hello\\n")

for event in Session("./vfork", vfork=SYSTEMS["netbsd"]):   # runs as it is iterated over
    print(event)

session = Session("./vfork")
session.step(100)            # instead of run(): an instruction or a system call at a time
session.back()               # everything is as it was 99 steps from the start
session.tasks, session.goto(42), session.stepper.run([Breakpoint(0x8049000)])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from emulator import session
from emulator.views.inert import visible, visible_lines
from emulator.views.population import Population, TaskView
from emulator.views.wait_status import ending
from kernel.events import ConsoleOutput, Event

if TYPE_CHECKING:
    from emulator.stepper import Stepper
    from emulator.stops import Stopped

_LEAP = 1_000_000
"""Steps between two looks at the events, when a session that was stepped runs on."""


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
        self._events: list[Event] = []
        self._fresh: list[Event] = []
        self._population = Population()
        self._on_event = on_event
        self._keeps = keep_events
        self._stdin = stdin
        self._stepper: Stepper | None = None
        self._shown = 0
        """The stepper's position that all else here is about."""
        self._heard = 0
        """Events that `on_event` was told of."""
        streams = session.Streams(stdin)
        chosen = session.Options(**options)
        super().__init__(program, self.arguments, chosen, streams, on_events=self._take)

    def _take(self, events: list[Event]) -> None:
        self._population.feed_all(events)
        self._fresh += events
        if self._keeps:
            self._events += events
        if self._on_event is not None:
            for event in events:
                self._on_event(event)

    def stretches(self) -> Iterator[None]:
        for _ in super().stretches() if self._stepper is None else self._leaps(self._stepper):
            yield
            self._fresh.clear()

    def _leaps(self, stepper: Stepper) -> Iterator[None]:
        """The stretches of a session that has begun to go step by step."""
        while not stepper.at_end:
            told = stepper.system.journal.sequence
            stepper.run(limit=_LEAP)
            self._follow()
            self._fresh = stepper.events_since(told)
            yield

    def __iter__(self) -> Iterator[Event]:
        """Run the guest, or go on with it, giving each event as it comes."""
        for _ in self.stretches():
            yield from self._fresh

    # ---- step by step ------------------------------------------------------------------------

    @property
    def stepper(self) -> Stepper:
        """The session as emulator.stepper has it, with stops and memory; from the first use on it
        goes step by step, and limits of time, code and output do not apply.

        RuntimeError where it has already been run otherwise.
        """
        if self._stepper is None:
            if self.kernel.blocks or self._status is not None:
                raise RuntimeError("this session has been run: step through a new one")
            from emulator.stepper import Stepper

            streams = session.Streams(self._stdin)
            self._stepper = Stepper(self.program, self.arguments, self.options, streams)
        return self._stepper

    def step(self, count: int = 1, tid: int | None = None) -> Stopped:
        """Take steps forwards: see Stepper.step."""
        return self.stepper.step(count, tid)

    def back(self, count: int = 1, tid: int | None = None) -> Stopped:
        """Take steps backwards: see Stepper.back."""
        return self.stepper.back(count, tid)

    def goto(self, position: int) -> Stopped:
        """Go to a position, forwards or backwards: see Stepper.goto."""
        return self.stepper.goto(position)

    def _follow(self) -> None:
        """Once it goes step by step: have what there is up to the stepper's position, no more."""
        stepper = self._stepper
        if stepper is None or (self.kernel is stepper.kernel and self._shown == stepper.position):
            return
        self.system, self.kernel, self._shown = stepper.system, stepper.kernel, stepper.position
        self.notices = stepper.notices
        self._status = stepper.status if stepper.at_end else None
        events = stepper.events_so_far
        self._events = events if self._keeps else []
        self._population = Population().feed_all(events)
        for data in self.streams.written.values():
            data.clear()
        for event in events:
            if isinstance(event, ConsoleOutput):
                self.streams.written[event.stream] += event.text.encode("latin-1")
        for event in stepper.events_since(self._heard):
            if self._on_event is not None:
                self._on_event(event)
        self._heard = max(self._heard, stepper.system.journal.sequence)

    # ---- what there is -----------------------------------------------------------------------

    @property
    def events(self) -> list[Event]:
        """Every event so far, unless they are not kept."""
        self._follow()
        return self._events

    @property
    def status(self) -> int:
        """What `run` returned; RuntimeError before the run is over."""
        self._follow()
        return super().status

    @property
    def stdout(self) -> bytes:
        """What the guest has written to descriptor 1 so far."""
        self._follow()
        return bytes(self.streams.written[1])

    @property
    def stderr(self) -> bytes:
        """The same for descriptor 2."""
        self._follow()
        return bytes(self.streams.written[2])

    @property
    def tasks(self) -> list[TaskView]:
        """Every task there has been, in order of creation."""
        self._follow()
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
        self._follow()
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
