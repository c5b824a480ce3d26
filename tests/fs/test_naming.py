"""Making, linking, removing and moving names in a memory file system."""

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFCHR, S_IFDIR, S_IFIFO, S_IFREG, makedev
from kernel.abi.mount import MountFlag
from kernel.fs import naming
from kernel.fs.naming import RENAME_EXCHANGE, RENAME_NOREPLACE
from tests.fs.files import Files, fails


@pytest.fixture
def files() -> Files:
    files = Files()
    files.folder(b"/d")
    files.put(b"/d/f", b"octets")
    return files


def test_new_directories_obey_umask_and_count_links(files: Files) -> None:
    files.task.fs.umask = 0o027
    made = files.folder(b"/d/new", 0o777)
    assert made.mode & 0o7777 == 0o750
    assert made.links == 2
    assert files.at(b"/d").inode.links == 3


def test_a_set_group_id_directory_hands_its_group_down(files: Files) -> None:
    above = files.at(b"/d").inode
    above.mode |= 0o2000
    above.gid = 42
    made = files.folder(b"/d/new")
    assert (made.gid, made.mode & 0o2000) == (42, 0o2000)
    assert files.put(b"/d/g").gid == 42


def test_what_exists_cannot_be_made_again(files: Files) -> None:
    for path in (b"/d", b"/d/", b"/d/f", b"/", b"/d/.", b"/d/.."):
        fails(Errno.EEXIST, naming.make_directory, files.task, path, 0o755)
    fails(Errno.EEXIST, naming.make_symlink, files.task, b"x", b"/d/f")


def test_only_directories_are_made_with_a_trailing_slash(files: Files) -> None:
    fails(Errno.ENOENT, naming.make_symlink, files.task, b"x", b"/d/new/")
    fails(Errno.ENOENT, naming.make_node, files.task, b"/d/new/", S_IFREG, 0)
    files.folder(b"/d/new/")


def test_nodes_of_every_kind(files: Files) -> None:
    naming.make_node(files.task, b"/plain", 0o600, 0)
    naming.make_node(files.task, b"/pipe", S_IFIFO | 0o600, 0)
    naming.make_node(files.task, b"/zero", S_IFCHR | 0o600, makedev(1, 5))
    assert files.at(b"/plain").inode.is_regular
    assert files.at(b"/pipe").inode.type == S_IFIFO
    assert files.file(b"/zero").read(files.task, 3) == b"\0\0\0"
    fails(Errno.EPERM, naming.make_node, files.task, b"/x", S_IFDIR | 0o700, 0)
    fails(Errno.EINVAL, naming.make_node, files.task, b"/x", 0o170600, 0)
    files.become(1000)
    fails(Errno.EPERM, naming.make_node, files.task, b"/x", S_IFCHR | 0o600, 0)


def test_a_second_name_is_the_same_file(files: Files) -> None:
    naming.make_link(files.task, files.at(b"/d/f"), b"/second")
    files.put(b"/second", b"changed")
    assert files.get(b"/d/f") == b"changed"
    assert files.at(b"/d/f").inode.links == 2
    naming.remove(files.task, b"/d/f")
    assert files.get(b"/second") == b"changed"
    assert files.at(b"/second").inode.links == 1


def test_directories_and_other_mounts_take_no_links(files: Files) -> None:
    fails(Errno.EPERM, naming.make_link, files.task, files.at(b"/d"), b"/e")
    fails(Errno.EXDEV, naming.make_link, files.task, files.at(b"/d/f"), b"/dev/f")


def test_removing_names(files: Files) -> None:
    fails(Errno.EISDIR, naming.remove, files.task, b"/d")
    fails(Errno.EISDIR, naming.remove, files.task, b"/d/")
    fails(Errno.EISDIR, naming.remove, files.task, b"/d/..")
    fails(Errno.ENOTDIR, naming.remove, files.task, b"/d/f/")
    fails(Errno.ENOENT, naming.remove, files.task, b"/d/none")
    naming.remove(files.task, b"/d/f")
    assert files.names(b"/d") == []


