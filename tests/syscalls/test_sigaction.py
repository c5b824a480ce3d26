"""sigaction, rt_sigaction, signal, sigaltstack."""

import struct

import pytest

from emulator.machine.machine import ESP
from kernel.abi.errno import Errno
from kernel.abi.signals import SIG_DFL, SIG_IGN, SS_DISABLE, SS_ONSTACK, SigactionFlag, Signal, bit
from kernel.abi.sysno import Sysno
from kernel.signals import send
from kernel.signals.state import Action, SigInfo
from kernel.task.task import Task
from tests.callers import Callers
from tests.fakes import DATA

USR1 = Signal.SIGUSR1
ACTION, OLD = DATA, DATA + 0x100
RESTART = int(SigactionFlag.SA_RESTART)


@pytest.fixture
def world() -> Callers:
    return Callers()


@pytest.fixture
def task(world: Callers) -> Task:
    return world.run(world.process())


def test_rt_sigaction_sets_and_reports(world: Callers, task: Task) -> None:
    task.memory.write(ACTION, struct.pack("<IIIQ", 0x1234, RESTART, 0x99, bit(40) | bit(17)))
    assert world.call(task, Sysno.RT_SIGACTION, USR1, ACTION, OLD, 8) == 0
    assert task.sighand.get(USR1) == Action(0x1234, RESTART, bit(40) | bit(17), 0x99)
    assert struct.unpack("<IIIQ", task.memory.read(OLD, 20)) == (0, 0, 0, 0)
    assert world.traced(task) == (
        "rt_sigaction(SIGUSR1, {sa_handler=0x1234, sa_mask=[CHLD RT_8], sa_flags=SA_RESTART}, "
        "{sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}, 8)"
    )


def test_the_restorer_is_shown_with_its_flag(world: Callers, task: Task) -> None:
    flags = SigactionFlag.SA_RESTORER | SigactionFlag.SA_SIGINFO | SigactionFlag.SA_NODEFER
    task.memory.write(ACTION, struct.pack("<IIIQ", SIG_IGN, flags, 0x99, 0))
    world.call(task, Sysno.RT_SIGACTION, USR1, ACTION, 0, 8)
    assert world.traced(task) == (
        "rt_sigaction(SIGUSR1, {sa_handler=SIG_IGN, sa_mask=[], "
        "sa_flags=SA_RESTORER|SA_NODEFER|SA_SIGINFO, sa_restorer=0x99}, NULL, 8)"
    )


def test_sigkill_and_sigstop_cannot_be_masked_or_caught(world: Callers, task: Task) -> None:
    task.memory.write(ACTION, struct.pack("<IIIQ", 0x1234, 0, 0, (1 << 64) - 1))
    assert world.call(task, Sysno.RT_SIGACTION, USR1, ACTION, 0, 8) == 0
    assert task.sighand.get(USR1).mask == ((1 << 64) - 1) & ~(bit(9) | bit(19))
    for signal in (9, 19, 0, 65, 0xFFFF_FFFF):
        assert world.call(task, Sysno.RT_SIGACTION, signal, ACTION, 0, 8) == -Errno.EINVAL
    assert world.call(task, Sysno.RT_SIGACTION, 9, 0, OLD, 8) == 0


def test_flags_that_mean_nothing_are_dropped(world: Callers, task: Task) -> None:
    task.memory.write(ACTION, struct.pack("<IIIQ", 0x1234, 0x0001_0000 | RESTART, 0, 0))
    world.call(task, Sysno.RT_SIGACTION, USR1, ACTION, 0, 8)
    assert task.sighand.get(USR1).flags == RESTART


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ((USR1, ACTION, 0, 4), Errno.EINVAL),
        ((USR1, 0x10, 0, 8), Errno.EFAULT),
        ((USR1, 0, 0x10, 8), Errno.EFAULT),
    ],
)
def test_rt_sigaction_refuses(
    world: Callers, task: Task, words: tuple[int, ...], error: Errno
) -> None:
    assert world.call(task, Sysno.RT_SIGACTION, *words) == -error


