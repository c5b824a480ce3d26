"""Delivery: what a task does about its signals, and about the call that they interrupted."""

import pytest

from emulator.machine.machine import EAX, EIP, ESP
from kernel import events
from kernel.abi.errno import Errno
from kernel.abi.process import Resource
from kernel.abi.signals import SiCode, SigactionFlag, Signal, bit
from kernel.abi.sysno import Sysno
from kernel.errors import Block, Restart
from kernel.signals import delivery, masks, send, stop
from kernel.signals.state import SigInfo
from kernel.task.process import Session
from kernel.task.task import Task, TaskState
from kernel.wait import WaitQueue
from tests.fakes import CODE, STACK, World

USR1, USR2, TERM, SEGV = Signal.SIGUSR1, Signal.SIGUSR2, Signal.SIGTERM, Signal.SIGSEGV
HANDLER = CODE + 0x100
EINTR = -Errno.EINTR & 0xFFFF_FFFF
RESTART = SigactionFlag.SA_RESTART


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def task(world: World) -> Task:
    return world.run(world.process())


def signal(task: Task, *numbers: int) -> None:
    for number in numbers:
        send.send_to_task(task, SigInfo(number, SiCode.SI_USER, 1, 0))


def deliver(task: Task) -> None:
    """As the kernel does: a call in flight has just raised Block."""
    if task.call is not None:
        if not delivery.ends_sleep(task):
            return
        delivery.interrupt(task)
    delivery.deliver(task)


def actions(world: World) -> list[tuple[int, str]]:
    return [(e.signal, e.action) for e in world.seen(events.SignalDelivered)]  # type: ignore[attr-defined]


# ---- actions -----------------------------------------------------------------------------------


def test_a_handler_starts_with_its_signal_blocked(world: World, task: Task) -> None:
    world.handle(task, USR1)
    signal(task, USR1)
    deliver(task)
    words = world.machine.registers
    assert words[EIP] == HANDLER
    assert words[EAX] == USR1
    assert words[ESP] < STACK
    assert (words[ESP] + 4) % 16 == 0
    assert task.signals.blocked == bit(USR1)
    assert not task.signals.attention
    assert actions(world) == [(USR1, "handler")]


def test_sa_nodefer_leaves_it_unblocked_and_sa_resethand_uninstalls_it(
    world: World, task: Task
) -> None:
    world.handle(task, USR1, flags=SigactionFlag.SA_NODEFER | SigactionFlag.SA_RESETHAND)
    signal(task, USR1)
    deliver(task)
    assert not task.signals.blocked
    assert task.sighand.get(USR1).handler == 0


def test_handlers_nest_the_last_signal_runs_first(world: World, task: Task) -> None:
    world.handle(task, USR1, HANDLER)
    world.handle(task, USR2, HANDLER + 0x10)
    signal(task, USR2, USR1)
    deliver(task)
    assert world.machine.registers[EIP] == HANDLER + 0x10
    assert actions(world) == [(USR1, "handler"), (USR2, "handler")]


def test_signals_of_the_cpu_come_before_lower_numbers(world: World, task: Task) -> None:
    world.handle(task, Signal.SIGHUP)
    world.handle(task, SEGV)
    signal(task, Signal.SIGHUP, SEGV)
    deliver(task)
    assert [number for number, _ in actions(world)] == [SEGV, Signal.SIGHUP]


def test_a_deadly_signal_ends_the_process_with_its_number(world: World, task: Task) -> None:
    other = world.thread(task)
    signal(task, TERM)
    deliver(task)
    assert task.process.group_exit == TERM
    assert other.is_ending
    assert actions(world) == [(TERM, "kill")]


def test_a_core_is_only_said_to_be_dumped_where_the_limit_allows_one(
    world: World, task: Task
) -> None:
    signal(task, SEGV)
    deliver(task)
    assert task.process.group_exit == SEGV
    rich = world.run(world.process())
    rich.process.limits = rich.process.limits.replaced(Resource.RLIMIT_CORE, (1 << 20, 1 << 20))
    signal(rich, SEGV)
    deliver(rich)
    assert rich.process.group_exit == SEGV | 0x80
    assert actions(world) == [(SEGV, "kill"), (SEGV, "core")]


def test_a_frame_that_does_not_fit_is_a_segmentation_fault(world: World, task: Task) -> None:
    world.handle(task, USR1)
    world.machine.registers[ESP] = 0x100
    signal(task, USR1)
    deliver(task)
    assert task.process.group_exit == SEGV


