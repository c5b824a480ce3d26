"""A host folder read-only beneath memory: everything can be changed, nothing on the host is."""

import os
import pickle
import socket
from pathlib import Path

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFIFO
from kernel.fs import naming
from kernel.fs.host_descriptors import DESCRIPTORS
from tests.fs.files import Files, fails


@pytest.fixture
def host(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "d" / "sub").mkdir(parents=True)
    (root / "f").write_bytes(b"host")
    (root / "d" / "g").write_bytes(b"deep")
    (root / "d" / "link").symlink_to("../f")
    os.link(root / "f", root / "second")
    os.chmod(root / "f", 0o640)
    os.utime(root / "f", ns=(1_000_000_001, 2_000_000_002))
    (tmp_path / "secret").write_bytes(b"secret")
    return root


@pytest.fixture
def files(host: Path) -> Files:
    files = Files()
    files.overlay(host)
    return files


def snapshot(host: Path) -> dict[str, object]:
    """Everything on the host, for comparing."""
    return {
        str(path): (path.lstat().st_mode, path.lstat().st_mtime_ns, path.lstat().st_nlink)
        for path in sorted(host.rglob("*"))
    }


def test_host_files_are_shown_as_they_are(files: Files, host: Path) -> None:
    status, inode = (host / "f").stat(), files.at(b"/f").inode
    assert files.get(b"/f") == b"host"
    assert (inode.mode, inode.uid, inode.gid) == (status.st_mode, status.st_uid, status.st_gid)
    assert (inode.modified, inode.links) == (2_000_000_002, 2)
    assert files.get(b"/d/link") == b"host"
    assert files.names(b"/") == [b"d", b"f", b"second"]
    assert files.names(b"/d") == [b"g", b"link", b"sub"]


def test_hard_links_on_the_host_are_one_inode(files: Files) -> None:
    assert files.at(b"/f").inode is files.at(b"/second").inode


def test_changes_stay_in_memory(files: Files, host: Path) -> None:
    before = snapshot(host)
    files.put(b"/f", b"changed")
    files.put(b"/d/new", b"new")
    files.file(b"/d/g", 0o2001).write(files.task, b"er")
    naming.rename(files.task, b"/d", b"/e")
    naming.remove(files.task, b"/second")
    files.at(b"/e/sub").inode.change_mode(0o700, 0)
    naming.remove_directory(files.task, b"/e/sub")
    assert files.get(b"/f") == b"changed"
    assert files.get(b"/e/g") == b"deeper"
    assert files.names(b"/") == [b"e", b"f"]
    assert files.names(b"/e") == [b"g", b"link", b"new"]
    assert snapshot(host) == before
    assert (host / "f").read_bytes() == b"host"


def test_a_removed_name_stays_removed_and_can_be_made_anew(files: Files) -> None:
    naming.remove(files.task, b"/f")
    fails(Errno.ENOENT, files.at, b"/f")
    assert files.names(b"/") == [b"d", b"second"]
    files.folder(b"/f")
    assert files.names(b"/f") == []
    assert files.names(b"/") == [b"d", b"f", b"second"]


def test_a_directory_with_files_beneath_is_not_empty(files: Files) -> None:
    fails(Errno.ENOTEMPTY, naming.remove_directory, files.task, b"/d")
    for name in (b"g", b"link"):
        naming.remove(files.task, b"/d/" + name)
    fails(Errno.ENOTEMPTY, naming.remove_directory, files.task, b"/d")
    naming.remove_directory(files.task, b"/d/sub")
    naming.remove_directory(files.task, b"/d")
    assert files.names(b"/") == [b"f", b"second"]


def test_a_moved_directory_takes_what_is_beneath_along(files: Files) -> None:
    naming.rename(files.task, b"/d", b"/moved")
    assert files.get(b"/moved/g") == b"deep"
    files.folder(b"/d")
    assert files.names(b"/d") == []


def test_links_lead_to_places_of_the_guest(files: Files, host: Path) -> None:
    (host / "abs").symlink_to(host.parent / "secret")
    (host / "up").symlink_to("../secret")
    (host / "dir").symlink_to("..")
    fails(Errno.ENOENT, files.at, b"/abs")
    fails(Errno.ENOENT, files.at, b"/up")
    assert files.at(b"/dir").inode is files.root.inode
    assert files.names(b"/dir") == files.names(b"/")


