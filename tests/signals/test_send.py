"""Generating signals: what is dropped, who gets what is not, who may send it."""

import pytest

from kernel import events
from kernel.abi.signals import SIG_IGN, SiCode, Signal, bit
from kernel.errors import Block
from kernel.signals import attention, delivery, masks, send
from kernel.signals.state import Action, SigInfo
from kernel.task.process import Session
from kernel.task.task import Task, TaskState
from kernel.wait import WaitQueue
from tests.fakes import World

USR1, CHLD, CONT = Signal.SIGUSR1, Signal.SIGCHLD, Signal.SIGCONT
RT = 40


@pytest.fixture
def world() -> World:
    return World()


def info(signal: int, code: int = SiCode.SI_USER) -> SigInfo:
    return SigInfo(signal, code, 1, 0)


def sleep(world: World, task: Task) -> WaitQueue:
    queue = WaitQueue("something")
    task.state = TaskState.RUNNING
    task.sleep(Block(queue))
    return queue


def test_a_caught_signal_becomes_pending_and_wakes_a_sleeper(world: World) -> None:
    task = world.process()
    world.handle(task, USR1)
    queue = sleep(world, task)
    send.send_to_process(task.process, info(USR1))
    assert task.process.pending.mask == bit(USR1)
    assert task.state is TaskState.READY
    assert task.signals.attention
    assert not queue.sleepers


def test_an_ignored_signal_is_dropped_though_a_trace_will_show_it(world: World) -> None:
    task = world.process()
    send.send_to_process(task.process, info(CHLD))
    assert not task.process.pending.mask
    assert task.signals.ignored.mask == bit(CHLD)


def test_an_ignored_signal_that_is_blocked_stays_pending(world: World) -> None:
    task = world.process()
    task.sighand.actions[USR1] = Action(SIG_IGN)
    masks.set_blocked(task, bit(USR1))
    send.send_to_process(task.process, info(USR1))
    assert task.process.pending.mask == bit(USR1)
    assert not task.signals.attention


def test_two_of_a_standard_signal_are_one_and_two_real_time_ones_are_two(world: World) -> None:
    task = world.process()
    masks.set_blocked(task, bit(USR1) | bit(RT))
    for signal in (USR1, USR1, RT, RT):
        send.send_to_task(task, info(signal))
    assert [entry.signal for entry in task.signals.pending.queue] == [USR1, RT, RT]


def test_the_first_thread_that_does_not_block_it_gets_a_process_signal(world: World) -> None:
    main = world.process()
    other = world.thread(main)
    world.handle(main, USR1)
    masks.set_blocked(main, bit(USR1))
    send.send_to_process(main.process, info(USR1))
    assert not main.signals.attention
    assert other.signals.attention


def test_blocking_a_signal_hands_what_is_pending_to_another_thread(world: World) -> None:
    main = world.process()
    other = world.thread(main)
    world.handle(main, USR1)
    send.send_to_process(main.process, info(USR1))
    assert main.signals.attention
    assert not other.signals.attention
    masks.set_blocked(main, bit(USR1))
    assert not main.signals.attention
    assert other.signals.attention


def test_a_signal_to_a_thread_is_for_that_thread_alone(world: World) -> None:
    main = world.process()
    other = world.thread(main)
    world.handle(main, USR1)
    masks.set_blocked(other, bit(USR1))
    send.send_to_task(other, info(USR1))
    assert not main.signals.attention
    assert not other.signals.attention
    assert other.signals.pending.mask == bit(USR1)


def test_sigcont_removes_pending_stops_and_stops_remove_pending_sigcont(world: World) -> None:
    task = world.process()
    masks.set_blocked(task, bit(Signal.SIGTSTP) | bit(CONT))
    send.send_to_process(task.process, info(Signal.SIGTSTP))
    send.send_to_process(task.process, info(CONT))
    assert task.process.pending.mask == bit(CONT)
    send.send_to_process(task.process, info(Signal.SIGTSTP))
    assert task.process.pending.mask == bit(Signal.SIGTSTP)


def test_sigcont_continues_a_stopped_process_even_while_it_is_blocked(world: World) -> None:
    parent = world.process()
    task = world.process(parent, state=TaskState.STOPPED)
    task.process.stop_signal = Signal.SIGSTOP
    masks.set_blocked(task, bit(CONT))
    send.send_to_process(task.process, info(CONT))
    assert task.state is TaskState.READY
    assert not task.process.stop_signal
    assert task.process.continue_report
    assert not parent.signals.ignored.mask, "the parent hears of it when the child runs"
    world.run(task).signals.attention = True
    delivery.deliver(task)
    assert parent.signals.ignored.mask == bit(CHLD)


