"""sendfile, copy_file_range, fallocate and advice."""

import pytest

from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.errors import Block
from tests.fakes import DATA
from tests.syscalls.calls import BUFFER, Calls

LARGE = bytes(range(256)) * 600


@pytest.fixture
def calls() -> Calls:
    calls = Calls()
    calls.put(b"/source", b"0123456789")
    calls.put(b"/target")
    assert calls.make(Sysno.OPEN, "/source", 0) == 3
    assert calls.make(Sysno.OPEN, "/target", 2) == 4
    return calls


def test_sendfile_moves_both_offsets(calls: Calls) -> None:
    assert calls.make(Sysno.SENDFILE64, 4, 3, 0, 6) == 6
    assert calls.trace == "sendfile64(4, 3, NULL, 6)"
    assert calls.make(Sysno.SENDFILE64, 4, 3, 0, 100) == 4
    assert calls.make(Sysno.SENDFILE64, 4, 3, 0, 100) == 0
    assert calls.get(b"/target") == b"0123456789"


def test_sendfile_with_an_offset_leaves_the_sources(calls: Calls) -> None:
    assert calls.make(Sysno.SENDFILE64, 4, 3, calls.store(bytes([7] + [0] * 7)), 100) == 3
    assert calls.stored(8) == bytes([10] + [0] * 7)
    assert calls.make(Sysno.SENDFILE, 4, 3, calls.store(bytes([1, 0, 0, 0])), 2) == 2
    assert calls.get(b"/target") == b"78912"
    assert calls.task.files.get(3).offset == 0


def test_sendfile_of_a_large_file_is_one_call(calls: Calls) -> None:
    calls.put(b"/source", LARGE)
    assert calls.make(Sysno.SENDFILE64, 4, 3, 0, 0x7FFF_FFFF) == len(LARGE)
    assert calls.get(b"/target") == LARGE


def test_sendfile_to_a_pipe_sends_what_fits_and_then_waits(calls: Calls) -> None:
    calls.put(b"/source", LARGE)
    calls.make(Sysno.PIPE, DATA)
    assert calls.make(Sysno.SENDFILE64, 6, 3, 0, len(LARGE)) == 65536
    with pytest.raises(Block):
        calls.make(Sysno.SENDFILE64, 6, 3, 0, len(LARGE))
    assert calls.task.files.get(3).offset == 65536
    assert calls.make(Sysno.FCNTL64, 6, 4, 0o4000) == 0
    assert calls.make(Sysno.SENDFILE64, 6, 3, 0, 10) is Errno.EAGAIN


def test_sendfile_refusals(calls: Calls) -> None:
    calls.make(Sysno.PIPE, DATA)
    assert calls.make(Sysno.SENDFILE64, 4, 5, 0, 10) is Errno.EINVAL
    assert calls.make(Sysno.SENDFILE64, 3, 3, 0, 10) is Errno.EBADF
    assert calls.make(Sysno.SENDFILE64, 4, 99, 0, 10) is Errno.EBADF
    assert calls.make(Sysno.SENDFILE64, 4, 3, calls.store(b"\xff" * 8), 10) is Errno.EINVAL
    calls.make(Sysno.OPEN, "/target", 0o2001)
    assert calls.make(Sysno.SENDFILE64, 7, 3, 0, 10) is Errno.EINVAL


def test_copy_file_range_at_offsets_given_or_not(calls: Calls) -> None:
    at = calls.store(bytes([4] + [0] * 7))
    assert calls.make(Sysno.COPY_FILE_RANGE, 3, at, 4, 0, 3, 0) == 3
    assert calls.stored(1) == b"\7"
    assert calls.make(Sysno.COPY_FILE_RANGE, 3, 0, 4, 0, 100, 0) == 10
    assert calls.get(b"/target") == b"4560123456789"


def test_copy_file_range_refusals(calls: Calls) -> None:
    assert calls.make(Sysno.COPY_FILE_RANGE, 4, 0, 3, 0, 3, 0) is Errno.EBADF
    assert calls.make(Sysno.COPY_FILE_RANGE, 3, 0, 4, 0, 3, 1) is Errno.EINVAL
    calls.put(b"/target", b"0123456789")
    at = calls.store(bytes([2] + [0] * 7))
    assert calls.make(Sysno.COPY_FILE_RANGE, 4, 0, 4, at, 5, 0) is Errno.EINVAL


def test_fallocate_grows_clears_and_refuses(calls: Calls) -> None:
    calls.put(b"/target", b"0123456789")
    assert calls.make(Sysno.FALLOCATE, 4, 3, 2, 0, 3, 0) == 0
    assert calls.get(b"/target") == b"01\0\0\x0056789"
    assert calls.trace == "fallocate(4, FALLOC_FL_KEEP_SIZE|FALLOC_FL_PUNCH_HOLE, 2, 3)"
    assert calls.make(Sysno.FALLOCATE, 4, 0, 5, 0, 15, 0) == 0
    assert calls.at(b"/target").inode.size == 20
    assert calls.make(Sysno.FALLOCATE, 4, 0, 0, 0, 0, 0) is Errno.EINVAL
    assert calls.make(Sysno.FALLOCATE, 4, 8, 0, 0, 1, 0) is Errno.EOPNOTSUPP
    assert calls.make(Sysno.FALLOCATE, 3, 0, 0, 0, 1, 0) is Errno.EBADF


def test_advice_is_only_checked(calls: Calls) -> None:
    assert calls.make(Sysno.FADVISE64_64, 3, 0, 0, 10, 0, 3) == 0
    assert calls.trace == "fadvise64_64(3, 0, 10, POSIX_FADV_WILLNEED)"
    assert calls.make(Sysno.FADVISE64, 3, 0, 0, 10, 77) is Errno.EINVAL
    calls.make(Sysno.PIPE, DATA)
    assert calls.make(Sysno.FADVISE64, 5, 0, 0, 10, 0) is Errno.ESPIPE


def test_synchronising_succeeds_on_what_is_stored(calls: Calls) -> None:
    assert calls.make(Sysno.FSYNC, 3) == 0
    assert calls.make(Sysno.FDATASYNC, 4) == 0
    assert calls.make(Sysno.SYNC) == 0
    assert calls.make(Sysno.SYNCFS, 3) == 0
    calls.make(Sysno.PIPE, DATA)
    assert calls.make(Sysno.FSYNC, 5) is Errno.EINVAL
    assert calls.make(Sysno.FSYNC, 99) is Errno.EBADF
    assert calls.stored(1, BUFFER) == b"\0"
