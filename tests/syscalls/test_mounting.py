"""Mounting: what a mounted memory file system takes, and what becomes of it. (Which call does what
is compared with a real Linux by tests/programs/mounts.c.)
"""

from pathlib import Path

import pytest

from kernel.abi.errno import Errno
from kernel.abi.event_files import Inotify
from kernel.abi.files import OpenFlag
from kernel.abi.mount import MountFlag, UnmountFlag
from kernel.abi.sysno import Sysno
from kernel.fs.mount import MAX_MOUNTS
from tests.snapshots import copied
from tests.syscalls.calls import OTHER, Calls

NEW = OpenFlag.O_CREAT | OpenFlag.O_RDWR


@pytest.fixture
def calls() -> Calls:
    made = Calls()
    for name in ("/m", "/n"):
        made.make(Sysno.MKDIR, name, 0o755)
    return made


def mount(
    calls: Calls, path: str, data: bytes = b"", flags: int = 0, source: bytes = b"some"
) -> int | Errno:
    kind = calls.store(b"tmpfs\0", OTHER)
    options = calls.store(data + b"\0", OTHER + 64)
    return calls.make(Sysno.MOUNT, calls.store(source + b"\0"), path, kind, flags, options)


def fill(calls: Calls, path: str, pages: int) -> int:
    descriptor = calls.make(Sysno.OPEN, path, NEW, 0o600)
    assert descriptor >= 0
    assert calls.make(Sysno.FALLOCATE, descriptor, 0, 0, 0, pages * 4096, 0) == 0
    return descriptor


def used(calls: Calls) -> int:
    return calls.system.file_quota.used


def test_what_is_mounted_takes_of_all_memory_and_gives_it_back(calls: Calls) -> None:
    before = used(calls)
    assert mount(calls, "/m") == 0
    assert calls.trace == 'mount("some", "/m", "tmpfs", 0, "")'
    descriptor = fill(calls, "/m/f", 3)
    assert used(calls) == before + 3
    calls.make(Sysno.CLOSE, descriptor)
    assert calls.make(Sysno.UMOUNT, "/m") == 0
    assert used(calls) == before
    assert calls.system.file_quota.inodes == 0


def test_what_is_open_keeps_its_space_when_the_mount_is_detached(calls: Calls) -> None:
    before = used(calls)
    mount(calls, "/m")
    fill(calls, "/m/f", 3)
    assert calls.make(Sysno.UMOUNT2, "/m", UnmountFlag.MNT_DETACH) == 0
    assert calls.trace == 'umount2("/m", MNT_DETACH)'
    assert used(calls) == before + 3


def test_no_file_system_is_larger_than_all_memory(calls: Calls) -> None:
    mount(calls, "/m", b"size=100g")
    all_memory = calls.system.file_quota.limit * 4096
    descriptor = calls.make(Sysno.OPEN, "/m/f", NEW, 0o600)
    assert calls.make(Sysno.FALLOCATE, descriptor, 0, 0, 0, all_memory + 4096, 0) is Errno.ENOSPC
    mount(calls, "/n", b"size=100g")
    fill(calls, "/n/f", calls.system.file_quota.limit)
    assert calls.make(Sysno.FALLOCATE, descriptor, 0, 0, 0, 4096, 0) is Errno.ENOSPC


def test_all_together_have_so_many_inodes(calls: Calls) -> None:
    mount(calls, "/m", b"nr_inodes=1000000")
    calls.system.file_quota.inodes = max(calls.system.file_quota.limit, 1024)
    assert calls.make(Sysno.MKDIR, "/m/d", 0o755) is Errno.ENOSPC


def test_there_are_so_many_mounts(calls: Calls) -> None:
    for _ in range(MAX_MOUNTS - len(calls.system.namespace.mounts)):
        assert mount(calls, "/m") == 0
    assert mount(calls, "/m") is Errno.ENOSPC


