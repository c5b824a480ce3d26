"""kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo: whom they reach, what they refuse."""

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.process import Resource
from kernel.abi.signals import SiCode, Signal, bit
from kernel.abi.sysno import Sysno
from kernel.signals.state import SigInfo
from kernel.task.task import Task, TaskState
from tests.callers import Callers
from tests.fakes import DATA

USR1 = Signal.SIGUSR1


@pytest.fixture
def world() -> Callers:
    return Callers()


@pytest.fixture
def task(world: Callers) -> Task:
    return world.run(world.process())


def blocking(world: Callers, uid: int = 0) -> Task:
    """A process that keeps every signal pending."""
    task = world.process(uid=uid)
    task.signals.blocked = (1 << 64) - 1
    return task


def test_kill_sends_to_a_process_as_its_sender(world: Callers, task: Task) -> None:
    target = blocking(world)
    assert world.call(task, Sysno.KILL, target.pid, USR1) == 0
    assert target.process.pending.queue == [SigInfo(USR1, SiCode.SI_USER, task.pid, 0)]
    assert world.traced(task) == f"kill({target.pid}, SIGUSR1)"


def test_kill_takes_a_threads_id_for_its_process(world: Callers, task: Task) -> None:
    target = blocking(world)
    thread = world.thread(target)
    assert world.call(task, Sysno.KILL, thread.tid, USR1) == 0
    assert target.process.pending.mask == bit(USR1)


def test_signal_0_only_asks(world: Callers, task: Task) -> None:
    target = blocking(world)
    assert world.call(task, Sysno.KILL, target.pid, 0) == 0
    assert not target.process.pending.mask


def test_kill_refuses(world: Callers, task: Task) -> None:
    assert world.call(task, Sysno.KILL, 9999, USR1) == -Errno.ESRCH
    assert world.call(task, Sysno.KILL, 9999, 65) == -Errno.ESRCH, "looks for the target first"
    assert world.call(task, Sysno.KILL, task.pid, 65) == -Errno.EINVAL
    assert world.call(task, Sysno.KILL, task.pid, -1) == -Errno.EINVAL
    assert world.call(task, Sysno.KILL, -9999, USR1) == -Errno.ESRCH
    assert world.call(task, Sysno.KILL, -(1 << 31), USR1) == -Errno.ESRCH


def test_another_users_process_is_off_limits(world: Callers) -> None:
    task = world.run(world.process(uid=1000))
    target = blocking(world, uid=1001)
    assert world.call(task, Sysno.KILL, target.pid, USR1) == -Errno.EPERM
    assert world.call(task, Sysno.KILL, 1, USR1) == -Errno.EPERM
    assert not target.process.pending.mask


def test_a_group_takes_it_if_one_of_it_can_be_reached(world: Callers) -> None:
    task = world.run(world.process(uid=1000))
    theirs, mine = blocking(world, uid=1001), blocking(world, uid=1000)
    theirs.process.group = mine.process.group = 77
    assert world.call(task, Sysno.KILL, -77, USR1) == 0
    assert mine.process.pending.mask == bit(USR1)
    assert not theirs.process.pending.mask
    mine.process.group = 78
    assert world.call(task, Sysno.KILL, -77, USR1) == -Errno.EPERM


def test_kill_0_is_ones_own_group(world: Callers, task: Task) -> None:
    target = blocking(world)
    target.process.group = task.process.group
    task.signals.blocked = (1 << 64) - 1
    assert world.call(task, Sysno.KILL, 0, USR1) == 0
    assert target.process.pending.mask == task.process.pending.mask == bit(USR1)


def test_kill_minus_1_is_everybody_but_init_and_oneself(world: Callers, task: Task) -> None:
    assert world.call(task, Sysno.KILL, -1, USR1) == -Errno.ESRCH
    targets = [blocking(world), blocking(world, uid=5)]
    assert world.call(task, Sysno.KILL, -1, USR1) == 0
    assert all(target.process.pending.mask == bit(USR1) for target in targets)
    assert not task.process.pending.mask


