"""Reading clocks and sleeping: time, gettimeofday, clock_gettime, times, nanosleep and the like."""

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.abi.time import COARSE_NS, ClockId, TimerFlag
from kernel.clock import EPOCH, NANOSECONDS
from kernel.errors import Restart
from kernel.signals import cpu_timers
from kernel.syscalls.table import TABLE
from kernel.task.task import Task, TaskState
from kernel.task.usage import Usage
from tests.callers import Callers
from tests.fakes import DATA

LEFT = DATA + 0x100
NOW = 5 * NANOSECONDS + 123_456_789


class Sleepers(Callers):
    """One task, five seconds after boot."""

    def __init__(self) -> None:
        super().__init__()
        self.task = self.process()
        self.system.clock.now = NOW

    def timespec(self, address: int = DATA) -> tuple[int, ...]:
        return struct.unpack("<iI", self.task.memory.read(address, 8))

    def set_timespec(self, seconds: int, nanoseconds: int) -> None:
        self.task.memory.write(DATA, struct.pack("<iI", seconds, nanoseconds))

    def interrupt(self, task: Task) -> None:
        call = task.call
        assert call is not None
        hook = TABLE[call.number].interrupted
        assert hook is not None
        hook(task, call)
        call.result = -Errno.EINTR


@pytest.fixture
def sleepers() -> Sleepers:
    return Sleepers()


def test_time_returns_and_stores_the_seconds(sleepers: Sleepers) -> None:
    seconds = EPOCH // NANOSECONDS + 5
    assert sleepers.call(sleepers.task, Sysno.TIME, DATA) == seconds
    assert sleepers.task.memory.read_word(DATA) == seconds
    assert sleepers.call(sleepers.task, Sysno.TIME, 0) == seconds
    assert sleepers.traced(sleepers.task) == "time(NULL) (2026-01-01T00:00:05+0000)"


def test_gettimeofday_has_microseconds_and_utc(sleepers: Sleepers) -> None:
    sleepers.task.memory.write(LEFT, b"\xff" * 8)
    assert sleepers.call(sleepers.task, Sysno.GETTIMEOFDAY, DATA, LEFT) == 0
    assert sleepers.timespec() == (EPOCH // NANOSECONDS + 5, 123_456)
    assert sleepers.task.memory.read(LEFT, 8) == bytes(8)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        (ClockId.CLOCK_REALTIME, EPOCH + NOW),
        (ClockId.CLOCK_MONOTONIC, NOW),
        (ClockId.CLOCK_BOOTTIME, NOW),
        (ClockId.CLOCK_MONOTONIC_COARSE, NOW - NOW % COARSE_NS),
        (ClockId.CLOCK_PROCESS_CPUTIME_ID, 300),
        (ClockId.CLOCK_THREAD_CPUTIME_ID, 300),
        (-2, 300),
        (-6, 300),
    ],
)
def test_each_clock_shows_its_own_time(sleepers: Sleepers, clock: int, expected: int) -> None:
    sleepers.task.user_time, sleepers.task.system_time = 100, 200
    assert sleepers.call(sleepers.task, Sysno.CLOCK_GETTIME, clock, DATA) == 0
    assert sleepers.timespec() == divmod(expected, NANOSECONDS)
    assert sleepers.call(sleepers.task, Sysno.CLOCK_GETTIME64, clock, DATA) == 0
    wide = struct.unpack("<qq", sleepers.task.memory.read(DATA, 16))
    assert wide == divmod(expected, NANOSECONDS)


def test_another_processs_cpu_clock_is_found_by_its_pid(sleepers: Sleepers) -> None:
    other = sleepers.process()
    other.user_time = 7
    clock = ~other.pid << 3 | 2
    assert sleepers.call(sleepers.task, Sysno.CLOCK_GETTIME, clock, DATA) == 0
    assert sleepers.timespec() == (0, 7)


