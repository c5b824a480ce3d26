"""stat in its many forms, statx and statfs."""

import struct

import pytest

from emulator.views.values import Style, text
from kernel.abi import stat as abi
from kernel.abi.errno import Errno
from kernel.abi.files import AT_FDCWD, S_IFDIR, S_IFREG, AtFlag
from kernel.abi.sysno import Sysno
from kernel.syscalls.table import TABLE
from tests.fakes import DATA
from tests.syscalls.calls import BAD, BUFFER, Calls

NOFOLLOW, EMPTY = int(AtFlag.AT_SYMLINK_NOFOLLOW), int(AtFlag.AT_EMPTY_PATH)


@pytest.fixture
def calls() -> Calls:
    calls = Calls()
    inode = calls.put(b"/f", b"octets", 0o640)
    inode.uid, inode.gid = 70_000, 5
    inode.modified = -1_500_000_000
    calls.symlink(b"/link", b"f")
    return calls


def stat64(calls: Calls) -> tuple[int, ...]:
    return abi.STAT64.unpack(calls.stored(96))


def test_stat64_has_the_layout_of_i386(calls: Calls) -> None:
    assert calls.make(Sysno.STAT64, "/f", BUFFER) == 0
    inode = calls.at(b"/f").inode
    device, number, mode, links, uid, gid, rdev, size, block, blocks, *times = stat64(calls)
    assert (device, number, mode, links) == (inode.device, inode.number, S_IFREG | 0o640, 1)
    assert (uid, gid, rdev, size, block, blocks) == (70_000, 5, 0, 6, 4096, 8)
    assert times[2:4] == [0xFFFF_FFFE, 500_000_000]
    assert times[-1] == inode.number
    assert calls.trace == 'stat64("/f", {st_mode=S_IFREG|0640, st_size=6, ...})'


def test_the_old_stat_is_narrow(calls: Calls) -> None:
    assert calls.make(Sysno.STAT, "/f", BUFFER) == 0
    words = abi.STAT.unpack(calls.stored(64))
    assert words[2:6] == (S_IFREG | 0o640, 1, 65534, 5)
    calls.file(b"/f", 2).inode.truncate(1 << 31)  # type: ignore[attr-defined]
    assert calls.make(Sysno.STAT, "/f", BUFFER) is Errno.EOVERFLOW
    assert calls.make(Sysno.STAT64, "/f", BUFFER) == 0


def test_links_are_followed_or_not(calls: Calls) -> None:
    calls.make(Sysno.LSTAT64, "/link", BUFFER)
    assert calls.trace == 'lstat64("/link", {st_mode=S_IFLNK|0777, st_size=1, ...})'
    calls.make(Sysno.FSTATAT64, AT_FDCWD, "/link", BUFFER, 0)
    assert stat64(calls)[7] == 6
    calls.make(Sysno.FSTATAT64, AT_FDCWD, "/link", BUFFER, NOFOLLOW)
    assert stat64(calls)[7] == 1
    assert calls.trace.endswith("AT_SYMLINK_NOFOLLOW)")


def test_a_descriptor_serves_as_well(calls: Calls) -> None:
    calls.make(Sysno.OPEN, "/f", 0)
    assert calls.make(Sysno.FSTAT64, 3, BUFFER) == 0
    assert calls.make(Sysno.FSTATAT64, 3, "", BUFFER, EMPTY) == 0
    assert calls.make(Sysno.FSTATAT64, 3, "", BUFFER, 0) is Errno.ENOENT
    calls.make(Sysno.PIPE, DATA)
    assert calls.make(Sysno.FSTAT64, 4, BUFFER) == 0
    assert calls.trace == "fstat64(4, {st_mode=S_IFIFO|0600, st_size=0, ...})"
    assert calls.make(Sysno.FSTAT64, 99, BUFFER) is Errno.EBADF


def test_devices_show_their_number(calls: Calls) -> None:
    calls.make(Sysno.STAT64, "/dev/null", BUFFER)
    assert calls.trace == (
        'stat64("/dev/null", {st_mode=S_IFCHR|0666, st_rdev=makedev(0x1, 0x3), ...})'
    )


