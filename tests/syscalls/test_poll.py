"""poll, ppoll, select and pselect6."""

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import Poll
from kernel.abi.signals import Signal, bit
from kernel.abi.sysno import Sysno
from kernel.clock import NANOSECONDS
from kernel.errors import Block, Restart
from kernel.syscalls.table import TABLE
from kernel.task.task import TaskState
from tests.callers import Callers
from tests.fakes import DATA

TIME, SETS, MASK = DATA + 0x800, DATA + 0x900, DATA + 0xA00
MILLISECOND = NANOSECONDS // 1000


class Pollers(Callers):
    """One task with an empty pipe as descriptors 3 and 4."""

    def __init__(self) -> None:
        super().__init__()
        self.task = self.process()
        self.call(self.task, Sysno.PIPE, DATA)

    def wish(self, *wishes: tuple[int, int]) -> None:
        packed = (struct.pack("<ihH", descriptor, events, 0xFFFF) for descriptor, events in wishes)
        self.task.memory.write(DATA, b"".join(packed))

    def found(self, count: int) -> list[int]:
        data = self.task.memory.read(DATA, 8 * count)
        return [found for _, _, found in struct.iter_unpack("<ihH", data)]

    def put_in_pipe(self) -> None:
        self.task.files.get(4).write(self.task, b"x")

    def set_time(self, seconds: int, rest: int) -> None:
        self.task.memory.write(TIME, struct.pack("<ii", seconds, rest))

    def time(self) -> tuple[int, ...]:
        return struct.unpack("<ii", self.task.memory.read(TIME, 8))

    def set_sets(self, *sets: int) -> None:
        self.task.memory.write(SETS, b"".join(bits.to_bytes(16, "little") for bits in sets))

    def sets(self) -> list[int]:
        return [self.task.memory.read_word(SETS + 16 * n) for n in range(3)]


@pytest.fixture
def pollers() -> Pollers:
    return Pollers()


def test_poll_reports_each_file(pollers: Pollers) -> None:
    pollers.put_in_pipe()
    pollers.wish((3, Poll.POLLIN | Poll.POLLOUT), (4, Poll.POLLIN), (99, Poll.POLLIN), (-1, 1))
    assert pollers.call(pollers.task, Sysno.POLL, DATA, 4, -1) == 2
    assert pollers.found(4) == [Poll.POLLIN, 0, Poll.POLLNVAL, 0]
    assert pollers.traced(pollers.task) == (
        "poll([{fd=3, events=POLLIN|POLLOUT}, {fd=4, events=POLLIN}, {fd=99, events=POLLIN},"
        " {fd=-1}], 4, -1) ([{fd=3, revents=POLLIN}, {fd=99, revents=POLLNVAL}])"
    )


def test_poll_wakes_when_one_of_the_files_gets_ready(pollers: Pollers) -> None:
    pollers.wish((3, Poll.POLLIN), (0, Poll.POLLIN))
    block = pollers.sleeps(pollers.task, Sysno.POLL, DATA, 2, -1)
    assert str(block) == "pipe readable or console input"
    assert block.deadline is None
    pollers.console.feed(b"x")
    assert pollers.task.state is TaskState.READY
    assert pollers.again(pollers.task) == 1
    assert pollers.found(2) == [0, Poll.POLLIN]


def test_poll_gives_up_at_the_time_counted_from_its_entry(pollers: Pollers) -> None:
    pollers.wish((3, Poll.POLLIN))
    entered = pollers.system.clock.now
    block = pollers.sleeps(pollers.task, Sysno.POLL, DATA, 1, 10)
    assert block.deadline == entered + 10 * MILLISECOND
    pollers.system.clock.now += 9 * MILLISECOND
    with pytest.raises(Block) as later:
        pollers.again(pollers.task)
    assert later.value.deadline == block.deadline
    pollers.system.clock.now += MILLISECOND
    assert pollers.again(pollers.task) == 0
    assert pollers.traced(pollers.task).endswith("1, 10) (Timeout)")


def test_poll_without_files_only_waits(pollers: Pollers) -> None:
    assert str(pollers.sleeps(pollers.task, Sysno.POLL, 0, 0, 5)) == "time"


def test_poll_is_not_restarted_after_a_handler_but_goes_on_after_a_stop() -> None:
    assert TABLE[Sysno.POLL].restart is Restart.BLOCK
    assert TABLE[Sysno.PPOLL].restart is Restart.NOHAND


def test_more_files_than_descriptors_are_allowed_is_an_error(pollers: Pollers) -> None:
    assert pollers.call(pollers.task, Sysno.POLL, DATA, 1025, 0) == -Errno.EINVAL
    assert pollers.call(pollers.task, Sysno.POLL, 1, 1, 0) == -Errno.EFAULT


