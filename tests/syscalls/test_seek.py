"""lseek and _llseek."""

import pytest

from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from tests.fakes import DATA
from tests.syscalls.calls import BAD, BUFFER, Calls

SET, CUR, END, SEEK_DATA, SEEK_HOLE = range(5)


@pytest.fixture
def calls() -> Calls:
    calls = Calls()
    calls.put(b"/f", b"0123456789")
    calls.make(Sysno.OPEN, "/f", 2)
    return calls


def test_offsets_count_from_the_start_here_or_the_end(calls: Calls) -> None:
    assert calls.make(Sysno.LSEEK, 3, 4, SET) == 4
    assert calls.make(Sysno.LSEEK, 3, -1, CUR) == 3
    assert calls.make(Sysno.LSEEK, 3, 5, END) == 15
    assert calls.trace == "lseek(3, 5, SEEK_END)"


def test_what_cannot_be_sought(calls: Calls) -> None:
    assert calls.make(Sysno.LSEEK, 3, -1, SET) is Errno.EINVAL
    assert calls.make(Sysno.LSEEK, 3, 0, 9) is Errno.EINVAL
    assert calls.trace == "lseek(3, 0, 0x9 /* SEEK_??? */)"
    calls.make(Sysno.PIPE, DATA)
    assert calls.make(Sysno.LSEEK, 4, 0, SET) is Errno.ESPIPE
    assert calls.make(Sysno.LSEEK, 99, 0, SET) is Errno.EBADF


def test_an_offset_beyond_31_bits_does_not_fit_but_counts(calls: Calls) -> None:
    assert calls.make(Sysno._LLSEEK, 3, 1, 0, BUFFER, SET) == 0
    assert calls.trace == "_llseek(3, 4294967296, [4294967296], SEEK_SET)"
    assert calls.make(Sysno.LSEEK, 3, 1, CUR) is Errno.EOVERFLOW
    assert calls.make(Sysno._LLSEEK, 3, 0, 0, BUFFER, CUR) == 0
    assert int.from_bytes(calls.stored(8), "little") == (1 << 32) + 1


def test_llseek_takes_negative_offsets_and_bad_pointers(calls: Calls) -> None:
    assert calls.make(Sysno._LLSEEK, 3, -1, -1, BUFFER, END) == 0
    assert calls.trace == "_llseek(3, -1, [9], SEEK_END)"
    assert calls.make(Sysno._LLSEEK, 3, 0, 0, BAD, SET) is Errno.EFAULT


def test_data_and_holes(calls: Calls) -> None:
    assert calls.make(Sysno.LSEEK, 3, 4, SEEK_DATA) == 4
    assert calls.make(Sysno.LSEEK, 3, 4, SEEK_HOLE) == 10
    assert calls.make(Sysno.LSEEK, 3, 10, SEEK_DATA) is Errno.ENXIO


def test_an_offset_is_shared_by_duplicates(calls: Calls) -> None:
    calls.make(Sysno.DUP, 3)
    calls.make(Sysno.LSEEK, 4, 7, SET)
    assert calls.make(Sysno.LSEEK, 3, 0, CUR) == 7