def test_bad_pointers_and_flags(calls: Calls) -> None:
    assert calls.make(Sysno.STAT64, "/f", BAD) is Errno.EFAULT
    assert calls.trace == 'stat64("/f", 0x10)'
    assert calls.make(Sysno.STAT64, BAD, BUFFER) is Errno.EFAULT
    assert calls.make(Sysno.FSTATAT64, AT_FDCWD, "/f", BUFFER, 1) is Errno.EINVAL


def test_statx_fills_the_basic_fields(calls: Calls) -> None:
    assert calls.make(Sysno.STATX, AT_FDCWD, "/f", 0, 0x7FF, BUFFER) == 0
    mask, block, _, links, uid, gid, mode, number, size, blocks = abi.STATX.unpack(
        calls.stored(256)
    )[:10]
    assert mask == abi.STATX_BASIC_STATS | abi.STATX_MNT_ID
    assert (block, links, uid, gid, mode) == (4096, 1, 70_000, 5, S_IFREG | 0o640)
    assert (number, size, blocks) == (calls.at(b"/f").inode.number, 6, 8)
    assert calls.trace == (
        'statx(AT_FDCWD, "/f", AT_STATX_SYNC_AS_STAT, STATX_BASIC_STATS,'
        " {stx_mask=STATX_BASIC_STATS|STATX_MNT_ID, stx_attributes=0,"
        " stx_mode=S_IFREG|0640, stx_size=6, ...})"
    )


def test_statx_refuses_what_linux_refuses(calls: Calls) -> None:
    assert calls.make(Sysno.STATX, AT_FDCWD, "/f", 0x6000, 0x7FF, BUFFER) is Errno.EINVAL
    assert calls.make(Sysno.STATX, AT_FDCWD, "/f", 1, 0x7FF, BUFFER) is Errno.EINVAL
    assert calls.make(Sysno.STATX, AT_FDCWD, "/f", 0, 0x8000_0000, BUFFER) is Errno.EINVAL


def test_statfs_tells_the_file_system(calls: Calls) -> None:
    assert calls.make(Sysno.STATFS64, "/f", 84, BUFFER) == 0
    words = abi.STATFS64.unpack(calls.stored(84))
    assert words[:3] == (0x0102_1994, 4096, (8 << 20) // 4096)
    assert words[3] == words[2] - 1
    assert calls.make(Sysno.STATFS64, "/f", 88, BUFFER) is Errno.EINVAL
    assert calls.make(Sysno.STATFS, "/dev", BUFFER) == 0
    assert struct.unpack("<I", calls.stored(4)) == (0,)
    calls.make(Sysno.PIPE, DATA)
    assert calls.make(Sysno.FSTATFS, 3, BUFFER) == 0
    assert "f_type=PIPEFS_MAGIC" in calls.trace


def test_a_directory_is_a_file_too(calls: Calls) -> None:
    calls.make(Sysno.STAT64, "/", BUFFER)
    assert stat64(calls)[2] & 0o170000 == S_IFDIR


def test_a_trace_that_does_not_abbreviate_shows_every_field(calls: Calls) -> None:
    calls.make(Sysno.STAT64, "/f", BUFFER)
    call = calls.task.call
    assert call is not None
    buffer = TABLE[call.number].describe_exit(calls.task, call, 0)[0][1]
    assert buffer is not None
    shown = text(buffer, Style(abbreviate=False))
    assert shown == (
        "{st_dev=makedev(0, 0x1e), st_ino=4, st_mode=S_IFREG|0640, st_nlink=1, st_uid=70000,"
        " st_gid=5, st_blksize=4096, st_blocks=8, st_size=6, st_atime=1767225600"
        " /* 2026-01-01T00:00:00+0000 */, st_atime_nsec=0, st_mtime=-2"
        " /* 1969-12-31T23:59:58.500000000+0000 */, st_mtime_nsec=500000000,"
        " st_ctime=1767225600 /* 2026-01-01T00:00:00+0000 */, st_ctime_nsec=0}"
    )
