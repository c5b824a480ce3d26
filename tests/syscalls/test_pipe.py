"""pipe, pipe2, and reading, writing and waiting at a pipe's ends."""

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import PIPE_BUF, Fcntl, Ioctl, OpenFlag, Poll
from kernel.abi.process import Resource
from kernel.abi.signals import Signal, bit
from kernel.abi.sysno import Sysno
from kernel.errors import Block
from kernel.task.task import Task, TaskState
from tests.callers import Callers
from tests.fakes import DATA

BUFFER = DATA + 0x1000


class Pipes(Callers):
    """One task with a pipe as descriptors 3 and 4."""

    def __init__(self) -> None:
        super().__init__()
        self.task = self.process()
        assert self.call(self.task, Sysno.PIPE, DATA) == 0
        self.reading, self.writing = (self.task.files.get(n) for n in (3, 4))

    def write(self, text: bytes, descriptor: int = 4) -> int:
        self.task.memory.write(BUFFER, text)
        return self.call(self.task, Sysno.WRITE, descriptor, BUFFER, len(text))

    def read(self, count: int) -> bytes:
        got = self.call(self.task, Sysno.READ, 3, BUFFER, count)
        assert got >= 0, Errno(-got)
        return self.task.memory.read(BUFFER, got)

    def fill(self) -> None:
        while len(self.reading.pipe.data) < self.reading.pipe.capacity:  # type: ignore[attr-defined]
            self.writing.write(self.task, bytes(4096))


@pytest.fixture
def pipes() -> Pipes:
    return Pipes()


def test_pipe_stores_the_two_lowest_free_descriptors(pipes: Pipes) -> None:
    assert struct.unpack("<ii", pipes.task.memory.read(DATA, 8)) == (3, 4)
    assert pipes.traced(pipes.task) == "pipe([3, 4])"


def test_pipe2_marks_both_ends(pipes: Pipes) -> None:
    flags = OpenFlag.O_NONBLOCK | OpenFlag.O_CLOEXEC
    assert pipes.call(pipes.task, Sysno.PIPE2, DATA, flags) == 0
    assert pipes.traced(pipes.task) == "pipe2([5, 6], O_NONBLOCK|O_CLOEXEC)"
    assert pipes.task.files.close_on_exec == {5, 6}
    assert pipes.task.files.get(5).is_nonblocking


def test_pipe2_refuses_flags_it_does_not_know(pipes: Pipes) -> None:
    assert pipes.call(pipes.task, Sysno.PIPE2, DATA, OpenFlag.O_APPEND) == -Errno.EINVAL


def test_a_bad_pointer_leaves_no_descriptors_behind(pipes: Pipes) -> None:
    assert pipes.call(pipes.task, Sysno.PIPE, 1) == -Errno.EFAULT
    assert sorted(pipes.task.files.files) == [0, 1, 2, 3, 4]


def test_the_descriptor_limit_leaves_no_half_pipe_behind(pipes: Pipes) -> None:
    process = pipes.task.process
    process.limits = process.limits.replaced(Resource.RLIMIT_NOFILE, (6, 6))
    assert pipes.call(pipes.task, Sysno.PIPE, DATA) == -Errno.EMFILE
    assert sorted(pipes.task.files.files) == [0, 1, 2, 3, 4]


def test_octets_come_out_in_the_order_they_went_in(pipes: Pipes) -> None:
    pipes.write(b"abc")
    pipes.write(b"def")
    assert pipes.read(4) == b"abcd"
    assert pipes.read(100) == b"ef"


def test_an_empty_pipe_makes_its_reader_sleep_until_something_is_written(pipes: Pipes) -> None:
    other = pipes.process()
    other.files.put(3, pipes.reading)
    block = pipes.sleeps(other, Sysno.READ, 3, BUFFER, 10)
    assert str(block) == "pipe readable"
    pipes.write(b"x")
    assert other.state is TaskState.READY
    assert pipes.again(other) == 1


def test_without_writers_a_read_is_the_end_of_the_file(pipes: Pipes) -> None:
    pipes.write(b"last")
    pipes.task.files.close(4)
    assert pipes.read(10) == b"last"
    assert pipes.read(10) == b""


def test_closing_the_last_writer_wakes_the_reader(pipes: Pipes) -> None:
    other = pipes.process()
    other.files.put(3, pipes.reading)
    pipes.sleeps(other, Sysno.READ, 3, BUFFER, 10)
    pipes.task.files.close(4)
    assert pipes.again(other) == 0


def test_without_readers_a_write_is_epipe_and_sigpipe(pipes: Pipes) -> None:
    pipes.task.files.close(3)
    assert pipes.write(b"x") == -Errno.EPIPE
    assert pipes.task.signals.pending.mask & bit(Signal.SIGPIPE)


def test_a_small_write_waits_until_it_fits_as_a_whole(pipes: Pipes) -> None:
    pipes.fill()
    pipes.read(PIPE_BUF - 1)
    with pytest.raises(Block, match="pipe writable"):
        pipes.writing.write(pipes.task, bytes(PIPE_BUF))
    pipes.read(1)
    assert pipes.writing.write(pipes.task, bytes(PIPE_BUF)) == PIPE_BUF


def test_a_large_write_takes_what_fits(pipes: Pipes) -> None:
    pipes.fill()
    pipes.read(100)
    assert pipes.writing.write(pipes.task, bytes(PIPE_BUF + 1)) == 100


def test_reading_nothing_from_an_empty_pipe_does_not_sleep(pipes: Pipes) -> None:
    assert pipes.read(0) == b""


