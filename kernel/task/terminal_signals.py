"""Signals that the terminal sends: its layer is below that of signals, so it asks this object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.signals import SiCode
from kernel.signals.send import send_to_group
from kernel.signals.state import SigInfo
from kernel.task.job_control import is_orphaned

if TYPE_CHECKING:
    from kernel.system import System


class TerminalSignals:
    """What a terminal may ask of job control."""

    def __init__(self, system: System) -> None:
        self.system = system

    def signal_group(self, group: int, signal: int) -> None:
        """Send a signal from the kernel to every process of a group."""
        send_to_group(self.system, group, SigInfo(signal, SiCode.SI_KERNEL))

    def is_orphaned(self, group: int) -> bool:
        """Whether nobody in the session could continue the group if it stopped."""
        return is_orphaned(self.system, group)
