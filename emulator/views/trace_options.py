"""The options of `trace` that strace has too, and where the text goes."""

from __future__ import annotations

import argparse
import os
import sys
from types import TracebackType

from emulator.views.quoting import Hexadecimal
from emulator.views.strace import Options, Strace
from emulator.views.values import Style
from kernel.errors import BadGuest
from kernel.events import Event


def add(parser: argparse.ArgumentParser) -> None:
    """Declare strace's options."""
    add_option = parser.add_argument
    add_option("-f", "--follow-forks", action="store_true", help="follow children (the default)")
    add_option("--no-follow", action="store_true", help="show the first process only")
    add_option("-o", "--output", metavar="FILE", help="write the trace to FILE")
    add_option("-s", "--string-limit", type=int, default=32, metavar="N",
               help="octets of a string that are shown (32)")  # fmt: skip
    add_option("-x", action="count", default=0, dest="hex", help="non-ASCII strings in hexadecimal")
    add_option("-y", "--decode-fds", action="store_true", help="show the path of a descriptor")
    add_option("-q", action="count", default=0, dest="quiet", help="less about attaching and exits")


class Tracer:
    """Writes a run's events as strace would, to standard error or a file."""

    def __init__(self, parsed: argparse.Namespace) -> None:
        hexadecimal = list(Hexadecimal)[min(parsed.hex, 2)]
        style = Style(parsed.string_limit, hexadecimal, paths=parsed.decode_fds)
        to_file = parsed.output is not None
        self._view = Strace(Options(style, not parsed.no_follow, to_file, parsed.quiet))
        try:
            self._file = (
                open(parsed.output, "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
                if to_file
                else None
            )
        except OSError as error:
            raise BadGuest(f"{parsed.output}: {error.strerror}") from None

    def __enter__(self) -> Tracer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._write(self._view.close())
        if self._file is not None:
            self._file.close()

    def feed(self, events: list[Event]) -> None:
        """Show these events."""
        self._write(self._view.feed_all(events))

    def say(self, text: str) -> None:
        """A line for people, on a line of its own."""
        self._write(self._view.close())
        print(f"emu386: {text}", file=sys.stderr, flush=True)

    def _write(self, text: str) -> None:
        if not text:
            return
        if self._file is not None:
            self._file.write(text)
        else:
            data = text.encode("utf-8", "backslashreplace")
            while data:
                data = data[os.write(2, data) :]
