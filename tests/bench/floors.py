"""What a result must reach: a lower limit, an upper one, or both."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True)
class Floor:
    """Limits, themselves allowed, in the unit in which the row is shown."""

    at_least: float = -inf
    at_most: float = inf

    def is_met(self, value: float) -> bool:
        return self.at_least <= value <= self.at_most

    def __str__(self) -> str:
        if self.at_least == -inf:
            return f"≤ {self.at_most:,}"
        if self.at_most == inf:
            return f"≥ {self.at_least:,}"
        return f"{self.at_least} to {self.at_most}"
