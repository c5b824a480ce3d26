"""Exit: how tasks and processes end, become zombies, and are reaped."""

from __future__ import annotations

from kernel import events
from kernel.abi.signals import SIG_IGN, SiCode, SigactionFlag, Signal
from kernel.errors import REPLACED, Replaced
from kernel.signals import posix_timers, send, stop
from kernel.signals.state import SigInfo
from kernel.task import futex, job_control, pi_futex, tracing, waiting
from kernel.task.process import Process
from kernel.task.task import Task, TaskState
from kernel.task.vfork import leave_memory


def exit_task(task: Task, status: int) -> Replaced:
    """End one thread, the current one, with a wait status word (exit(2))."""
    task.exit_status = status
    process = task.process
    if len(process.threads) > 1 and all(thread.is_ending for thread in process.threads):
        process.group_exit = status  # the last thread's, since Linux 6.0
    return _leave(task)


def exit_process(task: Task, status: int) -> Replaced:
    """End every thread of the current task's process (exit_group(2))."""
    kill_process(task.process, status)
    return _leave(task)


def _leave(task: Task) -> Replaced:
    """Begin the exit, unless a tracer wants to see the task once more before."""
    if not tracing.stops_at_exit(task):
        begin_exit(task)
    return REPLACED


def kill_process(process: Process, status: int) -> None:
    """Decide the end of a process: sleeping, held and stopped threads run once more, to it."""
    if process.group_exit is not None:
        if status & 0x7F == Signal.SIGKILL:
            tracing.end_exit_stops(process)
        return
    process.group_exit = status
    for task in process.threads:
        kill_task(task, status)


def kill_task(task: Task, status: int) -> None:
    """Decide the end of one thread."""
    if task.is_ending or task.is_gone:
        return
    task.exit_status = status
    may_end = task.held is None or task.held.ends_early
    task.held = None
    if task.state is TaskState.BLOCKED or (task.state is TaskState.HELD and may_end):
        task.wake("end")
    elif task.state in (TaskState.STOPPED, TaskState.TRACED):
        if task.tracing is not None:
            task.tracing.stop = None
        task.move_to(TaskState.READY, "end")
        task.system.scheduler.ready(task)


def begin_exit(task: Task) -> None:
    """First half: give the memory up. Where that frees a vfork parent, the rest comes later."""
    futex.release_robust_list(task)
    if task.system.futexes:
        pi_futex.release_owned(task)
    futex.clear_tid(task)
    if leave_memory(task, "exited"):
        task.system.scheduler.must_yield = True
        task.memory_left = True
    else:
        complete_exit(task)


def complete_exit(task: Task) -> None:
    """Second half: descriptors, accounts, the zombie, the family."""
    system, process = task.system, task.process
    task.memory_left = True
    if process.tracees:
        tracing.leave_tracees(task)
    if task.seccomp is not None:
        task.seccomp.leave()
    task.files.leave()
    task.sighand.leave()
    task.fs.users -= 1
    task.call = None
    if system.journal.recording:
        status = process.group_exit if process.group_exit is not None else task.exit_status
        task.emit(events.TaskExited, status)
    _leave_process(task)
    if system.scheduler.current is task:
        system.scheduler.current = None


def _leave_process(task: Task) -> None:
    """The leader stays as a zombie until all others are gone; others vanish at once."""
    process = task.process
    if process.children:
        _give_children_up(task)
    if task.is_leader:
        task.move_to(TaskState.ZOMBIE, "exit")
        if len(process.threads) == 1:
            _end_process(process)
        else:
            _tell_watchers(process)
            stop.thread_left(task)
        return
    if task.tracing is not None:
        task.move_to(TaskState.ZOMBIE, "exit: its tracer has to wait for it")
        waiting.tell_tracer_of_exit(task)
        stop.thread_left(task)
    else:
        bury_thread(task)


def bury_thread(task: Task) -> None:
    """A thread other than the leader vanishes, and with the last of them the process ends."""
    process = task.process
    task.move_to(TaskState.DEAD, "exit")
    _account(task)
    process.threads.remove(task)
    _remove(task)
    _tell_watchers(process)
    if process.is_zombie:
        _end_process(process)
    else:
        stop.thread_left(task)