def test_removing_directories(files: Files) -> None:
    fails(Errno.ENOTEMPTY, naming.remove_directory, files.task, b"/d")
    fails(Errno.ENOTDIR, naming.remove_directory, files.task, b"/d/f")
    fails(Errno.EINVAL, naming.remove_directory, files.task, b"/d/.")
    fails(Errno.ENOTEMPTY, naming.remove_directory, files.task, b"/d/..")
    fails(Errno.EBUSY, naming.remove_directory, files.task, b"/")
    fails(Errno.EBUSY, naming.remove_directory, files.task, b"/dev")
    naming.remove(files.task, b"/d/f")
    naming.remove_directory(files.task, b"/d/")
    fails(Errno.ENOENT, files.at, b"/d")


def test_an_open_file_outlives_its_name_and_gives_its_space_back(files: Files) -> None:
    quota = files.root.mount.file_system.quota  # type: ignore[union-attr]
    before = quota.used
    file = files.file(b"/d/f", 2)
    naming.remove(files.task, b"/d/f")
    file.write_at(files.task, 6, b" still")
    assert file.read_at(files.task, 0, 20) == b"octets still"
    file.close()
    assert quota.used == before - 1


def test_nothing_is_made_in_a_removed_directory(files: Files) -> None:
    files.folder(b"/gone")
    files.task.fs.cwd = files.at(b"/gone")
    naming.remove_directory(files.task, b"/gone")
    fails(Errno.ENOENT, files.put, b"new")
    fails(Errno.ENOENT, files.folder, b"new")
    assert files.at(b"..").path == "/"


def test_renaming_replaces_and_keeps_the_contents(files: Files) -> None:
    files.put(b"/old", b"mine")
    naming.rename(files.task, b"/old", b"/d/f")
    assert files.get(b"/d/f") == b"mine"
    fails(Errno.ENOENT, files.at, b"/old")


def test_renaming_moves_directories_and_their_links(files: Files) -> None:
    files.folder(b"/e")
    files.folder(b"/e/sub")
    naming.rename(files.task, b"/e/sub", b"/d/sub/")
    assert files.at(b"/d/sub/..").path == "/d"
    assert (files.at(b"/e").inode.links, files.at(b"/d").inode.links) == (2, 3)


@pytest.mark.parametrize(
    ("old", "new", "errno"),
    [
        (b"/d", b"/d/inside", Errno.EINVAL),
        (b"/d", b"/d/sub/deep", Errno.EINVAL),
        (b"/d/sub", b"/d", Errno.ENOTEMPTY),
        (b"/d/f", b"/d/sub", Errno.EISDIR),
        (b"/empty", b"/d/f", Errno.ENOTDIR),
        (b"/empty", b"/d", Errno.ENOTEMPTY),
        (b"/d/f/", b"/x", Errno.ENOTDIR),
        (b"/d/f", b"/x/", Errno.ENOTDIR),
        (b"/none", b"/x", Errno.ENOENT),
        (b"/d/.", b"/x", Errno.EBUSY),
        (b"/d/f", b"/d/..", Errno.EBUSY),
        (b"/d/f", b"/dev/f", Errno.EXDEV),
        (b"/dev", b"/x", Errno.EBUSY),
    ],
)
def test_what_cannot_be_renamed(files: Files, old: bytes, new: bytes, errno: Errno) -> None:
    files.folder(b"/d/sub")
    files.folder(b"/empty")
    fails(errno, naming.rename, files.task, old, new)


def test_two_names_of_one_file_are_left_alone(files: Files) -> None:
    naming.make_link(files.task, files.at(b"/d/f"), b"/second")
    naming.rename(files.task, b"/second", b"/d/f")
    assert files.at(b"/second").inode is files.at(b"/d/f").inode


def test_rename_flags(files: Files) -> None:
    files.put(b"/other", b"other")
    rename = naming.rename
    fails(Errno.EEXIST, rename, files.task, b"/other", b"/d/f", -100, -100, RENAME_NOREPLACE)
    rename(files.task, b"/other", b"/d/f", flags=RENAME_EXCHANGE)
    assert (files.get(b"/other"), files.get(b"/d/f")) == (b"octets", b"other")
    rename(files.task, b"/d", b"/other", flags=RENAME_EXCHANGE)
    assert files.get(b"/d") == b"octets"
    assert files.at(b"/other/f").path == "/other/f"
    fails(Errno.ENOENT, rename, files.task, b"/d", b"/none", -100, -100, RENAME_EXCHANGE)
    fails(Errno.EINVAL, rename, files.task, b"/d", b"/x", -100, -100, 6)


