"""Sending: what becomes of a signal when it is generated, and which thread is to act on it.

The rules are those of signal(7): an ignored signal is dropped unless it is blocked, SIGCONT and
the stop signals cancel each other, and a signal to a process goes to a thread that does not block
it. The kernel's own process, init, takes no signals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel import events
from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.process import Resource, signal_status
from kernel.abi.signals import (
    CORE_DUMPING,
    FIRST_REAL_TIME,
    IGNORED_BY_DEFAULT,
    SIG_DFL,
    STOPPING,
    SiCode,
    Signal,
    bit,
    signal_name,
)
from kernel.errors import SysError
from kernel.signals import attention, masks, stop
from kernel.signals.siginfo import describe_siginfo
from kernel.signals.state import DEFAULT, SigInfo
from kernel.task import exit as exiting
from kernel.task.task import TaskState

if TYPE_CHECKING:
    from kernel.system import System
    from kernel.task.process import Process
    from kernel.task.task import Task

KILLED = signal_status(Signal.SIGKILL, dumped=False)
"""Wait status word of a task that SIGKILL ended."""
_SIGCONT = bit(Signal.SIGCONT)


def send_to_task(task: Task, info: SigInfo) -> None:
    """Send a signal (1 to 64) to one thread.

    EAGAIN where a real-time one that is not from kill(2) finds the user's queue full.
    """
    _generate(task.process, task, info)


def send_to_process(process: Process, info: SigInfo) -> None:
    """Send a signal (1 to 64) to a process: one of its threads will act on it. EAGAIN, as above."""
    _generate(process, None, info)


def send_to_group(system: System, group: int, info: SigInfo) -> int:
    """Send a signal to every process of a process group; how many there are."""
    members = [process for process in system.tasks.in_group(group) if not _is_init(process)]
    for process in members:
        send_to_process(process, info)
    return len(members)


def force(task: Task, info: SigInfo) -> None:
    """Make a task act on a signal that its own instruction caused.

    Where it is blocked or ignored it is unblocked and its action becomes the default, so that a
    program cannot go on with the instruction that failed.
    """
    mask = bit(info.signal)
    if task.signals.blocked & mask or task.sighand.is_ignored(info.signal):
        task.sighand.actions[info.signal] = DEFAULT
        masks.set_blocked(task, task.signals.blocked & ~mask)
    send_to_task(task, info)


def force_fatal(task: Task, info: SigInfo) -> None:
    """The same where no handler may run either: there is no program to go on with."""
    task.sighand.actions[info.signal] = DEFAULT
    force(task, info)


def may_signal(sender: Task, target: Task, signal: int) -> bool:
    """Whether kill(2) is allowed: the same user, CAP_KILL, or SIGCONT within the session."""
    if sender.process is target.process or sender.credentials.has(Capability.CAP_KILL):
        return True
    mine, theirs = sender.credentials, target.credentials
    if {mine.uid, mine.euid} & {theirs.uid, theirs.suid}:
        return True
    return signal == Signal.SIGCONT and sender.process.session is target.process.session


def is_queue_full(target: Task) -> bool:
    """Whether RLIMIT_SIGPENDING leaves the target's user no room for another signal or timer."""
    limit = target.process.limits.soft(Resource.RLIMIT_SIGPENDING)
    return target.system.tasks.count_queued(target.credentials.uid) >= limit


# ---- generation --------------------------------------------------------------------------------


def _is_init(process: Process) -> bool:
    return process is process.leader.system.tasks.init


def _generate(process: Process, target: Task | None, info: SigInfo) -> None:
    candidates = process.threads if target is None else [target]
    living = [task for task in candidates if not (task.is_gone or task.is_ending)]
    if not living or _is_init(process):
        return
    _report_sent(living[0], info)
    _cancel_opposites(process, info.signal)
    if info.signal == Signal.SIGKILL:
        exiting.kill_process(process, KILLED)
    elif _is_dropped(living[0], info.signal):
        if info.source is not None:
            info.source.dropped()
        if process.leader.system.journal.recording:
            _note_dropped(attention.recipient(living, info.signal) or living[0], info)
    elif _enter(process, target, info):
        _find_recipient(living, info)


