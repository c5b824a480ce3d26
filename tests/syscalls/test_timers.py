"""alarm, setitimer, getitimer."""

import struct

import pytest

from kernel import idling
from kernel.abi.errno import Errno
from kernel.abi.process import Resource
from kernel.abi.signals import SiCode, Signal, bit
from kernel.abi.sysno import Sysno
from kernel.clock import NANOSECONDS
from kernel.signals import alarm, cpu_timers
from kernel.signals.state import SigInfo
from kernel.task.task import Task
from tests.callers import Callers
from tests.fakes import DATA

NEW, OLD = DATA, DATA + 0x100
REAL, VIRTUAL, PROF = 0, 1, 2


@pytest.fixture
def world() -> Callers:
    return Callers()


@pytest.fixture
def task(world: Callers) -> Task:
    return world.run(world.process())


def store(task: Task, *times: int) -> None:
    task.memory.write(NEW, struct.pack("<4i", *times))


def stored(task: Task) -> tuple[int, ...]:
    return struct.unpack("<4i", task.memory.read(OLD, 16))


def expire(world: Callers, task: Task) -> None:
    moment = world.system.scheduler.next_deadline()
    assert moment is not None
    world.system.clock.advance_to(moment)
    for sleeper in world.system.scheduler.take_due():
        assert sleeper is task.process
        alarm.expire(task.process)


def test_alarm_returns_the_seconds_that_were_left(world: Callers, task: Task) -> None:
    assert world.call(task, Sysno.ALARM, 5) == 0
    world.system.clock.now += 1_400_000_000
    assert world.call(task, Sysno.ALARM, 3) == 4
    world.system.clock.now += 2_999_000_000
    assert world.call(task, Sysno.ALARM, 0) == 1, "never 0 while an alarm is set"
    assert task.process.alarm is None
    assert world.system.scheduler.next_deadline() is None


def test_an_alarm_rings_once(world: Callers, task: Task) -> None:
    world.handle(task, Signal.SIGALRM)
    world.call(task, Sysno.ALARM, 1)
    expire(world, task)
    assert task.process.pending.queue == [SigInfo(Signal.SIGALRM, SiCode.SI_KERNEL)]
    assert world.system.scheduler.next_deadline() is None


def test_an_interval_timer_goes_on(world: Callers, task: Task) -> None:
    store(task, 0, 10_000, 0, 5_000)
    assert world.call(task, Sysno.SETITIMER, REAL, NEW, OLD) == 0
    assert stored(task) == (0, 0, 0, 0)
    start = world.system.clock.now
    expire(world, task)
    assert world.system.clock.now == start + 5_000_000
    expire(world, task)
    assert world.system.clock.now == start + 15_000_000
    assert world.call(task, Sysno.GETITIMER, REAL, OLD) == 0
    assert stored(task) == (0, 10_000, 0, 10_000)


def test_rings_that_were_slept_through_are_one(world: Callers, task: Task) -> None:
    store(task, 1, 0, 1, 0)
    world.call(task, Sysno.SETITIMER, REAL, NEW, 0)
    start = world.system.clock.now
    world.system.clock.now += 3 * NANOSECONDS + 5
    expire(world, task)
    assert task.process.alarm == start + 4 * NANOSECONDS


def test_setitimer_shows_both_times(world: Callers, task: Task) -> None:
    store(task, 0, 0, 0, 1000)
    world.call(task, Sysno.SETITIMER, REAL, NEW, OLD)
    zero = "{tv_sec=0, tv_usec=0}"
    assert world.traced(task) == (
        f"setitimer(ITIMER_REAL, {{it_interval={zero}, it_value={{tv_sec=0, tv_usec=1000}}}}, "
        f"{{it_interval={zero}, it_value={zero}}})"
    )


@pytest.mark.parametrize("times", [(0, 0, -1, 0), (0, 0, 0, 1_000_000), (-1, 0, 0, 0)])
def test_times_out_of_range(world: Callers, task: Task, times: tuple[int, ...]) -> None:
    store(task, *times)
    assert world.call(task, Sysno.SETITIMER, REAL, NEW, 0) == -Errno.EINVAL
    assert task.process.alarm is None


def test_bad_timers_and_pointers(world: Callers, task: Task) -> None:
    store(task, 0, 0, 1, 0)
    assert world.call(task, Sysno.SETITIMER, 3, NEW, 0) == -Errno.EINVAL
    assert world.call(task, Sysno.GETITIMER, 3, OLD) == -Errno.EINVAL
    assert world.call(task, Sysno.SETITIMER, REAL, 0x10, 0) == -Errno.EFAULT
    assert world.call(task, Sysno.GETITIMER, REAL, 0x10) == -Errno.EFAULT


