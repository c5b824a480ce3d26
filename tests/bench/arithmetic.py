"""Medians and ratios of samples that were taken in turn."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from statistics import median


def per_iteration(few: float, few_count: int, many: float, many_count: int) -> float:
    """What one iteration costs, starting and ending cancelled by the difference of two runs.

    Noise may make the longer run the shorter one: then the result is 0 or less, and no rate.
    """
    return (many - few) / (many_count - few_count)


def ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """The median of the quotients, round by round: what slows a whole round cancels."""
    return median(a / b for a, b in zip(above, below, strict=True))


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