def test_a_folder_that_becomes_a_link_on_the_host_is_not_followed(files: Files, host: Path) -> None:
    folder = files.at(b"/d/sub").inode
    (host / "d" / "sub").rmdir()
    (host / "d" / "sub").symlink_to(host.parent)
    fails(Errno.ENOTDIR, folder.lookup, b"secret")  # type: ignore[attr-defined]


def test_a_file_that_becomes_a_link_on_the_host_is_not_followed(files: Files, host: Path) -> None:
    inode = files.at(b"/d/g").inode
    (host / "d" / "g").unlink()
    (host / "d" / "g").symlink_to(host.parent / "secret")
    fails(Errno.ENXIO, inode.read_at, 0, 10)  # type: ignore[attr-defined]


def test_a_root_that_becomes_a_link_is_stale(files: Files, host: Path) -> None:
    for tree in list(DESCRIPTORS._kept):
        DESCRIPTORS.drop(tree)
    host.rename(host.parent / "away")
    host.symlink_to(host.parent)
    fails(Errno.ENOTDIR, files.at, b"/f")


def test_special_files_are_shown_and_never_opened(files: Files, host: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(host / "socket"))
    fails(Errno.ENXIO, files.file, b"/socket")


def test_a_host_fifo_is_one_of_the_guests_own(files: Files, host: Path) -> None:
    os.mkfifo(host / "fifo")
    with os.fdopen(os.open(host / "fifo", os.O_RDWR)) as held:
        assert files.at(b"/fifo").inode.type == S_IFIFO
        pipe = files.file(b"/fifo", 2)
        pipe.write(files.task, b"through")
        assert pipe.read(files.task, 10) == b"through"
        os.set_blocking(held.fileno(), False)
        with pytest.raises(BlockingIOError):
            os.read(held.fileno(), 10)


def test_a_folder_we_may_not_read_is_eacces(files: Files, host: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads every folder of the host")
    (host / "d").chmod(0)
    fails(Errno.EACCES, files.at, b"/d/g")
    (host / "d").chmod(0o700)


def test_a_snapshot_holds_no_host_file_and_goes_on_alone(files: Files, host: Path) -> None:
    files.put(b"/d/new", b"new")
    files.get(b"/d/g")
    copied = pickle.loads(pickle.dumps(files.root))
    folder = copied.inode.lookup(b"d")
    assert folder.lookup(b"g").read_at(0, 9) == b"deep"
    assert folder.lookup(b"new").read_at(0, 9) == b"new"
    folder.unlink(b"g", 0)
    assert files.get(b"/d/g") == b"deep"


def test_a_very_deep_tree_can_be_copied(files: Files) -> None:
    files.task.fs.cwd = files.at(b"/")
    for _ in range(1500):
        files.folder(b"x")
        files.task.fs.cwd = files.at(b"x")
    copied = pickle.loads(pickle.dumps(files.task.fs.cwd))
    assert len(copied.path) == 3000


def test_a_file_that_changes_on_the_host_is_followed_until_it_is_changed_here(
    files: Files, host: Path
) -> None:
    assert files.get(b"/d/g") == b"deep"
    (host / "d" / "new").write_bytes(b"replaced as a compiler does it")
    (host / "d" / "new").replace(host / "d" / "g")
    assert files.get(b"/d/g") == b"replaced as a compiler does it"
    files.file(b"/d/g", 0o2001).write(files.task, b"!")
    (host / "d" / "g").write_bytes(b"again")
    assert files.at(b"/d/g").inode.size == 31


def test_names_that_come_on_the_host_are_found(files: Files, host: Path) -> None:
    assert files.names(b"/d") == [b"g", b"link", b"sub"]
    (host / "d" / "late").write_bytes(b"late")
    assert files.get(b"/d/late") == b"late"
    (host / "d" / "later").mkdir()
    assert files.names(b"/d") == [b"g", b"late", b"later", b"link", b"sub"]