def test_null_stops_the_timer(world: Callers, task: Task) -> None:
    world.call(task, Sysno.ALARM, 7)
    assert world.call(task, Sysno.SETITIMER, REAL, 0, OLD) == 0
    assert stored(task) == (0, 0, 7, 0)
    assert task.process.alarm is None


# ---- CPU time ----------------------------------------------------------------------------------


def test_timers_of_cpu_time_count_what_the_process_spends(world: Callers, task: Task) -> None:
    task.signals.blocked = (1 << 64) - 1
    store(task, 0, 20_000, 0, 10_000)
    for which in (VIRTUAL, PROF):
        assert world.call(task, Sysno.SETITIMER, which, NEW, 0) == 0
    world.system.clock.now += NANOSECONDS
    task.user_time += 4_000_000
    task.system_time += 7_000_000
    cpu_timers.check(task)
    assert task.process.pending.mask == bit(Signal.SIGPROF)
    assert world.call(task, Sysno.GETITIMER, VIRTUAL, OLD) == 0
    assert stored(task) == (0, 20_000, 0, 6_000)
    world.call(task, Sysno.GETITIMER, PROF, OLD)
    assert stored(task) == (0, 20_000, 0, 19_000)
    task.user_time += 6_000_000
    cpu_timers.check(task)
    assert task.process.pending.mask & bit(Signal.SIGVTALRM)


def test_a_timer_of_cpu_time_without_an_interval_rings_once(world: Callers, task: Task) -> None:
    store(task, 0, 0, 0, 10_000)
    world.call(task, Sysno.SETITIMER, PROF, NEW, 0)
    task.user_time += NANOSECONDS
    task.signals.blocked = bit(Signal.SIGPROF)
    cpu_timers.check(task)
    assert task.process.pending.mask == bit(Signal.SIGPROF)
    assert not task.process.cpu_timers
    world.call(task, Sysno.GETITIMER, PROF, OLD)
    assert stored(task) == (0, 0, 0, 0)


def test_rlimit_cpu_warns_every_second_and_then_kills(world: Callers, task: Task) -> None:
    xcpu = bit(Signal.SIGXCPU)
    task.signals.blocked = xcpu
    task.process.limits = task.process.limits.replaced(Resource.RLIMIT_CPU, (1, 3))
    pending = task.process.pending
    for spent, warned in ((0.9, 0), (1.0, xcpu), (1.5, 0), (2.1, xcpu)):
        task.user_time = int(spent * NANOSECONDS)
        pending.drop(xcpu)
        cpu_timers.check(task)
        assert pending.mask == warned
    task.user_time = 3 * NANOSECONDS
    cpu_timers.check(task)
    assert task.is_ending


def test_the_clock_stops_where_a_running_task_reaches_its_limit(world: Callers, task: Task) -> None:
    scheduler, clock = world.system.scheduler, world.system.clock
    task.user_time = NANOSECONDS - 5000
    task.memory.write(NEW, struct.pack("<2Q", 1, 2))
    assert world.call(task, Sysno.PRLIMIT64, 0, Resource.RLIMIT_CPU, NEW, 0) == 0
    assert scheduler.next_deadline() == clock.now + 5000
    task.signals.blocked = bit(Signal.SIGXCPU)
    task.user_time += 5000
    clock.now += 5000
    idling.wake_due(world.system)
    assert task.process.pending.mask == bit(Signal.SIGXCPU)
    assert scheduler.next_deadline() == clock.now + 10_000_000, "one looks again before it matters"


@pytest.mark.parametrize(("which", "kept"), [(REAL, 0), (VIRTUAL, 10), (PROF, 10)])
def test_a_timer_of_cpu_time_keeps_its_interval_though_it_never_rings(
    world: Callers, task: Task, which: int, kept: int
) -> None:
    store(task, 10, 0, 0, 0)
    assert world.call(task, Sysno.SETITIMER, which, NEW, 0) == 0
    task.user_time += 20 * NANOSECONDS
    cpu_timers.check(task)
    assert not task.process.pending.mask
    assert world.call(task, Sysno.GETITIMER, which, OLD) == 0
    assert stored(task) == (kept, 0, 0, 0)
