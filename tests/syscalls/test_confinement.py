"""Calls that could lead out of a host folder that was given: they stay in it."""

import struct
from pathlib import Path

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import AT_FDCWD, OpenFlag
from kernel.abi.sysno import Sysno
from kernel.fs.path import Resolve
from tests.syscalls.calls import BUFFER, OTHER, Calls

SECRET = b"secret"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_bytes(SECRET)
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "file").write_bytes(b"shown")
    (tmp_path / "shared" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "shared" / "up").symlink_to("..")
    return tmp_path


@pytest.fixture
def calls(outside: Path) -> Calls:
    made = Calls()
    made.bind(outside / "shared")
    return made


@pytest.mark.parametrize("path", ["/mnt/link", "/mnt/up/secret", "/mnt/../secret"])
@pytest.mark.parametrize("limits", [0, *Resolve])
def test_openat2_finds_nothing_outside(calls: Calls, path: str, limits: int) -> None:
    how = calls.store(struct.pack("<QQQ", 0, 0, limits), OTHER)
    result = calls.make(Sysno.OPENAT2, AT_FDCWD, path, how, 24)
    assert result in (Errno.ENOENT, Errno.ELOOP, Errno.EXDEV)


def test_confined_to_the_folder_a_link_leads_nowhere(calls: Calls, outside: Path) -> None:
    folder = calls.make(Sysno.OPEN, "/mnt", 0)
    how = calls.store(struct.pack("<QQQ", 0, 0, Resolve.RESOLVE_IN_ROOT), OTHER)
    assert calls.make(Sysno.OPENAT2, folder, f"{outside}/secret", how, 24) is Errno.ENOENT
    assert calls.make(Sysno.OPENAT2, folder, "../../../../file", how, 24) >= 0


def test_files_on_the_host_have_no_handles(calls: Calls) -> None:
    calls.store(struct.pack("<I", 128))
    result = calls.make(Sysno.NAME_TO_HANDLE_AT, AT_FDCWD, "/mnt/file", BUFFER, OTHER, 0)
    assert result is Errno.EOPNOTSUPP
    folder = calls.make(Sysno.OPEN, "/mnt", 0)
    for number in range(5):
        calls.store(struct.pack("<IiIQ", 12, 1, 0, number))
        assert calls.make(Sysno.OPEN_BY_HANDLE_AT, folder, BUFFER, 0) is Errno.ESTALE


def test_what_is_spliced_goes_where_the_file_is(calls: Calls, outside: Path) -> None:
    calls.make(Sysno.PIPE, BUFFER)
    reading, writing = struct.unpack("<II", calls.stored(8))
    calls.make(Sysno.WRITE, writing, calls.store(b"spliced"), 7)
    target = calls.make(Sysno.OPEN, "/mnt/file", OpenFlag.O_WRONLY)
    (outside / "shared" / "file").unlink()
    (outside / "shared" / "file").symlink_to(outside / "secret")
    calls.make(Sysno.SPLICE, reading, 0, target, 0, 7, 0)
    assert (outside / "secret").read_bytes() == SECRET


def test_a_watch_follows_no_link_of_the_host(calls: Calls) -> None:
    instance = calls.make(Sysno.INOTIFY_INIT)
    assert calls.make(Sysno.INOTIFY_ADD_WATCH, instance, "/mnt/link", 2) is Errno.ENOENT
    assert calls.make(Sysno.INOTIFY_ADD_WATCH, instance, "/mnt/up/secret", 2) is Errno.ENOENT


def test_no_whiteouts_and_devices_are_made_on_the_host(calls: Calls, outside: Path) -> None:
    result = calls.make(
        Sysno.RENAMEAT2, AT_FDCWD, "/mnt/file", AT_FDCWD, calls.store(b"/mnt/x\0"), 4
    )
    assert result is Errno.EINVAL
    assert (outside / "shared" / "file").exists()