def test_an_overflowed_stack_is_handled_on_the_alternate_one(world: World, task: Task) -> None:
    world.handle(task, SEGV, flags=SigactionFlag.SA_ONSTACK)
    task.signals.stack_start, task.signals.stack_size = 0x0900_0000, 0x2000
    task.signals.stack_flags = 0
    world.machine.registers[ESP] = 0x100
    signal(task, SEGV)
    deliver(task)
    assert 0x0900_0000 < world.machine.registers[ESP] < 0x0900_2000
    assert not task.is_ending


def test_a_handler_for_sigsegv_without_a_stack_ends_in_death(world: World, task: Task) -> None:
    world.handle(task, SEGV)
    world.machine.registers[ESP] = 0x100
    signal(task, SEGV)
    deliver(task)
    assert task.process.group_exit == SEGV


# ---- stopping ----------------------------------------------------------------------------------


def test_a_stop_stops_every_thread_and_tells_the_parent_when_the_last_has(world: World) -> None:
    parent = world.process()
    task = world.run(world.process(parent))
    other = world.thread(task)
    signal(task, Signal.SIGSTOP)
    deliver(task)
    assert task.state is TaskState.STOPPED
    assert not task.process.stop_report
    delivery.deliver(world.run(other))
    assert other.state is TaskState.STOPPED
    assert task.process.stop_report == Signal.SIGSTOP
    assert parent.signals.ignored.mask == bit(Signal.SIGCHLD)


def test_the_terminals_stop_signals_do_nothing_in_an_orphaned_group(
    world: World, task: Task
) -> None:
    signal(task, Signal.SIGTSTP)
    deliver(task)
    assert task.state is TaskState.RUNNING
    assert actions(world) == [(Signal.SIGTSTP, "ignore")]


def test_they_stop_a_group_that_a_shell_looks_after(world: World) -> None:
    session = Session(5)
    shell = world.process(session=session)
    task = world.run(world.process(shell, session=session))
    signal(task, Signal.SIGTSTP)
    deliver(task)
    assert task.state is TaskState.STOPPED


# ---- the call in flight ------------------------------------------------------------------------


def test_sa_restart_makes_the_call_again_after_the_handler(world: World, task: Task) -> None:
    world.handle(task, USR1, flags=RESTART)
    world.enter(task, Sysno.READ)
    signal(task, USR1)
    deliver(task)
    assert task.call is None
    frame = world.machine.registers[ESP]
    assert task.memory.read_word(frame + 8 + 14 * 4) == CODE - 2
    assert task.memory.read_word(frame + 8 + 11 * 4) == Sysno.READ


@pytest.mark.parametrize(
    ("restart", "flags"),
    [
        (Restart.SYS, 0),
        (Restart.NOHAND, RESTART),
        (Restart.BLOCK, RESTART),
        (Restart.NEVER, RESTART),
    ],
)
def test_other_calls_fail_with_eintr(
    world: World, task: Task, restart: Restart, flags: int
) -> None:
    world.handle(task, USR1, flags=flags)
    world.enter(task, Sysno.READ, restart=restart)
    signal(task, USR1)
    deliver(task)
    frame = world.machine.registers[ESP]
    assert task.memory.read_word(frame + 8 + 11 * 4) == EINTR
    assert task.memory.read_word(frame + 8 + 14 * 4) == CODE
    assert task.call is None


def test_the_call_is_reported_as_interrupted_before_the_signal(world: World, task: Task) -> None:
    world.handle(task, USR1)
    world.enter(task, Sysno.READ)
    signal(task, USR1)
    deliver(task)
    kinds = [type(event) for event in world.journal.events[-2:]]
    assert kinds == [events.SyscallExited, events.SignalDelivered]


def test_after_a_stop_the_call_is_tried_again(world: World, task: Task) -> None:
    world.enter(task, Sysno.READ)
    signal(task, Signal.SIGSTOP)
    deliver(task)
    assert task.state is TaskState.STOPPED
    assert delivery.is_due(task), "delivery goes on before the call does"
    send.send_to_process(task.process, SigInfo(Signal.SIGCONT, SiCode.SI_USER))
    task.move_to(TaskState.RUNNING)
    delivery.deliver(task)
    assert task.call is not None
    assert isinstance(world.journal.events[-1], events.SyscallEntered)
    assert actions(world) == [(Signal.SIGSTOP, "stop"), (Signal.SIGCONT, "ignore")]