def test_the_limits_of_the_first_file_system_stay(calls: Calls) -> None:
    assert mount(calls, "/", b"size=1g", MountFlag.MS_REMOUNT) is Errno.EINVAL
    assert mount(calls, "/", b"", MountFlag.MS_REMOUNT | MountFlag.MS_RDONLY) == 0
    assert calls.make(Sysno.MKDIR, "/d", 0o755) is Errno.EROFS


def test_watchers_are_told_of_an_unmounting(calls: Calls) -> None:
    mount(calls, "/m")
    instance = calls.make(Sysno.INOTIFY_INIT)
    assert calls.make(Sysno.INOTIFY_ADD_WATCH, instance, "/m", Inotify.IN_CREATE) == 1
    assert calls.make(Sysno.UMOUNT, "/m") == 0
    events = [event.mask for event in calls.task.files.get(instance).events]
    assert events == [Inotify.IN_UNMOUNT, Inotify.IN_IGNORED]


def test_a_writable_host_folder_can_be_shown_twice_and_no_more_of_the_host(
    calls: Calls, tmp_path: Path
) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "secret").write_text("secret")
    calls.bind(tmp_path / "shared")
    assert mount(calls, "/m", b"", MountFlag.MS_BIND, b"/mnt") == 0
    descriptor = calls.make(Sysno.OPEN, "/m/new", NEW, 0o600)
    calls.make(Sysno.WRITE, descriptor, calls.store(b"text"), 4)
    assert (tmp_path / "shared" / "new").read_text() == "text"
    assert calls.make(Sysno.OPEN, "/m/../secret", 0) is Errno.ENOENT
    assert calls.make(Sysno.OPEN, "/m/../../secret", 0) is Errno.ENOENT
    flags = MountFlag.MS_BIND | MountFlag.MS_REMOUNT | MountFlag.MS_RDONLY
    calls.make(Sysno.CLOSE, descriptor)
    assert mount(calls, "/m", b"", flags) == 0
    assert calls.make(Sysno.OPEN, "/m/new", OpenFlag.O_RDWR) is Errno.EROFS
    assert calls.make(Sysno.OPEN, "/mnt/new", OpenFlag.O_RDWR) >= 0


def test_a_program_of_the_file_system_does_not_keep_a_second_mount_busy(calls: Calls) -> None:
    calls.put(b"/program", b"octets")
    descriptor = calls.make(Sysno.OPEN, "/program", 0)
    area = calls.make(Sysno.MMAP2, 0, 4096, 1, 2, descriptor, 0)
    assert not isinstance(area, Errno)
    assert mount(calls, "/m", b"", MountFlag.MS_BIND, b"/n") == 0
    assert calls.make(Sysno.UMOUNT, "/m") == 0


def test_a_mapped_file_keeps_its_only_mount_busy(calls: Calls) -> None:
    mount(calls, "/m")
    descriptor = fill(calls, "/m/f", 1)
    area = calls.make(Sysno.MMAP2, 0, 4096, 1, 2, descriptor, 0)
    calls.make(Sysno.CLOSE, descriptor)
    assert calls.make(Sysno.UMOUNT, "/m") is Errno.EBUSY
    assert calls.make(Sysno.MUNMAP, area, 4096) == 0
    assert calls.make(Sysno.UMOUNT, "/m") == 0


def test_a_chroot_sees_only_mounts_below_it(calls: Calls) -> None:
    mount(calls, "/m")
    calls.make(Sysno.MKDIR, "/m/in", 0o755)
    mount(calls, "/m/in", source=b"inner")
    mount(calls, "/m/in", source=b"twice")
    path = "/proc/self/mounts"
    before = calls.contents(calls.task, path)
    assert [line.split()[1] for line in before.splitlines()][-3:] == ["/m", "/m/in", "/m/in"]
    file = calls.file(path.encode())
    calls.make(Sysno.CHROOT, "/m")
    after = file.read(calls.task, 4096).decode()
    assert [line.split()[1] for line in after.splitlines()] == ["/", "/in", "/in"]


def test_the_tree_of_mounts_can_be_copied(calls: Calls) -> None:
    mount(calls, "/m")
    namespace = copied(calls.system.namespace)
    assert [m.number for m in namespace.mounts] == [m.number for m in calls.system.namespace.mounts]
