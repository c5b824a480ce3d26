"""What stands before the body of a line: the pid, times, the number of the call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from kernel.clock import NANOSECONDS

PRECISIONS = {"s": 0, "ms": 3, "us": 6, "ns": 9}
"""Digits after the point."""
_START = datetime(1970, 1, 1, tzinfo=UTC)


class Clockface(Enum):
    """How the time of a line is written: strace's -t and -tt, or -ttt."""

    TIME = "time"
    UNIX = "unix"


@dataclass(frozen=True, slots=True)
class Times:
    """Which times are shown, and how many of their digits stand after the point."""

    absolute: Clockface | None = None
    absolute_digits: int = 0
    relative_digits: int | None = None
    """-r: since the line before."""
    call_digits: int | None = None
    """-T: spent in each call."""


NO_TIMES = Times()


def seconds(nanoseconds: int, digits: int) -> str:
    """`1.000250`; what does not fit is cut off."""
    whole, rest = divmod(nanoseconds, NANOSECONDS)
    return f"{whole}.{rest:09d}"[: len(str(whole)) + 1 + digits] if digits else str(whole)


def relative(nanoseconds: int, digits: int) -> str:
    """The same with room for six digits before the point."""
    return seconds(nanoseconds, digits).rjust(6 + (digits and digits + 1))


def absolute(times: Times, wall: int) -> str:
    """The wall time (UTC), given in nanoseconds since 1970."""
    if times.absolute is Clockface.UNIX:
        return seconds(wall, times.absolute_digits)
    whole, rest = divmod(wall, NANOSECONDS)
    clock = f"{_START + timedelta(seconds=whole):%H:%M:%S}"
    return clock + seconds(rest, times.absolute_digits)[1:]


def stamper(times: Times) -> Callable[[int], str]:
    """A function that writes the times before the next line, given that line's wall time."""
    last: list[int] = []

    def stamp(now: int) -> str:
        parts = [absolute(times, now)] if times.absolute is not None else []
        if times.relative_digits is not None:
            since = relative(now - last[0] if last else 0, times.relative_digits)
            last[:] = [now]
            parts.append(f"(+{since})" if parts else since)
        return "".join([f"{part} " for part in parts])

    return stamp
