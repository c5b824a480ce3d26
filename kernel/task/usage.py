"""Usage: what a thread, a process or children that were waited for have used (getrusage(2))."""

from __future__ import annotations

from typing import NamedTuple


class Usage(NamedTuple):
    """Times in nanoseconds; faults that needed no I/O; how often the CPU went to others because it
    slept, and otherwise; the largest resident set of address spaces that were left, in pages.
    """

    user: int = 0
    kernel: int = 0
    faults: int = 0
    sleeps: int = 0
    preemptions: int = 0
    peak: int = 0

    def plus(self, other: Usage) -> Usage:
        """Both together."""
        if self is NO_USAGE:
            return other
        if other is NO_USAGE:
            return self
        return Usage(
            self.user + other.user,
            self.kernel + other.kernel,
            self.faults + other.faults,
            self.sleeps + other.sleeps,
            self.preemptions + other.preemptions,
            max(self.peak, other.peak),
        )


NO_USAGE = Usage()
