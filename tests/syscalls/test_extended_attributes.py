"""Extended attributes: what they take of the quota, and where there are none. (Values, names and
errors are compared with a real Linux by tests/programs/xattr.c.)
"""

from pathlib import Path

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag
from kernel.abi.mount import MountFlag
from kernel.abi.sysno import Sysno
from kernel.fs.tmpfs import MemoryFileSystem
from tests.syscalls.calls import BUFFER, OTHER, Calls


@pytest.fixture
def calls() -> Calls:
    made = Calls()
    made.put(b"/f", b"")
    return made


def set_value(calls: Calls, path: str, size: int, name: bytes = b"user.x\0") -> int | Errno:
    calls.store(name, OTHER)
    return calls.make(Sysno.SETXATTR, path, OTHER, BUFFER, size, 0)


def used(calls: Calls) -> int:
    system = calls.root.mount.file_system
    assert isinstance(system, MemoryFileSystem)
    return system.quota.used


def test_values_take_space_and_give_it_back(calls: Calls) -> None:
    before = used(calls)
    assert set_value(calls, "/f", 4000) == 0
    assert used(calls) == before + 1
    assert set_value(calls, "/f", 6000) == 0
    assert used(calls) == before + 2
    assert calls.make(Sysno.REMOVEXATTR, "/f", OTHER) == 0
    assert used(calls) == before


def test_the_space_of_values_is_limited(calls: Calls) -> None:
    system = calls.root.mount.file_system
    assert isinstance(system, MemoryFileSystem)
    system.quota.limit = system.quota.used + 1
    assert set_value(calls, "/f", 4097) is Errno.ENOSPC
    assert calls.make(Sysno.GETXATTR, "/f", OTHER, BUFFER, 10) is Errno.ENODATA
    assert set_value(calls, "/f", 1000) == 0


@pytest.mark.parametrize("is_open", [False, True])
def test_values_go_with_the_file(calls: Calls, is_open: bool) -> None:
    before = used(calls)
    set_value(calls, "/f", 100)
    if is_open:
        assert calls.make(Sysno.OPEN, "/f", 0) == 3
    calls.make(Sysno.UNLINK, "/f")
    if is_open:
        calls.store(b"user.x\0", OTHER)
        assert calls.make(Sysno.FGETXATTR, 3, OTHER, 0, 0) == 100
        calls.make(Sysno.CLOSE, 3)
    assert used(calls) == before


def test_directories_give_their_space_back(calls: Calls) -> None:
    before = used(calls)
    calls.make(Sysno.MKDIR, "/d", 0o755)
    set_value(calls, "/d", 100)
    calls.make(Sysno.RMDIR, "/d")
    assert used(calls) == before


def test_a_file_in_memory_without_a_name_has_them(calls: Calls) -> None:
    assert calls.make(Sysno.OPEN, "/", OpenFlag.O_RDWR | 0o20200000, 0o600) == 3
    calls.store(b"user.x\0", OTHER)
    assert calls.make(Sysno.FSETXATTR, 3, OTHER, BUFFER, 5, 0) == 0
    assert calls.make(Sysno.FGETXATTR, 3, OTHER, 0, 0) == 5


def test_files_on_the_host_have_none(calls: Calls, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    calls.bind(tmp_path)
    assert set_value(calls, "/mnt/file", 1) is Errno.EOPNOTSUPP
    assert calls.make(Sysno.GETXATTR, "/mnt/file", OTHER, BUFFER, 10) is Errno.EOPNOTSUPP
    assert calls.make(Sysno.LISTXATTR, "/mnt/file", BUFFER, 10) == 0


def test_nothing_is_set_on_a_read_only_mount(calls: Calls) -> None:
    calls.root.mount.flags |= MountFlag.MS_RDONLY
    assert set_value(calls, "/f", 1) is Errno.EROFS
