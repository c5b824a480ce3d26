"""The kernel's own log: what dmesg shows (syslog(2)); when it is full, the oldest goes first."""

from __future__ import annotations

from kernel.abi import system as abi
from kernel.clock import NANOSECONDS
from kernel.wait import WaitQueue

SIZE = 1 << 16
"""Octets that are kept."""
WARNING, NOTICE, INFO = 4, 5, 6


class KernelLog:
    """Lines with their level (0 to 7) and time. `position` counts the octets that were ever logged;
    `read_to` and `cleared_to` are such counts, up to where SYSLOG_ACTION_READ and _CLEAR have come.
    """

    def __init__(self) -> None:
        self.text = b""
        self.position = 0
        self.audits = 0
        self.read_to = self.cleared_to = 0
        self.readable = WaitQueue("kernel log")
        self.add(0, f"Linux version {abi.RELEASE} {abi.VERSION}", INFO)

    def add(self, now: int, line: str, level: int = WARNING) -> None:
        """Log a line at a moment in nanoseconds since boot; whoever waits for one is woken."""
        seconds, rest = divmod(now, NANOSECONDS)
        entry = f"<{level}>[{seconds:5d}.{rest // 1000:06d}] {line}\n".encode("utf-8", "replace")
        self.text = (self.text + entry)[-SIZE:]
        self.position += len(entry)
        self.readable.wake_all()

    def since(self, position: int) -> bytes:
        """What was logged behind a position, as far as it is still kept."""
        count = min(self.position - position, len(self.text))
        return self.text[len(self.text) - count :]
