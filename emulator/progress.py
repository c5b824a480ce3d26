"""Progress of a long run: a line on the terminal, gone before anything else is written there."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from emulator.host_streams import HostStreams

if TYPE_CHECKING:
    from emulator.session import Session

SILENCE, PAUSE = 2.0, 0.25
"""Seconds: how long a guest runs without a word until the line appears, and between two lines."""
_ERASE = "\r\x1b[K"


class WatchedStreams(HostStreams):
    """The command's streams; what passes through them ends the silence."""

    def __init__(self) -> None:
        super().__init__()
        self._quiet_since = time.monotonic()
        self._is_shown = False

    def read(self) -> bytes:
        self.interrupt()
        return super().read()

    def write(self, stream: int, data: bytes) -> bool:
        self.interrupt()
        return super().write(stream, data)

    def wait(self, seconds: float | None, for_input: bool) -> bool:
        self.interrupt()
        return super().wait(seconds, for_input)

    def interrupt(self) -> None:
        """Take the line away, and begin to wait for the next silence."""
        self._quiet_since = time.monotonic()
        if self._is_shown:
            self._is_shown = False
            _write(_ERASE)

    def run(self, session: Session) -> int:
        """Run to the end and show, while nothing else happens on the terminal, how far it is."""
        started = shown = time.monotonic()
        try:
            for _ in session.stretches():
                now = time.monotonic()
                if now - self._quiet_since > SILENCE and now - shown > PAUSE:
                    shown, self._is_shown = now, True
                    _write(_ERASE + _line(session, now - started))
        finally:
            self.interrupt()
        return session.status


def _line(session: Session, seconds: float) -> str:
    processes = len(session.system.tasks) - 1  # without init
    word = "process" if processes == 1 else "processes"
    return f"{seconds:.0f} s, {session.kernel.blocks:,} blocks of code, {processes} {word}"


def _write(text: str) -> None:
    os.write(2, text.encode())