@pytest.mark.parametrize("clock", [12, 99, ClockId.CLOCK_REALTIME_ALARM, ~9999 << 3 | 2])
def test_clocks_that_do_not_exist_are_refused(sleepers: Sleepers, clock: int) -> None:
    assert sleepers.call(sleepers.task, Sysno.CLOCK_GETTIME, clock, DATA) == -Errno.EINVAL


def test_the_resolution_is_a_nanosecond_or_a_tick(sleepers: Sleepers) -> None:
    sleepers.call(sleepers.task, Sysno.CLOCK_GETRES, ClockId.CLOCK_MONOTONIC, DATA)
    assert sleepers.timespec() == (0, 1)
    sleepers.call(sleepers.task, Sysno.CLOCK_GETRES, ClockId.CLOCK_REALTIME_COARSE, DATA)
    assert sleepers.timespec() == (0, COARSE_NS)
    assert sleepers.call(sleepers.task, Sysno.CLOCK_GETRES, ClockId.CLOCK_MONOTONIC, 0) == 0


def test_the_clocks_cannot_be_set(sleepers: Sleepers) -> None:
    for number in (Sysno.STIME, Sysno.SETTIMEOFDAY):
        assert sleepers.call(sleepers.task, number, DATA, DATA) == -Errno.EPERM
    for number in (Sysno.CLOCK_SETTIME, Sysno.CLOCK_SETTIME64):
        assert sleepers.call(sleepers.task, number, 0, DATA) == -Errno.EPERM


def test_times_counts_ticks_of_ten_milliseconds(sleepers: Sleepers) -> None:
    sleepers.task.user_time = 25_000_000
    sleepers.task.process.children_usage = Usage(user=40_000_000)
    assert sleepers.call(sleepers.task, Sysno.TIMES, DATA) == 512
    assert struct.unpack("<4I", sleepers.task.memory.read(DATA, 16)) == (2, 0, 4, 0)


def test_a_sleep_ends_at_its_deadline(sleepers: Sleepers) -> None:
    sleepers.set_timespec(1, 500)
    block = sleepers.sleeps(sleepers.task, Sysno.NANOSLEEP, DATA, LEFT)
    assert str(block) == "time"
    assert block.deadline == NOW + NANOSECONDS + 500
    sleepers.system.clock.now = block.deadline
    assert sleepers.again(sleepers.task) == 0


