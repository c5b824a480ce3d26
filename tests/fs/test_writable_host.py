"""A writable host folder: changes are real, and nothing outside of it can be reached."""

import os
from pathlib import Path

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFCHR, S_IFIFO, S_IFSOCK, makedev
from kernel.fs import attributes, naming
from kernel.fs.host_descriptors import DESCRIPTORS
from tests.fs.files import Files, fails


@pytest.fixture
def host(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "f").write_bytes(b"host")
    (tmp_path / "secret").write_bytes(b"secret")
    return folder


@pytest.fixture
def files(host: Path) -> Files:
    files = Files()
    files.bind(host)
    return files


def test_files_are_read_and_written_on_the_host(files: Files, host: Path) -> None:
    assert files.get(b"/mnt/f") == b"host"
    files.put(b"/mnt/new", b"made by the guest", 0o604)
    assert (host / "new").read_bytes() == b"made by the guest"
    assert (host / "new").stat().st_mode & 0o7777 == 0o604
    attributes.truncate(files.task, files.at(b"/mnt/new"), 4)
    assert (host / "new").read_bytes() == b"made"


def test_what_changes_on_the_host_is_seen(files: Files, host: Path) -> None:
    assert files.at(b"/mnt/f").inode.size == 4
    (host / "f").write_bytes(b"longer than before")
    assert files.get(b"/mnt/f") == b"longer than before"
    (host / "late").write_bytes(b"")
    assert files.names(b"/mnt") == [b"f", b"late"]


def test_names_change_on_the_host(files: Files, host: Path) -> None:
    files.folder(b"/mnt/d", 0o750)
    naming.rename(files.task, b"/mnt/f", b"/mnt/d/g")
    naming.make_link(files.task, files.at(b"/mnt/d/g"), b"/mnt/h")
    naming.make_symlink(files.task, b"d/g", b"/mnt/s")
    assert (host / "d").stat().st_mode & 0o7777 == 0o750
    assert (host / "d" / "g").stat().st_nlink == 2
    assert os.readlink(host / "s") == "d/g"
    assert files.get(b"/mnt/s") == b"host"
    naming.remove(files.task, b"/mnt/h")
    fails(Errno.ENOTEMPTY, naming.remove_directory, files.task, b"/mnt/d")
    naming.remove(files.task, b"/mnt/d/g")
    naming.remove_directory(files.task, b"/mnt/d")
    assert sorted(os.listdir(host)) == ["s"]


def test_attributes_change_on_the_host(files: Files, host: Path) -> None:
    place = files.at(b"/mnt/f")
    attributes.change_mode(files.task, place, 0o640)
    attributes.change_times(files.task, place, 1_500_000_000, 2_500_000_000, is_now=False)
    status = (host / "f").stat()
    assert status.st_mode & 0o7777 == 0o640
    assert (status.st_atime_ns, status.st_mtime_ns) == (1_500_000_000, 2_500_000_000)


def test_the_same_file_is_the_same_inode(files: Files) -> None:
    naming.make_link(files.task, files.at(b"/mnt/f"), b"/mnt/g")
    assert files.at(b"/mnt/f").inode is files.at(b"/mnt/g").inode


def test_links_are_the_guests_own(files: Files, host: Path) -> None:
    naming.make_symlink(files.task, b"../secret", b"/mnt/up")
    naming.make_symlink(files.task, bytes(host.parent / "secret"), b"/mnt/abs")
    fails(Errno.ENOENT, files.file, b"/mnt/up")
    fails(Errno.ENOENT, files.file, b"/mnt/abs")
    fails(Errno.ENOENT, files.file, b"/mnt/../secret")
    files.put(b"/mnt/up", b"the guest's")  # creates /secret in the guest's memory
    assert files.get(b"/secret") == b"the guest's"
    assert (host.parent / "secret").read_bytes() == b"secret"