def _report_sent(task: Task, info: SigInfo) -> None:
    system = task.system
    if system.journal.recording:
        sender = info.pid if info.code <= SiCode.SI_USER else 0
        system.journal.emit(events.SignalSent, system.clock.now, sender, task.tid, info.signal)


def _cancel_opposites(process: Process, signal: int) -> None:
    """A stop signal removes pending SIGCONTs; SIGCONT removes stop signals and continues."""
    if bit(signal) & STOPPING:
        _drop_everywhere(process, _SIGCONT)
    elif signal == Signal.SIGCONT:
        _drop_everywhere(process, STOPPING)
        stop.resume(process)


def _drop_everywhere(process: Process, mask: int) -> None:
    process.pending.drop(mask)
    for task in process.threads:
        task.signals.pending.drop(mask)
        task.signals.ignored.drop(mask)


def _is_dropped(task: Task, signal: int) -> bool:
    """Ignored signals are not even pending; a blocked one may be wanted by the time it is not."""
    if task.tracing is not None:  # the tracer sees them all
        return False
    return not task.signals.blocked & bit(signal) and task.sighand.is_ignored(signal)


def _note_dropped(task: Task, info: SigInfo) -> None:
    """A trace shows it where the task would have acted on it; nothing else comes of it."""
    if not task.signals.ignored.mask & bit(info.signal):
        task.signals.ignored.add(info)
        task.signals.attention = True
        if task.state is TaskState.BLOCKED:
            task.system.unseen.append(task)


def _enter(process: Process, target: Task | None, info: SigInfo) -> bool:
    """Make it pending; False where it is pending already. EAGAIN.

    A full queue takes standard signals from the kernel and from kill. Of others what came with them
    is lost, and a real-time one is refused unless kill sent it (__send_signal_locked).
    """
    pending = process.pending if target is None else target.signals.pending
    is_limited = info.signal >= FIRST_REAL_TIME or info.code < 0
    if is_limited and info.source is None and is_queue_full(target or process.leader):
        if info.signal >= FIRST_REAL_TIME and info.code != SiCode.SI_USER:
            raise SysError(Errno.EAGAIN)
        info = SigInfo(info.signal, SiCode.SI_USER)
        return not pending.mask & bit(info.signal) and pending.add(info)
    return pending.add(info)


def _find_recipient(candidates: list[Task], info: SigInfo) -> None:
    signal = info.signal
    if len(candidates) == 1 and not candidates[0].signals.blocked & bit(signal):
        task: Task | None = candidates[0]
    else:
        task = attention.recipient(candidates, signal)
    if task is None:
        for waiting in candidates:
            waiting.signals.queue.wake_all()
    elif task.state is TaskState.HELD:
        _tell_held(task, info)
    else:
        attention.notify(task, signal_name(signal))


def _tell_held(task: Task, info: SigInfo) -> None:
    """A vfork parent hears of it after its release; only what kills without a core kills at once.

    Its child lives on, alone with the memory.
    """
    recording = task.system.journal.recording
    if not _kills_at_once(task, info.signal):
        task.signals.attention = True
        if recording:
            task.emit(events.SignalHeld, info.signal)
        return
    if recording:
        task.emit(events.SignalDelivered, info.signal, describe_siginfo(info), "kill")
    exiting.kill_process(task.process, signal_status(info.signal, dumped=False))


def _kills_at_once(task: Task, signal: int) -> bool:
    if task.held is not None and not task.held.ends_early:
        return False
    return _is_fatal(task, signal)


def _is_fatal(task: Task, signal: int) -> bool:
    """Whether it ends the process, and without a core."""
    survivable = IGNORED_BY_DEFAULT | STOPPING | CORE_DUMPING
    return task.sighand.get(signal).handler == SIG_DFL and not bit(signal) & survivable


def is_dying(task: Task) -> bool:
    """Whether a signal that is ready will end the task: a sleep that only such ones end is over."""
    ready = attention.ready_signals(task)
    return any(ready & bit(signal) and _is_fatal(task, signal) for signal in range(1, 65))
