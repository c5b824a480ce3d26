"""getdents, getdents64, chdir, fchdir, chroot and getcwd."""

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.fs import naming
from tests.syscalls.calls import BAD, BUFFER, Calls


@pytest.fixture
def calls() -> Calls:
    calls = Calls()
    calls.folder(b"/d")
    calls.put(b"/d/name")
    calls.folder(b"/d/sub")
    calls.symlink(b"/d/link", b"name")
    calls.make(Sysno.OPEN, "/d", 0)
    return calls


def entries64(data: bytes) -> list[tuple[bytes, int, int, int]]:
    """(name, inode number, next offset, type) of each."""
    found, at = [], 0
    while at < len(data):
        number, offset, length, kind = struct.unpack_from("<QqHB", data, at)
        assert length % 8 == 0
        found.append((data[at + 19 : at + length].rstrip(b"\0"), number, offset, kind))
        at += length
    return found


def test_entries_have_the_layout_of_linux_dirent64(calls: Calls) -> None:
    used = calls.make(Sysno.GETDENTS64, 3, BUFFER, 1024)
    assert isinstance(used, int)
    entries = entries64(calls.stored(used))
    assert [(name, kind) for name, _, _, kind in entries] == [
        (b".", 4), (b"..", 4), (b"name", 8), (b"sub", 4), (b"link", 10),
    ]  # fmt: skip
    assert entries[2][1] == calls.at(b"/d/name").inode.number
    assert [offset for _, _, offset, _ in entries] == [1, 2, 3, 4, 5]
    assert calls.trace == f"getdents64(3, {BUFFER:#x} /* 5 entries */, 1024)"
    assert calls.make(Sysno.GETDENTS64, 3, BUFFER, 1024) == 0
    assert calls.trace == f"getdents64(3, {BUFFER:#x} /* 0 entries */, 1024)"


def test_the_old_layout_has_the_type_last(calls: Calls) -> None:
    used = calls.make(Sysno.GETDENTS, 3, BUFFER, 1024)
    assert isinstance(used, int)
    data, at, found = calls.stored(used), 0, []
    while at < used:
        _, _, length = struct.unpack_from("<IIH", data, at)
        found.append((data[at + 10 : data.index(0, at + 10)], data[at + length - 1]))
        at += length
    assert found == [(b".", 4), (b"..", 4), (b"name", 8), (b"sub", 4), (b"link", 10)]


def test_a_small_buffer_takes_a_few_at_a_time(calls: Calls) -> None:
    names = []
    while used := calls.make(Sysno.GETDENTS64, 3, BUFFER, 50):
        assert isinstance(used, int)
        names += [entry[0] for entry in entries64(calls.stored(used))]
    assert names == [b".", b"..", b"name", b"sub", b"link"]
    calls.make(Sysno.LSEEK, 3, 3, 0)
    used = calls.make(Sysno.GETDENTS64, 3, BUFFER, 50)
    assert entries64(calls.stored(used))[0][0] == b"sub"  # type: ignore[arg-type]


def test_getdents_errors(calls: Calls) -> None:
    assert calls.make(Sysno.GETDENTS64, 3, BUFFER, 10) is Errno.EINVAL
    assert calls.make(Sysno.GETDENTS64, 3, BAD, 1024) is Errno.EFAULT
    assert calls.make(Sysno.GETDENTS64, 3, BUFFER, 1024) != 0
    calls.make(Sysno.OPEN, "/d/name", 0)
    assert calls.make(Sysno.GETDENTS64, 4, BUFFER, 1024) is Errno.ENOTDIR
    calls.folder(b"/gone")
    calls.make(Sysno.OPEN, "/gone", 0)
    naming.remove_directory(calls.task, b"/gone")
    assert calls.make(Sysno.GETDENTS64, 5, BUFFER, 1024) is Errno.ENOENT


def test_the_current_directory_moves_and_is_told(calls: Calls) -> None:
    assert calls.make(Sysno.CHDIR, "/d/sub") == 0
    assert calls.make(Sysno.GETCWD, BUFFER, 100) == 7
    assert calls.stored(7) == b"/d/sub\0"
    assert calls.trace == 'getcwd("/d/sub", 100)'
    assert calls.make(Sysno.FCHDIR, 3) == 0
    assert calls.make(Sysno.GETCWD, BUFFER, 100) == 3
    assert calls.make(Sysno.GETCWD, BUFFER, 2) is Errno.ERANGE
    assert calls.make(Sysno.GETCWD, BAD, 100) is Errno.EFAULT


def test_only_directories_that_may_be_searched_can_be_entered(calls: Calls) -> None:
    assert calls.make(Sysno.CHDIR, "/d/name") is Errno.ENOTDIR
    assert calls.make(Sysno.CHDIR, "/none") is Errno.ENOENT
    assert calls.make(Sysno.FCHDIR, 99) is Errno.EBADF
    assert calls.make(Sysno.FCHDIR, 0) is Errno.ENOTDIR
    calls.folder(b"/private", 0o700)
    calls.become(1000)
    assert calls.make(Sysno.CHDIR, "/private") is Errno.EACCES


def test_a_removed_current_directory_has_no_path(calls: Calls) -> None:
    calls.make(Sysno.CHDIR, "/d/sub")
    naming.remove_directory(calls.task, b"/d/sub")
    assert calls.make(Sysno.GETCWD, BUFFER, 100) is Errno.ENOENT


def test_chroot_needs_its_capability_and_hides_the_rest(calls: Calls) -> None:
    calls.become(1000)
    assert calls.make(Sysno.CHROOT, "/d") is Errno.EPERM
    calls.become(0)
    assert calls.make(Sysno.CHROOT, "/d") == 0
    assert calls.make(Sysno.GETCWD, BUFFER, 100) == 15
    assert calls.stored(15) == b"(unreachable)/\0"
    calls.make(Sysno.CHDIR, "/sub/../..")
    calls.make(Sysno.GETCWD, BUFFER, 100)
    assert calls.stored(2) == b"/\0"
