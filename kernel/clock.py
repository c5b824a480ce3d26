"""Time: a virtual clock that moves with execution and jumps when every task sleeps."""

NANOSECONDS = 1_000_000_000
BLOCK_NS = 10
"""Virtual time of one block of guest code entered."""
SYSCALL_NS = 300
"""Virtual time of one trap into the kernel."""
EPOCH = 1_767_225_600 * NANOSECONDS
"""CLOCK_REALTIME when a virtual clock starts: 2026-01-01 00:00:00 UTC."""


class Clock:
    """Nanoseconds since boot (`now`, CLOCK_MONOTONIC) and the wall time at boot.

    With `host` set the session moves the clock to the host's time before each run; otherwise only
    execution and idle jumps move it, and two runs see the same times.
    """

    def __init__(self, wall_at_boot: int = EPOCH, host: bool = False) -> None:
        self.now = 0
        self.wall_at_boot = wall_at_boot
        self.host = host

    @property
    def wall(self) -> int:
        """CLOCK_REALTIME in nanoseconds since 1970."""
        return self.wall_at_boot + self.now

    def advance_to(self, moment: int) -> None:
        """Jump forwards; an earlier moment changes nothing."""
        self.now = max(self.now, moment)