def _tell_watchers(process: Process) -> None:
    if process.end_watched is not None:
        process.end_watched.wake_all()


def _give_children_up(task: Task) -> None:
    """Another thread inherits the children that this one made; they may want to know (prctl(2))."""
    process = task.process
    heir = next(
        (other for other in process.threads if other is not task and not other.is_gone), None
    )
    for child in process.children:
        if child.maker is task:
            if heir is not None:
                child.maker = heir
            _send_death_signals(child, process)


def _send_death_signals(orphan: Process, dead: Process) -> None:
    uid = dead.leader.credentials.uid
    for thread in orphan.threads:
        if thread.death_signal and send.may_signal(dead.leader, thread, thread.death_signal):
            info = SigInfo(thread.death_signal, SiCode.SI_USER, dead.pid, uid)
            send.send_to_process(orphan, info)


def _account(task: Task) -> None:
    process = task.process
    process.ended = process.ended.plus(task.usage)
    task.user_time = task.system_time = task.minor_faults = task.sleeps = task.preemptions = 0


def _remove(task: Task) -> None:
    task.system.frames.drop_all(task.structure)
    task.structure = ()
    del task.context
    task.system.tasks.remove(task)


def _end_process(process: Process) -> None:
    """Orphans go to another process; the parent is told, after the tracer where that is another."""
    task = process.leader
    process.alarm = None
    if process.timers:
        posix_timers.delete_all(process)
    if task.system.ipc.semaphores.by_index:
        task.system.ipc.end(process)
    job_control.leave_family(process)
    _tell_watchers(process)
    if process.children:
        heir = _find_reaper(process)
        for orphan in process.children:
            _adopt(orphan, heir)
        process.children = []
    if tracing.has_foreign_tracer(process):
        process.waits_for_tracer = True
        waiting.tell_tracer_of_exit(task)
    else:
        tell_parent(process)


def tell_parent(process: Process) -> None:
    """The parent hears of the end, and may not care for zombies."""
    process.waits_for_tracer = False
    parent, task = process.parent, process.leader
    assert parent is not None
    if not waiting.report_exited(process) or parent is task.system.tasks.init:
        reap(process, parent)


def _find_reaper(process: Process) -> Process:
    """The nearest ancestor that asked for orphans and has a living thread, or init."""
    ancestor = process.parent
    while ancestor is not None and ancestor.parent is not None:
        if ancestor.is_subreaper and any(not thread.is_gone for thread in ancestor.threads):
            return ancestor
        ancestor = ancestor.parent
    return process.leader.system.tasks.init


def _adopt(orphan: Process, heir: Process) -> None:
    """Another process becomes the parent; what has ended already it is told of, init reaps it."""
    orphan.parent = heir
    orphan.maker = next((one for one in heir.threads if not one.is_gone), heir.leader)
    heir.children.append(orphan)
    orphan.leader.exit_signal = Signal.SIGCHLD
    is_init = heir is heir.leader.system.tasks.init
    if not orphan.is_zombie or orphan.waits_for_tracer:
        return
    if not waiting.report_exited(orphan) or is_init:
        reap(orphan, heir)


def stays_as_zombie(process: Process, parent: Process) -> bool:
    """False where the parent ignores SIGCHLD or has SA_NOCLDWAIT: it vanishes unwaited-for."""
    if process.exit_signal != Signal.SIGCHLD or process.waits_for_waitpid:
        return True
    action = parent.leader.sighand.get(Signal.SIGCHLD)
    return action.handler != SIG_IGN and not action.flags & SigactionFlag.SA_NOCLDWAIT


def reap(process: Process, parent: Process) -> None:
    """Take a zombie away: its times go to the parent's account, its frames and pid are free."""
    task = process.leader
    if task.tracing is not None:
        tracing.release(task)
    used = process.usage().plus(process.children_usage)
    parent.children_usage = parent.children_usage.plus(used)
    task.move_to(TaskState.DEAD, "reaped")
    parent.children.remove(process)
    process.threads.clear()
    _tell_watchers(process)
    _remove(task)
    if task.system.journal.recording:
        system = task.system
        system.journal.emit(events.TaskReaped, system.clock.now, parent.pid, task.tid)