def test_nonblocking_ends_fail_with_eagain(pipes: Pipes) -> None:
    pipes.reading.flags |= OpenFlag.O_NONBLOCK
    assert pipes.call(pipes.task, Sysno.READ, 3, BUFFER, 1) == -Errno.EAGAIN


def test_poll_tells_what_each_end_can_do(pipes: Pipes) -> None:
    task = pipes.task
    assert pipes.reading.poll(task) == 0
    assert pipes.writing.poll(task) == Poll.POLLOUT | Poll.POLLWRNORM
    pipes.fill()
    assert pipes.reading.poll(task) == Poll.POLLIN | Poll.POLLRDNORM
    assert pipes.writing.poll(task) == 0
    pipes.task.files.close(4)
    assert pipes.reading.poll(task) & Poll.POLLHUP


def test_a_writer_without_readers_is_an_error_for_poll(pipes: Pipes) -> None:
    pipes.task.files.close(3)
    assert pipes.writing.poll(pipes.task) & Poll.POLLERR


def test_fionread_counts_what_can_be_read(pipes: Pipes) -> None:
    pipes.write(b"12345")
    assert pipes.call(pipes.task, Sysno.IOCTL, 3, Ioctl.FIONREAD, DATA) == 0
    assert pipes.task.memory.read_word(DATA) == 5


def test_the_capacity_can_be_changed_but_not_below_what_is_in_the_pipe(pipes: Pipes) -> None:
    task = pipes.task
    assert pipes.call(task, Sysno.FCNTL64, 3, Fcntl.F_GETPIPE_SZ) == 65536
    assert pipes.call(task, Sysno.FCNTL64, 3, Fcntl.F_SETPIPE_SZ, 5000) == 8192
    pipes.write(bytes(5000))
    assert pipes.call(task, Sysno.FCNTL64, 4, Fcntl.F_SETPIPE_SZ, 4096) == -Errno.EBUSY


def test_only_the_privileged_may_have_a_huge_pipe() -> None:
    pipes = Callers()
    user = pipes.process(uid=1000)
    pipes.call(user, Sysno.PIPE, DATA)
    huge = 1 << 21
    assert pipes.call(user, Sysno.FCNTL64, 3, Fcntl.F_SETPIPE_SZ, huge) == -Errno.EPERM
    root = pipes.process()
    pipes.call(root, Sysno.PIPE, DATA)
    assert pipes.call(root, Sysno.FCNTL64, 3, Fcntl.F_SETPIPE_SZ, huge) == huge


# ---- FIFOs -------------------------------------------------------------------------------------

RDONLY, WRONLY, RDWR = 0, OpenFlag.O_WRONLY, OpenFlag.O_RDWR


class Fifos(Callers):
    """A FIFO at /f, and two tasks."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = self.process(), self.process()
        path = self.path(self.one, "/f")
        assert self.call(self.one, Sysno.MKNOD, path, 0o010666, 0) == 0

    def sleeps_opening(self, task: Task, flags: int) -> Block:
        return self.sleeps(task, Sysno.OPEN, self.path(task, "/f"), flags, 0)


@pytest.fixture
def fifos() -> Fifos:
    return Fifos()


def test_opening_a_fifo_waits_for_the_other_side(fifos: Fifos) -> None:
    assert str(fifos.sleeps_opening(fifos.one, RDONLY)) == "fifo writer"
    assert fifos.open(fifos.other, "/f", WRONLY) == 3
    assert fifos.one.state is TaskState.READY
    assert fifos.again(fifos.one) == 3


def test_a_writer_may_write_before_the_reader_it_woke_has_run(fifos: Fifos) -> None:
    fifos.sleeps_opening(fifos.one, RDONLY)
    fifos.open(fifos.other, "/f", WRONLY)
    fifos.other.memory.write(BUFFER, b"hi")
    assert fifos.call(fifos.other, Sysno.WRITE, 3, BUFFER, 2) == 2
    fifos.other.files.close(3)
    assert fifos.again(fifos.one) == 3
    assert fifos.call(fifos.one, Sysno.READ, 3, BUFFER, 10) == 2
    assert fifos.call(fifos.one, Sysno.READ, 3, BUFFER, 10) == 0


def test_a_reader_that_died_before_it_ran_is_no_reader(fifos: Fifos) -> None:
    fifos.sleeps_opening(fifos.one, RDONLY)
    fifos.open(fifos.other, "/f", WRONLY)
    fifos.one.call = None
    fifos.other.memory.write(BUFFER, b"hi")
    assert fifos.call(fifos.other, Sysno.WRITE, 3, BUFFER, 2) == -Errno.EPIPE


def test_nonblocking_readers_open_at_once_and_lone_writers_fail(fifos: Fifos) -> None:
    assert fifos.open(fifos.one, "/f", WRONLY | OpenFlag.O_NONBLOCK) == -Errno.ENXIO
    assert fifos.open(fifos.one, "/f", RDONLY | OpenFlag.O_NONBLOCK) == 3
    assert fifos.one.files.get(3).poll(fifos.one) == 0
    assert fifos.open(fifos.other, "/f", WRONLY) == 3
    fifos.other.files.close(3)
    assert fifos.one.files.get(3).poll(fifos.one) & Poll.POLLHUP


def test_opening_for_both_never_waits(fifos: Fifos) -> None:
    assert fifos.open(fifos.one, "/f", RDWR) == 3
    fifos.one.memory.write(BUFFER, b"me")
    assert fifos.call(fifos.one, Sysno.WRITE, 3, BUFFER, 2) == 2
    assert fifos.call(fifos.one, Sysno.READ, 3, BUFFER, 9) == 2
