"""The out-of-memory killer's view of a process: how readily it would be taken (proc(5)).

RAM that is exhausted fails calls here, and nobody is killed for it; but programs set these numbers,
hand them on and read them back.
"""

from __future__ import annotations

from typing import NamedTuple

LEAST, MOST = -1000, 1000
"""Bounds of oom_score_adj; the least one means never."""
_OLD_LEAST, _OLD_MOST, _OLD_NEVER = -16, 15, -17


class Inclination(NamedTuple):
    """What is added to the score, -1000 to 1000, and the least that may be set unprivileged."""

    adjustment: int = 0
    least: int = 0


def old_scale(adjustment: int) -> int:
    """The same in oom_adj's terms, -17 to 15."""
    return min(_OLD_MOST, int(adjustment * -_OLD_NEVER / MOST))


def from_old_scale(value: int) -> int | None:
    """An oom_adj as an adjustment; None if it is out of range."""
    if value != _OLD_NEVER and not _OLD_LEAST <= value <= _OLD_MOST:
        return None
    return MOST if value == _OLD_MOST else int(value * MOST / -_OLD_NEVER)


def score(adjustment: int, pages: int, total: int) -> int:
    """oom_score, 0 to 2000: the share of RAM that the process has, shifted by its adjustment."""
    if adjustment == LEAST:
        return 0
    badness = pages + adjustment * (total // 1000)
    return max(0, (1000 + int(badness * 1000 / total)) * 2 // 3)