def test_after_a_stop_a_sleep_goes_on_as_restart_syscall(world: World, task: Task) -> None:
    call = world.enter(task, Sysno.NANOSLEEP, restart=Restart.BLOCK)
    signal(task, Signal.SIGSTOP)
    deliver(task)
    send.send_to_process(task.process, SigInfo(Signal.SIGCONT, SiCode.SI_USER))
    task.move_to(TaskState.RUNNING)
    delivery.deliver(task)
    assert task.call is None
    assert task.interrupted_call is call
    assert world.machine.registers[EAX] == 0
    assert world.machine.registers[EIP] == CODE - 2


def test_a_handler_that_runs_after_a_stop_interrupts_all_the_same(world: World, task: Task) -> None:
    world.handle(task, Signal.SIGCONT)
    world.enter(task, Sysno.READ)
    signal(task, Signal.SIGSTOP)
    deliver(task)
    send.send_to_process(task.process, SigInfo(Signal.SIGCONT, SiCode.SI_USER))
    task.move_to(TaskState.RUNNING)
    delivery.deliver(task)
    assert task.call is None
    assert world.machine.registers[EIP] == HANDLER


@pytest.mark.parametrize("restart", list(Restart))
def test_a_dropped_signal_changes_nothing_though_a_trace_shows_an_interruption(
    world: World, task: Task, restart: Restart
) -> None:
    call = world.enter(task, Sysno.READ, restart=restart)
    words = list(world.machine.registers)
    signal(task, Signal.SIGCHLD)
    assert not delivery.ends_sleep(task)
    assert task.call is call
    assert not task.signals.attention
    assert list(world.machine.registers) == words
    shown = [events.SyscallExited, events.SignalDelivered, events.SyscallEntered]
    if restart is Restart.NEVER:
        shown = [events.SignalDelivered]
    assert [type(event) for event in world.journal.events[-len(shown) :]] == shown
    assert len(world.seen(events.SyscallEntered)) == (restart is not Restart.NEVER)


def test_a_signal_dropped_in_a_sleep_does_not_end_it(world: World, task: Task) -> None:
    world.enter(task, Sysno.READ)
    task.sleep(Block(WaitQueue("something")))
    signal(task, Signal.SIGCHLD)
    assert task.state is TaskState.BLOCKED
    delivery.show_unseen(world.system)
    assert task.state is TaskState.BLOCKED
    assert actions(world) == [(Signal.SIGCHLD, "ignore")]
    assert not task.signals.attention


def test_nothing_of_a_dropped_signal_is_kept_when_nobody_records(world: World, task: Task) -> None:
    world.journal.recording = False
    signal(task, Signal.SIGCHLD)
    assert not task.signals.attention
    assert not task.signals.ignored.mask


def test_the_mask_of_sigsuspend_is_in_the_frame_not_after_the_handler(
    world: World, task: Task
) -> None:
    world.handle(task, USR1)
    masks.set_blocked(task, bit(USR1) | bit(TERM))
    signal(task, USR1)
    world.enter(task, Sysno.SIGSUSPEND, restart=Restart.NOHAND)
    masks.block_during_call(task, bit(USR2))
    deliver(task)
    frame = world.machine.registers[ESP]
    assert task.memory.read_word(frame + 8 + 20 * 4) == bit(USR1) | bit(TERM)
    assert task.signals.blocked == bit(USR1) | bit(USR2)
    assert task.signals.saved_mask is None


def test_without_a_handler_the_mask_of_sigsuspend_goes(world: World, task: Task) -> None:
    masks.set_blocked(task, bit(TERM))
    world.enter(task, Sysno.SIGSUSPEND, restart=Restart.NOHAND)
    masks.block_during_call(task, 0)
    signal(task, Signal.SIGSTOP)
    deliver(task)
    send.send_to_process(task.process, SigInfo(Signal.SIGCONT, SiCode.SI_USER))
    task.move_to(TaskState.RUNNING)
    delivery.deliver(task)
    assert task.signals.blocked == bit(TERM)
    assert task.call is not None


def test_the_end_of_the_last_running_thread_completes_a_stop(world: World) -> None:
    parent = world.process()
    task = world.run(world.process(parent))
    other = world.thread(task)
    signal(task, Signal.SIGSTOP)
    deliver(task)
    other.state = TaskState.DEAD
    task.process.threads.remove(other)
    stop.thread_left(other)
    assert task.process.stop_report == Signal.SIGSTOP


def test_the_signals_of_a_thread_that_ends_go_to_another(world: World, task: Task) -> None:
    other = world.thread(task)
    world.handle(task, USR1)
    send.send_to_process(task.process, SigInfo(USR1, SiCode.SI_USER))
    assert not other.signals.attention
    task.state = TaskState.ZOMBIE
    stop.thread_left(task)
    assert other.signals.attention
