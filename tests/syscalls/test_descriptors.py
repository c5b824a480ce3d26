"""dup, dup2, dup3, close_range, fcntl and ioctl."""

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import Fcntl, Ioctl, OpenFlag
from kernel.abi.process import Resource
from kernel.abi.sysno import Sysno
from tests.fakes import DATA
from tests.syscalls.calls import BAD, BUFFER, Calls

CLOEXEC, NONBLOCK = int(OpenFlag.O_CLOEXEC), int(OpenFlag.O_NONBLOCK)
APPEND = int(OpenFlag.O_APPEND)


@pytest.fixture
def calls() -> Calls:
    calls = Calls()
    calls.put(b"/f", b"octets")
    assert calls.make(Sysno.OPEN, "/f", 2) == 3
    return calls


def open_numbers(calls: Calls) -> list[int]:
    return sorted(calls.task.files.files)


def limit(calls: Calls, number: int) -> None:
    limits = calls.task.process.limits
    calls.task.process.limits = limits.replaced(Resource.RLIMIT_NOFILE, (number, number))


def test_duplicates_are_one_open_file(calls: Calls) -> None:
    assert calls.make(Sysno.DUP, 3) == 4
    assert calls.make(Sysno.DUP2, 3, 10) == 10
    assert calls.make(Sysno.DUP3, 3, 11, CLOEXEC) == 11
    assert calls.trace == "dup3(3, 11, O_CLOEXEC)"
    assert {calls.task.files.get(n) for n in (3, 4, 10, 11)} == {calls.task.files.get(3)}
    assert calls.task.files.close_on_exec == {11}
    assert calls.task.files.get(3).users == 4


def test_dup2_closes_its_target_and_keeps_equal_numbers(calls: Calls) -> None:
    calls.make(Sysno.PIPE, DATA)
    assert calls.make(Sysno.DUP2, 3, 5) == 5
    assert calls.task.files.get(4).read(calls.task, 1) == b""
    assert calls.make(Sysno.DUP2, 3, 3) == 3
    assert calls.make(Sysno.DUP2, 99, 99) is Errno.EBADF
    assert calls.make(Sysno.DUP3, 3, 3, 0) is Errno.EINVAL
    assert calls.make(Sysno.DUP3, 3, 6, APPEND) is Errno.EINVAL


def test_numbers_stay_below_the_limit(calls: Calls) -> None:
    limit(calls, 5)
    assert calls.make(Sysno.DUP2, 3, 5) is Errno.EBADF
    assert calls.make(Sysno.DUP2, 3, -1) is Errno.EBADF
    assert calls.make(Sysno.DUP, 3) == 4
    assert calls.make(Sysno.DUP, 3) is Errno.EMFILE
    assert calls.make(Sysno.FCNTL64, 3, Fcntl.F_DUPFD, 5) is Errno.EINVAL
    assert calls.make(Sysno.FCNTL64, 3, Fcntl.F_DUPFD, 4) is Errno.EMFILE
    assert calls.make(Sysno.FCNTL64, 3, Fcntl.F_DUPFD, -1) is Errno.EINVAL


def test_close_range_closes_or_marks(calls: Calls) -> None:
    for number in (10, 11, 12, 20):
        calls.make(Sysno.DUP2, 3, number)
    assert calls.make(Sysno.CLOSE_RANGE, 11, 12, 0) == 0
    assert open_numbers(calls) == [0, 1, 2, 3, 10, 20]
    assert calls.make(Sysno.CLOSE_RANGE, 3, 0xFFFF_FFFF, 4) == 0
    assert calls.task.files.close_on_exec == {3, 10, 20}
    assert calls.trace == "close_range(3, 4294967295, CLOSE_RANGE_CLOEXEC)"
    assert calls.make(Sysno.CLOSE_RANGE, 5, 4, 0) is Errno.EINVAL
    assert calls.make(Sysno.CLOSE_RANGE, 5, 6, 8) is Errno.EINVAL


def test_close_range_can_leave_a_shared_table_first(calls: Calls) -> None:
    shared = calls.task.files
    shared.users = 2
    assert calls.make(Sysno.CLOSE_RANGE, 3, 3, 2) == 0
    assert calls.task.files is not shared
    assert 3 in shared.files
    assert 3 not in calls.task.files.files
    assert (shared.users, shared.get(3).users) == (1, 1)


def test_descriptor_flags(calls: Calls) -> None:
    assert calls.make(Sysno.FCNTL64, 3, Fcntl.F_GETFD) == 0
    assert calls.make(Sysno.FCNTL64, 3, Fcntl.F_SETFD, 1) == 0
    assert calls.trace == "fcntl64(3, F_SETFD, FD_CLOEXEC)"
    assert calls.make(Sysno.FCNTL64, 3, Fcntl.F_GETFD) == 1
    assert calls.trace == "fcntl64(3, F_GETFD) (flags FD_CLOEXEC)"
    assert calls.make(Sysno.FCNTL, 3, Fcntl.F_DUPFD_CLOEXEC, 7) == 7
    assert calls.task.files.close_on_exec == {3, 7}
    assert calls.make(Sysno.FCNTL64, 3, Fcntl.F_SETFD, 0) == 0
    assert calls.task.files.close_on_exec == {7}


