"""The calls on names: their words, flags and traces (what they do is tested with kernel.fs)."""

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import AT_FDCWD, S_IFCHR, S_IFIFO
from kernel.abi.sysno import Sysno
from tests.syscalls.calls import BUFFER, Calls


@pytest.fixture
def calls() -> Calls:
    calls = Calls()
    calls.folder(b"/d")
    calls.put(b"/d/f", b"octets")
    assert calls.make(Sysno.OPEN, "/d", 0) == 3
    return calls


def test_directories_come_and_go(calls: Calls) -> None:
    assert calls.make(Sysno.MKDIR, "/new", 0o777) == 0
    assert calls.trace == 'mkdir("/new", 0777)'
    assert calls.make(Sysno.MKDIRAT, 3, "sub", 0o700) == 0
    assert calls.make(Sysno.RMDIR, "/new") == 0
    assert calls.make(Sysno.UNLINKAT, 3, "sub", 0x200) == 0
    assert calls.trace == 'unlinkat(3, "sub", AT_REMOVEDIR)'
    assert calls.make(Sysno.UNLINKAT, 3, "f", 1) is Errno.EINVAL
    assert calls.names(b"/d") == [b"f"]


def test_files_lose_their_names(calls: Calls) -> None:
    assert calls.make(Sysno.LINK, "/d/f", "/d/g") == 0
    assert calls.trace == 'link("/d/f", "/d/g")'
    assert calls.make(Sysno.UNLINK, "/d/f") == 0
    assert calls.make(Sysno.UNLINKAT, 3, "g", 0) == 0
    assert calls.names(b"/d") == []


def test_links_to_links(calls: Calls) -> None:
    assert calls.make(Sysno.SYMLINK, "f", "/d/s") == 0
    assert calls.make(Sysno.LINK, "/d/s", "/d/t") == 0
    assert calls.at(b"/d/t", follow=False).inode.is_symlink
    assert calls.make(Sysno.LINKAT, 3, "s", 3, "/d/u", 0x400) == 0
    assert calls.at(b"/d/u", follow=False).inode is calls.at(b"/d/f").inode
    assert calls.make(Sysno.LINKAT, 3, "s", 3, "/d/v", 1) is Errno.EINVAL


def test_a_descriptor_gets_a_name_for_the_privileged(calls: Calls) -> None:
    calls.make(Sysno.OPEN, "/d", 0o20200002, 0o600)
    assert calls.make(Sysno.LINKAT, 4, "", 3, "/d/named", 0x1000) == 0
    calls.become(1000)
    assert calls.make(Sysno.LINKAT, 4, "", 3, "/d/again", 0x1000) is Errno.ENOENT


def test_readlink_cuts_silently(calls: Calls) -> None:
    calls.make(Sysno.SYMLINKAT, "target", 3, "/d/s")
    assert calls.make(Sysno.READLINK, "/d/s", BUFFER, 100) == 6
    assert calls.trace == 'readlink("/d/s", "target", 100)'
    assert calls.make(Sysno.READLINKAT, 3, "s", BUFFER, 3) == 3
    assert calls.trace == 'readlinkat(3, "s", "tar", 3)'
    assert calls.make(Sysno.READLINK, "/d/s", BUFFER, 0) is Errno.EINVAL
    assert calls.make(Sysno.READLINK, "/d/s", BUFFER, -1) is Errno.EINVAL
    assert calls.make(Sysno.READLINK, "/d/f", BUFFER, 10) is Errno.EINVAL
    assert calls.make(Sysno.READLINK, "", BUFFER, 10) is Errno.ENOENT


def test_an_o_path_link_can_be_read_by_its_descriptor(calls: Calls) -> None:
    calls.make(Sysno.SYMLINK, "target", "/d/s")
    assert calls.make(Sysno.OPEN, "/d/s", 0o10400000) == 4
    assert calls.make(Sysno.READLINKAT, 4, "", BUFFER, 100) == 6


def test_renaming_between_descriptors(calls: Calls) -> None:
    assert calls.make(Sysno.RENAME, "/d/f", "/g") == 0
    assert calls.make(Sysno.RENAMEAT, AT_FDCWD, "/g", 3, "h") == 0
    assert calls.make(Sysno.RENAMEAT2, 3, "h", 3, "i", 1) == 0
    assert calls.trace == 'renameat2(3, "h", 3, "i", RENAME_NOREPLACE)'
    assert calls.make(Sysno.RENAMEAT2, 3, "i", 3, "i", 0x10) is Errno.EINVAL
    assert calls.trace == 'renameat2(3, "i", 3, "i", 0x10 /* RENAME_?? */)'


def test_nodes_show_a_device_only_where_it_counts(calls: Calls) -> None:
    calls.make(Sysno.MKNOD, "/p", S_IFIFO | 0o644, 0x103)
    assert calls.trace == 'mknod("/p", S_IFIFO|0644)'
    calls.make(Sysno.MKNODAT, 3, "n", S_IFCHR | 0o600, 0x103)
    assert calls.trace == 'mknodat(3, "n", S_IFCHR|0600, makedev(0x1, 0x3))'
    calls.make(Sysno.OPEN, "/d/n", 2)
    assert calls.make(Sysno.WRITE, 4, BUFFER, 9) == 9
