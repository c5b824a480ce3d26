"""epoll, eventfd and timerfd."""

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.event_files import EpollCommand, EpollEvent, EventFlag
from kernel.abi.files import OpenFlag, Poll
from kernel.abi.signals import SiCode, Signal, bit
from kernel.abi.sysno import Sysno
from kernel.abi.time import ClockId
from kernel.clock import NANOSECONDS
from kernel.signals.send import send_to_process
from kernel.signals.state import SigInfo
from kernel.task.task import Task, TaskState
from tests.callers import Callers
from tests.fakes import DATA

ADD, DELETE, CHANGE = (
    EpollCommand.EPOLL_CTL_ADD,
    EpollCommand.EPOLL_CTL_DEL,
    EpollCommand.EPOLL_CTL_MOD,
)
IN, OUT, ET, ONCE = (
    EpollEvent.EPOLLIN, EpollEvent.EPOLLOUT, EpollEvent.EPOLLET, EpollEvent.EPOLLONESHOT,
)  # fmt: skip
BUFFER = DATA + 0x1000


class Pollers(Callers):
    """A task with a pipe as descriptors 3 and 4 and an epoll instance as 5."""

    def __init__(self) -> None:
        super().__init__()
        self.task = self.process()
        self.call(self.task, Sysno.PIPE, DATA)
        assert self.call(self.task, Sysno.EPOLL_CREATE1, 0) == 5

    def control(self, command: int, fd: int, events: int = IN, data: int = 7, on: int = 5) -> int:
        self.task.memory.write(DATA, struct.pack("<IQ", events, data))
        return self.call(self.task, Sysno.EPOLL_CTL, on, command, fd, DATA)

    def wait(self, most: int = 8, timeout: int = 0, on: int = 5) -> list[tuple[int, int]]:
        count = self.call(self.task, Sysno.EPOLL_WAIT, on, BUFFER, most, timeout)
        return self.stored(count)

    def stored(self, count: int) -> list[tuple[int, int]]:
        assert count >= 0, Errno(-count)
        data = self.task.memory.read(BUFFER, 12 * count)
        return [(events, tag) for events, tag in struct.iter_unpack("<IQ", data)]

    def put(self, text: bytes = b"x") -> None:
        self.task.files.get(4).write(self.task, text)

    def take(self, count: int = 1) -> None:
        self.task.files.get(3).read(self.task, count)


@pytest.fixture
def pollers() -> Pollers:
    return Pollers()


def test_what_is_ready_is_reported_with_its_data(pollers: Pollers) -> None:
    assert pollers.control(ADD, 3, IN, 0x1_0000_0007) == 0
    expected = "epoll_ctl(5, EPOLL_CTL_ADD, 3, {events=EPOLLIN, data={u32=7, u64=4294967303}})"
    assert pollers.traced(pollers.task) == expected
    assert pollers.wait() == []
    pollers.put()
    assert pollers.wait() == [(IN, 0x1_0000_0007)]
    shown = "epoll_wait(5, [{events=EPOLLIN, data={u32=7, u64=4294967303}}], 8, 0)"
    assert pollers.traced(pollers.task) == shown


def test_a_level_is_reported_as_long_as_it_lasts(pollers: Pollers) -> None:
    pollers.control(ADD, 3)
    pollers.put()
    assert pollers.wait() == pollers.wait() == [(IN, 7)]
    pollers.take()
    assert pollers.wait() == []


def test_an_edge_is_reported_once_for_each_change(pollers: Pollers) -> None:
    pollers.control(ADD, 3, IN | ET)
    pollers.put()
    assert pollers.wait() == [(IN, 7)]
    assert pollers.wait() == []
    pollers.put()
    assert pollers.wait() == [(IN, 7)]


def test_what_was_ready_before_it_was_added_is_an_edge_too(pollers: Pollers) -> None:
    pollers.put()
    pollers.control(ADD, 3, IN | ET)
    assert pollers.wait() == [(IN, 7)]
    pollers.control(CHANGE, 3, IN | ET, 8)
    assert pollers.wait() == [(IN, 8)]


