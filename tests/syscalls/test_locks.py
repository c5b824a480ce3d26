"""fcntl's record locks, locks of open file descriptions, and flock."""

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import Fcntl, FlockOperation, LockType, OpenFlag, Whence
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.task.task import Task, TaskState
from tests.callers import Callers
from tests.fakes import DATA

READ, WRITE, UNLOCK = LockType.F_RDLCK, LockType.F_WRLCK, LockType.F_UNLCK
SH, EX, NB, UN = (
    FlockOperation.LOCK_SH, FlockOperation.LOCK_EX, FlockOperation.LOCK_NB, FlockOperation.LOCK_UN,
)  # fmt: skip


class Lockers(Callers):
    """Two processes that each have opened /f as descriptor 3 and /g as 4."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = self.process(), self.process()
        for task in (self.one, self.other):
            for name in ("/f", "/g"):
                self.open(task, name, OpenFlag.O_RDWR | OpenFlag.O_CREAT)

    def store(
        self, task: Task, kind: int, start: int, length: int, whence: int = 0, pid: int = 0
    ) -> None:
        task.memory.write(DATA, struct.pack("<hhqqi", kind, whence, start, length, pid))

    def lock(
        self, task: Task, kind: int, start: int = 0, length: int = 0, *, file: int = 3,
        command: int = Fcntl.F_SETLK64, whence: int = 0,
    ) -> int:  # fmt: skip
        self.store(task, kind, start, length, whence)
        return self.call(task, Sysno.FCNTL64, file, command, DATA)

    def waits(self, task: Task, kind: int, start: int, length: int, file: int = 3) -> None:
        self.store(task, kind, start, length)
        self.sleeps(task, Sysno.FCNTL64, file, Fcntl.F_SETLKW64, DATA)

    def obstacle(self, task: Task, kind: int, start: int, length: int) -> tuple[int, ...]:
        assert self.lock(task, kind, start, length, command=Fcntl.F_GETLK64) == 0
        return struct.unpack("<hhqqi", task.memory.read(DATA, 24))


@pytest.fixture
def lockers() -> Lockers:
    return Lockers()


def test_a_write_lock_excludes_and_read_locks_share(lockers: Lockers) -> None:
    one, other = lockers.one, lockers.other
    assert lockers.lock(one, READ, 0, 10) == 0
    assert lockers.lock(other, READ, 5, 10) == 0
    assert lockers.lock(other, WRITE, 9, 1) == -Errno.EAGAIN
    assert lockers.lock(other, WRITE, 10, 5) == 0
    assert lockers.lock(one, READ, 0, 0) == -Errno.EAGAIN


def test_getlk_names_the_lock_in_the_way(lockers: Lockers) -> None:
    lockers.lock(lockers.one, WRITE, 100, 0)
    found = lockers.obstacle(lockers.other, READ, 50, 100)
    assert found == (WRITE, Whence.SEEK_SET, 100, 0, lockers.one.pid)
    assert lockers.obstacle(lockers.other, READ, 50, 50) == (UNLOCK, 0, 50, 50, 0)
    assert lockers.obstacle(lockers.one, WRITE, 0, 0)[0] == UNLOCK


def test_unlocking_the_middle_leaves_both_ends(lockers: Lockers) -> None:
    lockers.lock(lockers.one, WRITE, 0, 30)
    lockers.lock(lockers.one, UNLOCK, 10, 10)
    assert lockers.lock(lockers.other, WRITE, 10, 10) == 0
    assert lockers.obstacle(lockers.other, WRITE, 0, 5)[2:4] == (0, 10)
    assert lockers.obstacle(lockers.other, WRITE, 25, 5)[2:4] == (20, 10)


def test_neighbouring_locks_become_one(lockers: Lockers) -> None:
    for start in (0, 20, 10):
        lockers.lock(lockers.one, WRITE, start, 10)
    assert lockers.obstacle(lockers.other, WRITE, 15, 1)[2:4] == (0, 30)


def test_a_lock_can_be_exchanged_for_a_weaker_one(lockers: Lockers) -> None:
    lockers.lock(lockers.one, WRITE, 0, 30)
    lockers.lock(lockers.one, READ, 10, 10)
    assert lockers.lock(lockers.other, READ, 10, 10) == 0
    assert lockers.lock(lockers.other, READ, 9, 1) == -Errno.EAGAIN


def test_waiting_for_a_lock_ends_when_it_is_released(lockers: Lockers) -> None:
    lockers.lock(lockers.one, WRITE, 0, 10)
    lockers.waits(lockers.other, WRITE, 5, 1)
    assert lockers.other.wait_channel == "record lock"
    lockers.lock(lockers.one, UNLOCK, 0, 0)
    assert lockers.other.state is TaskState.READY
    assert lockers.again(lockers.other) == 0


def test_waiting_in_a_circle_is_a_deadlock(lockers: Lockers) -> None:
    lockers.lock(lockers.one, WRITE, 0, 1, file=3)
    lockers.lock(lockers.other, WRITE, 0, 1, file=4)
    lockers.waits(lockers.other, WRITE, 0, 1, file=3)
    lockers.store(lockers.one, WRITE, 0, 1)
    assert lockers.call(lockers.one, Sysno.FCNTL64, 4, Fcntl.F_SETLKW64, DATA) == -Errno.EDEADLK


def test_closing_any_descriptor_of_the_file_releases_its_locks(lockers: Lockers) -> None:
    lockers.lock(lockers.one, WRITE, 0, 0)
    descriptor = lockers.open(lockers.one, "/f", OpenFlag.O_RDWR)
    lockers.one.files.close(descriptor)
    assert lockers.lock(lockers.other, WRITE, 0, 0) == 0


def test_a_forked_descriptor_table_has_none_of_the_locks(lockers: Lockers) -> None:
    lockers.lock(lockers.one, WRITE, 0, 0)
    child = lockers.process(lockers.one)
    child.files = lockers.one.files.copy()
    assert lockers.lock(child, WRITE, 0, 0) == -Errno.EAGAIN
    child.files.leave()
    assert lockers.lock(lockers.other, WRITE, 0, 0) == -Errno.EAGAIN


def test_whence_and_negative_lengths(lockers: Lockers) -> None:
    one = lockers.one
    one.files.get(3).write(one, bytes(100))
    assert lockers.lock(one, WRITE, -10, 5, whence=Whence.SEEK_CUR) == 0
    assert lockers.obstacle(lockers.other, WRITE, 0, 0)[2:4] == (90, 5)
    assert lockers.lock(one, UNLOCK, 0, 0) == 0
    assert lockers.lock(one, WRITE, 0, -20, whence=Whence.SEEK_END) == 0
    assert lockers.obstacle(lockers.other, WRITE, 0, 0)[2:4] == (80, 20)
    assert lockers.lock(one, WRITE, 5, -10) == -Errno.EINVAL
    assert lockers.lock(one, 7, 0, 1) == -Errno.EINVAL


def test_the_descriptor_must_allow_what_is_locked(lockers: Lockers) -> None:
    descriptor = lockers.open(lockers.one, "/f")
    assert lockers.lock(lockers.one, WRITE, 0, 1, file=descriptor) == -Errno.EBADF
    assert lockers.lock(lockers.one, READ, 0, 1, file=descriptor) == 0


def test_the_old_structure_has_32_bit_offsets(lockers: Lockers) -> None:
    one, other = lockers.one, lockers.other
    one.memory.write(DATA, struct.pack("<hhiii", WRITE, 0, 5, 10, 0))
    assert lockers.call(one, Sysno.FCNTL, 3, Fcntl.F_SETLK, DATA) == 0
    expected = "fcntl(3, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=5, l_len=10})"
    assert lockers.traced(one) == expected
    other.memory.write(DATA, struct.pack("<hhiii", READ, 0, 0, 0, 0))
    assert lockers.call(other, Sysno.FCNTL, 3, Fcntl.F_GETLK, DATA) == 0
    assert struct.unpack("<hhiii", other.memory.read(DATA, 16)) == (WRITE, 0, 5, 10, one.pid)


def test_a_lock_of_an_open_file_belongs_to_all_who_share_it(lockers: Lockers) -> None:
    one = lockers.one
    assert lockers.lock(one, WRITE, 0, 0, command=Fcntl.F_OFD_SETLK) == 0
    second = lockers.open(one, "/f", OpenFlag.O_RDWR)
    taken = {"file": second, "command": Fcntl.F_OFD_SETLK}
    assert lockers.lock(one, WRITE, 0, 0, **taken) == -Errno.EAGAIN
    child = lockers.process(one)
    child.files = one.files.copy()
    one.files.close(3)
    assert lockers.lock(one, WRITE, 0, 0, **taken) == -Errno.EAGAIN
    child.files.close(3)
    assert lockers.lock(one, WRITE, 0, 0, **taken) == 0


def test_flock_locks_the_open_file_as_a_whole(lockers: Lockers) -> None:
    one, other = lockers.one, lockers.other
    assert lockers.call(one, Sysno.FLOCK, 3, SH) == 0
    assert lockers.call(other, Sysno.FLOCK, 3, SH) == 0
    assert lockers.call(other, Sysno.FLOCK, 3, EX | NB) == -Errno.EAGAIN
    assert lockers.traced(other) == "flock(3, LOCK_EX|LOCK_NB)"
    assert lockers.call(one, Sysno.FLOCK, 3, UN) == 0
    assert lockers.call(other, Sysno.FLOCK, 3, EX) == 0
    assert str(lockers.sleeps(one, Sysno.FLOCK, 3, SH)) == "file lock"
    other.files.close(3)
    assert lockers.again(one) == 0


def test_a_failed_upgrade_has_lost_the_old_lock(lockers: Lockers) -> None:
    one, other = lockers.one, lockers.other
    lockers.call(one, Sysno.FLOCK, 3, SH)
    lockers.call(other, Sysno.FLOCK, 3, SH)
    assert lockers.call(one, Sysno.FLOCK, 3, EX | NB) == -Errno.EAGAIN
    assert lockers.call(other, Sysno.FLOCK, 3, EX | NB) == 0


def test_flock_and_record_locks_ignore_each_other(lockers: Lockers) -> None:
    lockers.call(lockers.one, Sysno.FLOCK, 3, EX)
    assert lockers.lock(lockers.other, WRITE, 0, 0) == 0
    assert lockers.call(lockers.one, Sysno.FLOCK, 3, 0) == -Errno.EINVAL
    with pytest.raises(SysError):
        lockers.one.files.get(77)
