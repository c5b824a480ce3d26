"""Pseudo-terminals: the master, the slave, and the file system of /dev/pts."""

from __future__ import annotations

import pickle

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import Ioctl, OpenFlag, Poll
from kernel.abi.signals import Signal, bit
from kernel.abi.sysno import Sysno
from kernel.task.credentials import Credentials
from kernel.task.process import Session
from kernel.task.task import Task
from tests.callers import Callers
from tests.fakes import DATA

BUFFER = DATA + 0x1000
RDWR, NOCTTY = int(OpenFlag.O_RDWR), int(OpenFlag.O_NOCTTY)
NONBLOCK = int(OpenFlag.O_NONBLOCK)


class Ptys(Callers):
    """A process with a master and its slave."""

    def __init__(self) -> None:
        super().__init__()
        self.task = self.process()
        self.master = self.open(self.task, "/dev/ptmx", RDWR | NOCTTY)
        self.unlock(0)
        self.slave = self.open(self.task, "/dev/pts/0", RDWR | NOCTTY | NONBLOCK)

    def unlock(self, locked: int) -> None:
        self.task.memory.write_word(DATA, locked)
        assert self.ioctl(self.master, Ioctl.TIOCSPTLCK) == 0

    def ioctl(self, fd: int, request: int, argument: int = DATA, task: Task | None = None) -> int:
        return self.call(task or self.task, Sysno.IOCTL, fd, request, argument)

    def read(self, fd: int, count: int = 100) -> bytes | int:
        got = self.call(self.task, Sysno.READ, fd, BUFFER, count)
        return got if got < 0 else self.task.memory.read(BUFFER, got)

    def write(self, fd: int, data: bytes) -> int:
        self.task.memory.write(BUFFER, data)
        return self.call(self.task, Sysno.WRITE, fd, BUFFER, len(data))

    def poll(self, fd: int) -> int:
        return self.task.files.get(fd).poll(self.task)

    def leader(self, parent: Task | None = None) -> Task:
        """A process in a session of its own, without a terminal, with our descriptors."""
        task = self.process(parent)
        task.process.session = Session(task.pid)
        for fd in (self.master, self.slave):
            task.files.put(fd, self.task.files.get(fd))
        return task


@pytest.fixture
def ptys() -> Ptys:
    return Ptys()


def test_what_one_end_writes_the_other_reads(ptys: Ptys) -> None:
    assert ptys.write(ptys.master, b"keys\r") == 5
    assert ptys.read(ptys.slave) == b"keys\n"
    assert ptys.read(ptys.master) == b"keys\r\n"
    assert ptys.write(ptys.slave, b"out\n") == 4
    assert ptys.read(ptys.master) == b"out\r\n"


def test_a_sleeping_master_wakes_for_output(ptys: Ptys) -> None:
    block = ptys.sleeps(ptys.task, Sysno.READ, ptys.master, BUFFER, 100)
    assert str(block) == "pty output"
    ptys.task.files.get(ptys.slave).write(ptys.task, b"x")
    assert ptys.again(ptys.task) == 1


def test_a_locked_slave_cannot_be_opened(ptys: Ptys) -> None:
    ptys.unlock(1)
    assert ptys.open(ptys.task, "/dev/pts/0", RDWR) == -Errno.EIO
    assert ptys.ioctl(ptys.master, Ioctl.TIOCGPTPEER, RDWR) == -Errno.EIO


def test_names_come_and_go_with_the_masters(ptys: Ptys) -> None:
    second = ptys.open(ptys.task, "/dev/ptmx", RDWR)
    assert ptys.ioctl(second, Ioctl.TIOCGPTN) == 0
    assert ptys.task.memory.read_word(DATA) == 1
    assert ptys.system.devpts.root.names() == [b"0", b"1", b"ptmx"]
    ptys.task.files.close(ptys.master)
    assert ptys.system.devpts.root.names() == [b"1", b"ptmx"]
    assert ptys.open(ptys.task, "/dev/pts/0", RDWR) == -Errno.ENOENT


