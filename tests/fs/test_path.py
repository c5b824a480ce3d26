"""Path lookup: links, dots, slashes, mounts, roots and permission."""

import pytest

from kernel.abi.errno import Errno
from kernel.fs.context import FsContext
from kernel.fs.path import MAX_LINKS, resolve, resolve_parent
from tests.fs.files import Files, fails


@pytest.fixture
def files() -> Files:
    files = Files()
    files.folder(b"/a")
    files.folder(b"/a/b")
    files.put(b"/a/b/f", b"found")
    return files


def test_a_location_knows_its_path(files: Files) -> None:
    assert files.at(b"/a/b/f").path == "/a/b/f"
    assert files.at(b"//a///b/").path == "/a/b"
    assert files.at(b"/").path == "/"


def test_dots_lead_here_and_up(files: Files) -> None:
    assert files.at(b"/a/./b/../b/f").path == "/a/b/f"
    assert files.at(b"/../../a").path == "/a"


def test_relative_paths_begin_at_the_current_directory(files: Files) -> None:
    files.task.fs.cwd = files.at(b"/a")
    assert files.at(b"b/f").path == "/a/b/f"
    assert files.at(b"..").path == "/"


def test_relative_paths_begin_at_a_descriptor(files: Files) -> None:
    fd = files.task.files.add(files.file(b"/a"), 16)
    assert resolve(files.task, b"b/f", fd).path == "/a/b/f"
    assert resolve(files.task, b"/a", fd).path == "/a"


def test_a_descriptor_to_begin_at_must_be_an_open_directory(files: Files) -> None:
    fd = files.task.files.add(files.file(b"/a/b/f"), 16)
    fails(Errno.ENOTDIR, resolve, files.task, b"x", fd)
    fails(Errno.EBADF, resolve, files.task, b"x", 99)


def test_missing_names_and_files_on_the_way(files: Files) -> None:
    fails(Errno.ENOENT, files.at, b"/a/none")
    fails(Errno.ENOENT, files.at, b"/none/f")
    fails(Errno.ENOTDIR, files.at, b"/a/b/f/x")
    fails(Errno.ENOTDIR, files.at, b"/a/b/f/..")
    fails(Errno.ENOENT, files.at, b"")


def test_a_trailing_slash_asks_for_a_directory(files: Files) -> None:
    files.symlink(b"/to-file", b"a/b/f")
    files.symlink(b"/to-dir", b"a/b")
    fails(Errno.ENOTDIR, files.at, b"/a/b/f/")
    fails(Errno.ENOTDIR, files.at, b"/to-file/")
    assert files.at(b"/to-dir/", follow=False).path == "/a/b"


def test_names_and_paths_have_a_longest_length(files: Files) -> None:
    fails(Errno.ENOENT, files.at, b"/" + b"n" * 255)
    fails(Errno.ENAMETOOLONG, files.at, b"/" + b"n" * 256)
    fails(Errno.ENAMETOOLONG, files.at, b"/a" + b"/." * 2048)


def test_links_are_followed_in_the_middle_and_at_the_end(files: Files) -> None:
    files.symlink(b"/a/up", b"../a/b")
    files.symlink(b"/abs", b"/a/up/f")
    assert files.at(b"/a/up/f").path == "/a/b/f"
    assert files.at(b"/abs").path == "/a/b/f"
    assert files.at(b"/abs", follow=False).path == "/abs"
    assert files.at(b"/a/up/..").path == "/a"


def test_a_link_in_a_circle_is_eloop(files: Files) -> None:
    files.symlink(b"/one", b"two")
    files.symlink(b"/two", b"one")
    fails(Errno.ELOOP, files.at, b"/one")


def test_forty_links_are_the_most(files: Files) -> None:
    files.put(b"/0")
    for number in range(1, MAX_LINKS + 2):
        files.symlink(b"/%d" % number, b"%d" % (number - 1))
    assert files.at(b"/%d" % MAX_LINKS).path == "/0"
    fails(Errno.ELOOP, files.at, b"/%d" % (MAX_LINKS + 1))


def test_a_root_cannot_be_left(files: Files) -> None:
    inside = files.at(b"/a")
    files.symlink(b"/a/out", b"/../..")
    files.task.fs = FsContext(inside, inside)
    assert files.at(b"/../..").inode is inside.inode
    assert files.at(b"/out").inode is inside.inode
    assert files.at(b"/b/f").path_below(files.task.fs.root) == (b"/b/f", True)


def test_what_lies_outside_the_root_is_unreachable(files: Files) -> None:
    outside = files.at(b"/")
    inside = files.at(b"/a")
    files.task.fs = FsContext(inside, outside)
    assert files.task.fs.cwd.path_below(inside) == (b"/", False)


def test_mounts_are_crossed_both_ways(files: Files) -> None:
    assert files.at(b"/dev/null").path == "/dev/null"
    assert files.at(b"/dev/..").inode is files.root.inode
    assert files.at(b"/dev/../dev/./null").inode is files.at(b"/dev/null").inode


def test_searching_needs_permission(files: Files) -> None:
    files.folder(b"/private", 0o700)
    files.put(b"/private/f")
    files.become(1000)
    assert files.at(b"/private").inode.is_directory
    fails(Errno.EACCES, files.at, b"/private/f")
    fails(Errno.EACCES, files.at, b"/private/..")


def test_a_group_searches_by_its_own_bits(files: Files) -> None:
    files.folder(b"/shared", 0o750).gid = 50
    files.put(b"/shared/f")
    files.become(1000)
    files.with_groups(50)
    assert files.at(b"/shared/f").path == "/shared/f"


def test_a_moved_directory_knows_its_new_place(files: Files) -> None:
    from kernel.fs import naming

    files.task.fs.cwd = files.at(b"/a/b")
    naming.rename(files.task, b"/a", b"/z")
    assert files.task.fs.cwd.path == "/z/b"
    assert files.at(b"..").path == "/z"


def test_a_removed_file_is_shown_as_deleted(files: Files) -> None:
    from kernel.fs import naming

    place = files.at(b"/a/b/f")
    naming.remove(files.task, b"/a/b/f")
    assert place.path == "/a/b/f (deleted)"


def test_the_parent_of_a_path_need_not_have_the_name(files: Files) -> None:
    parent = resolve_parent(files.task, b"/a/new")
    assert (parent.directory.path, parent.name) == ("/a", b"new")
    assert not parent.must_be_directory
    assert resolve_parent(files.task, b"/a/new/").must_be_directory
    assert resolve_parent(files.task, b"/").name == b"/"
    assert resolve_parent(files.task, b"/a/..").name == b".."
    fails(Errno.ENOENT, resolve_parent, files.task, b"/none/new")
