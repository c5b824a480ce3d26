"""pause, sigsuspend, sigtimedwait, sigreturn: sleeping for signals, and coming back from them."""

import struct

import pytest

from emulator.machine.machine import EIP, ESP
from kernel.abi.errno import Errno
from kernel.abi.signals import SiCode, Signal, bit
from kernel.abi.sysno import Sysno
from kernel.errors import REPLACED, Restart
from kernel.signals import delivery, send
from kernel.signals.state import SigInfo
from kernel.syscalls.table import TABLE
from kernel.task.task import Task, TaskState
from tests.callers import Callers
from tests.fakes import CODE, DATA

USR1, USR2 = Signal.SIGUSR1, Signal.SIGUSR2
SET, INFO, TIME = DATA, DATA + 0x100, DATA + 0x200


@pytest.fixture
def world() -> Callers:
    return Callers()


@pytest.fixture
def task(world: Callers) -> Task:
    return world.run(world.process())


def store(task: Task, mask: int) -> None:
    task.memory.write(SET, mask.to_bytes(8, "little"))


def send_to(task: Task, signal: int) -> None:
    send.send_to_process(task.process, SigInfo(signal, SiCode.SI_USER, 5, 6))


def test_pause_sleeps_until_a_handler_runs(world: Callers, task: Task) -> None:
    world.handle(task, USR1)
    world.sleeps(task, Sysno.PAUSE)
    assert task.restart is Restart.NOHAND
    send_to(task, USR1)
    assert task.state is TaskState.READY


def test_sigsuspend_waits_with_another_mask(world: Callers, task: Task) -> None:
    world.handle(task, USR1)
    task.signals.blocked = bit(USR1)
    store(task, bit(USR2))
    world.sleeps(task, Sysno.RT_SIGSUSPEND, SET, 8)
    assert task.signals.blocked == bit(USR2)
    assert task.signals.saved_mask == bit(USR1)
    assert world.call(task, Sysno.RT_SIGSUSPEND, SET, 4) == -Errno.EINVAL
    assert world.call(task, Sysno.RT_SIGSUSPEND, 0x10, 8) == -Errno.EFAULT


def test_sigsuspend_sees_what_was_pending_already(world: Callers, task: Task) -> None:
    world.handle(task, USR1)
    task.signals.blocked = bit(USR1)
    send_to(task, USR1)
    store(task, 0)
    world.sleeps(task, Sysno.RT_SIGSUSPEND, SET, 8)
    assert task.signals.attention


def test_the_old_sigsuspend_takes_its_mask_by_value(world: Callers, task: Task) -> None:
    world.sleeps(task, Sysno.SIGSUSPEND, 1, 2, bit(USR1))
    assert task.signals.blocked == bit(USR1)
    assert world.traced(task) == "sigsuspend([USR1])"


# ---- sigtimedwait ------------------------------------------------------------------------------


def test_sigtimedwait_takes_what_is_pending(world: Callers, task: Task) -> None:
    task.signals.blocked = bit(USR1) | bit(USR2)
    send_to(task, USR2)
    send_to(task, USR1)
    store(task, bit(USR1) | bit(USR2))
    assert world.call(task, Sysno.RT_SIGTIMEDWAIT, SET, INFO, 0, 8) == USR1
    assert struct.unpack("<iiiiI", task.memory.read(INFO, 20)) == (USR1, 0, SiCode.SI_USER, 5, 6)
    assert task.process.pending.mask == bit(USR2)
    assert world.traced(task) == (
        "rt_sigtimedwait([USR1 USR2], {si_signo=SIGUSR1, si_code=SI_USER, si_pid=5, si_uid=6}, "
        "NULL, 8) (SIGUSR1)"
    )


@pytest.mark.parametrize("blocked", [0, bit(USR1)])
def test_sigtimedwait_is_woken_by_what_it_waits_for(
    world: Callers, task: Task, blocked: int
) -> None:
    world.handle(task, USR1)
    task.signals.blocked = blocked
    store(task, bit(USR1))
    world.sleeps(task, Sysno.RT_SIGTIMEDWAIT, SET, 0, 0, 8)
    send_to(task, USR1)
    assert task.state is TaskState.READY
    assert world.again(task) == USR1
    assert not task.signals.attention, "the signal is taken, its handler does not run"


def test_sigtimedwait_gives_up_in_time(world: Callers, task: Task) -> None:
    store(task, bit(USR1))
    task.memory.write(TIME, struct.pack("<II", 1, 5))
    block = world.sleeps(task, Sysno.RT_SIGTIMEDWAIT, SET, 0, TIME, 8)
    assert block.deadline == world.system.clock.now + 1_000_000_005
    world.system.clock.now = block.deadline
    assert world.again(task) == -Errno.EAGAIN
    task.memory.write(TIME, struct.pack("<II", 0, 1_000_000_000))
    assert world.call(task, Sysno.RT_SIGTIMEDWAIT, SET, 0, TIME, 8) == -Errno.EINVAL
    task.memory.write(TIME, struct.pack("<qq", 0, 0))
    assert world.call(task, Sysno.RT_SIGTIMEDWAIT_TIME64, SET, 0, TIME, 8) == -Errno.EAGAIN


# ---- sigreturn ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("flags", "number"), [(0, Sysno.SIGRETURN), (4, Sysno.RT_SIGRETURN)])
def test_sigreturn_undoes_a_delivery(world: Callers, task: Task, flags: int, number: Sysno) -> None:
    world.handle(task, USR1, flags=flags)
    before = list(world.machine.registers)
    send_to(task, USR1)
    delivery.deliver(task)
    world.machine.registers[ESP] += 4 if flags else 8
    entry = TABLE[number]
    call = world.enter(task, number)
    assert entry.describe_entry(task, call) == (("struct", [("mask", ("sigset", 0))], False),)
    assert entry.invoke(task, call.words) is REPLACED
    assert list(world.machine.registers) == before
    assert not task.signals.blocked


def test_a_bad_frame_is_a_segmentation_fault(world: Callers, task: Task) -> None:
    world.machine.registers[ESP] = 0x100
    call = world.enter(task, Sysno.SIGRETURN)
    assert TABLE[call.number].invoke(task, call.words) is REPLACED
    assert world.machine.registers[EIP] == CODE
    assert task.signals.pending.mask == bit(Signal.SIGSEGV)


def test_restart_syscall_without_a_call_to_restart(world: Callers, task: Task) -> None:
    assert world.call(task, Sysno.RESTART_SYSCALL) == -Errno.EINTR
