"""The demos: the guest programs that come along, traced; and tables of many runs."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from kernel.errors import BadGuest

FOLDER = Path(__file__).parent / "guests"
GUEST_FOLDER = "/demo"
"""Where a traced guest finds itself and its siblings, whatever folder the command is used in."""
DEFAULT = "vfork_exec"
TABLES = {
    "spawn-cost": "what fork, vfork and posix_spawn cost, by the size of the parent",
    "vfork-systems": "the same guests under each system's vfork, and what differed",
    "vfork-table": "every statement about vfork, with the guest that shows it",
}
"""Demos that are no single guest: emulator.demos has a module of that name with `show(words)`."""


def show(name: str | None, words: Sequence[str] = ()) -> int:
    """Run one demo under the tracer (None: the vfork demo); `list` lists all of them."""
    if name in TABLES:
        module = import_module(f"emulator.demos.{name.replace('-', '_')}")
        return int(module.show(words))
    index = _index()
    if name == "list":
        titles = {each: entry["title"] for each, entry in index.items()} | TABLES
        for each, title in sorted(titles.items()):
            print(f"{each:16} {title}")
        return 0
    name = name or DEFAULT
    if name not in index:
        raise BadGuest(
            f"no demo is called {name!r}; there are: {', '.join(sorted([*index, *TABLES]))}"
        )
    print(f"{name}: {index[name]['title']}\nIt shows {index[name]['shows']}\n", flush=True)
    return _trace(name)


def _index() -> dict[str, dict[str, str]]:
    try:
        return dict(json.loads((FOLDER / "index.json").read_text()))
    except OSError:
        raise BadGuest("the demo programs are not built: run `make guests` first") from None


def _trace(name: str) -> int:
    from emulator.host_streams import HostStreams
    from emulator.options import add_run_options, session_options
    from emulator.session import Session
    from emulator.views import trace_options
    from kernel.fs.layout import Bind

    parser = argparse.ArgumentParser()
    add_run_options(parser)
    trace_options.add(parser)
    parsed = parser.parse_args([])
    shown = Bind(os.fsencode(FOLDER), os.fsencode(GUEST_FOLDER))
    options = replace(session_options(parsed), is_isolated=True, binds=(shown,))
    program = f"{GUEST_FOLDER}/{name}"
    with trace_options.Tracer(parsed) as tracer:
        session = Session(
            program, (), options, HostStreams(), on_events=tracer.feed, say=tracer.say
        )
        status = session.run()
    print(f"\nexit status {status}", file=sys.stderr)
    return 0
