"""The alarm: a process's ITIMER_REAL, which alarm(2) and setitimer(2) set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.signals import SiCode, Signal
from kernel.signals import send
from kernel.signals.state import SigInfo

if TYPE_CHECKING:
    from kernel.task.process import Process


def time_left(process: Process) -> int:
    """Nanoseconds until the alarm, at least a microsecond while there is one; 0 for none."""
    if process.alarm is None:
        return 0
    return max(process.alarm - process.leader.system.clock.now, 1000)


def set_alarm(process: Process, delay: int, interval: int) -> None:
    """Ring in `delay` nanoseconds, 0 for never, and then every `interval` ones."""
    process.alarm_interval = interval
    process.alarm = None
    if delay:
        _arm(process, process.leader.system.clock.now + delay)


def expire(process: Process) -> None:
    """The moment has come: SIGALRM, and the next moment of an interval timer."""
    interval = process.alarm_interval
    rung, process.alarm = process.alarm, None
    if interval:
        now = process.leader.system.clock.now
        last = now if rung is None else rung
        missed = max(now - last, 0) // interval
        _arm(process, last + (missed + 1) * interval)
    send.send_to_process(process, SigInfo(Signal.SIGALRM, SiCode.SI_KERNEL))


def _arm(process: Process, moment: int) -> None:
    process.alarm = moment
    process.leader.system.scheduler.add_deadline(process, moment)