def test_a_stopped_process_does_not_act_on_other_signals(world: World) -> None:
    task = world.process(state=TaskState.STOPPED)
    task.process.stop_signal = Signal.SIGSTOP
    send.send_to_process(task.process, info(Signal.SIGTERM))
    assert task.state is TaskState.STOPPED
    assert not task.is_ending


def test_sigkill_ends_every_thread_stopped_ones_too(world: World) -> None:
    main = world.process(state=TaskState.STOPPED)
    other = world.thread(main)
    main.process.stop_signal = Signal.SIGSTOP
    masks.set_blocked(main, (1 << 64) - 1)
    send.send_to_process(main.process, info(Signal.SIGKILL))
    assert main.is_ending
    assert other.is_ending
    assert main.process.group_exit == Signal.SIGKILL
    assert main.state is TaskState.READY


def test_v10_a_held_parent_keeps_caught_stopping_and_dumping_signals(world: World) -> None:
    task = world.process(state=TaskState.HELD)
    world.handle(task, USR1)
    for signal in (USR1, Signal.SIGTSTP, Signal.SIGSEGV):
        send.send_to_process(task.process, info(signal))
    assert task.state is TaskState.HELD
    assert not task.is_ending
    held = [event.signal for event in world.seen(events.SignalHeld)]  # type: ignore[attr-defined]
    assert held == [USR1, Signal.SIGTSTP, Signal.SIGSEGV]


@pytest.mark.parametrize("signal", [Signal.SIGTERM, Signal.SIGKILL, Signal.SIGALRM, RT])
def test_v10_what_kills_without_a_core_ends_a_held_parent_at_once(
    world: World, signal: int
) -> None:
    task = world.process(state=TaskState.HELD)
    send.send_to_process(task.process, info(signal))
    assert task.is_ending
    assert task.process.group_exit == signal


def test_v10_a_blocked_deadly_signal_waits_for_the_release(world: World) -> None:
    task = world.process(state=TaskState.HELD)
    masks.set_blocked(task, bit(Signal.SIGTERM))
    send.send_to_process(task.process, info(Signal.SIGTERM))
    assert not task.is_ending


def test_init_takes_no_signals(world: World) -> None:
    init = world.system.tasks.init
    send.send_to_process(init, info(Signal.SIGKILL))
    assert not init.leader.is_ending
    assert not init.pending.mask


def test_a_group_is_everyone_in_it_but_init(world: World) -> None:
    first, second, third = world.process(), world.process(), world.process()
    for task in (first, second):
        task.process.group = 1
        world.handle(task, USR1)
    world.system.tasks.init.group = 1
    assert send.send_to_group(world.system, 1, info(USR1)) == 2
    assert first.signals.attention
    assert second.signals.attention
    assert not third.signals.attention


def test_forcing_a_blocked_signal_makes_it_deadly(world: World) -> None:
    task = world.run(world.process())
    world.handle(task, Signal.SIGSEGV)
    masks.set_blocked(task, bit(Signal.SIGSEGV))
    send.force(task, info(Signal.SIGSEGV))
    assert not task.signals.blocked
    assert task.sighand.get(Signal.SIGSEGV) == Action()
    assert attention.ready_signals(task) == bit(Signal.SIGSEGV)


def test_who_may_send(world: World) -> None:
    root, user, same, other = (world.process(uid=uid) for uid in (0, 1000, 1000, 1001))
    assert send.may_signal(root, user, USR1)
    assert send.may_signal(user, same, USR1)
    assert not send.may_signal(user, other, USR1)
    assert not send.may_signal(user, root, USR1)
    assert send.may_signal(user, root, CONT), "the same session"
    other.process.session = Session(7)
    assert not send.may_signal(user, other, CONT)


def test_sending_is_recorded_with_sender_and_target(world: World) -> None:
    task = world.process()
    send.send_to_process(task.process, SigInfo(USR1, SiCode.SI_USER, 77))
    send.send_to_process(task.process, SigInfo(CHLD, SiCode.SI_KERNEL, 77))
    sent = [(e.pid, e.target, e.signal) for e in world.seen(events.SignalSent)]  # type: ignore[attr-defined]
    assert sent == [(77, task.tid, USR1), (0, task.tid, CHLD)]
