"""Tracing: who may trace whom, what becomes of it when one of the two ends (ptrace(2))."""

from __future__ import annotations

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import S_ISUID
from kernel.abi.process import WaitIdType, WaitOption
from kernel.abi.ptrace import Request, TraceEvent, TraceOption
from kernel.abi.signal_frames import SIGINFO_SIZE
from kernel.abi.signals import LAST_SIGNAL, SIG_IGN, Signal
from kernel.abi.sysno import Sysno
from kernel.errors import Block
from kernel.signals import delivery, send
from kernel.signals.state import Action, SigInfo
from kernel.task import execute, privileges, tracing
from kernel.task import exit as exiting
from kernel.task.execute import Found, Program
from kernel.task.task import Call, Task, TaskState
from kernel.task.tracing import Mode, StopKind
from kernel.task.waiting import wait_for_child
from tests.callers import Callers
from tests.fakes import DATA

USER, OTHER = 1000, 1001
USR1 = SigInfo(Signal.SIGUSR1, 0, 7)


@pytest.fixture
def world() -> Callers:
    return Callers()


def ptrace(world: Callers, task: Task, request: Request, target: Task, *words: int) -> int:
    return world.call(task, Sysno.PTRACE, request, target.tid, *words)


def traced(world: Callers, options: int = 0) -> tuple[Task, Task]:
    """A tracer, and a child of somebody else that it traces and that runs now."""
    tracer, task = world.process(), world.process()
    tracing.trace(task, tracer, is_seized=False, options=options)
    return tracer, world.run(task)


def stopped_by(world: Callers, task: Task, info: SigInfo) -> None:
    """Have the running, traced task stop for a signal, and the CPU taken away."""
    send.send_to_task(task, info)
    delivery.deliver(task)
    world.machine.store(task.context)
    world.system.scheduler.current = None


def test_nobody_is_traced_twice_nor_by_itself_nor_is_init(world: Callers) -> None:
    tracer, task = world.process(), world.process()
    assert ptrace(world, tracer, Request.PTRACE_SEIZE, task) == 0
    assert ptrace(world, tracer, Request.PTRACE_SEIZE, task) == -Errno.EPERM
    assert ptrace(world, world.process(), Request.PTRACE_ATTACH, task) == -Errno.EPERM
    assert ptrace(world, tracer, Request.PTRACE_ATTACH, tracer) == -Errno.EPERM
    init = world.system.tasks.init.leader
    assert ptrace(world, tracer, Request.PTRACE_ATTACH, init) == -Errno.EPERM
    assert world.call(task, Sysno.PTRACE, Request.PTRACE_TRACEME) == -Errno.EPERM


@pytest.mark.parametrize(("uid", "result"), [(USER, 0), (OTHER, -Errno.EPERM), (0, 0)])
def test_a_user_traces_only_what_is_the_users(world: Callers, uid: int, result: int) -> None:
    task = world.process(uid=USER)
    assert ptrace(world, world.process(uid=uid), Request.PTRACE_SEIZE, task) == result


def test_what_is_not_dumpable_is_not_traced(world: Callers) -> None:
    task = world.process(uid=USER)
    task.process.is_dumpable = False
    tracer = world.process(uid=USER)
    assert ptrace(world, tracer, Request.PTRACE_SEIZE, task) == -Errno.EPERM


def test_only_the_tracer_steers_and_only_a_task_that_is_stopped(world: Callers) -> None:
    tracer, task = traced(world)
    assert ptrace(world, tracer, Request.PTRACE_CONT, task) == -Errno.ESRCH
    stopped_by(world, task, USR1)
    assert task.state is TaskState.TRACED
    assert ptrace(world, world.process(), Request.PTRACE_CONT, task) == -Errno.ESRCH
    assert ptrace(world, tracer, Request.PTRACE_CONT, task) == 0
    assert task.state is TaskState.READY


def test_a_traced_task_stops_for_a_signal_that_it_ignores(world: Callers) -> None:
    tracer, task = traced(world)
    task.sighand.actions[Signal.SIGUSR1] = Action(SIG_IGN)
    stopped_by(world, task, USR1)
    report = wait_for_child(tracer, WaitIdType.P_ALL, 0, WaitOption.WEXITED)
    assert report is not None
    assert (report.pid, report.status) == (task.tid, Signal.SIGUSR1 << 8 | 0x7F)


def test_a_stop_is_reported_once(world: Callers) -> None:
    tracer, task = traced(world)
    stopped_by(world, task, USR1)
    options = WaitOption.WEXITED | WaitOption.WNOWAIT
    assert wait_for_child(tracer, WaitIdType.P_ALL, 0, options) is not None
    assert wait_for_child(tracer, WaitIdType.P_ALL, 0, WaitOption.WEXITED) is not None
    with pytest.raises(Block):
        wait_for_child(tracer, WaitIdType.P_ALL, 0, WaitOption.WEXITED)


