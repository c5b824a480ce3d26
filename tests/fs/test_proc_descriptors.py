"""What /proc tells of open files and locks, and the settings that can be changed."""

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import Fcntl, OpenFlag
from kernel.abi.sysno import Sysno
from tests.callers import Callers
from tests.fakes import DATA


@pytest.fixture
def world() -> Callers:
    return Callers()


def info(world: Callers, fd: int) -> list[str]:
    """The lines of fdinfo behind those that every file has."""
    return world.contents(world.task, f"/proc/self/fdinfo/{fd}").splitlines()[4:]


@pytest.fixture(autouse=True)
def task(world: Callers) -> None:
    world.task = world.process()


def test_descriptors_of_events_tell_their_state(world: Callers) -> None:
    call, task = world.call, world.task
    event = call(task, Sysno.EVENTFD2, 5, 1)
    assert info(world, event)[0] == "eventfd-count:                5"
    assert info(world, event)[2] == "eventfd-semaphore: 1"
    poller = call(task, Sysno.EPOLL_CREATE1, 0)
    task.memory.write(DATA, struct.pack("<IQ", 1, 7))
    call(task, Sysno.EPOLL_CTL, poller, 1, event, DATA)
    number = task.files.get(event).inode.number
    assert info(world, poller) == [
        f"tfd:        {event} events:       19 data:                7  pos:0 ino:{number:x} sdev:e"
    ]
    timer = call(task, Sysno.TIMERFD_CREATE, 1, 0)
    task.memory.write(DATA, struct.pack("<4i", 2, 5, 1, 0))
    call(task, Sysno.TIMERFD_SETTIME, timer, 0, DATA, 0)
    assert info(world, timer) == [
        "clockid: 1", "ticks: 0", "settime flags: 00", "it_value: (1, 0)", "it_interval: (2, 5)",
    ]  # fmt: skip
    watcher = call(task, Sysno.INOTIFY_INIT)
    call(task, Sysno.INOTIFY_ADD_WATCH, watcher, world.path(task, "/"), 0x100)
    assert info(world, watcher)[0].endswith(" mask:100 ignored_mask:0 ")


def test_the_mount_of_a_file_is_told(world: Callers) -> None:
    fd = world.open(world.task, "/dev/null")
    lines = world.contents(world.task, f"/proc/self/fdinfo/{fd}").splitlines()
    mounts = world.contents(world.task, "/proc/self/mountinfo").splitlines()
    dev = next(line.split() for line in mounts if " /dev " in line)
    assert lines[2] == f"mnt_id:\t{dev[0]}"


def test_locks_are_listed(world: Callers) -> None:
    task = world.task
    fd = world.open(task, "/f", OpenFlag.O_CREAT | OpenFlag.O_RDWR)
    world.call(task, Sysno.FLOCK, fd, 1)
    task.memory.write(DATA, struct.pack("<hhqqi", 1, 0, 5, 10, 0))
    assert world.call(task, Sysno.FCNTL64, fd, Fcntl.F_SETLK64, DATA) == 0
    task.memory.write(DATA, struct.pack("<hhqqi", 0, 0, 50, 0, 0))
    assert world.call(task, Sysno.FCNTL64, fd, Fcntl.F_OFD_SETLK, DATA) == 0
    number = task.files.get(fd).inode.number
    expected = [
        f"1: FLOCK  ADVISORY  READ {task.pid} 00:1e:{number} 0 EOF",
        f"2: POSIX  ADVISORY  WRITE {task.pid} 00:1e:{number} 5 14",
        f"3: OFDLCK ADVISORY  READ -1 00:1e:{number} 50 EOF",
    ]
    assert world.contents(task, "/proc/locks").splitlines() == expected
    assert info(world, fd) == [f"lock:\t{line}" for line in expected]


def store(world: Callers, name: str, text: bytes) -> int:
    fd = world.open(world.task, name, OpenFlag.O_WRONLY)
    world.task.memory.write(DATA, text)
    return world.call(world.task, Sysno.WRITE, fd, DATA, len(text))


def test_the_highest_pid_can_be_set(world: Callers) -> None:
    name = "/proc/sys/kernel/pid_max"
    assert store(world, name, b"300\n") == -Errno.EINVAL
    assert store(world, name, b"32769\n") == -Errno.EINVAL
    assert store(world, name, b"301\n") == 4
    assert world.contents(world.task, name) == "301\n"
    tids = [world.system.tasks.new_tid() for _ in range(400)]
    assert max(tids) == 300
    assert world.task.tid not in tids


def test_the_number_of_tasks_can_be_lowered(world: Callers) -> None:
    name = "/proc/sys/kernel/threads-max"
    assert store(world, name, b"19\n") == -Errno.EINVAL
    assert store(world, name, b"40000\n") == -Errno.EINVAL
    assert store(world, name, b"20\n") == 3
    assert world.system.tasks.limit == 20


def test_hard_links_to_files_of_others_can_be_allowed(world: Callers) -> None:
    name = "/proc/sys/fs/protected_hardlinks"
    assert world.system.protects_hard_links
    assert store(world, name, b"2\n") == -Errno.EINVAL
    assert store(world, name, b"0\n") == 2
    assert not world.system.protects_hard_links