def test_a_sticky_directory_protects_other_peoples_files(files: Files) -> None:
    files.put(b"/theirs")
    files.become(1000)
    files.put(b"/mine")
    fails(Errno.EPERM, naming.remove, files.task, b"/theirs")
    fails(Errno.EPERM, naming.rename, files.task, b"/theirs", b"/x")
    naming.rename(files.task, b"/mine", b"/x")
    naming.remove(files.task, b"/x")


def test_changing_names_needs_write_permission(files: Files) -> None:
    files.become(1000)
    for action in (naming.remove, naming.remove_directory):
        fails(Errno.EACCES, action, files.task, b"/d/f")
    fails(Errno.EACCES, files.put, b"/d/new")
    fails(Errno.EACCES, files.folder, b"/d/new")


def test_a_read_only_mount_says_so_after_looking(files: Files) -> None:
    mount = files.root.mount
    assert mount is not None
    mount.flags |= MountFlag.MS_RDONLY
    fails(Errno.EROFS, files.folder, b"/new")
    fails(Errno.EEXIST, files.folder, b"/d")
    fails(Errno.EROFS, naming.remove, files.task, b"/d/f")
    fails(Errno.EROFS, files.file, b"/d/f", 1)
    fails(Errno.EROFS, files.put, b"/new")
    assert files.get(b"/d/f") == b"octets"
    assert files.file(b"/dev/null", 1).write(files.task, b"x") == 1


def test_too_many_inodes_are_enospc(files: Files) -> None:
    system = files.root.mount.file_system  # type: ignore[union-attr]
    system.max_inodes = len(system.inodes) + 1  # type: ignore[attr-defined]
    files.put(b"/last")
    fails(Errno.ENOSPC, files.put, b"/one-more")
    naming.remove(files.task, b"/last")
    files.put(b"/one-more")


def test_times_move_with_what_happens(files: Files) -> None:
    folder, file = files.at(b"/d").inode, files.at(b"/d/f").inode
    files.system.clock.advance_to(5_000_000)
    naming.make_link(files.task, files.at(b"/d/f"), b"/d/g")
    assert folder.modified == folder.changed == files.now == file.changed
    assert file.modified < files.now


def test_too_many_second_names_are_enospc(files: Files) -> None:
    system = files.root.mount.file_system  # type: ignore[union-attr]
    system.max_inodes = len(system.inodes) + 2  # type: ignore[attr-defined]
    for number in range(2):
        naming.make_link(files.task, files.at(b"/d/f"), b"/%d" % number)
    fails(Errno.ENOSPC, naming.make_link, files.task, files.at(b"/d/f"), b"/x")
    naming.remove(files.task, b"/0")
    naming.make_link(files.task, files.at(b"/d/f"), b"/x")


def test_a_file_of_another_gets_a_name_only_where_such_files_are_not_protected(
    files: Files,
) -> None:
    files.at(b"/").inode.mode |= 0o002
    files.at(b"/d/f").inode.mode = S_IFREG | 0o644
    files.become(1000)
    fails(Errno.EPERM, naming.make_link, files.task, files.at(b"/d/f"), b"/theirs")
    files.system.protects_hard_links = False
    naming.make_link(files.task, files.at(b"/d/f"), b"/theirs")
    assert files.at(b"/theirs").inode is files.at(b"/d/f").inode


def test_a_long_symbolic_link_takes_a_page(files: Files) -> None:
    quota = files.root.mount.file_system.quota  # type: ignore[union-attr]
    before = quota.used
    files.symlink(b"/short", b"x" * 128)
    files.symlink(b"/long", b"x" * 129)
    assert quota.used == before + 1
    naming.remove(files.task, b"/long")
    naming.remove(files.task, b"/short")
    assert quota.used == before
