"""Counters: what memory management has done since boot, for comparing costs."""

from dataclasses import dataclass


@dataclass
class Counters:
    """Page tables copied by forks, pages copied (at fork or on a write), page faults resolved."""

    tables_copied: int = 0
    pages_copied: int = 0
    faults: int = 0