def test_one_shot_reports_once_until_changed(pollers: Pollers) -> None:
    pollers.control(ADD, 3, IN | ONCE)
    pollers.put()
    assert pollers.wait() == [(IN, 7)]
    assert pollers.wait() == []
    pollers.control(CHANGE, 3, IN | ONCE, 9)
    assert pollers.wait() == [(IN, 9)]


def test_waiting_ends_when_a_file_gets_ready(pollers: Pollers) -> None:
    pollers.control(ADD, 3)
    block = pollers.sleeps(pollers.task, Sysno.EPOLL_WAIT, 5, BUFFER, 8, -1)
    assert str(block) == "epoll event"
    pollers.put()
    assert pollers.task.state is TaskState.READY
    assert pollers.stored(pollers.again(pollers.task)) == [(IN, 7)]


def test_waiting_gives_up_at_its_deadline(pollers: Pollers) -> None:
    block = pollers.sleeps(pollers.task, Sysno.EPOLL_WAIT, 5, BUFFER, 8, 20)
    assert block.deadline == pollers.system.clock.now + 20_000_000
    pollers.system.clock.now = block.deadline
    assert pollers.again(pollers.task) == 0


def test_a_hangup_is_reported_unasked(pollers: Pollers) -> None:
    pollers.control(ADD, 3, 0)
    pollers.task.files.close(4)
    assert pollers.wait() == [(EpollEvent.EPOLLHUP, 7)]


def test_files_take_turns_when_not_all_fit(pollers: Pollers) -> None:
    pollers.control(ADD, 4, OUT, 1)
    pollers.call(pollers.task, Sysno.EVENTFD, 1)
    pollers.control(ADD, 6, IN, 2)
    assert pollers.wait(1) == [(OUT, 1)]
    assert pollers.wait(1) == [(IN, 2)]
    assert pollers.wait(1) == [(OUT, 1)]


def test_control_refuses_what_makes_no_sense(pollers: Pollers) -> None:
    assert pollers.control(ADD, 3) == 0
    assert pollers.control(ADD, 3) == -Errno.EEXIST
    assert pollers.control(CHANGE, 4) == -Errno.ENOENT
    assert pollers.control(DELETE, 4) == -Errno.ENOENT
    assert pollers.control(ADD, 5) == -Errno.EINVAL
    assert pollers.control(ADD, 99) == -Errno.EBADF
    assert pollers.control(ADD, 4, on=3) == -Errno.EINVAL
    assert pollers.control(77, 4) == -Errno.EINVAL
    pollers.open(pollers.task, "/f", OpenFlag.O_CREAT)
    assert pollers.control(ADD, 6) == -Errno.EPERM
    assert pollers.call(pollers.task, Sysno.EPOLL_WAIT, 5, BUFFER, 0, 0) == -Errno.EINVAL


def test_removed_and_closed_files_are_forgotten(pollers: Pollers) -> None:
    pollers.control(ADD, 3)
    pollers.put()
    assert pollers.control(DELETE, 3) == 0
    assert pollers.wait() == []
    pollers.control(ADD, 3)
    pollers.task.files.close(3)
    assert pollers.wait() == []


def test_an_instance_can_watch_another_but_not_in_a_circle(pollers: Pollers) -> None:
    pollers.call(pollers.task, Sysno.EPOLL_CREATE, 1)
    pollers.control(ADD, 3)
    assert pollers.control(ADD, 5, IN, 8, on=6) == 0
    assert pollers.control(ADD, 6, IN, 9, on=5) == -Errno.ELOOP
    pollers.sleeps(pollers.task, Sysno.EPOLL_WAIT, 6, BUFFER, 8, -1)
    pollers.put()
    assert pollers.stored(pollers.again(pollers.task)) == [(IN, 8)]


