"""Who may change a file's mode, owner, times and size, and what else changes then."""

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFREG
from kernel.abi.process import Resource
from kernel.fs.attributes import (
    UNCHANGED,
    change_mode,
    change_owner,
    change_times,
    status_of,
    truncate,
)  # fmt: skip
from kernel.fs.regular import FileSizeLimit
from tests.fs.files import Files, fails


@pytest.fixture
def files() -> Files:
    files = Files()
    files.become(1000)
    files.put(b"/mine", b"octets")
    files.become(0)
    files.put(b"/roots", b"octets")
    return files


def test_only_the_owner_changes_the_mode(files: Files) -> None:
    files.become(1000)
    change_mode(files.task, files.at(b"/mine"), 0o600)
    assert files.at(b"/mine").inode.mode == S_IFREG | 0o600
    fails(Errno.EPERM, change_mode, files.task, files.at(b"/roots"), 0o666)


def test_a_foreign_group_gets_no_set_group_id(files: Files) -> None:
    files.at(b"/mine").inode.gid = 50
    files.become(1000)
    change_mode(files.task, files.at(b"/mine"), 0o2755)
    assert files.at(b"/mine").inode.mode & 0o7777 == 0o755
    files.with_groups(50)
    change_mode(files.task, files.at(b"/mine"), 0o2755)
    assert files.at(b"/mine").inode.mode & 0o7777 == 0o2755


def test_only_root_gives_files_away(files: Files) -> None:
    place = files.at(b"/mine")
    files.become(1000)
    fails(Errno.EPERM, change_owner, files.task, place, 0, UNCHANGED)
    fails(Errno.EPERM, change_owner, files.task, place, UNCHANGED, 50)
    files.with_groups(50)
    change_owner(files.task, place, UNCHANGED, 50)
    files.become(0)
    change_owner(files.task, place, 7, UNCHANGED)
    assert (place.inode.uid, place.inode.gid) == (7, 50)


def test_a_new_owner_ends_set_user_id(files: Files) -> None:
    inode = files.at(b"/mine").inode
    inode.mode = S_IFREG | 0o6755
    change_owner(files.task, files.at(b"/mine"), 7, UNCHANGED)
    assert inode.mode == S_IFREG | 0o755
    inode.mode = S_IFREG | 0o2745
    change_owner(files.task, files.at(b"/mine"), 7, UNCHANGED)
    assert inode.mode == S_IFREG | 0o2745


def test_writing_ends_set_user_id_but_for_root(files: Files) -> None:
    inode = files.at(b"/mine").inode
    inode.mode = S_IFREG | 0o6755
    files.file(b"/mine", 1).write(files.task, b"x")
    assert inode.mode == S_IFREG | 0o6755
    files.become(1000)
    files.file(b"/mine", 1).write(files.task, b"x")
    assert inode.mode == S_IFREG | 0o755


def test_times_are_the_owners_but_now_is_any_writers(files: Files) -> None:
    files.at(b"/roots").inode.mode = S_IFREG | 0o666
    files.become(1000)
    place = files.at(b"/roots")
    fails(Errno.EPERM, lambda: change_times(files.task, place, 1, 2, is_now=False))
    change_times(files.task, place, files.now, files.now, is_now=True)
    place.inode.mode = S_IFREG | 0o644
    fails(Errno.EACCES, lambda: change_times(files.task, place, 1, 2, is_now=True))
    change_times(files.task, files.at(b"/mine"), None, -5, is_now=False)
    assert files.at(b"/mine").inode.modified == -5


def test_truncation_needs_a_regular_file_and_permission(files: Files) -> None:
    files.folder(b"/d")
    fails(Errno.EISDIR, truncate, files.task, files.at(b"/d"), 0)
    fails(Errno.EINVAL, truncate, files.task, files.at(b"/dev/null"), 0)
    files.become(1000)
    fails(Errno.EACCES, truncate, files.task, files.at(b"/roots"), 0)
    truncate(files.task, files.at(b"/mine"), 3)
    assert files.get(b"/mine") == b"oct"


def test_a_file_size_limit_cuts_writes_and_then_refuses_them(files: Files) -> None:
    limits = files.task.process.limits
    files.task.process.limits = limits.replaced(Resource.RLIMIT_FSIZE, (8, 8))
    file = files.file(b"/mine", 0o2001)
    assert file.write(files.task, b"!!!!") == 2
    with pytest.raises(FileSizeLimit):
        file.write(files.task, b"!")
    with pytest.raises(FileSizeLimit):
        truncate(files.task, files.at(b"/mine"), 9)


def test_reading_moves_the_access_time_only_after_a_change(files: Files) -> None:
    inode, clock = files.at(b"/mine").inode, files.system.clock
    clock.advance_to(1000)
    files.get(b"/mine")
    first = inode.accessed
    clock.advance_to(2000)
    files.get(b"/mine")
    assert inode.accessed == first == files.now - 1000
    files.file(b"/mine", 1).write(files.task, b"x")
    files.get(b"/mine")
    assert inode.accessed == files.now


def test_status_has_size_and_blocks(files: Files) -> None:
    status = status_of(files.at(b"/mine").inode)
    assert (status.size, status.blocks, status.links) == (6, 8, 1)
    folder = status_of(files.folder(b"/d"))
    assert (folder.size, folder.blocks, folder.links) == (4096, 8, 2)
