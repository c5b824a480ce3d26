"""timer_create and its family, on a clock that the test moves."""

import struct

import pytest

from kernel import idling
from kernel.abi.errno import Errno
from kernel.abi.process import Resource
from kernel.abi.signals import SiCode, Signal, bit
from kernel.abi.sysno import Sysno
from kernel.signals import cpu_timers
from kernel.signals.posix_timers import PosixTimer
from kernel.task.cpu_clock import CpuClock, CpuClockKind
from kernel.task.task import Task
from tests.callers import Callers
from tests.fakes import DATA

SETTING, NUMBER, EVENT = DATA, DATA + 0x100, DATA + 0x200
REALTIME, MONOTONIC, PROCESS, THREAD = 0, 1, 2, 3
USR1 = Signal.SIGUSR1


@pytest.fixture
def world() -> Callers:
    return Callers()


@pytest.fixture
def task(world: Callers) -> Task:
    task = world.run(world.process())
    task.signals.blocked = (1 << 64) - 1
    return task


def create(world: Callers, task: Task, clock: int, notify: int = 0, tid: int = 0) -> PosixTimer:
    task.memory.write(EVENT, struct.pack("<4I", 9, USR1, notify, tid))
    assert world.call(task, Sysno.TIMER_CREATE, clock, EVENT, NUMBER) == 0
    return task.process.timers[task.memory.read_word(NUMBER)]


def start(world: Callers, task: Task, timer: PosixTimer, value: int, interval: int = 0) -> None:
    task.memory.write(SETTING, struct.pack("<4I", 0, interval, 0, value))
    assert world.call(task, Sysno.TIMER_SETTIME, timer.number, 0, SETTING, 0) == 0


def pass_time(world: Callers, nanoseconds: int) -> None:
    world.system.clock.now += nanoseconds
    idling.wake_due(world.system)


def test_a_short_interval_rings_once_until_somebody_listens(world: Callers, task: Task) -> None:
    timer = create(world, task, MONOTONIC)
    start(world, task, timer, value=100, interval=1)
    pass_time(world, 1_000_000)
    assert world.system.scheduler.next_deadline() is None, "it stands still"
    info = task.process.pending.take(USR1)
    assert (info.code, info.value, info.overrun) == (SiCode.SI_TIMER, 9, 999_900)
    assert world.call(task, Sysno.TIMER_GETOVERRUN, timer.number) == 999_900
    assert world.system.scheduler.next_deadline() == world.system.clock.now + 1


def test_an_ignored_timer_does_not_ring_more_often_than_once_a_tick(
    world: Callers, task: Task
) -> None:
    timer = create(world, task, MONOTONIC)
    task.signals.blocked = 0
    world.handle(task, USR1, handler=1)
    start(world, task, timer, value=1, interval=1)
    pass_time(world, 10)
    deadline = world.system.scheduler.next_deadline()
    assert deadline is not None
    assert deadline - world.system.clock.now == 4_000_001
    assert not task.process.pending.mask


def test_the_timer_of_one_thread_tells_that_thread(world: Callers, task: Task) -> None:
    other = world.thread(task)
    timer = create(world, task, MONOTONIC, notify=4, tid=other.tid)
    start(world, task, timer, value=5)
    pass_time(world, 5)
    assert other.signals.pending.mask == bit(USR1)
    assert not task.process.pending.mask


def test_clocks_of_cpu_time_do_not_see_others_run(world: Callers, task: Task) -> None:
    other = world.thread(task)
    of_process, of_thread = create(world, task, PROCESS), create(world, task, THREAD)
    for timer in (of_process, of_thread):
        start(world, task, timer, value=1000)
    pass_time(world, 1_000_000)
    other.user_time += 999
    cpu_timers.check(task)
    assert not task.process.pending.mask
    other.user_time += 1
    cpu_timers.check(task)
    assert [info.timer for info in task.process.pending.queue] == [of_process.number]
    task.user_time += 1000
    cpu_timers.check(task)
    assert [info.timer for info in task.process.pending.queue] == [0, 1]
    assert not task.process.cpu_watchers


def test_the_clock_stops_where_a_running_task_has_spent_what_a_timer_waits_for(
    world: Callers, task: Task
) -> None:
    other = world.thread(task)
    timer, near = create(world, task, PROCESS), create(world, task, THREAD)
    near.cpu = CpuClock(task.process, other, CpuClockKind.SCHED)
    start(world, task, near, value=2)
    assert world.system.scheduler.next_deadline() is None, "the other thread does not run"
    start(world, task, timer, value=1000)
    assert world.system.scheduler.next_deadline() == world.system.clock.now + 1000
    task.user_time += 1000
    pass_time(world, 1000)
    assert task.process.pending.mask == bit(USR1)


def test_time_left(world: Callers, task: Task) -> None:
    timer = create(world, task, REALTIME)
    start(world, task, timer, value=1000, interval=300)
    pass_time(world, 400)
    world.call(task, Sysno.TIMER_GETTIME, timer.number, SETTING)
    assert struct.unpack("<4I", task.memory.read(SETTING, 16)) == (0, 300, 0, 600)
    pass_time(world, 1000)
    world.call(task, Sysno.TIMER_GETTIME64, timer.number, SETTING)
    assert struct.unpack("<4Q", task.memory.read(SETTING, 32)) == (0, 300, 0, 200), "of the next"


def test_a_deleted_timer_takes_its_signal_along(world: Callers, task: Task) -> None:
    timer = create(world, task, MONOTONIC)
    start(world, task, timer, value=5)
    pass_time(world, 5)
    assert task.process.pending.mask == bit(USR1)
    assert world.call(task, Sysno.TIMER_DELETE, timer.number) == 0
    assert not task.process.pending.mask
    assert world.call(task, Sysno.TIMER_DELETE, timer.number) == -Errno.EINVAL


def test_all_processes_of_a_user_share_the_limit_of_signals(world: Callers) -> None:
    one, other = world.process(uid=7), world.process(uid=7)
    other.process.limits = other.process.limits.replaced(Resource.RLIMIT_SIGPENDING, (2, 2))
    one.signals.blocked = other.signals.blocked = (1 << 64) - 1
    create(world, one, MONOTONIC)
    create(world, other, MONOTONIC)
    assert world.call(other, Sysno.TIMER_CREATE, MONOTONIC, 0, NUMBER) == -Errno.EAGAIN
    assert world.call(other, Sysno.TKILL, other.tid, 40) == -Errno.EAGAIN
    assert world.call(other, Sysno.TKILL, one.tid, 40) == 0, "the target's limit counts"
    stranger = world.process(uid=8)
    stranger.process.limits = other.process.limits
    assert world.call(stranger, Sysno.TIMER_CREATE, MONOTONIC, 0, NUMBER) == 0
