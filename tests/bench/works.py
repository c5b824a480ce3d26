"""What is measured: each work's guest, how often it runs, and how its result is shown."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from tempfile import gettempdir

from tests.bench.floors import Floor
from tests.bench.runners import NATIVE, OURS, QEMU


class Measure(Enum):
    """What a work's number is; the value is the unit it is shown in."""

    USER_TIME = "user ms per round"
    RATE = "per second"
    COMMAND = "ms"
    MEMORY = "MB"
    TRACED = "× the untraced time"


@dataclass(frozen=True)
class Work:
    """One row that is measured: a guest of the bench, its iterations by runner, more arguments.

    Hello as a whole command has none of these. `command` are our own words in place of `run`: a
    whole command, or one that a guest follows; nobody else has such a row.
    """

    key: str
    title: str
    guest: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    more: tuple[str, ...] = ()
    measure: Measure = Measure.RATE
    floor: Floor | None = None
    command: tuple[str, ...] = ()


def counts(ours: int, native: int, qemu: int) -> dict[str, int]:
    """For half a second each on a small machine; more where the start takes long, and varies."""
    return {OURS: ours, NATIVE: native, QEMU: qemu}


def cpu(key: str, title: str, rounds: int) -> Work:
    return Work(key, title, key, counts(rounds, rounds, rounds), measure=Measure.USER_TIME)


def children(call: str, resident: int, how_often: Mapping[str, int], least: int) -> Work:
    """A work whose caller has that many MiB of memory in use."""
    title = f"{call} + exit + wait, {resident} MiB resident"
    guest, floor = f"{call}_exit_wait", Floor(at_least=least)
    return Work(f"{call}_{resident}", title, guest, how_often, (str(resident),), floor=floor)


def traced(key: str, title: str, *command: str) -> Work:
    """getpid again, shown or recorded."""
    return Work(key, f"getpid, {title}", "getpid", counts(40_000, 0, 0), measure=Measure.TRACED,
                floor=Floor(at_most=3), command=command)  # fmt: skip


CPU_KEYS = ("cpu_int", "cpu_hash", "cpu_float")
UNTRACED_KEY = "getpid"
VFORK_KEYS = ("vfork_1", "vfork_256")

WORKS = (
    cpu("cpu_int", "CPU: sieve, integer matrices", 60),
    cpu("cpu_hash", "CPU: SHA-256", 400),
    cpu("cpu_float", "CPU: matrices of doubles", 120),
    Work("getpid", "getpid", "getpid", counts(80_000, 100_000, 800_000), floor=Floor(100_000)),
    traced("traced_file", "trace -o FILE", "trace", "-o",
           os.path.join(gettempdir(), "emu386-trace")),
    traced("traced_error", "trace", "trace"),
    traced("recorded", "run --record FILE", "run", "--record",
           os.path.join(gettempdir(), "emu386-record")),
    Work("write", "write of one byte to /dev/null", "write_null", counts(40_000, 100_000, 500_000)),
    children("vfork", 1, counts(20_000, 10_000, 300), least=8_000),
    children("vfork", 256, counts(25_000, 20_000, 30), least=8_000),
    children("fork", 1, counts(2_000, 3_000, 300), least=1_500),
    children("fork", 256, counts(400, 40, 40), least=150),
    Work("exec", "vfork + execve + exit + wait", "vfork_exec_wait", counts(1_200, 3_000, 400),
         floor=Floor(2_000)),
    Work("pipe", "pipe round trip", "pipe_round_trip", counts(8_000, 8_000, 8_000),
         floor=Floor(12_000)),
    Work("hello", "hello, whole command", measure=Measure.COMMAND, floor=Floor(at_most=200)),
    Work("render", "record of 1,000 processes, the slowest format", measure=Measure.COMMAND,
         floor=Floor(at_most=10_000), command=("replay",)),
    Work("memory", "hello, peak memory", measure=Measure.MEMORY, floor=Floor(at_most=80)),
)  # fmt: skip


def chosen(beginnings: Sequence[str]) -> list[Work]:
    """The works whose key begins with one of these; all of them where none is given."""
    return [work for work in WORKS if not beginnings or work.key.startswith(tuple(beginnings))]
