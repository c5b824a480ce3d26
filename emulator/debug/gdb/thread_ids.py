"""Thread ids as gdb writes them once both sides speak of several processes: `pPID.TID`.

Numbers are hexadecimal; -1 means all, 0 any (gdb manual, "thread-id syntax").
"""

from __future__ import annotations

from typing import NamedTuple

from emulator.debug.gdb.answers import parse_hex

ALL, ANY = -1, 0


class ThreadId(NamedTuple):
    """A process and one of its threads, each of which may be ALL or ANY."""

    pid: int
    tid: int

    def matches(self, pid: int, tid: int) -> bool:
        """Whether this real thread is meant (or among those that are)."""
        return self.pid in (ALL, ANY, pid) and self.tid in (ALL, ANY, tid)

    def __str__(self) -> str:
        return f"p{_number(self.pid)}.{_number(self.tid)}"


def _number(value: int) -> str:
    return "-1" if value == ALL else f"{value:x}"


def parse(text: str) -> ThreadId:
    """A thread id; without a process it means threads of any. ValueError for anything else."""
    if not text.startswith("p"):
        return ThreadId(ANY, parse_number(text))
    pid, dot, tid = text[1:].partition(".")
    return ThreadId(parse_number(pid), parse_number(tid) if dot else ALL)


def parse_number(text: str) -> int:
    """-1, or hexadecimal digits alone; ValueError otherwise (`int` would take `_` and spaces)."""
    if text == "-1":
        return ALL
    return parse_hex(text)