def test_a_folder_swapped_for_a_link_is_not_followed(files: Files, host: Path) -> None:
    """As a second guest in the same folder could do it, between our lookup and our use."""
    files.folder(b"/mnt/d")
    files.put(b"/mnt/d/x", b"x")
    place, held = files.at(b"/mnt/d"), files.file(b"/mnt/d/x", 2)
    for key in list(DESCRIPTORS._kept):
        DESCRIPTORS.drop(key)
    (host / "d").rename(host / "away")
    (host / "d").symlink_to(host.parent)
    files.task.fs.cwd = place
    for action in (
        lambda: files.file(b"secret"),
        lambda: files.put(b"planted"),
        lambda: files.folder(b"planted"),
        lambda: naming.remove(files.task, b"secret"),
        lambda: naming.rename(files.task, b"/mnt/f", b"planted"),
        lambda: held.write(files.task, b"y"),
    ):
        fails(Errno.ENOTDIR, action)
    assert sorted(os.listdir(host.parent)) == ["secret", "shared"]


def test_a_file_swapped_for_a_link_is_not_followed(files: Files, host: Path) -> None:
    place = files.at(b"/mnt/f")
    (host / "f").unlink()
    (host / "f").symlink_to(host.parent / "secret")
    secret = (host.parent / "secret").stat()
    fails(Errno.ENXIO, place.inode.read_at, 0, 10)  # type: ignore[attr-defined]
    fails(Errno.EPERM, place.inode.change_mode, 0o777, 0)
    place.inode.change_times(0, 0, 0)
    assert (host.parent / "secret").stat() == secret


def test_what_gives_power_over_the_host_is_refused(files: Files, host: Path) -> None:
    for kind in (S_IFCHR, S_IFIFO, S_IFSOCK):
        make = naming.make_node
        fails(Errno.EPERM, make, files.task, b"/mnt/node", kind | 0o600, makedev(1, 3))
    fails(Errno.EPERM, attributes.change_mode, files.task, files.at(b"/mnt/f"), 0o4755)
    files.put(b"/mnt/setuid", b"", 0o4755)
    assert (host / "setuid").stat().st_mode & 0o7777 == 0o755


def test_special_files_are_never_opened(files: Files, host: Path) -> None:
    os.mkfifo(host / "fifo")
    fails(Errno.ENXIO, files.file, b"/mnt/fifo", 2)


def test_an_open_file_outlives_its_name(files: Files, host: Path) -> None:
    file = files.file(b"/mnt/f", 2)
    naming.remove(files.task, b"/mnt/f")
    assert not (host / "f").exists()
    assert file.read(files.task, 10) == b"host"
    file.write(files.task, b" and more")
    assert file.read_at(files.task, 0, 20) == b"host and more"
    (host / "f").write_bytes(b"another")
    assert files.get(b"/mnt/f") == b"another"
    assert file.read_at(files.task, 0, 4) == b"host"
    file.close()


def test_a_replaced_open_file_outlives_its_name(files: Files) -> None:
    file = files.file(b"/mnt/f")
    files.put(b"/mnt/g", b"new")
    naming.rename(files.task, b"/mnt/g", b"/mnt/f")
    assert file.read(files.task, 10) == b"host"
    assert files.get(b"/mnt/f") == b"new"


def test_a_file_is_found_under_its_other_name(files: Files) -> None:
    naming.make_link(files.task, files.at(b"/mnt/f"), b"/mnt/g")
    file = files.file(b"/mnt/f", 2)
    naming.remove(files.task, b"/mnt/g")
    file.write(files.task, b"HOST")
    assert files.get(b"/mnt/f") == b"HOST"


def test_the_current_directory_may_be_moved(files: Files) -> None:
    files.folder(b"/mnt/a")
    files.folder(b"/mnt/b")
    files.task.fs.cwd = files.at(b"/mnt/a")
    naming.rename(files.task, b"/mnt/a", b"/mnt/b/c")
    files.put(b"here", b"x")
    assert files.get(b"/mnt/b/c/here") == b"x"
    assert files.task.fs.cwd.path == "/mnt/b/c"