def test_a_zombie_can_be_signalled_to_no_effect(world: Callers, task: Task) -> None:
    target = world.process(state=TaskState.ZOMBIE)
    assert world.call(task, Sysno.KILL, target.pid, Signal.SIGKILL) == 0
    assert target.state is TaskState.ZOMBIE


def test_tkill_and_tgkill_reach_one_thread(world: Callers, task: Task) -> None:
    target = blocking(world)
    thread = world.thread(target)
    thread.signals.blocked = (1 << 64) - 1
    assert world.call(task, Sysno.TKILL, thread.tid, USR1) == 0
    assert world.call(task, Sysno.TGKILL, target.pid, thread.tid, Signal.SIGUSR2) == 0
    assert [entry.signal for entry in thread.signals.pending.queue] == [USR1, Signal.SIGUSR2]
    assert thread.signals.pending.queue[0].code == SiCode.SI_TKILL
    assert not target.process.pending.mask
    assert world.call(task, Sysno.TGKILL, task.pid, thread.tid, USR1) == -Errno.ESRCH
    assert world.call(task, Sysno.TGKILL, 0, thread.tid, USR1) == -Errno.EINVAL
    assert world.call(task, Sysno.TKILL, 0, USR1) == -Errno.EINVAL
    assert world.call(task, Sysno.TKILL, 9999, USR1) == -Errno.ESRCH


# ---- with information --------------------------------------------------------------------------


def queue(task: Task, code: int, pid: int = 5, uid: int = 6, value: int = 7) -> int:
    task.memory.write(DATA, struct.pack("<iiiiIi", 1, 0, code, pid, uid, value).ljust(128, b"\0"))
    return DATA


def test_rt_sigqueueinfo_carries_a_value(world: Callers, task: Task) -> None:
    target = blocking(world)
    info = queue(task, SiCode.SI_QUEUE)
    assert world.call(task, Sysno.RT_SIGQUEUEINFO, target.pid, 40, info) == 0
    assert world.call(task, Sysno.RT_SIGQUEUEINFO, target.pid, 40, info) == 0
    entry = SigInfo(40, SiCode.SI_QUEUE, 5, 6, value=7)
    assert target.process.pending.queue == [entry, entry]


def test_nobody_passes_for_kill_or_the_kernel(world: Callers, task: Task) -> None:
    target = blocking(world)
    for code in (SiCode.SI_USER, SiCode.SI_KERNEL, SiCode.SI_TKILL):
        info = queue(task, code)
        refused = world.call(task, Sysno.RT_SIGQUEUEINFO, target.pid, USR1, info)
        assert refused == -Errno.EPERM
    task.signals.blocked = bit(USR1)
    assert world.call(task, Sysno.RT_SIGQUEUEINFO, task.pid, USR1, info) == 0, "but to oneself"


def test_real_time_signals_are_limited(world: Callers, task: Task) -> None:
    target = blocking(world)
    target.process.limits = target.process.limits.replaced(Resource.RLIMIT_SIGPENDING, (1, 1))
    info = queue(task, SiCode.SI_QUEUE)
    assert world.call(task, Sysno.RT_SIGQUEUEINFO, target.pid, 40, info) == 0
    assert world.call(task, Sysno.RT_SIGQUEUEINFO, target.pid, 40, info) == -Errno.EAGAIN
    assert world.call(task, Sysno.RT_SIGQUEUEINFO, target.pid, USR1, info) == 0


def test_rt_tgsigqueueinfo_is_for_a_thread(world: Callers, task: Task) -> None:
    target = blocking(world)
    info = queue(task, SiCode.SI_QUEUE)
    call = Sysno.RT_TGSIGQUEUEINFO
    assert world.call(task, call, target.pid, target.tid, USR1, info) == 0
    assert target.signals.pending.mask == bit(USR1)
    assert world.call(task, call, target.pid, target.tid, USR1, 0x10) == -Errno.EFAULT
