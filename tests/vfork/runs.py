"""Guests about vfork, run within the test's own process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.demos.guest_run import GuestRun
from kernel.events import Event


@dataclass(frozen=True)
class Done:
    """What a run printed, said to people, and came to; `events` where they were recorded."""

    status: int
    output: str
    notices: list[str]
    events: list[Event]

    @property
    def lines(self) -> list[str]:
        return self.output.splitlines()


def run(
    program: Path, arguments: Sequence[str] = (), options: str = "", record: bool = False
) -> Done:
    """`options` as typed: "--ram 8M --user 1000"."""
    guest = GuestRun(str(program), arguments, options.split(), record)
    status = guest.run()
    return Done(status, guest.output, guest.notices, guest.events)
