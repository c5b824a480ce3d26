"""Where the text of a trace goes: standard error, a file, or a file for each process."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from types import TracebackType

from emulator.views import strace_options
from emulator.views.call_counts import CallCounts
from emulator.views.kernel_lines import KernelStrace
from emulator.views.separate import Separate
from emulator.views.strace import Strace
from kernel.errors import BadGuest
from kernel.events import Event


def add(parser: argparse.ArgumentParser) -> None:
    """Declare strace's options, and what strace cannot show."""
    strace_options.add(parser)
    parser.add_argument(
        "--kernel",
        action="store_true",
        help="between the calls: page faults, switches, wake-ups, who shares memory",
    )


class Tracer:
    """Writes a run's events as strace would, as the command line asked for it."""

    def __init__(self, parsed: argparse.Namespace, view: Strace | None = None) -> None:
        self._parsed = parsed
        options = strace_options.options(parsed, self._paths())
        self._counts = None
        shown = options
        if parsed.summary or parsed.summary_only:
            wall = parsed.summary_wall_clock
            self._counts = CallCounts(options.selection, options.follow, wall)
            shown = strace_options.silent(options) if parsed.summary_only else options
        self._view = view or (KernelStrace(shown) if parsed.kernel else Strace(shown))
        self._file = None
        self._separate: Separate | None = None
        if parsed.output is None:
            return
        if parsed.follow > 1 or parsed.separately:
            if self._counts is not None:
                raise BadGuest("(-c or -C) and -ff are mutually exclusive")
            self._separate = Separate(parsed.output, options, parsed.append)
            return
        mode = "a" if parsed.append else "w"
        try:
            self._file = open(  # noqa: SIM115
                parsed.output, mode, encoding="utf-8", errors="backslashreplace"
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
        if self._separate is not None:
            self._separate.close()
        self._write(self._view.close())
        if self._counts is not None:
            names, by = self._parsed.summary_columns, self._parsed.summary_sort_by
            self._write(self._counts.table(names, by))
        if self._file is not None:
            self._file.close()

    def feed(self, events: list[Event]) -> None:
        """Show these events."""
        if self._counts is not None:
            self._counts.feed_all(events)
        if self._separate is not None:
            self._separate.feed_all(events)
        else:
            self._write(self._view.feed_all(events))

    def say(self, text: str) -> None:
        """A line for people, on a line of its own."""
        self._write(self._view.close())
        print(f"emu386: {text}", file=sys.stderr, flush=True)

    def _paths(self) -> frozenset[str]:
        """The paths of -P, as given and without what is relative or a link in them."""
        paths = set(self._parsed.paths)
        for path in self._parsed.paths:
            resolved = str(Path(path).resolve())
            if resolved not in paths and Path(path).exists():
                paths.add(resolved)
                if self._parsed.quiet < 3:
                    told = f'strace: Requested path "{path}" resolved into "{resolved}"\n'
                    self._to_stderr(told)
        return frozenset(paths)

    def _write(self, text: str) -> None:
        if not text:
            return
        if self._file is not None:
            self._file.write(text)
        else:
            self._to_stderr(text)

    def _to_stderr(self, text: str) -> None:
        data = text.encode("utf-8", "backslashreplace")
        while data:
            data = data[os.write(2, data) :]
