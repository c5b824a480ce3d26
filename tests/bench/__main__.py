"""The bench: python -m tests.bench; one table, this project next to native and qemu-i386."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence

from tests.bench.host import busyness, describe
from tests.bench.results import Row, rows_of
from tests.bench.rounds import Manner, Samples, measure
from tests.bench.runners import OURS, RUNNERS, Runner, build_guests, reason_it_cannot_run
from tests.bench.table import markdown, print_for_terminal
from tests.bench.works import WORKS, chosen

ROUNDS = 5


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    add = parser.add_argument
    add("--rounds", type=int, metavar="N", help=f"samples of each number ({ROUNDS}; quick: 1)")
    add("--only", action="append", default=[], metavar="NAME",
        help=f"works that begin so: {', '.join(work.key for work in WORKS)}")  # fmt: skip
    add("--quick", action="store_true", help="a quarter of the iterations, one round")
    add("--cpu-time", action="store_true",
        help="processor time in place of the wall clock's: for a busy machine")  # fmt: skip
    add("--markdown", action="store_true", help="the table as the README has it")
    add("--check", action="store_true", help="exit status 1 if a floor is missed")
    options = parser.parse_args(words)
    if not chosen(options.only):
        parser.error(f"no such work: {', '.join(options.only)}")
    if options.rounds is None:
        options.rounds = 1 if options.quick else ROUNDS
    if options.rounds < 1:
        parser.error("--rounds begins at 1")
    return options


def tell(text: str) -> None:
    """What is being done now, on a terminal only; the next line takes its place."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


def runners_here() -> tuple[list[Runner], list[str]]:
    """Who runs on this machine, and why the others do not."""
    reasons = {runner.name: reason_it_cannot_run(runner) for runner in RUNNERS}
    missing = [f"{name} not measured: {reason}" for name, reason in reasons.items() if reason]
    return [runner for runner in RUNNERS if not reasons[runner.name]], missing


def notes(rows: Sequence[Row], samples: Samples) -> list[str]:
    """What is missing in the table, in words."""
    lines = [f"failed: {reason}" for reason in samples.failures.values()]
    unchecked = [row.title for row in rows if row.floor is not None and row.is_met is None]
    if unchecked:
        lines.append(f"floors not checked: {'; '.join(unchecked)}")
    return lines


def show(rows: Sequence[Row], machine: str, is_plain: bool) -> None:
    if not is_plain:
        try:
            print_for_terminal(rows, machine)
        except ImportError:
            print("install rich for a table with colours", file=sys.stderr)
        else:
            return
    print(markdown(rows, machine))


def main(words: Sequence[str] | None = None) -> int:
    """0; with --check 1 where a floor is missed, or could not be tried because we failed."""
    options = parse(words)
    try:
        build_guests()
    except subprocess.CalledProcessError as error:
        return int(error.returncode)
    busy = busyness()
    runners, missing = runners_here()
    works = chosen(options.only)
    manner = Manner(options.rounds, options.quick, options.cpu_time)
    samples = measure(works, runners, manner, tell)
    tell("")
    rows = rows_of(works, samples)
    show(rows, describe(manner), options.markdown or not sys.stdout.isatty())
    for line in filter(None, [busy, *missing, *notes(rows, samples)]):
        print(line, file=sys.stderr)
    is_ours_here = any(runner.name == OURS for runner in runners)
    return 1 if options.check and (not is_ours_here or is_missed(rows, samples)) else 0


def is_missed(rows: Sequence[Row], samples: Samples) -> bool:
    """Whether a floor is missed, or a work of ours with one failed."""
    return any(row.is_met is False for row in rows) or any(
        runner == OURS for _, runner in samples.failures
    )


if __name__ == "__main__":
    sys.exit(main())