def test_nothing_can_be_made_in_dev_pts(ptys: Ptys) -> None:
    name = ptys.path(ptys.task, "/dev/pts/x")
    assert ptys.call(ptys.task, Sysno.MKDIR, name, 0o755) == -Errno.EPERM
    assert ptys.open(ptys.task, "/dev/pts/x", 0o101) == -Errno.EACCES
    assert ptys.call(ptys.task, Sysno.UNLINK, ptys.path(ptys.task, "/dev/pts/0")) == -Errno.EPERM


def test_the_last_slave_hangs_up_the_master(ptys: Ptys) -> None:
    ptys.write(ptys.slave, b"last")
    ptys.task.files.close(ptys.slave)
    assert ptys.poll(ptys.master) & Poll.POLLHUP
    assert ptys.read(ptys.master) == b"last"
    assert ptys.read(ptys.master) == -Errno.EIO


def test_the_master_hangs_up_the_session_of_the_slave(ptys: Ptys) -> None:
    leader = ptys.leader()
    assert ptys.ioctl(ptys.slave, Ioctl.TIOCSCTTY, 0, task=leader) == 0
    leader.files.close(ptys.master)
    ptys.task.files.close(ptys.master)
    assert leader.process.pending.mask == bit(Signal.SIGHUP)  # SIGCONT is ignored
    assert leader.process.terminal is None
    assert ptys.read(ptys.slave) == b""
    assert ptys.write(ptys.slave, b"x") == -Errno.EIO


def test_an_exclusive_terminal_is_the_privileged_ones_to_open(ptys: Ptys) -> None:
    ptys.ioctl(ptys.slave, Ioctl.TIOCEXCL)
    assert ptys.open(ptys.task, "/dev/pts/0", RDWR | NOCTTY) > 0
    other = ptys.process()
    ptys.system.devpts.slaves[0].mode |= 0o666
    other.credentials = Credentials.of_user(7, 7)
    assert ptys.open(other, "/dev/pts/0", RDWR | NOCTTY) == -Errno.EBUSY
    ptys.ioctl(ptys.slave, Ioctl.TIOCNXCL)
    assert ptys.open(other, "/dev/pts/0", RDWR | NOCTTY) > 0


def test_simulated_keys_are_keys(ptys: Ptys) -> None:
    for key in b"hi\n":
        ptys.task.memory.write(DATA, bytes([key]))
        assert ptys.ioctl(ptys.slave, Ioctl.TIOCSTI) == 0
    assert ptys.read(ptys.slave) == b"hi\n"
    assert ptys.ioctl(ptys.slave, Ioctl.TIOCSTI, 1) == -Errno.EFAULT


def test_there_are_only_so_many(ptys: Ptys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.fs.devpts._MOST", 1)
    assert ptys.open(ptys.task, "/dev/ptmx", RDWR) == -Errno.ENOSPC


def test_pseudo_terminals_can_be_copied(ptys: Ptys) -> None:
    ptys.write(ptys.master, b"half a line")
    copy = pickle.loads(pickle.dumps(ptys.system.devpts.slaves[0].pty.terminal.discipline))
    assert bytes(copy.buffer) == b"half a line"


@pytest.mark.parametrize(
    ("request_", "shown"),
    [
        (Ioctl.TIOCGPTN, "TIOCGPTN, [0]"),
        (Ioctl.TIOCSPTLCK, "TIOCSPTLCK, [0]"),
        (Ioctl.TIOCGPKT, "TIOCGPKT, [0]"),
    ],
)
def test_a_trace_shows_what_the_master_is_asked(ptys: Ptys, request_: int, shown: str) -> None:
    ptys.task.memory.write_word(DATA, 0)
    ptys.ioctl(ptys.master, request_)
    assert ptys.traced(ptys.task) == f"ioctl({ptys.master}, {shown})"
