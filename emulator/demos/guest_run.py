"""One run of a guest within this process, with options as they are typed."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace

from emulator.options import add_run_options, session_options
from emulator.session import Session, Streams
from emulator.views.findings import Findings
from emulator.views.tasks import task_table
from kernel.events import Event
from kernel.pause import Pause


class GuestRun:
    """A session whose output stays in memory; `events` are kept where `record` is set.

    `streams` hold nothing to read, unless they are given; `on_events` may get the events instead.
    """

    def __init__(
        self,
        program: str,
        arguments: Sequence[str] = (),
        options: Sequence[str] = (),
        record: bool = False,
        streams: Streams | None = None,
        on_events: Callable[[list[Event]], None] | None = None,
    ) -> None:
        parser = argparse.ArgumentParser(exit_on_error=False)
        add_run_options(parser)
        chosen = replace(session_options(parser.parse_args(list(options))), record=record)
        self.events: list[Event] = []
        keep = self.events.extend if record else on_events
        self._streams = streams if streams is not None else Streams()
        self._findings = Findings(self._say)
        self._said: list[str] = []
        self.session = Session(
            program, arguments, chosen, self._streams,
            on_events=keep, say=self._say, on_findings=self._findings.feed,
        )  # fmt: skip

    def _say(self, text: str) -> None:
        self._said += text.splitlines()

    @property
    def notices(self) -> list[str]:
        """Lines for people so far: limits, deadlocks, findings."""
        return self._said

    def run(self) -> int:
        """Run to the end; the exit status."""
        with self._findings:
            return self.session.run()

    def run_until_suspended(self) -> str:
        """Run until a task is suspended by vfork; the task table of that moment, as text."""
        system, kernel = self.session.system, self.session.kernel
        while not any(task.state.name == "HELD" for task in system.tasks.tasks()):
            if kernel.run(1) is not Pause.QUANTUM:
                return ""
        return task_table(system)

    @property
    def output(self) -> str:
        """Standard output so far."""
        return self._streams.written[1].decode("latin-1")

    @property
    def errors(self) -> str:
        """Standard error, and then what the emulator says to people."""
        said = "".join(line + "\n" for line in self._said)
        return self._streams.written[2].decode("latin-1") + said
