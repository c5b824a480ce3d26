"""What samples that were taken in turn amount to: costs without the start, means, digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from statistics import median
from typing import NamedTuple


class Sample(NamedTuple):
    """What two runs took, and by how many iterations the second one was longer.

    A number of its own (a whole command, a size) is `Sample(0, number, 1)`.
    """

    few: float
    many: float
    iterations: int


def cost(samples: Sequence[Sample], typical: Callable[[Sequence[float]], float] = median) -> float:
    """What one iteration takes: start and end cancel in the difference of two runs.

    The median is what a user meets; the least is what others on the machine disturb least, for a
    comparison of two costs.
    """
    few = typical([sample.few for sample in samples])
    many = typical([sample.many for sample in samples])
    return (many - few) / samples[0].iterations


def geometric_mean(values: Sequence[float]) -> float:
    return float(prod(values) ** (1 / len(values)))


def rounded(value: float) -> str:
    """Three significant digits, never an exponent: 0.0123, 12.3, 123,000."""
    if value == 0:
        return "0"
    digits = 3
    magnitude = len(str(int(abs(value)))) if abs(value) >= 1 else _leading_zeros(value)
    return f"{round(value, digits - magnitude):,.{max(0, digits - magnitude)}f}"


def _leading_zeros(value: float) -> int:
    """0 for 0.1 and above, -1 for 0.01 and above …"""
    zeros = 0
    while abs(value) * 10 < 1:
        value, zeros = value * 10, zeros - 1
    return zeros
