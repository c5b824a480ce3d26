"""Signals that the terminal sends: its layer is below that of signals, so it asks this object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.signals import SiCode, Signal
from kernel.signals.attention import ready_signals
from kernel.signals.send import send_to_group, send_to_process
from kernel.signals.state import SigInfo
from kernel.task.job_control import give_up_terminal, is_orphaned

if TYPE_CHECKING:
    from kernel.system import System
    from kernel.task.process import Process, Session
    from kernel.task.task import Task


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

    def signal_leader(self, session: Session) -> None:
        """The session's leader, if it still lives, is told that the line is gone."""
        leader = self.system.tasks.process(session.id)
        if leader is not None and leader.session is session:
            for signal in (Signal.SIGHUP, Signal.SIGCONT):
                send_to_process(leader, SigInfo(signal, SiCode.SI_KERNEL))

    def give_up(self, process: Process) -> None:
        """The process gives its controlling terminal up."""
        give_up_terminal(process)

    def has_signal(self, task: Task) -> bool:
        """Whether a signal waits that ends the task's sleep."""
        return bool(ready_signals(task))