def test_console_input_is_wanted_only_while_somebody_waits(pollers: Pollers) -> None:
    pollers.control(ADD, 0)
    assert not pollers.console.wants_input
    pollers.sleeps(pollers.task, Sysno.EPOLL_WAIT, 5, BUFFER, 8, -1)
    assert pollers.console.wants_input
    pollers.console.feed(b"x")
    assert pollers.stored(pollers.again(pollers.task)) == [(IN, 7)]


# ---- eventfd -----------------------------------------------------------------------------------


def number(task: Task, world: Callers, fd: int) -> int:
    got = world.call(task, Sysno.READ, fd, BUFFER, 8)
    return got if got < 0 else int.from_bytes(task.memory.read(BUFFER, 8), "little")


def add(task: Task, world: Callers, fd: int, value: int) -> int:
    task.memory.write(BUFFER, value.to_bytes(8, "little"))
    return world.call(task, Sysno.WRITE, fd, BUFFER, 8)


def test_a_counter_gives_its_sum_and_starts_over(pollers: Pollers) -> None:
    task = pollers.task
    assert pollers.call(task, Sysno.EVENTFD, 3) == 6
    assert add(task, pollers, 6, 4) == 8
    assert number(task, pollers, 6) == 7
    assert str(pollers.sleeps(task, Sysno.READ, 6, BUFFER, 8)) == "event"


def test_a_semaphore_gives_one_at_a_time(pollers: Pollers) -> None:
    task = pollers.task
    flags = EventFlag.EFD_SEMAPHORE | EventFlag.EFD_NONBLOCK
    assert pollers.call(task, Sysno.EVENTFD2, 2, flags) == 6
    assert [number(task, pollers, 6) for _ in range(3)] == [1, 1, -Errno.EAGAIN]


def test_a_counter_does_not_overflow(pollers: Pollers) -> None:
    task = pollers.task
    pollers.call(task, Sysno.EVENTFD, 0)
    assert add(task, pollers, 6, (1 << 64) - 1) == -Errno.EINVAL
    assert add(task, pollers, 6, (1 << 64) - 2) == 8
    assert not task.files.get(6).poll(task) & Poll.POLLOUT
    task.memory.write(BUFFER, (1).to_bytes(8, "little"))
    assert str(pollers.sleeps(task, Sysno.WRITE, 6, BUFFER, 8)) == "event counter"
    assert pollers.call(pollers.task, Sysno.EVENTFD2, 0, 0x10) == -Errno.EINVAL


# ---- timerfd -----------------------------------------------------------------------------------


class Timers(Pollers):
    """A timer as descriptor 6."""

    def __init__(self) -> None:
        super().__init__()
        clock = ClockId.CLOCK_MONOTONIC
        assert self.call(self.task, Sysno.TIMERFD_CREATE, clock, 0) == 6

    def set(self, value: int, interval: int, flags: int = 0) -> None:
        """Nanoseconds."""
        setting = (*divmod(interval, NANOSECONDS), *divmod(value, NANOSECONDS))
        self.task.memory.write(DATA, struct.pack("<4i", *setting))
        assert self.call(self.task, Sysno.TIMERFD_SETTIME, 6, flags, DATA, 0) == 0

    def setting(self) -> tuple[int, ...]:
        assert self.call(self.task, Sysno.TIMERFD_GETTIME, 6, DATA) == 0
        return struct.unpack("<4i", self.task.memory.read(DATA, 16))


