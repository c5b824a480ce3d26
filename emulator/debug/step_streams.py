"""The guest's standard streams in line mode: what it reads comes from a file, or from the lines
that follow the command, as under gdb."""

from __future__ import annotations

import sys

from emulator.host_streams import kind_of, write_all
from emulator.session import PIPE, Streams
from kernel.errors import BadGuest


class LineStreams(Streams):
    """Standard input as a pipe; output goes to our own, which may be a terminal."""

    def __init__(self, file: str | None = None) -> None:
        super().__init__(self._content(file), (PIPE, kind_of(1), kind_of(2)))
        self._has_file = file is not None

    @staticmethod
    def _content(file: str | None) -> bytes:
        if file is None:
            return b""
        try:
            with open(file, "rb") as opened:
                return opened.read()
        except OSError as error:
            raise BadGuest(f"{file}: {error.strerror}") from None

    def read(self) -> bytes:
        if self._has_file:
            return super().read()
        if sys.stdin.isatty():
            print("(the guest reads a line; Ctrl-D ends its input)", flush=True)
        return sys.stdin.readline().encode("utf-8", "surrogateescape")

    def write(self, stream: int, data: bytes) -> bool:
        sys.stdout.flush()
        return write_all(stream or 1, data)
