"""sigprocmask, sigpending, sgetmask and ssetmask, with 32 and with 64 signals."""

import pytest

from kernel.abi.errno import Errno
from kernel.abi.signals import Signal, bit
from kernel.abi.sysno import Sysno
from kernel.signals import send
from kernel.signals.state import SigInfo
from kernel.task.task import Task
from tests.callers import Callers
from tests.fakes import DATA

USR1, CHLD, TERM = bit(Signal.SIGUSR1), bit(Signal.SIGCHLD), bit(Signal.SIGTERM)
RT = bit(40)
SET, OLD = DATA, DATA + 0x100
BLOCK, UNBLOCK, SETMASK = 0, 1, 2


@pytest.fixture
def world() -> Callers:
    return Callers()


@pytest.fixture
def task(world: Callers) -> Task:
    return world.run(world.process())


def store(task: Task, mask: int) -> int:
    task.memory.write(SET, mask.to_bytes(8, "little"))
    return SET


def stored(task: Task) -> int:
    return int.from_bytes(task.memory.read(OLD, 8), "little")


def test_block_unblock_set(world: Callers, task: Task) -> None:
    for how, mask, result in (
        (SETMASK, USR1 | RT, USR1 | RT),
        (BLOCK, CHLD, USR1 | CHLD | RT),
        (UNBLOCK, USR1 | TERM, CHLD | RT),
    ):
        before = task.signals.blocked
        assert world.call(task, Sysno.RT_SIGPROCMASK, how, store(task, mask), OLD, 8) == 0
        assert task.signals.blocked == result
        assert stored(task) == before


def test_sigkill_and_sigstop_stay_unblocked(world: Callers, task: Task) -> None:
    world.call(task, Sysno.RT_SIGPROCMASK, SETMASK, store(task, (1 << 64) - 1), 0, 8)
    assert task.signals.blocked == ((1 << 64) - 1) & ~(bit(9) | bit(19))
    assert world.traced(task) == "rt_sigprocmask(SIG_SETMASK, ~[], NULL, 8)"


def test_unblocking_a_pending_signal_calls_for_its_delivery(world: Callers, task: Task) -> None:
    world.handle(task, Signal.SIGUSR1)
    world.call(task, Sysno.RT_SIGPROCMASK, BLOCK, store(task, USR1), 0, 8)
    send.send_to_process(task.process, SigInfo(Signal.SIGUSR1, 0))
    assert not task.signals.attention
    world.call(task, Sysno.RT_SIGPROCMASK, UNBLOCK, store(task, USR1), 0, 8)
    assert task.signals.attention


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ((BLOCK, SET, 0, 4), Errno.EINVAL),
        ((77, SET, 0, 8), Errno.EINVAL),
        ((BLOCK, 0x10, 0, 8), Errno.EFAULT),
        ((BLOCK, 0, 0x10, 8), Errno.EFAULT),
    ],
)
def test_rt_sigprocmask_refuses(
    world: Callers, task: Task, words: tuple[int, ...], error: Errno
) -> None:
    assert world.call(task, Sysno.RT_SIGPROCMASK, *words) == -error


def test_how_does_not_matter_without_a_set(world: Callers, task: Task) -> None:
    assert world.call(task, Sysno.RT_SIGPROCMASK, 77, 0, OLD, 8) == 0


def test_the_old_call_leaves_real_time_signals_alone(world: Callers, task: Task) -> None:
    task.signals.blocked = RT | USR1
    assert world.call(task, Sysno.SIGPROCMASK, SETMASK, store(task, CHLD | RT), OLD) == 0
    assert task.signals.blocked == RT | CHLD
    assert task.memory.read_word(OLD) == USR1
    assert world.traced(task) == "sigprocmask(SIG_SETMASK, [CHLD], [USR1])"


def test_sigpending_is_what_is_blocked_and_waits(world: Callers, task: Task) -> None:
    task.signals.blocked = USR1 | RT
    for number in (Signal.SIGUSR1, 40):
        send.send_to_process(task.process, SigInfo(number, 0))
    assert world.call(task, Sysno.RT_SIGPENDING, OLD, 8) == 0
    assert stored(task) == USR1 | RT
    assert world.traced(task) == "rt_sigpending([USR1 RT_8], 8)"
    assert world.call(task, Sysno.SIGPENDING, OLD) == 0
    assert task.memory.read_word(OLD) == USR1
    assert world.call(task, Sysno.RT_SIGPENDING, OLD, 9) == -Errno.EINVAL


def test_sgetmask_and_ssetmask_know_32_signals(world: Callers, task: Task) -> None:
    task.signals.blocked = USR1 | RT
    assert world.call(task, Sysno.SSETMASK, CHLD) == USR1
    assert world.call(task, Sysno.SGETMASK) == CHLD
    assert task.signals.blocked == CHLD
