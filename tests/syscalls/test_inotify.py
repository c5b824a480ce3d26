"""inotify: waiting for events, limits, and what becomes of watches. (Which call brings which event
is compared with a real Linux by tests/programs/inotify.c.)
"""

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.event_files import Inotify
from kernel.abi.files import OpenFlag, Poll
from kernel.abi.sysno import Sysno
from kernel.task.task import Task, TaskState
from tests.callers import Callers
from tests.fakes import DATA
from tests.snapshots import copied

BUFFER = DATA + 0x1000
CREATE, MODIFY = Inotify.IN_CREATE, Inotify.IN_MODIFY
WRITE_NEW = OpenFlag.O_CREAT | OpenFlag.O_WRONLY


class Watchers(Callers):
    """A task with an instance as descriptor 3, and a folder /d."""

    def __init__(self) -> None:
        super().__init__()
        self.task = self.process()
        assert self.call(self.task, Sysno.INOTIFY_INIT1, 0) == 3
        assert self.call(self.task, Sysno.MKDIR, self.path(self.task, "/d"), 0o755) == 0

    def add(self, name: str, mask: int, on: int = 3, task: Task | None = None) -> int:
        task = task or self.task
        return self.call(task, Sysno.INOTIFY_ADD_WATCH, on, self.path(task, name), mask)

    def make(self, name: str) -> None:
        descriptor = self.open(self.task, name, WRITE_NEW)
        assert descriptor >= 0
        self.call(self.task, Sysno.CLOSE, descriptor)

    def stored(self, size: int) -> list[tuple[int, int, bytes]]:
        data, found = self.task.memory.read(BUFFER, size), []
        while data:
            number, mask, _, length = struct.unpack_from("<iIII", data)
            found.append((number, mask, data[16 : 16 + length].rstrip(b"\0")))
            data = data[16 + length :]
        return found


@pytest.fixture
def watchers() -> Watchers:
    return Watchers()


def test_a_reader_sleeps_until_something_happens(watchers: Watchers) -> None:
    reader = watchers.process(watchers.task)
    reader.files, watchers.task.files = watchers.task.files, watchers.task.files.copy()
    watchers.add("/d", CREATE)
    assert watchers.traced(watchers.task) == 'inotify_add_watch(3, "/d", IN_CREATE)'
    watchers.sleeps(reader, Sysno.READ, 3, BUFFER, 100)
    watchers.make("/d/new")
    assert reader.state is TaskState.READY
    assert watchers.again(reader) == 32


def test_poll_and_epoll_tell_of_events(watchers: Watchers) -> None:
    instance = watchers.task.files.get(3)
    watchers.add("/d", CREATE)
    assert instance.poll(watchers.task) == 0
    assert watchers.call(watchers.task, Sysno.EPOLL_CREATE1, 0) == 4
    watchers.task.memory.write(DATA, struct.pack("<IQ", Poll.POLLIN, 9))
    assert watchers.call(watchers.task, Sysno.EPOLL_CTL, 4, 1, 3, DATA) == 0
    assert watchers.call(watchers.task, Sysno.EPOLL_WAIT, 4, BUFFER, 1, 0) == 0
    watchers.make("/d/new")
    assert instance.poll(watchers.task) == Poll.POLLIN | Poll.POLLRDNORM
    assert watchers.call(watchers.task, Sysno.EPOLL_WAIT, 4, BUFFER, 1, 0) == 1


def test_equal_neighbours_are_one_event(watchers: Watchers) -> None:
    watchers.make("/d/file")
    watchers.add("/d", MODIFY)
    descriptor = watchers.open(watchers.task, "/d/file", OpenFlag.O_WRONLY)
    for _ in range(3):
        watchers.call(watchers.task, Sysno.WRITE, descriptor, DATA, 1)
    assert watchers.call(watchers.task, Sysno.READ, 3, BUFFER, 100) == 32
    assert watchers.stored(32) == [(1, MODIFY, b"file")]


def test_a_user_has_so_many_instances(watchers: Watchers) -> None:
    watchers.system.inotify.max_user_instances = 2
    assert watchers.call(watchers.task, Sysno.INOTIFY_INIT) == 4
    assert watchers.call(watchers.task, Sysno.INOTIFY_INIT) == -Errno.EMFILE
    other = watchers.process(watchers.task, uid=1000)
    assert watchers.call(other, Sysno.INOTIFY_INIT) >= 0
    watchers.call(watchers.task, Sysno.CLOSE, 4)
    assert watchers.call(watchers.task, Sysno.INOTIFY_INIT) == 4


def test_a_user_has_so_many_watches(watchers: Watchers) -> None:
    watchers.system.inotify.max_user_watches = 1
    assert watchers.add("/d", CREATE) == 1
    assert watchers.add("/", CREATE) == -Errno.ENOSPC
    assert watchers.call(watchers.task, Sysno.INOTIFY_RM_WATCH, 3, 1) == 0
    assert watchers.add("/", CREATE) == 2


def test_nobody_is_told_after_the_instance_is_closed(watchers: Watchers) -> None:
    watchers.add("/d", CREATE)
    watchers.call(watchers.task, Sysno.CLOSE, 3)
    assert watchers.system.inotify.total == 0
    watchers.make("/d/new")


def test_limits_are_settings(watchers: Watchers) -> None:
    name = "/proc/sys/fs/inotify/max_queued_events"
    assert watchers.contents(watchers.task, name) == "16384\n"
    descriptor = watchers.open(watchers.task, name, OpenFlag.O_WRONLY)
    watchers.task.memory.write(DATA, b"2\nno")
    assert watchers.call(watchers.task, Sysno.WRITE, descriptor, DATA + 2, 2) == -Errno.EINVAL
    assert watchers.call(watchers.task, Sysno.WRITE, descriptor, DATA, 2) == 2
    watchers.add("/d", CREATE)
    for name in "abcd":
        watchers.make(f"/d/{name}")
    size = watchers.call(watchers.task, Sysno.READ, 3, BUFFER, 1000)
    overflow = (-1, Inotify.IN_Q_OVERFLOW, b"")
    assert watchers.stored(size) == [(1, CREATE, b"a"), (1, CREATE, b"b"), overflow]


def test_an_instance_with_watches_and_events_can_be_pickled(watchers: Watchers) -> None:
    watchers.add("/d", CREATE)
    watchers.make("/d/new")
    again = copied(watchers.task.files.get(3))
    assert again.events == watchers.task.files.get(3).events
    assert again.watches[1].inode.watchers == (again.watches[1],)
