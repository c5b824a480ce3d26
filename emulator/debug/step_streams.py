"""The guest's standard streams while somebody steps it: input from a file, or as it is typed."""

from __future__ import annotations

import sys
import time

from emulator.host_streams import kind_of, uncooked, write_all
from emulator.session import PIPE, Streams
from kernel.errors import BadGuest

_MOMENT = 0.1
"""Seconds."""


def content(file: str | None) -> bytes:
    """What is in the file given as standard input, if one is; BadGuest where it cannot be read."""
    if file is None:
        return b""
    try:
        with open(file, "rb") as opened:
            return opened.read()
    except OSError as error:
        raise BadGuest(f"{file}: {error.strerror}") from None


class LineStreams(Streams):
    """In line mode: standard input as a pipe, the file or the lines that follow the command, as
    under gdb; output goes to our own, which may be a terminal.
    """

    def __init__(self, file: str | None = None) -> None:
        super().__init__(content(file), (PIPE, kind_of(1), kind_of(2)))
        self._has_file = file is not None

    def read(self) -> bytes:
        if self._has_file:
            return super().read()
        if sys.stdin.isatty():
            print("(the guest reads a line; Ctrl-D ends its input)", flush=True)
        return sys.stdin.readline().encode("utf-8", "surrogateescape")

    def write(self, stream: int, data: bytes) -> bool:
        sys.stdout.flush()
        stream = stream or 1
        return write_all(stream, uncooked(self.kinds[stream], data))


class TypedInput(Streams):
    """On the screen: the file, or what a person types when the guest asks for it.

    Output is kept by nobody: the run's events have it.
    """

    def __init__(self, file: str | None = None) -> None:
        super().__init__()
        self._typed = content(file)
        self._has_ended = file is not None

    def type(self, data: bytes) -> None:
        """Some input."""
        self._typed += data

    def end(self) -> None:
        """No more of it."""
        self._has_ended = True

    def read(self) -> bytes:
        data, self._typed = self._typed, b""
        return data

    def wait(self, seconds: float | None, for_input: bool) -> bool:
        """At once; or a moment, where the host's clock is waited for: the run can be stopped."""
        if for_input and (self._typed or self._has_ended):
            return True
        if seconds is not None:
            time.sleep(min(seconds, _MOMENT))
        return False

    def write(self, stream: int, data: bytes) -> bool:
        return True
