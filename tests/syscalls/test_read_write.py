"""read, write and their positioned and vectored forms."""

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag
from kernel.abi.process import Resource
from kernel.abi.signals import Signal, bit
from kernel.abi.sysno import Sysno
from kernel.errors import Block
from tests.fakes import DATA
from tests.syscalls.calls import BAD, BUFFER, Calls

END = DATA + 0x4000
"""The first address behind the task's memory."""


@pytest.fixture
def calls() -> Calls:
    calls = Calls()
    calls.put(b"/f", b"0123456789")
    assert calls.make(Sysno.OPEN, "/f", 2) == 3
    return calls


def test_read_moves_the_offset_and_ends_with_zero(calls: Calls) -> None:
    assert calls.make(Sysno.READ, 3, BUFFER, 6) == 6
    assert calls.stored(6) == b"012345"
    assert calls.make(Sysno.READ, 3, BUFFER, 6) == 4
    assert calls.trace == 'read(3, "6789", 6)'
    assert calls.make(Sysno.READ, 3, BUFFER, 6) == 0
    assert calls.trace == 'read(3, "", 6)'


def test_write_moves_the_offset_and_grows_the_file(calls: Calls) -> None:
    calls.make(Sysno.LSEEK, 3, 8, 0)
    assert calls.make(Sysno.WRITE, 3, calls.store(b"abc\0"), 4) == 4
    assert calls.trace == r'write(3, "abc\0", 4)'
    assert calls.get(b"/f") == b"01234567abc\0"


def test_positioned_calls_leave_the_offset(calls: Calls) -> None:
    assert calls.make(Sysno.PREAD64, 3, BUFFER, 3, 5, 0) == 3
    assert calls.trace == 'pread64(3, "567", 3, 5)'
    assert calls.make(Sysno.PWRITE64, 3, calls.store(b"xy"), 2, 1, 0) == 2
    assert calls.make(Sysno.READ, 3, BUFFER, 4) == 4
    assert calls.stored(4) == b"0xy3"


def test_an_offset_is_64_bits_and_not_negative(calls: Calls) -> None:
    calls.task.files.get(3).flags |= OpenFlag.O_LARGEFILE
    assert calls.make(Sysno.PWRITE64, 3, calls.store(b"far"), 3, 5, 1) == 3
    assert calls.at(b"/f").inode.size == (1 << 32) + 8
    assert calls.make(Sysno.PREAD64, 3, BUFFER, 1, -1, -1) is Errno.EINVAL
    assert calls.make(Sysno.PWRITE64, 3, BUFFER, 5, -1, 0x7FFF_FFFF) is Errno.EINVAL


def test_descriptors_must_be_open_for_it(calls: Calls) -> None:
    calls.make(Sysno.OPEN, "/f", 0)
    calls.make(Sysno.OPEN, "/f", 1)
    assert calls.make(Sysno.WRITE, 4, BUFFER, 1) is Errno.EBADF
    assert calls.make(Sysno.READ, 5, BUFFER, 1) is Errno.EBADF
    assert calls.make(Sysno.READ, 99, BUFFER, 1) is Errno.EBADF
    assert calls.make(Sysno.READ, -1, BUFFER, 1) is Errno.EBADF
    calls.make(Sysno.OPEN, "/", 0)
    assert calls.make(Sysno.READ, 6, BUFFER, 1) is Errno.EISDIR


def test_bad_pointers_are_efault_and_the_offset_stays(calls: Calls) -> None:
    assert calls.make(Sysno.READ, 3, BAD, 4) is Errno.EFAULT
    assert calls.trace == "read(3, 0x10, 4)"
    assert calls.make(Sysno.WRITE, 3, BAD, 4) is Errno.EFAULT
    assert calls.make(Sysno.READ, 3, 0xFFFF_FFF0, 0x20) is Errno.EFAULT
    assert calls.make(Sysno.READ, 3, BUFFER, 4) == 4
    assert calls.stored(4) == b"0123"


def test_nothing_moves_without_octets(calls: Calls) -> None:
    assert calls.make(Sysno.WRITE, 3, BAD, 0) == 0
    assert calls.make(Sysno.READ, 3, BAD, 0) == 0


def test_a_huge_count_reads_what_there_is(calls: Calls) -> None:
    assert calls.make(Sysno.READ, 3, BUFFER, 0x7FFF_FFFF) == 10


def test_a_write_stops_before_a_bad_page(calls: Calls) -> None:
    calls.store(b"end.", END - 4)
    assert calls.make(Sysno.WRITE, 3, END - 4, 0x7FFF_FFFF) == 4
    assert calls.get(b"/f") == b"end.456789"


def test_vectors_are_one_stream(calls: Calls) -> None:
    array = calls.vector((BUFFER, 3), (0, 0), (BUFFER + 0x100, 4))
    assert calls.make(Sysno.READV, 3, array, 3) == 7
    assert (calls.stored(3), calls.stored(4, BUFFER + 0x100)) == (b"012", b"3456")
    assert calls.trace == (
        'readv(3, [{iov_base="012", iov_len=3}, {iov_base=NULL, iov_len=0},'
        ' {iov_base="3456", iov_len=4}], 3)'
    )
    assert calls.make(Sysno.WRITEV, 3, array, 3) == 7
    assert calls.get(b"/f") == b"01234560123456"


