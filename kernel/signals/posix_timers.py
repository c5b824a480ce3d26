"""POSIX timers of a process: rings that become signals, one at a time, and count (timer_create(2)).

While a ring's signal is pending the timer stands still; when the signal is taken, the intervals
that have passed since are its overrun, and the timer goes on. So a short interval costs nothing
while nobody takes its signals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kernel.abi.signals import SiCode
from kernel.abi.time import COARSE_NS, SigevNotify
from kernel.signals import cpu_timers, send
from kernel.signals.state import SigInfo
from kernel.task.cpu_clock import CpuClock

if TYPE_CHECKING:
    from kernel.clock import Clock
    from kernel.task.process import Process
    from kernel.task.task import Task

OVERRUN_MAX = (1 << 31) - 1


@dataclass(frozen=True, slots=True)
class Notification:
    """What a ring does: a signal with a value (a word), to a thread where one is given."""

    kind: SigevNotify
    signal: int
    value: int
    thread: Task | None = None


class PosixTimer:
    """One timer. `moment` is when it rings next, in nanoseconds of its clock: CPU time where `cpu`
    is set, else monotonic time; None while it is off. `interval` is 0 for one ring only.
    """

    def __init__(
        self,
        process: Process,
        number: int,
        notification: Notification,
        cpu: CpuClock | None,
        is_wall_clock: bool,
    ) -> None:
        self.process = process
        self.number = number
        self.notification = notification
        self.cpu = cpu
        self.is_wall_clock = is_wall_clock
        self.moment: int | None = None
        self.interval = 0
        self.is_pending = False
        """It rang and nobody has taken the signal yet."""
        self.overrun = 0
        """Of the signal taken last."""

    @property
    def now(self) -> int:
        """What its clock shows."""
        return self.cpu.spent() if self.cpu is not None else self._clock.now

    @property
    def _clock(self) -> Clock:
        return self.process.leader.system.clock

    @property
    def is_silent(self) -> bool:
        """It never rings, it is only asked how much time is left."""
        return self.notification.kind is SigevNotify.SIGEV_NONE

    @property
    def alarm(self) -> int | None:
        """The moment at which `ring` is due; None where no moment in time is."""
        waits = self.cpu is None and not self.is_silent and not self.is_pending
        return self.moment if waits else None

    @property
    def is_watching(self) -> bool:
        """Whether it waits for CPU time to be spent."""
        waits = self.cpu is not None and not self.is_silent and not self.is_pending
        return waits and self.moment is not None

    def counts(self, task: Task) -> bool:
        """Whether the clock of CPU time that it waits for goes on while this task runs."""
        return self.cpu is not None and self.cpu.counts(task)

    # ---- setting -----------------------------------------------------------------------------

    def set(self, value: int, interval: int, is_absolute: bool) -> None:
        """Ring after `value` nanoseconds, or at that time of the clock; 0: switch off."""
        self.cancel()
        self.interval, self.overrun = interval, 0
        if not value:
            if self.cpu is None:
                self.interval = 0
            return
        offset = self._clock.wall_at_boot if self.is_wall_clock else 0
        self.moment = value - offset if is_absolute else self.now + value
        self._wait()

    def cancel(self) -> None:
        """Switch off; a ring that nobody has taken is taken back."""
        self.moment = None
        if self.is_pending:
            self.is_pending = False
            self.process.pending.withdraw(self)
            for thread in self.process.threads:
                thread.signals.pending.withdraw(self)
        if self in self.process.cpu_watchers:
            self.process.cpu_watchers.remove(self)

    def left(self) -> int:
        """Nanoseconds until it rings next, at least 1 while it is to; 0 while it is off."""
        if self.moment is None:
            return 0
        now, moment = self.now, self.moment
        if self.interval and now >= moment and (self.is_pending or self.is_silent):
            moment += ((now - moment) // self.interval + 1) * self.interval
        if moment <= now:
            return 0 if self.is_silent or self.is_pending else 1
        return moment - now

    def _wait(self) -> None:
        if self.alarm is not None:
            self.process.leader.system.scheduler.add_deadline(self, self.alarm)
        elif self.is_watching and self.cpu is not None:
            watchers = self.cpu.process.cpu_watchers
            if self not in watchers:
                watchers.append(self)
            cpu_timers.look_ahead(self.cpu.process)

    # ---- ringing -----------------------------------------------------------------------------

    def ring(self) -> None:
        """The moment has come: send the signal. The timer stands still until it is taken."""
        wanted = self.notification
        self.is_pending = True
        value = wanted.value
        info = SigInfo(wanted.signal, SiCode.SI_TIMER, value=value, timer=self.number, source=self)
        if wanted.thread is None:
            send.send_to_process(self.process, info)
        elif not wanted.thread.is_gone:
            send.send_to_task(wanted.thread, info)

    def taken(self, info: SigInfo) -> SigInfo:
        """The signal is delivered now: it learns how many rings it stands for, less one."""
        missed = self._go_on(self.now)
        self.overrun = min(missed, OVERRUN_MAX)
        return info._replace(overrun=self.overrun)

    def dropped(self) -> None:
        """The signal is ignored. A timer that nobody hears rings once a tick at most."""
        self._go_on(self.now + COARSE_NS)

    def _go_on(self, now: int) -> int:
        self.is_pending = False
        if not self.interval or self.moment is None:
            self.moment = None
            return 0
        missed = max(now - self.moment, 0) // self.interval
        self.moment += (missed + 1) * self.interval
        self._wait()
        return missed


def delete_all(process: Process) -> None:
    """At exec and at the end of a process: it has no timers any more."""
    for timer in process.timers.values():
        timer.cancel()
    process.timers.clear()