def test_ppoll_stores_the_time_left(pollers: Pollers) -> None:
    pollers.wish((3, Poll.POLLIN))
    pollers.set_time(1, 5)
    pollers.sleeps(pollers.task, Sysno.PPOLL, DATA, 1, TIME, 0, 8)
    pollers.system.clock.now += NANOSECONDS // 4
    pollers.put_in_pipe()
    assert pollers.again(pollers.task) == 1
    assert pollers.time() == (0, NANOSECONDS * 3 // 4 + 5)


def test_ppoll_blocks_other_signals_only_while_it_lasts(pollers: Pollers) -> None:
    task = pollers.task
    task.signals.blocked = bit(Signal.SIGHUP)
    task.memory.write(MASK, bit(Signal.SIGINT).to_bytes(8, "little"))
    pollers.wish((3, Poll.POLLIN))
    pollers.sleeps(task, Sysno.PPOLL, DATA, 1, 0, MASK, 8)
    assert task.signals.blocked == bit(Signal.SIGINT)
    pollers.put_in_pipe()
    assert pollers.again(task) == 1
    assert task.signals.blocked == bit(Signal.SIGHUP)


def test_an_interrupted_ppoll_stores_the_time_left(pollers: Pollers) -> None:
    pollers.wish((3, Poll.POLLIN))
    pollers.set_time(2, 0)
    pollers.sleeps(pollers.task, Sysno.PPOLL, DATA, 1, TIME, 0, 8)
    pollers.system.clock.now += NANOSECONDS // 2
    hook = TABLE[Sysno.PPOLL].interrupted
    assert hook is not None
    assert pollers.task.call is not None
    hook(pollers.task, pollers.task.call)
    assert pollers.time() == (1, NANOSECONDS // 2)


def test_select_replaces_the_sets_by_what_is_ready(pollers: Pollers) -> None:
    pollers.put_in_pipe()
    pollers.set_sets(1 << 3, 1 << 3 | 1 << 4, 1 << 3)
    words = (5, SETS, SETS + 16, SETS + 32, 0)
    assert pollers.call(pollers.task, Sysno._NEWSELECT, *words) == 2
    assert pollers.sets() == [1 << 3, 1 << 4, 0]
    assert pollers.traced(pollers.task).endswith(" (in [3], out [4])")


def test_select_waits_with_microseconds(pollers: Pollers) -> None:
    pollers.set_sets(1 << 3)
    pollers.set_time(0, 250_000)
    block = pollers.sleeps(pollers.task, Sysno._NEWSELECT, 4, SETS, 0, 0, TIME)
    assert block.deadline == pollers.system.clock.now + NANOSECONDS // 4
    pollers.system.clock.now += NANOSECONDS // 4
    assert pollers.again(pollers.task) == 0
    assert pollers.sets()[0] == 0
    assert pollers.time() == (0, 0)


def test_a_closed_descriptor_in_a_set_is_an_error_and_changes_nothing(pollers: Pollers) -> None:
    pollers.set_sets(1 << 3 | 1 << 9)
    assert pollers.call(pollers.task, Sysno._NEWSELECT, 10, SETS, 0, 0, 0) == -Errno.EBADF
    assert pollers.sets()[0] == 1 << 3 | 1 << 9


def test_select_looks_only_at_descriptors_below_its_count(pollers: Pollers) -> None:
    pollers.put_in_pipe()
    pollers.set_sets(1 << 3 | 1 << 9)
    assert pollers.call(pollers.task, Sysno._NEWSELECT, 4, SETS, 0, 0, 0) == 1
    assert pollers.call(pollers.task, Sysno._NEWSELECT, -1, SETS, 0, 0, 0) == -Errno.EINVAL


def test_the_first_select_has_its_arguments_in_memory(pollers: Pollers) -> None:
    pollers.put_in_pipe()
    pollers.set_sets(1 << 3)
    pollers.set_time(1, 0)
    pollers.task.memory.write(DATA, struct.pack("<5I", 4, SETS, 0, 0, TIME))
    assert pollers.call(pollers.task, Sysno.SELECT, DATA) == 1
    shown = "select(4, [3], NULL, NULL, {tv_sec=1, tv_usec=0}) (in [3], left {tv_sec=1, tv_usec=0})"
    assert pollers.traced(pollers.task) == shown


def test_pselect6_takes_its_mask_from_a_pair(pollers: Pollers) -> None:
    task = pollers.task
    task.memory.write(MASK, struct.pack("<IIQ", MASK + 8, 8, bit(Signal.SIGTERM)))
    pollers.set_sets(1 << 3)
    pollers.sleeps(task, Sysno.PSELECT6, 4, SETS, 0, 0, 0, MASK)
    assert task.signals.blocked == bit(Signal.SIGTERM)
    pollers.put_in_pipe()
    assert pollers.again(task) == 1
    assert task.signals.blocked == 0
    task.memory.write_word(MASK + 4, 4)
    assert pollers.call(task, Sysno.PSELECT6, 4, SETS, 0, 0, 0, MASK) == -Errno.EINVAL
