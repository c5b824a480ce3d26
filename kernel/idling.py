"""Idling: what there is to do while nobody is ready, and waking those whose time has come."""

from __future__ import annotations

from kernel import events
from kernel.pause import Pause
from kernel.signals import alarm, cpu_timers
from kernel.signals.posix_timers import PosixTimer
from kernel.system import System
from kernel.task.task import Task, TaskState


def idle(system: System) -> Pause | None:
    """Nobody is ready: jump to the next deadline, or say what is to be waited for."""
    if len(system.tasks) == 1:
        return Pause.FINISHED
    if system.console.wants_input and not system.console.has_terminal:
        return Pause.INPUT
    deadline = system.scheduler.next_deadline()
    if deadline is None:
        return Pause.INPUT if system.console.wants_input else Pause.ASLEEP
    if system.clock.host:
        return Pause.INPUT
    if system.journal.recording:
        jump = max(deadline - system.clock.now, 0)
        system.journal.emit(events.ClockAdvanced, system.clock.now, 0, jump)
    system.clock.advance_to(deadline)
    wake_due(system)
    return None


def wake_due(system: System) -> None:
    """Wake sleepers whose deadline has passed; ring alarms and timers, also of CPU time."""
    for sleeper in system.scheduler.take_due():
        if isinstance(sleeper, Task):
            if sleeper.state is TaskState.RUNNING:
                cpu_timers.check(sleeper)
            else:
                sleeper.wake("deadline")
        elif isinstance(sleeper, PosixTimer):
            sleeper.ring()
        else:
            alarm.expire(sleeper)
