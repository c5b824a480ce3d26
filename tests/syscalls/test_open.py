"""open, openat, creat, close: numbers, flags and what a trace shows."""

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import AT_FDCWD
from kernel.abi.process import Resource
from kernel.abi.sysno import Sysno
from tests.syscalls.calls import BAD, Calls


@pytest.fixture
def calls() -> Calls:
    calls = Calls()
    calls.put(b"/f", b"octets")
    return calls


def test_the_lowest_free_number_is_used(calls: Calls) -> None:
    assert [calls.make(Sysno.OPEN, "/f", 0) for _ in range(3)] == [3, 4, 5]
    calls.make(Sysno.CLOSE, 4)
    calls.make(Sysno.CLOSE, 0)
    assert [calls.make(Sysno.OPEN, "/f", 0) for _ in range(3)] == [0, 4, 6]


def test_no_number_free_is_emfile_before_anything_is_created(calls: Calls) -> None:
    limits = calls.task.process.limits
    calls.task.process.limits = limits.replaced(Resource.RLIMIT_NOFILE, (3, 3))
    assert calls.make(Sysno.OPEN, "/new", 0o101, 0o600) is Errno.EMFILE
    assert b"new" not in calls.names(b"/")


def test_o_cloexec_marks_the_descriptor(calls: Calls) -> None:
    calls.make(Sysno.OPENAT, AT_FDCWD, "/f", 0o2000000)
    assert calls.task.files.close_on_exec == {3}


def test_creat_writes_and_cuts(calls: Calls) -> None:
    assert calls.make(Sysno.CREAT, "/f", 0o600) == 3
    assert calls.trace == 'creat("/f", 0600)'
    assert calls.task.files.get(3).is_writable
    assert calls.get(b"/f") == b""


def test_creat_of_a_file_too_large_for_it_is_eoverflow_and_cuts_nothing(calls: Calls) -> None:
    inode = calls.file(b"/f", 2).inode
    inode.truncate(1 << 31)  # type: ignore[attr-defined]
    assert calls.make(Sysno.CREAT, "/f", 0o600) is Errno.EOVERFLOW
    assert inode.size == 1 << 31


def test_openat_begins_at_a_directory(calls: Calls) -> None:
    calls.folder(b"/d")
    calls.put(b"/d/g", b"below")
    assert calls.make(Sysno.OPEN, "/d", 0o200000) == 3
    assert calls.make(Sysno.OPENAT, 3, "g", 0) == 4
    assert calls.trace == 'openat(3, "g", O_RDONLY)'
    assert calls.make(Sysno.OPENAT, 99, "/f", 0) == 5
    assert calls.make(Sysno.OPENAT, 99, "f", 0) is Errno.EBADF


def test_bad_paths(calls: Calls) -> None:
    assert calls.make(Sysno.OPEN, BAD, 0) is Errno.EFAULT
    assert calls.trace == "open(0x10, O_RDONLY)"
    assert calls.make(Sysno.OPEN, 0, 0) is Errno.EFAULT
    assert calls.make(Sysno.OPEN, "", 0) is Errno.ENOENT
    calls.store(b"x" * 0x1000, 0x0900_0000)
    assert calls.make(Sysno.OPEN, 0x0900_0000, 0) is Errno.ENAMETOOLONG


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (0o102, "O_RDWR|O_CREAT, 0644"),
        (0o2, "O_RDWR"),
        (3, "O_ACCMODE"),
        (0o12200000, "O_RDONLY|O_CLOEXEC|O_PATH|O_DIRECTORY"),
        (0o20200001, "O_WRONLY|O_TMPFILE, 0644"),
        (0o4010001, "O_WRONLY|O_SYNC"),
        (0o10000 | 0o6000 | 0x4000_0000, "O_RDONLY|O_APPEND|O_NONBLOCK|O_DSYNC|0x40000000"),
    ],
)
def test_flags_are_shown_as_strace_shows_them(calls: Calls, flags: int, text: str) -> None:
    calls.make(Sysno.OPEN, "/none/x", flags, 0o644)
    assert calls.trace == f'open("/none/x", {text})'


def test_close_frees_the_number_once(calls: Calls) -> None:
    calls.make(Sysno.OPEN, "/f", 0)
    assert calls.make(Sysno.CLOSE, 3) == 0
    assert calls.make(Sysno.CLOSE, 3) is Errno.EBADF
    assert calls.make(Sysno.CLOSE, -1) is Errno.EBADF
