"""spawn-cost: one program started in four ways, by parents of several sizes; what each cost."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import NoReturn

from emulator.demos.guest_run import GuestRun
from emulator.options import count
from emulator.session import Streams
from kernel.clock import BLOCK_NS
from kernel.errors import BadGuest
from kernel.events import Event, Released, Suspended
from kernel.system import System

PROGRAM = Path(__file__).parents[1] / "guests" / "vfork" / "spawn_cost"
SIZES = (1, 16, 64, 256)
OLD_FORK, FORK, VFORK, SPAWN = "old fork", "fork", "vfork", "posix_spawn"
WAYS = (OLD_FORK, FORK, VFORK, SPAWN)
_LETTERS = {"v": VFORK, "s": SPAWN, "f": FORK}


@dataclass(frozen=True)
class Cost:
    """What one spawn cost until the child's exec."""

    tables_copied: int
    pages_copied: int
    faults: int
    blocks: int
    """Blocks of code that the child ran."""
    suspended: int
    """Nanoseconds of virtual time that the parent was suspended by vfork."""


HEADINGS = {
    "tables_copied": "page tables copied",
    "pages_copied": "pages copied",
    "faults": "page faults",
    "blocks": "child's blocks of code",
    "suspended": "parent suspended (ns)",
}

Costs = dict[int, dict[str, Cost]]
"""By size of the parent in MiB, then by way."""


def show(words: Sequence[str]) -> int:
    """Print the table, and plot it where asked to."""
    parsed = _parse(words)
    sizes = parsed.sizes or SIZES
    if sys.stdout.isatty():
        costs = _show_rich(sizes)
    else:
        costs = {size: measure(size) for size in sizes}
        print(table(costs), end="")
    if parsed.plot is not None:
        from emulator.demos.spawn_plot import plot

        plot(costs, parsed.plot)
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadGuest(f"{message} (see {self.prog} --help)")


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(prog="emu386 demo spawn-cost", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=count, metavar="MIB", help="resident size in MiB")
    parser.add_argument("--plot", metavar="FILE", help="write a plot, .png or .svg, as well")
    parsed = parser.parse_args(list(words))
    if parsed.plot is not None and Path(parsed.plot).suffix not in (".png", ".svg"):
        raise BadGuest(f"{parsed.plot}: a plot is a .png or .svg file")
    return parsed


# ---- measuring -----------------------------------------------------------------------------------


def measure(size: int, ram: str | None = None) -> dict[str, Cost]:
    """What each way costs a parent with `size` MiB resident; `ram` is enough for a copy of it."""
    options = ["--ram", ram or f"{2 * size + 64}M"]
    modern = spawn("vsf", size, options)
    old = spawn("f", size, [*options, "--fork", "copy"])
    costs = {_LETTERS[way]: cost for way, cost in zip("vsf", modern, strict=True)}
    return {way: old[0] if way == OLD_FORK else costs[way] for way in WAYS}


def spawn(ways: str, size: int, options: Sequence[str]) -> list[Cost]:
    """Run the guest: one cost for each letter of `ways`."""
    if not PROGRAM.exists():
        raise BadGuest("the guests about vfork are not built: run `make guests` first")
    meter = Meter()
    words = [ways, str(size)]
    run = GuestRun(str(PROGRAM), words, options, streams=meter, on_events=meter.take_events)
    meter.attach(run.session.system)
    run.run()
    if len(meter.costs) != len(ways) or run.output.count(": done\n") != len(ways):
        raise BadGuest(f"the guest could not spawn with {size} MiB: {run.output}{run.errors}")
    return meter.costs


class Meter(Streams):
    """Input that counts: the guest asks for an octet before the call, before exec and after it."""

    def __init__(self) -> None:
        super().__init__()
        self.costs: list[Cost] = []
        self._octets = self._suspended = 0
        self._system: System
        self._before: Cost
        self._cost: Cost

    def attach(self, system: System) -> None:
        """Count this system; events are only recorded while a spawn is on its way."""
        self._system = system
        system.journal.recording = False

    def take_events(self, events: list[Event]) -> None:
        """Add up how long vfork suspends the parent."""
        for event in events:
            if isinstance(event, Suspended):
                self._suspended -= event.time
            elif isinstance(event, Released):
                self._suspended += event.time

    def read(self) -> bytes:
        step = self._octets % 3
        self._octets += 1
        if step == 0:
            self._suspended = 0
            self._before = self._now()
        elif step == 1:
            self._cost = self._since(self._before)
        else:
            self.costs.append(replace(self._cost, suspended=self._suspended))
        self._system.journal.recording = step < 2
        return b"x"

    def _now(self) -> Cost:
        """Counters so far, and the youngest task's blocks."""
        counters = self._system.frames.counters
        youngest = max(self._system.tasks.by_tid)
        blocks = self._system.tasks.by_tid[youngest].user_time // BLOCK_NS
        return Cost(counters.tables_copied, counters.pages_copied, counters.faults, blocks, 0)

    def _since(self, before: Cost) -> Cost:
        now = self._now()
        return Cost(
            now.tables_copied - before.tables_copied,
            now.pages_copied - before.pages_copied,
            now.faults - before.faults,
            now.blocks,
            0,
        )


# ---- showing -------------------------------------------------------------------------------------


def _rows(costs: Costs) -> list[list[str]]:
    return [
        [f"{size} MiB", way, *(str(getattr(cost, name)) for name in HEADINGS)]
        for size, by_way in costs.items()
        for way, cost in by_way.items()
    ]


def table(costs: Costs) -> str:
    """A line for each size and way."""
    rows = [["parent", "way", *HEADINGS.values()], *_rows(costs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = (
        "  ".join(
            text.ljust(width) if column == 1 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _show_rich(sizes: Sequence[int]) -> Costs:
    from rich.console import Console
    from rich.progress import track
    from rich.table import Table

    costs = {size: measure(size) for size in track(sizes, "spawning", transient=True)}

    shown = Table(title="What it costs to start a program")
    for column, heading in enumerate(["parent", "way", *HEADINGS.values()]):
        shown.add_column(heading, justify="left" if column == 1 else "right")
    for place, row in enumerate(_rows(costs), 1):
        shown.add_row(*row, end_section=place % len(WAYS) == 0)
    Console().print(shown)
    return costs


assert [field.name for field in fields(Cost)] == list(HEADINGS)