def test_positioned_vectors(calls: Calls) -> None:
    array = calls.vector((BUFFER, 2), (BUFFER + 2, 2))
    assert calls.make(Sysno.PREADV, 3, array, 2, 8, 0) == 2
    assert calls.trace == (
        'preadv(3, [{iov_base="89", iov_len=2}, {iov_base="", iov_len=2}], 2, 8)'
    )
    assert calls.make(Sysno.PWRITEV, 3, array, 1, 0, 0) == 2
    assert calls.get(b"/f")[:3] == b"892"


def test_vectors_that_cannot_be(calls: Calls) -> None:
    assert calls.make(Sysno.WRITEV, 3, BUFFER, -1) is Errno.EINVAL
    assert calls.make(Sysno.WRITEV, 3, BUFFER, 1025) is Errno.EINVAL
    assert calls.make(Sysno.WRITEV, 3, BAD, 1) is Errno.EFAULT
    assert calls.trace == "writev(3, 0x10, 1)"
    negative = calls.vector((BUFFER, 0x8000_0000))
    assert calls.make(Sysno.READV, 3, negative, 1) is Errno.EINVAL
    assert calls.make(Sysno.WRITEV, 3, BUFFER, 0) == 0


def test_a_long_write_goes_on_where_it_stopped(calls: Calls) -> None:
    calls.make(Sysno.PIPE, DATA)
    pipe = calls.task.files.get(4).inode
    pipe.resize(calls.task, 4096)  # type: ignore[attr-defined]
    calls.store(bytes(range(256)) * 20)
    calls.sleeps(calls.task, Sysno.WRITE, 5, BUFFER, 5000)
    assert calls.task.call.progress == 4096  # type: ignore[union-attr]
    read = calls.task.files.get(4).read(calls.task, 4096)
    calls.task.leave_queues()
    assert calls.again(calls.task) == 5000
    read += calls.task.files.get(4).read(calls.task, 4096)
    assert read == (bytes(range(256)) * 20)[:5000]


def test_a_signal_ends_a_long_write_with_what_was_done(calls: Calls) -> None:
    calls.make(Sysno.PIPE, DATA)
    calls.task.files.get(4).inode.resize(calls.task, 4096)  # type: ignore[attr-defined]
    calls.sleeps(calls.task, Sysno.WRITE, 5, BUFFER, 5000)
    calls.task.signals.pending.mask = bit(Signal.SIGUSR1)
    calls.task.leave_queues()
    assert calls.again(calls.task) == 4096


def test_o_nonblock_makes_waiting_eagain_or_a_short_count(calls: Calls) -> None:
    calls.make(Sysno.PIPE2, DATA, 0o4000)
    assert calls.make(Sysno.READ, 4, BUFFER, 1) is Errno.EAGAIN
    calls.task.files.get(4).inode.resize(calls.task, 4096)  # type: ignore[attr-defined]
    assert calls.make(Sysno.WRITE, 5, BUFFER, 5000) == 4096
    assert calls.make(Sysno.WRITE, 5, BUFFER, 1) is Errno.EAGAIN


def test_a_blocking_pipe_blocks(calls: Calls) -> None:
    calls.make(Sysno.PIPE, DATA)
    with pytest.raises(Block):
        calls.make(Sysno.READ, 4, BUFFER, 1)


def test_epipe_comes_with_sigpipe(calls: Calls) -> None:
    calls.make(Sysno.PIPE, DATA)
    calls.make(Sysno.CLOSE, 4)
    assert calls.make(Sysno.WRITE, 5, BUFFER, 1) is Errno.EPIPE
    assert calls.task.signals.pending.mask == bit(Signal.SIGPIPE)


def test_a_size_limit_comes_with_sigxfsz(calls: Calls) -> None:
    limits = calls.task.process.limits
    calls.task.process.limits = limits.replaced(Resource.RLIMIT_FSIZE, (12, 12))
    calls.make(Sysno.LSEEK, 3, 10, 0)
    assert calls.make(Sysno.WRITE, 3, BUFFER, 5) == 2
    assert not calls.task.signals.pending.mask
    assert calls.make(Sysno.WRITE, 3, BUFFER, 5) is Errno.EFBIG
    assert calls.task.signals.pending.mask == bit(Signal.SIGXFSZ)


def test_an_endless_device_fills_the_buffer_and_no_more(calls: Calls) -> None:
    calls.make(Sysno.OPEN, "/dev/zero", 0)
    calls.store(b"x" * 0x3000, DATA)
    assert calls.make(Sysno.READ, 4, DATA, 0x2800) == 0x2800
    assert calls.stored(0x3000, DATA) == bytes(0x2800) + b"x" * 0x800
    assert calls.make(Sysno.READ, 4, END - 16, 0x7FFF_F000) == 16
