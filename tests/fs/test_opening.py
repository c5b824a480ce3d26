"""open(2): creating, cutting, and every way to be refused."""

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import O_TMPFILE, S_IFDIR, S_IFREG, OpenFlag
from kernel.fs import naming
from kernel.fs.inode import RegularInode
from tests.fs.files import Files, fails

WRONLY, RDWR = int(OpenFlag.O_WRONLY), int(OpenFlag.O_RDWR)
CREAT, EXCL, TRUNC = int(OpenFlag.O_CREAT), int(OpenFlag.O_EXCL), int(OpenFlag.O_TRUNC)
DIRECTORY, NOFOLLOW = int(OpenFlag.O_DIRECTORY), int(OpenFlag.O_NOFOLLOW)
APPEND, PATH = int(OpenFlag.O_APPEND), int(OpenFlag.O_PATH)


@pytest.fixture
def files() -> Files:
    files = Files()
    files.put(b"/f", b"octets")
    files.folder(b"/d")
    return files


def test_creation_obeys_the_umask_and_belongs_to_the_user(files: Files) -> None:
    files.become(1000)
    files.task.fs.umask = 0o077
    inode = files.file(b"/new", CREAT | WRONLY, 0o666).inode
    assert (inode.mode, inode.uid, inode.gid) == (S_IFREG | 0o600, 1000, 1000)


def test_a_new_file_may_be_written_whatever_its_mode(files: Files) -> None:
    files.become(1000)
    assert files.file(b"/new", CREAT | RDWR, 0).write(files.task, b"x") == 1
    fails(Errno.EACCES, files.file, b"/new")


def test_o_excl_refuses_what_exists_and_links(files: Files) -> None:
    files.symlink(b"/dangling", b"nowhere")
    fails(Errno.EEXIST, files.file, b"/f", CREAT | EXCL)
    fails(Errno.EEXIST, files.file, b"/dangling", CREAT | EXCL)


def test_creation_goes_through_a_dangling_link(files: Files) -> None:
    files.symlink(b"/dangling", b"d/target")
    files.put(b"/dangling", b"there")
    assert files.get(b"/d/target") == b"there"


def test_a_circle_of_links_is_eloop_for_creation_too(files: Files) -> None:
    files.symlink(b"/one", b"two")
    files.symlink(b"/two", b"one")
    fails(Errno.ELOOP, files.file, b"/one", CREAT | WRONLY)


def test_o_nofollow_refuses_a_link_at_the_end(files: Files) -> None:
    files.symlink(b"/link", b"f")
    fails(Errno.ELOOP, files.file, b"/link", NOFOLLOW)
    fails(Errno.ELOOP, files.file, b"/link", NOFOLLOW | CREAT | WRONLY)
    assert files.file(b"/link", NOFOLLOW | PATH).inode.is_symlink


@pytest.mark.parametrize(
    ("path", "flags", "errno"),
    [
        (b"/d", WRONLY, Errno.EISDIR),
        (b"/d", CREAT, Errno.EISDIR),
        (b"/d/", CREAT | WRONLY, Errno.EISDIR),
        (b"/new/", CREAT | WRONLY, Errno.EISDIR),
        (b"/", CREAT, Errno.EISDIR),
        (b"/d/..", CREAT, Errno.EISDIR),
        (b"/d", CREAT | DIRECTORY, Errno.EINVAL),
        (b"/f", DIRECTORY, Errno.ENOTDIR),
        (b"/f/", 0, Errno.ENOTDIR),
        (b"/none", 0, Errno.ENOENT),
        (b"/none/f", CREAT | WRONLY, Errno.ENOENT),
        (b"/f/x", CREAT | WRONLY, Errno.ENOTDIR),
        (b"/f", O_TMPFILE | WRONLY, Errno.ENOTDIR),
        (b"/d", O_TMPFILE, Errno.EINVAL),
    ],
)
def test_refusals(files: Files, path: bytes, flags: int, errno: Errno) -> None:
    fails(errno, files.file, path, flags)


def test_permission_is_asked_by_access_mode(files: Files) -> None:
    files.at(b"/f").inode.mode = S_IFREG | 0o604
    files.become(1000)
    files.file(b"/f")
    for flags in (WRONLY, RDWR, TRUNC, 3):
        fails(Errno.EACCES, files.file, b"/f", flags)


def test_truncation_and_appending(files: Files) -> None:
    file = files.file(b"/f", WRONLY | APPEND)
    file.write(files.task, b"!")
    assert files.get(b"/f") == b"octets!"
    files.file(b"/f", RDWR | TRUNC)
    assert files.get(b"/f") == b""


def test_flags_that_only_serve_opening_are_not_kept(files: Files) -> None:
    flags = RDWR | CREAT | TRUNC | APPEND | int(OpenFlag.O_CLOEXEC | OpenFlag.O_LARGEFILE)
    file = files.file(b"/f", flags)
    assert file.flags == RDWR | APPEND | OpenFlag.O_LARGEFILE


def test_access_mode_three_gives_neither_reading_nor_writing(files: Files) -> None:
    file = files.file(b"/f", 3)
    assert not file.is_readable
    assert not file.is_writable


def test_a_running_program_is_not_written(files: Files) -> None:
    inode = files.at(b"/f").inode
    assert isinstance(inode, RegularInode)
    inode.executing += 1
    fails(Errno.ETXTBSY, files.file, b"/f", RDWR)
    files.file(b"/f")


def test_a_temporary_file_has_no_name_and_can_get_one(files: Files) -> None:
    file = files.file(b"/d", O_TMPFILE | RDWR, 0o600)
    file.write(files.task, b"unnamed")
    assert files.names(b"/d") == []
    assert file.inode.links == 0
    naming.make_link(files.task, file.location, b"/d/named")  # type: ignore[arg-type]
    file.close()
    assert files.get(b"/d/named") == b"unnamed"


def test_a_path_descriptor_only_stands_for_a_place(files: Files) -> None:
    files.at(b"/f").inode.mode = S_IFREG
    files.become(1000)
    file = files.file(b"/f", PATH | WRONLY | CREAT | TRUNC)
    assert file.path == "/f"
    fd = files.task.files.add(file, 16)
    fails(Errno.EBADF, files.task.files.get, fd)
    assert files.task.files.get_any(fd) is file


def test_a_listing_keeps_its_places_while_names_go(files: Files) -> None:
    for number in range(10):
        files.put(b"/d/%d" % number)
    file = files.file(b"/d")
    file.offset = 5
    rest = [entry.name for entry in file.entries(files.task)]
    for name in rest:
        naming.remove(files.task, b"/d/" + name)
    files.put(b"/d/" + rest[4])
    file.offset = 8
    again = list(file.entries(files.task))
    assert [(entry.name, entry.next) for entry in again] == [(rest[4], 10)]
    file.seek(0, 0)
    assert len(list(file.entries(files.task))) == 2 + 3 + 1


def test_a_listing_begins_with_the_dots(files: Files) -> None:
    files.folder(b"/d/sub")
    dot, dots, sub = files.file(b"/d").entries(files.task)
    assert dot == (b".", files.at(b"/d").inode.number, S_IFDIR, 1)
    assert dots == (b"..", files.at(b"/").inode.number, S_IFDIR, 2)
    assert (sub.name, sub.next) == (b"sub", 3)


def test_a_removed_directory_lists_nothing(files: Files) -> None:
    file = files.file(b"/d")
    naming.remove_directory(files.task, b"/d")
    fails(Errno.ENOENT, file.entries, files.task)
