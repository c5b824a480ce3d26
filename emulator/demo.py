"""The demo: the guest programs that come along, traced, with what each of them shows."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from kernel.errors import BadGuest

FOLDER = Path(__file__).parent / "guests"
DEFAULT = "vfork_exec"


def show(name: str | None) -> int:
    """Run one demo under the tracer (None: the vfork demo); `list` lists all of them."""
    index = _index()
    if name == "list":
        for each, entry in sorted(index.items()):
            print(f"{each:16} {entry['title']}")
        return 0
    name = name or DEFAULT
    if name not in index:
        raise BadGuest(f"no demo is called {name!r}; there are: {', '.join(sorted(index))}")
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

    parser = argparse.ArgumentParser()
    add_run_options(parser)
    trace_options.add(parser)
    parsed = parser.parse_args([])
    program = str(FOLDER / name)
    with trace_options.Tracer(parsed) as tracer:
        options = session_options(parsed)
        session = Session(
            program, (), options, HostStreams(), on_events=tracer.feed, say=tracer.say
        )
        status = session.run()
    print(f"\nexit status {status}", file=sys.stderr)
    return 0