def test_the_signal_is_dropped_replaced_or_let_through(world: Callers) -> None:
    _, task = traced(world)
    stopped_by(world, task, USR1)
    tracing.resume(task, Mode.CONTINUE, 0)
    assert task.signals.injected is None
    stopped_by(world, world.run(task), USR1)
    tracing.resume(task, Mode.CONTINUE, Signal.SIGUSR1)
    assert task.signals.injected == USR1
    task.signals.injected = None
    stopped_by(world, world.run(task), USR1)
    tracing.resume(task, Mode.CONTINUE, Signal.SIGUSR2)
    assert task.signals.injected is not None
    assert task.signals.injected.signal == Signal.SIGUSR2


@pytest.mark.parametrize("options", [0, int(TraceOption.PTRACE_O_EXITKILL)])
def test_when_the_tracer_ends_its_tracee_goes_on_or_ends(world: Callers, options: int) -> None:
    tracer, task = traced(world, options)
    stopped_by(world, task, USR1)
    world.run(tracer)
    exiting.exit_process(tracer, 0)
    assert task.tracing is None
    assert task.state is TaskState.READY
    assert task.is_ending == bool(options)


def test_sigkill_ends_a_task_that_is_stopped_for_its_tracer(world: Callers) -> None:
    _, task = traced(world, 1 << TraceEvent.PTRACE_EVENT_EXIT)
    stopped_by(world, task, USR1)
    send.send_to_process(task.process, SigInfo(Signal.SIGKILL, 0))
    assert (task.state, task.is_ending) == (TaskState.READY, True)
    assert not tracing.stops_at_exit(task)


def test_a_task_stops_before_its_end_once_where_the_tracer_asked_for_it(world: Callers) -> None:
    _, task = traced(world, 1 << TraceEvent.PTRACE_EVENT_EXIT)
    task.exit_status = 0x300
    assert tracing.stops_at_exit(task)
    tracing.stop_at_exit(task)
    assert task.tracing is not None
    assert task.tracing.stop is not None
    assert (task.tracing.stop.kind, task.tracing.message) == (StopKind.EVENT, 0x300)
    assert not tracing.stops_at_exit(task)


def test_the_parent_hears_of_an_end_after_the_tracer(world: Callers) -> None:
    parent = world.process()
    tracer, task = world.process(), world.process(parent)
    tracing.trace(task, tracer, is_seized=True)
    world.run(task)
    exiting.exit_process(task, 0x500)
    options = WaitOption.WEXITED
    with pytest.raises(Block):
        wait_for_child(parent, WaitIdType.P_ALL, 0, options)
    assert wait_for_child(tracer, WaitIdType.P_ALL, 0, options) is not None
    report = wait_for_child(parent, WaitIdType.P_ALL, 0, options)
    assert report is not None
    assert report.status == 0x500


@pytest.mark.parametrize(("tracer_uid", "euid"), [(None, 0), (0, 0), (USER, USER)])
def test_a_set_id_program_gains_nothing_under_a_user_who_traces_it(
    world: Callers, tracer_uid: int | None, euid: int
) -> None:
    task = world.process(uid=USER)
    if tracer_uid is not None:
        tracing.trace(task, world.process(uid=tracer_uid), is_seized=True)
    program = world.root.inode.create(b"program", 0o100755 | S_ISUID, 0, 0, 0)  # type: ignore[attr-defined]
    assert privileges.after_exec(task, program, world.root.mount).credentials.euid == euid


def test_a_look_at_pending_signals_stops_where_the_tracers_memory_does(world: Callers) -> None:
    tracer, task = traced(world)
    for _ in range(3):
        send.send_to_task(task, SigInfo(LAST_SIGNAL, 0, 7))
    stopped_by(world, task, USR1)
    arguments, end = DATA, DATA + 0x4000
    tracer.memory.write(arguments, struct.pack("<QIi", 0, 0, 3))
    words = (Request.PTRACE_PEEKSIGINFO, task, arguments)
    room = end - 2 * SIGINFO_SIZE
    assert ptrace(world, tracer, *words, room) == 2
    assert ptrace(world, tracer, *words, end) == -Errno.EFAULT


def test_execve_waits_until_traced_threads_have_been_waited_for(world: Callers) -> None:
    tracer, task = traced(world)
    other = world.thread(task)
    other.fs, other.files = task.fs, task.files
    tracing.trace(other, tracer, is_seized=True)
    task.call = Call(Sysno.EXECVE, (0,) * 6, 0)
    program = Program(*[None] * 6)  # type: ignore[arg-type]
    with pytest.raises(Block, match="process end"):
        execute.wait_for_tracers(task, program)
    assert other.exit_status == 0
    assert task.call.progress == Found(program)
    other.state = TaskState.ZOMBIE
    with pytest.raises(Block):
        execute.wait_for_tracers(task, program)
    tracing.release(other)
    execute.wait_for_tracers(task, program)
