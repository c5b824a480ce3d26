"""Signals of open files: who is told, and until when. (What is sent is compared with a real Linux
by tests/programs/sigio.c.)
"""

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import Fcntl, OpenFlag
from kernel.abi.signals import Signal, bit
from kernel.abi.sysno import Sysno
from kernel.task.task import Task
from tests.callers import TERMINAL, Callers
from tests.fakes import DATA
from tests.snapshots import copied


class Owners(Callers):
    """A task with a pipe as descriptors 3 and 4."""

    def __init__(self) -> None:
        super().__init__((TERMINAL, TERMINAL, TERMINAL))
        self.task = self.process()
        self.call(self.task, Sysno.PIPE, DATA)

    def control(self, task: Task, fd: int, command: int, value: int = 0) -> int:
        return self.call(task, Sysno.FCNTL64, fd, command, value)

    def has_sigio(self, task: Task) -> bool:
        return bool((task.signals.pending.mask | task.process.pending.mask) & bit(Signal.SIGIO))


@pytest.fixture
def owners() -> Owners:
    return Owners()


def listen(owners: Owners, fd: int, owner: int) -> None:
    owners.handle(owners.task, Signal.SIGIO)
    assert owners.control(owners.task, fd, Fcntl.F_SETOWN, owner) == 0
    assert owners.control(owners.task, fd, Fcntl.F_SETFL, OpenFlag.O_ASYNC) == 0


def test_typing_tells_the_owner_of_a_terminal(owners: Owners) -> None:
    leader = owners.leader()
    owners.handle(leader, Signal.SIGIO)
    assert owners.control(leader, 0, Fcntl.F_SETOWN, leader.pid) == 0
    assert owners.control(leader, 0, Fcntl.F_SETFL, OpenFlag.O_ASYNC | OpenFlag.O_RDWR) == 0
    owners.console.feed(b"line\n")
    assert owners.has_sigio(leader)


def test_nobody_is_told_after_the_file_is_closed(owners: Owners) -> None:
    listen(owners, 3, owners.task.pid)
    pipe = owners.task.files.get(3)
    owners.task.files.close(3)
    assert pipe.poll_queues(owners.task)[0].listeners == ()


def test_another_user_is_not_told(owners: Owners) -> None:
    victim = owners.process(owners.task, uid=2000)
    owners.handle(victim, Signal.SIGIO)
    stranger = owners.process(owners.task, uid=1000)
    owners.call(stranger, Sysno.PIPE, DATA)
    assert owners.control(stranger, 3, Fcntl.F_SETOWN, victim.pid) == 0
    assert owners.control(stranger, 3, Fcntl.F_SETFL, OpenFlag.O_ASYNC) == 0
    stranger.files.get(4).write(stranger, b"x")
    assert not owners.has_sigio(victim)


def test_the_owner_must_exist(owners: Owners) -> None:
    assert owners.control(owners.task, 3, Fcntl.F_SETOWN, 4242) == -Errno.ESRCH
    assert owners.traced(owners.task) == "fcntl64(3, F_SETOWN, 4242)"


def test_a_file_with_an_owner_can_be_copied(owners: Owners) -> None:
    listen(owners, 3, owners.task.pid)
    again = copied(owners.task.files.get(3))
    assert again.attachment.file is again
    assert again.poll_queues(owners.task)[0].listeners == (again.attachment,)