def test_ignoring_a_signal_discards_it_where_it_is_pending(world: Callers, task: Task) -> None:
    other = world.thread(task)
    task.signals.blocked = other.signals.blocked = bit(USR1)
    send.send_to_process(task.process, SigInfo(USR1, 0))
    send.send_to_task(other, SigInfo(USR1, 0))
    task.memory.write(ACTION, struct.pack("<IIIQ", SIG_IGN, 0, 0, 0))
    world.call(task, Sysno.RT_SIGACTION, USR1, ACTION, 0, 8)
    assert not task.process.pending.mask
    assert not other.signals.pending.mask


def test_the_old_sigaction_has_another_layout(world: Callers, task: Task) -> None:
    task.memory.write(ACTION, struct.pack("<IIII", 0x1234, bit(17), RESTART, 0x99))
    assert world.call(task, Sysno.SIGACTION, USR1, ACTION, OLD) == 0
    assert task.sighand.get(USR1) == Action(0x1234, RESTART, bit(17), 0x99)
    assert world.traced(task) == (
        "sigaction(SIGUSR1, {sa_handler=0x1234, sa_mask=[CHLD], sa_flags=SA_RESTART}, "
        "{sa_handler=SIG_DFL, sa_mask=[], sa_flags=0})"
    )


def test_signal_installs_a_handler_for_once_and_returns_the_last(
    world: Callers, task: Task
) -> None:
    assert world.call(task, Sysno.SIGNAL, USR1, 0x1234) == SIG_DFL
    assert task.sighand.get(USR1).flags == 0xC000_0000
    assert world.call(task, Sysno.SIGNAL, USR1, SIG_IGN) == 0x1234
    assert world.call(task, Sysno.SIGNAL, USR1, 0x1234) == SIG_IGN
    assert world.traced(task) == "signal(SIGUSR1, 0x1234) (SIG_IGN)"


# ---- sigaltstack -------------------------------------------------------------------------------


def stack(task: Task, start: int, flags: int, size: int) -> int:
    task.memory.write(ACTION, struct.pack("<III", start, flags, size))
    return ACTION


def test_sigaltstack_sets_and_reports(world: Callers, task: Task) -> None:
    assert world.call(task, Sysno.SIGALTSTACK, stack(task, DATA, 0, 8192), OLD) == 0
    assert struct.unpack("<III", task.memory.read(OLD, 12)) == (0, SS_DISABLE, 0)
    assert world.traced(task) == (
        f"sigaltstack({{ss_sp={DATA:#x}, ss_flags=0, ss_size=8192}}, "
        "{ss_sp=NULL, ss_flags=SS_DISABLE, ss_size=0})"
    )
    assert world.call(task, Sysno.SIGALTSTACK, stack(task, 5, SS_DISABLE, 5), OLD) == 0
    assert struct.unpack("<III", task.memory.read(OLD, 12)) == (DATA, 0, 8192)
    assert task.signals.stack_size == 0


def test_sigaltstack_refuses(world: Callers, task: Task) -> None:
    assert world.call(task, Sysno.SIGALTSTACK, stack(task, DATA, 0, 2047), 0) == -Errno.ENOMEM
    assert world.call(task, Sysno.SIGALTSTACK, stack(task, DATA, 4, 8192), 0) == -Errno.EINVAL
    assert world.call(task, Sysno.SIGALTSTACK, 0x10, 0) == -Errno.EFAULT


def test_a_stack_in_use_cannot_be_changed(world: Callers, task: Task) -> None:
    world.call(task, Sysno.SIGALTSTACK, stack(task, DATA, 0, 8192), 0)
    world.machine.registers[ESP] = DATA + 100
    assert world.call(task, Sysno.SIGALTSTACK, stack(task, DATA, 0, 4096), OLD) == -Errno.EPERM
    assert world.call(task, Sysno.SIGALTSTACK, 0, OLD) == 0
    assert struct.unpack("<III", task.memory.read(OLD, 12)) == (DATA, SS_ONSTACK, 8192)
