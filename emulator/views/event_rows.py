"""Events as rows: comma-separated, or as one JSON array."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

from emulator.views.record import plain
from kernel.events import Event

HEAD = ("sequence", "time", "pid", "event", "name", "details")


def as_csv(events: Iterable[Event]) -> Iterator[str]:
    """A row for each event: what all have, the call's name, and the rest as JSON."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEAD)
    for event in events:
        rest = plain(event)
        first = [rest.pop(name) for name in HEAD[:4]]
        name = rest.pop("name", "")
        writer.writerow([*first, name, json.dumps(rest, separators=(",", ":"))])
        yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def as_json(events: Iterable[Event]) -> Iterator[str]:
    """One array, an event on each line."""
    yield "["
    separator = "\n"
    for event in events:
        yield separator + json.dumps(plain(event), separators=(",", ":"))
        separator = ",\n"
    yield "\n]\n"
