"""Timers of CPU time: ITIMER_VIRTUAL, ITIMER_PROF, POSIX timers' CPU clocks, and two limits of it.

They are looked at when a task gets the CPU, and then at the very moment when it will have spent
what is left; Linux rings them up to a tick late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.process import RLIM_INFINITY, Resource
from kernel.abi.signals import SiCode, Signal
from kernel.abi.time import ItimerWhich
from kernel.clock import NANOSECONDS
from kernel.signals import send
from kernel.signals.state import SigInfo
from kernel.task.task import TaskState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kernel.task.process import Process
    from kernel.task.task import Task

_SIGNALS = {
    ItimerWhich.ITIMER_VIRTUAL: Signal.SIGVTALRM,
    ItimerWhich.ITIMER_PROF: Signal.SIGPROF,
}
_MICROSECOND = 1000
_FARTHEST = 10_000_000
"""Nanoseconds after which one looks again in any case: what lies farther ahead needs no alarm."""
_OFF = 0
"""In place of the moment at which a timer rings."""


def time_left(process: Process, which: int) -> int:
    """Nanoseconds of CPU time until the timer rings, at least a microsecond; 0 while it is off."""
    moment, _ = process.cpu_timers.get(which, (_OFF, 0))
    if moment == _OFF:
        return 0
    return max(moment - _spent(process, which), 1000)


def interval(process: Process, which: int) -> int:
    """Nanoseconds between rings, 0 for one ring only."""
    return process.cpu_timers.get(which, (0, 0))[1]


def set_timer(process: Process, which: int, delay: int, interval: int) -> None:
    """Ring after `delay` nanoseconds of CPU time, 0 for never, then every `interval`.

    One that never rings keeps its interval (getitimer), other than ITIMER_REAL.
    """
    process.cpu_timers.pop(which, None)
    if delay or interval:
        moment = _spent(process, which) + delay if delay else _OFF
        process.cpu_timers[which] = moment, interval
    look_ahead(process)


def look_ahead(process: Process) -> None:
    """Somebody waits for CPU time of the process from now on: it may be running already."""
    current = process.leader.system.scheduler.current
    if current is not None and current.process is process:
        _set_alarm(current)


def check(task: Task) -> None:
    """Ring the timers whose time has come, and warn or end the task's process at its limits."""
    process = task.process
    _expire(process)
    for watcher in process.cpu_watchers[:]:
        if watcher.moment is not None and watcher.now >= watcher.moment:
            process.cpu_watchers.remove(watcher)
            watcher.ring()
    _enforce_limit(process)
    if task.scheduling.priority:
        _enforce_real_time_limit(task)
    _set_alarm(task)


def _set_alarm(task: Task) -> None:
    """Look again when the running task will have spent what is left, if it goes on until then."""
    left = min((left for left in _all_left(task) if left > 0), default=None)
    if left is not None and task.state is TaskState.RUNNING:
        moment = task.system.clock.now + min(left, _FARTHEST)
        if task.deadline != moment:
            task.deadline = moment
            task.system.scheduler.add_deadline(task, moment)


def _all_left(task: Task) -> Iterator[int]:
    """Nanoseconds that the task would have to run, for each who waits for that."""
    process = task.process
    for which, (moment, _) in process.cpu_timers.items():
        yield moment - _spent(process, which)
    for watcher in process.cpu_watchers:
        if watcher.moment is not None and watcher.counts(task):
            yield watcher.moment - watcher.now
    for limit in process.limits.get(Resource.RLIMIT_CPU):
        if limit != RLIM_INFINITY:
            yield limit * NANOSECONDS - sum(process.times())
    for limit in process.limits.get(Resource.RLIMIT_RTTIME):
        if limit != RLIM_INFINITY and task.scheduling.priority:
            yield limit * _MICROSECOND - _stint(task)


def _expire(process: Process) -> None:
    for which in sorted(process.cpu_timers):
        moment, interval = process.cpu_timers[which]
        spent = _spent(process, which)
        if moment == _OFF or spent < moment:
            continue
        if interval:
            missed = (spent - moment) // interval
            process.cpu_timers[which] = moment + (missed + 1) * interval, interval
        else:
            del process.cpu_timers[which]
        _send(process, _SIGNALS[ItimerWhich(which)])


def _enforce_limit(process: Process) -> None:
    """RLIMIT_CPU: SIGXCPU at the soft limit, which then goes up a second; SIGKILL at the hard."""
    soft, hard = process.limits.get(Resource.RLIMIT_CPU)
    if soft == RLIM_INFINITY and hard == RLIM_INFINITY:
        return
    seconds = sum(process.times()) // NANOSECONDS
    if seconds >= hard:
        _send(process, Signal.SIGKILL)
    elif seconds >= soft:
        pair = seconds + 1, hard
        process.limits = process.limits.replaced(Resource.RLIMIT_CPU, pair)
        _send(process, Signal.SIGXCPU)


def _enforce_real_time_limit(task: Task) -> None:
    """RLIMIT_RTTIME, microseconds without a sleep: as above, by the second."""
    process = task.process
    soft, hard = process.limits.get(Resource.RLIMIT_RTTIME)
    ran = _stint(task) // _MICROSECOND
    if hard != RLIM_INFINITY and ran >= hard:
        _send(process, Signal.SIGKILL)
    elif soft != RLIM_INFINITY and ran >= soft:
        pair = soft + NANOSECONDS // _MICROSECOND, hard
        process.limits = process.limits.replaced(Resource.RLIMIT_RTTIME, pair)
        _send(process, Signal.SIGXCPU)


def _stint(task: Task) -> int:
    """Nanoseconds of CPU time since the task slept last."""
    spent = task.user_time + task.system_time
    if task.stint[0] != task.sleeps:
        task.stint = task.sleeps, spent
    return spent - task.stint[1]


def _spent(process: Process, which: int) -> int:
    user, kernel = process.times()
    return user if which == ItimerWhich.ITIMER_VIRTUAL else user + kernel


def _send(process: Process, signal: Signal) -> None:
    send.send_to_process(process, SigInfo(signal, SiCode.SI_KERNEL))
