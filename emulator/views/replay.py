"""Replay: a record shown again, as the trace it was or in another format."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from importlib import import_module
from typing import BinaryIO

from emulator.notices import inert
from emulator.views import trace_options
from emulator.views.findings import Findings
from emulator.views.record_file import reading
from kernel.errors import BadGuest
from kernel.events import Event, Finding, Noticed

RENDERERS = {
    "json": ("event_rows", "as_json"),
    "csv": ("event_rows", "as_csv"),
    "summary": ("summary", "render"),
    "perfetto": ("timeline", "render"),
    "mermaid": ("sequence", "render"),
    "dot": ("process_graph", "render"),
    "ostep": ("fork_tree", "render"),
    "ps": ("process_list", "render"),
}
"""Formats but strace's, each with the module in this folder and the function that renders it."""
FORMATS = ("strace", *RENDERERS)
Renderer = Callable[..., Iterator[str]]
_BATCH = 1000


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `replay`; those of strace shape its text as they do live."""
    parser.add_argument("file", metavar="FILE", help="what --record wrote")
    parser.add_argument("--format", choices=FORMATS, default="strace", metavar="FORMAT",
        help=f"{', '.join(FORMATS)} (strace)")  # fmt: skip
    parser.add_argument("--at", type=int, metavar="N",
        help="with --format ps: after the event with number N (the last)")  # fmt: skip
    trace_options.add(parser)


def show(parsed: argparse.Namespace) -> None:
    """Write the record to standard output, or to the file of -o."""
    with reading(parsed.file) as events:
        if parsed.format == "strace":
            _trace(events, parsed)
        else:
            _write(renderer(parsed.format, parsed.at)(events), parsed.output)


def renderer(name: str, at: int | None = None) -> Renderer:
    """What renders events in this format; not for strace's."""
    module, function = RENDERERS[name]
    render: Renderer = getattr(import_module(f"emulator.views.{module}"), function)
    return partial(render, at=at) if name == "ps" else render


def _stdout() -> BinaryIO:
    if sys.stdout is None:
        raise BadGuest("standard output is closed")
    return sys.stdout.buffer


def _write(texts: Iterator[str], path: str | None) -> None:
    with ExitStack() as files:
        try:
            out = _stdout() if path is None else files.enter_context(open(path, "wb"))
        except OSError as error:
            raise BadGuest(f"{path}: {error.strerror}") from None
        for text in texts:
            out.write(text.encode("utf-8", "backslashreplace"))
        out.flush()


class _Replayer(trace_options.Tracer):
    """A tracer that writes, where the live one does to standard error, to standard output."""

    def say(self, text: str) -> None:
        if self._parsed.output is not None:
            super().say(text)
        else:
            self._write(f"{self._view.close()}emu386: {text}\n")

    def _to_stderr(self, text: str) -> None:
        _stdout().write(text.encode("utf-8", "backslashreplace"))
        _stdout().flush()


def _trace(events: Iterable[Event], parsed: argparse.Namespace) -> None:
    with _Replayer(parsed) as tracer, Findings(tracer.say) as findings:
        batch: list[Event] = []
        for event in events:
            batch.append(event)
            if len(batch) < _BATCH and not isinstance(event, Finding | Noticed):
                continue
            tracer.feed(batch)
            batch = []
            findings.feed([event])
            if isinstance(event, Noticed):
                tracer.say(inert(event.text))
        tracer.feed(batch)