def test_an_interrupted_sleep_tells_what_is_left(sleepers: Sleepers) -> None:
    sleepers.set_timespec(1, 0)
    sleepers.sleeps(sleepers.task, Sysno.NANOSLEEP, DATA, LEFT)
    sleepers.system.clock.now += NANOSECONDS // 4
    sleepers.interrupt(sleepers.task)
    assert sleepers.timespec(LEFT) == (0, NANOSECONDS * 3 // 4)
    shown = "nanosleep({tv_sec=1, tv_nsec=0}, {tv_sec=0, tv_nsec=750000000})"
    assert sleepers.traced(sleepers.task) == shown


def test_the_time_left_may_overwrite_the_request(sleepers: Sleepers) -> None:
    sleepers.set_timespec(1, 0)
    block = sleepers.sleeps(sleepers.task, Sysno.NANOSLEEP, DATA, DATA)
    sleepers.system.clock.now += NANOSECONDS // 4
    sleepers.interrupt(sleepers.task)
    assert block.deadline is not None
    sleepers.system.clock.now = block.deadline - 1
    assert sleepers.sleeps_again(sleepers.task).deadline == block.deadline


@pytest.mark.parametrize(("seconds", "nanoseconds"), [(-1, 0), (0, NANOSECONDS)])
def test_times_out_of_range_are_refused(sleepers: Sleepers, seconds: int, nanoseconds: int) -> None:
    sleepers.set_timespec(seconds, nanoseconds)
    assert sleepers.call(sleepers.task, Sysno.NANOSLEEP, DATA, 0) == -Errno.EINVAL
    assert sleepers.call(sleepers.task, Sysno.NANOSLEEP, 0, 0) == -Errno.EFAULT


def test_an_absolute_sleep_by_the_wall_clock(sleepers: Sleepers) -> None:
    sleepers.set_timespec(EPOCH // NANOSECONDS + 9, 0)
    words = (ClockId.CLOCK_REALTIME, TimerFlag.TIMER_ABSTIME, DATA, LEFT)
    block = sleepers.sleeps(sleepers.task, Sysno.CLOCK_NANOSLEEP, *words)
    assert block.deadline == 9 * NANOSECONDS
    assert sleepers.task.restart is Restart.NOHAND
    sleepers.task.memory.write(LEFT, b"kept")
    sleepers.interrupt(sleepers.task)
    assert sleepers.task.memory.read(LEFT, 4) == b"kept"


def test_a_moment_in_the_past_is_no_sleep(sleepers: Sleepers) -> None:
    sleepers.set_timespec(1, 0)
    words = (ClockId.CLOCK_MONOTONIC, TimerFlag.TIMER_ABSTIME, DATA, 0)
    assert sleepers.call(sleepers.task, Sysno.CLOCK_NANOSLEEP, *words) == 0


def test_sleeping_on_cpu_clocks_is_not_supported(sleepers: Sleepers) -> None:
    clock = ClockId.CLOCK_THREAD_CPUTIME_ID
    assert sleepers.call(sleepers.task, Sysno.CLOCK_NANOSLEEP, clock, 0, DATA, 0) == -95
    assert sleepers.call(sleepers.task, Sysno.CLOCK_NANOSLEEP, 50, 0, DATA, 0) == -Errno.EINVAL


def test_sixty_four_bit_seconds(sleepers: Sleepers) -> None:
    sleepers.task.memory.write(DATA, struct.pack("<qII", 1 << 33, 5, 0xFFFF_FFFF))
    words = (ClockId.CLOCK_MONOTONIC, 0, DATA, LEFT)
    block = sleepers.sleeps(sleepers.task, Sysno.CLOCK_NANOSLEEP_TIME64, *words)
    assert block.deadline == NOW + (1 << 33) * NANOSECONDS + 5
    sleepers.interrupt(sleepers.task)
    assert struct.unpack("<qq", sleepers.task.memory.read(LEFT, 16)) == (1 << 33, 5)


def test_a_sleep_by_cpu_time_ends_when_others_have_spent_it(sleepers: Sleepers) -> None:
    task, other = sleepers.process(), sleepers.process()
    clock = ~other.pid << 3 | 2
    sleepers.run(task).memory.write(DATA, struct.pack("<II", 0, 5_000_000))
    sleepers.sleeps(task, Sysno.CLOCK_NANOSLEEP, clock, 0, DATA, 0)
    sleepers.system.clock.now += 1_000_000_000
    other.user_time += 4_999_999
    cpu_timers.check(other)
    assert task.state is TaskState.BLOCKED, "time alone does not count"
    other.user_time += 1
    cpu_timers.check(other)
    assert task.state is TaskState.READY
    assert sleepers.again(task) == 0
    assert not other.process.cpu_watchers


def test_nobody_sleeps_by_its_own_cpu_time(sleepers: Sleepers) -> None:
    task = sleepers.run(sleepers.process())
    task.memory.write(DATA, struct.pack("<II", 0, 5))
    assert sleepers.call(task, Sysno.CLOCK_NANOSLEEP, -2, 0, DATA, 0) == -Errno.EINVAL
    assert sleepers.call(task, Sysno.CLOCK_NANOSLEEP, 3, 0, DATA, 0) == -Errno.EOPNOTSUPP
    assert sleepers.call(task, Sysno.CLOCK_NANOSLEEP, ~999 << 3 | 2, 0, DATA, 0) == -Errno.EINVAL
