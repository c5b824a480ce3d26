"""Interests: where gdb wants each process to halt: breakpoints, watched memory, system calls.

They are the server's own and never touch guest memory: a vfork pair shares it, and an instruction
patched for one would stop the other, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

BREAKPOINT_KINDS = {"0": "swbreak", "1": "hwbreak"}
"""By the digit of the Z packet; both are the same here."""
WRITE_WATCH = "2"
ACCESS_WATCHES = {"3": False, "4": True}
"""Whether writing counts, too, by the digit of the Z packet."""
MOST_OCTETS = 128
"""That one watch can cover."""


@dataclass
class Interests:
    """Those in one process. `breakpoints` maps addresses to kinds, `watches` are (address, length),
    of writes; `accesses` are the same of reads, and whether of writes, too; `calls` holds numbers
    of system calls, None for all of them.
    """

    breakpoints: dict[int, str] = field(default_factory=dict)
    watches: set[tuple[int, int]] = field(default_factory=set)
    accesses: set[tuple[int, int, bool]] = field(default_factory=set)
    calls: frozenset[int] | None = frozenset()

    def copy(self) -> Interests:
        """What a child made by fork or vfork begins with, as gdb expects."""
        return replace(
            self,
            breakpoints=dict(self.breakpoints),
            watches=set(self.watches),
            accesses=set(self.accesses),
        )

    def forget_places(self) -> None:
        """The program was replaced: its addresses mean nothing any more."""
        self.breakpoints.clear()
        self.watches.clear()
        self.accesses.clear()

    def catches(self, number: int) -> bool:
        """Whether this system call is to be caught."""
        return self.calls is None or number in self.calls