def test_a_timer_wakes_its_reader_and_counts() -> None:
    timers = Timers()
    timers.set(NANOSECONDS, NANOSECONDS // 2)
    block = timers.sleeps(timers.task, Sysno.READ, 6, BUFFER, 8)
    assert block.deadline == timers.system.clock.now + NANOSECONDS
    timers.system.clock.now += 2 * NANOSECONDS + NANOSECONDS // 4
    assert timers.setting() == (0, NANOSECONDS // 2, 0, NANOSECONDS // 4)
    assert number(timers.task, timers, 6) == 3
    assert timers.sleeps(timers.task, Sysno.READ, 6, BUFFER, 8).deadline == 2_500_000_000


def test_poll_and_epoll_wake_when_a_timer_expires() -> None:
    timers = Timers()
    timers.set(5_000_000, 0)
    timers.control(ADD, 6)
    block = timers.sleeps(timers.task, Sysno.EPOLL_WAIT, 5, BUFFER, 8, 1000)
    assert block.deadline == 5_000_000
    timers.system.clock.now = 5_000_000
    assert timers.stored(timers.again(timers.task)) == [(IN, 7)]
    assert number(timers.task, timers, 6) == 1
    assert timers.setting() == (0, 0, 0, 0)


def test_a_timer_can_be_switched_off() -> None:
    timers = Timers()
    timers.set(5_000_000, 0)
    timers.set(0, 0)
    assert timers.sleeps(timers.task, Sysno.READ, 6, BUFFER, 8).deadline is None


def test_a_timer_set_to_a_moment_in_the_past_has_expired() -> None:
    timers = Timers()
    timers.system.clock.now = NANOSECONDS
    timers.set(1, 0, flags=1)
    assert number(timers.task, timers, 6) == 1


def test_timers_need_a_clock_and_a_timer() -> None:
    timers = Timers()
    assert timers.call(timers.task, Sysno.TIMERFD_CREATE, 3, 0) == -Errno.EINVAL
    assert timers.call(timers.task, Sysno.TIMERFD_GETTIME, 3, DATA) == -Errno.EINVAL


# ---- signalfd ----------------------------------------------------------------------------------


class SignalFiles(Pollers):
    """SIGUSR1 and SIGUSR2 are blocked, and read from descriptor 6."""

    def __init__(self) -> None:
        super().__init__()
        self.mask = bit(Signal.SIGUSR1) | bit(Signal.SIGUSR2)
        self.task.signals.blocked = self.mask
        assert self.signalfd(-1, self.mask) == 6

    def signalfd(self, fd: int, mask: int, flags: int = 0) -> int:
        self.task.memory.write(DATA, mask.to_bytes(8, "little"))
        return self.call(self.task, Sysno.SIGNALFD4, fd, DATA, 8, flags)

    def send(self, signal: Signal) -> None:
        send_to_process(self.task.process, SigInfo(signal, SiCode.SI_USER, 42, 7))

    def read(self, room: int) -> list[tuple[int, ...]]:
        count = self.call(self.task, Sysno.READ, 6, BUFFER, room)
        assert count >= 0, Errno(-count)
        data = self.task.memory.read(BUFFER, count)
        return [struct.unpack_from("<IiiII", data, at) for at in range(0, count, 128)]


def test_pending_signals_are_read_and_are_pending_no_more() -> None:
    files = SignalFiles()
    files.send(Signal.SIGUSR2)
    files.send(Signal.SIGUSR1)
    assert files.read(300) == [(10, 0, 0, 42, 7), (12, 0, 0, 42, 7)]
    assert not files.task.process.pending.mask
    assert files.call(files.task, Sysno.READ, 6, BUFFER, 100) == -Errno.EINVAL


def test_a_signal_wakes_the_reader_and_those_who_poll() -> None:
    files = SignalFiles()
    files.control(ADD, 6)
    for number, words in ((Sysno.READ, (6, BUFFER, 128)), (Sysno.EPOLL_WAIT, (5, BUFFER, 8, -1))):
        files.sleeps(files.task, number, *words)
        files.send(Signal.SIGUSR1)
        assert files.task.state is TaskState.READY
        assert files.again(files.task) in (128, 1)


def test_the_mask_can_be_changed() -> None:
    files = SignalFiles()
    assert files.signalfd(6, bit(Signal.SIGUSR2)) == 6
    files.send(Signal.SIGUSR1)
    assert not files.task.files.get(6).poll(files.task)
    assert files.signalfd(3, 0) == -Errno.EINVAL
    assert files.signalfd(-1, 0, 1) == -Errno.EINVAL