def test_status_flags_change_only_where_they_may(calls: Calls) -> None:
    every = 0x7FFF_FFFF & ~int(OpenFlag.O_NOATIME)
    assert calls.make(Sysno.FCNTL64, 3, Fcntl.F_SETFL, every) == 0
    flags = calls.make(Sysno.FCNTL64, 3, Fcntl.F_GETFL)
    assert calls.trace == "fcntl64(3, F_GETFL) (flags O_RDWR|O_APPEND|O_NONBLOCK|O_DIRECT)"
    assert isinstance(flags, int)
    assert flags & 3 == 2
    assert calls.make(Sysno.FCNTL64, 3, Fcntl.F_SETFL, 0) == 0
    assert calls.task.files.get(3).flags == 2
    calls.become(1000)
    no_atime = int(OpenFlag.O_NOATIME)
    assert calls.make(Sysno.FCNTL64, 3, Fcntl.F_SETFL, no_atime) is Errno.EPERM


def test_commands_by_kind_of_file(calls: Calls) -> None:
    calls.make(Sysno.PIPE, DATA)
    assert calls.make(Sysno.FCNTL64, 4, Fcntl.F_GETPIPE_SZ) == 65536
    assert calls.make(Sysno.FCNTL64, 4, Fcntl.F_SETPIPE_SZ, 5000) == 8192
    assert calls.make(Sysno.FCNTL64, 3, Fcntl.F_GETPIPE_SZ) is Errno.EBADF
    assert calls.make(Sysno.FCNTL64, 3, Fcntl.F_GETLEASE) == 2
    assert calls.trace == "fcntl64(3, F_GETLEASE) (F_UNLCK)"
    assert calls.make(Sysno.FCNTL64, 3, Fcntl.F_SETOWN, calls.task.pid) == 0
    assert calls.make(Sysno.FCNTL64, 3, Fcntl.F_GETOWN) == calls.task.pid
    assert calls.make(Sysno.FCNTL64, 3, 9999, 1) is Errno.EINVAL
    assert calls.trace == "fcntl64(3, 0x270f /* F_??? */, 0x1)"


def test_a_path_descriptor_takes_few_commands(calls: Calls) -> None:
    calls.make(Sysno.OPEN, "/f", int(OpenFlag.O_PATH))
    assert calls.make(Sysno.FCNTL64, 4, Fcntl.F_GETFL) == OpenFlag.O_PATH
    assert calls.make(Sysno.FCNTL64, 4, Fcntl.F_DUPFD, 0) == 5
    assert calls.make(Sysno.FCNTL64, 4, Fcntl.F_SETFL, 0) is Errno.EBADF
    assert calls.make(Sysno.FCNTL64, 99, Fcntl.F_GETFD) is Errno.EBADF


def test_ioctl_on_any_file(calls: Calls) -> None:
    calls.make(Sysno.LSEEK, 3, 2, 0)
    assert calls.make(Sysno.IOCTL, 3, Ioctl.FIONREAD, BUFFER) == 0
    assert calls.trace == "ioctl(3, FIONREAD, [4])"
    assert calls.make(Sysno.IOCTL, 3, Ioctl.FIONBIO, calls.store(b"\1\0\0\0")) == 0
    assert calls.task.files.get(3).flags & NONBLOCK
    assert calls.make(Sysno.IOCTL, 3, Ioctl.FIOCLEX) == 0
    assert calls.trace == "ioctl(3, FIOCLEX)"
    assert calls.task.files.close_on_exec == {3}
    assert calls.make(Sysno.IOCTL, 3, Ioctl.FIONCLEX) == 0
    assert not calls.task.files.close_on_exec


def test_ioctl_errors_and_unknown_requests(calls: Calls) -> None:
    assert calls.make(Sysno.IOCTL, 3, Ioctl.TIOCGWINSZ, BUFFER) is Errno.ENOTTY
    assert calls.trace == f"ioctl(3, TIOCGWINSZ, {BUFFER:#x})"
    assert calls.make(Sysno.IOCTL, 3, 0x1234_5678, 1) is Errno.ENOTTY
    assert calls.trace == "ioctl(3, _IOC(_IOC_NONE, 0x56, 0x78, 0x1234), 0x1)"
    assert calls.make(Sysno.IOCTL, 3, Ioctl.FIONREAD, BAD) is Errno.EFAULT
    assert calls.make(Sysno.IOCTL, 99, Ioctl.FIONREAD, BUFFER) is Errno.EBADF
