"""/dev: what can be opened there, and what it gives."""

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFCHR, S_IFMT, OpenFlag, Poll, makedev
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.fs.open_file import OpenFile
from kernel.fs.path import resolve
from kernel.task.task import Task
from tests.callers import Callers


@pytest.fixture
def world() -> Callers:
    return Callers()


@pytest.fixture
def task(world: Callers) -> Task:
    return world.process()


def opened(world: Callers, task: Task, name: str, flags: int = OpenFlag.O_RDWR) -> OpenFile:
    return task.files.get(world.open(task, name, flags))


@pytest.mark.parametrize(
    ("name", "mode", "major", "minor"),
    [
        ("null", 0o666, 1, 3),
        ("zero", 0o666, 1, 5),
        ("full", 0o666, 1, 7),
        ("random", 0o666, 1, 8),
        ("urandom", 0o666, 1, 9),
        ("tty", 0o666, 5, 0),
        ("console", 0o600, 5, 1),
        ("tty1", 0o620, 4, 1),
    ],
)
def test_device_numbers_and_modes(task: Task, name: str, mode: int, major: int, minor: int) -> None:
    inode = resolve(task, b"/dev/" + name.encode()).inode
    assert inode.mode & S_IFMT == S_IFCHR
    assert (inode.mode & 0o7777, inode.rdev) == (mode, makedev(major, minor))


def test_null_swallows_and_gives_nothing(world: Callers, task: Task) -> None:
    null = opened(world, task, "/dev/null")
    assert null.write(task, b"gone") == 4
    assert null.read(task, 10) == b""
    assert null.seek(50, 0) == 0
    assert null.poll(task) & Poll.POLLIN


def test_zero_gives_zeros_and_full_is_full(world: Callers, task: Task) -> None:
    assert opened(world, task, "/dev/zero").read(task, 4) == bytes(4)
    full = opened(world, task, "/dev/full")
    assert full.read_at(task, 100, 4) == bytes(4)
    with pytest.raises(SysError, match="ENOSPC"):
        full.write(task, b"x")


def test_random_devices_follow_the_seed() -> None:
    got = []
    for _ in range(2):
        world = Callers()
        task = world.process()
        got.append(opened(world, task, "/dev/urandom").read(task, 8))
    assert got[0] == got[1] != bytes(8)


def test_without_a_terminal_there_is_none_to_open(world: Callers, task: Task) -> None:
    for name in ("tty", "console", "tty1"):
        assert world.open(task, f"/dev/{name}") == -Errno.ENXIO


def test_device_files_work_wherever_they_are_made(world: Callers, task: Task) -> None:
    path = world.path(task, "/my-null")
    assert world.call(task, Sysno.MKNOD, path, S_IFCHR | 0o600, makedev(1, 3)) == 0
    assert opened(world, task, "/my-null").read(task, 10) == b""
    path = world.path(task, "/nothing")
    assert world.call(task, Sysno.MKNOD, path, S_IFCHR | 0o600, makedev(77, 7)) == 0
    assert world.open(task, "/nothing") == -Errno.ENXIO


def test_shm_is_everybodys(task: Task) -> None:
    assert resolve(task, b"/dev/shm").inode.mode & 0o7777 == 0o1777


def test_standard_streams_are_links_into_proc(task: Task) -> None:
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        link = resolve(task, b"/dev/" + name.encode(), follow=False).inode
        assert link.target(task) == b"/proc/self/fd/%d" % number  # type: ignore[attr-defined]
