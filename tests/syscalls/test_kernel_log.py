"""syslog(2), and the names of system and domain."""

from __future__ import annotations

import pytest

from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.abi.system import LogAction
from kernel.log import SIZE, KernelLog
from kernel.task.task import Task
from tests.callers import Callers
from tests.fakes import DATA

BAD = 0x10
USER = 1000


@pytest.fixture
def world() -> Callers:
    return Callers()


def read(world: Callers, task: Task, action: LogAction, length: int = 4000) -> str:
    count = world.call(task, Sysno.SYSLOG, action, DATA, length)
    assert count >= 0
    return task.memory.read(DATA, count).decode()


def test_the_log_begins_with_the_system_and_keeps_every_notice_with_its_time(
    world: Callers,
) -> None:
    task = world.process()
    world.system.clock.now = 3_000_042_000
    world.system.notice("out of memory")
    first, second = read(world, task, LogAction.READ_ALL).splitlines()
    assert first.startswith("<6>[    0.000000] Linux version ")
    assert second == "<4>[    3.000042] out of memory"


def test_what_was_cleared_is_not_shown_again(world: Callers) -> None:
    task = world.process()
    assert read(world, task, LogAction.READ_CLEAR) != ""
    assert read(world, task, LogAction.READ_ALL) == ""
    world.system.notice("new")
    assert "new" in read(world, task, LogAction.READ_ALL)
    assert world.call(task, Sysno.SYSLOG, LogAction.CLEAR) == 0
    assert read(world, task, LogAction.READ_ALL) == ""


def test_a_short_buffer_gets_the_newest_whole_lines(world: Callers) -> None:
    task = world.process()
    world.system.notice("last")
    line = "<4>[    0.000000] last\n"
    assert read(world, task, LogAction.READ_ALL, len(line) + 5) == line


def test_reading_on_takes_each_octet_once_and_sleeps_for_more(world: Callers) -> None:
    task = world.process()
    whole = read(world, task, LogAction.READ_ALL)
    assert world.call(task, Sysno.SYSLOG, LogAction.SIZE_UNREAD) == len(whole)
    assert read(world, task, LogAction.READ, 10) + read(world, task, LogAction.READ) == whole
    block = world.sleeps(world.run(task), Sysno.SYSLOG, LogAction.READ, DATA, 100)
    assert block.queues == (world.system.log.readable,)
    world.system.notice("woken")
    assert world.again(task) == len("<4>[    0.000000] woken\n")


def test_only_the_newest_octets_are_kept() -> None:
    log = KernelLog()
    for number in range(SIZE // 100):
        log.add(0, f"{number} " + "x" * 100)
    assert len(log.since(0)) == SIZE
    assert log.since(0).endswith(b"x\n")
    assert log.since(log.position) == b""


@pytest.mark.parametrize(
    ("action", "buffer", "length", "error"),
    [
        (11, DATA, 1, Errno.EINVAL),
        (-1, DATA, 1, Errno.EINVAL),
        (LogAction.READ_ALL, 0, 1, Errno.EINVAL),
        (LogAction.READ_ALL, DATA, -1, Errno.EINVAL),
        (LogAction.READ_ALL, BAD, 100, Errno.EFAULT),
        (LogAction.CONSOLE_LEVEL, 0, 9, Errno.EINVAL),
        (LogAction.CONSOLE_LEVEL, 0, 0, Errno.EINVAL),
    ],
)
def test_errors(world: Callers, action: int, buffer: int, length: int, error: Errno) -> None:
    assert world.call(world.process(), Sysno.SYSLOG, action, buffer, length) == -error


def test_users_may_read_all_and_no_more(world: Callers) -> None:
    task = world.process(uid=USER)
    assert read(world, task, LogAction.READ_ALL) != ""
    assert world.call(task, Sysno.SYSLOG, LogAction.SIZE_BUFFER) == SIZE
    assert world.call(task, Sysno.SYSLOG, LogAction.CLEAR) == -Errno.EPERM


@pytest.mark.parametrize("number", [Sysno.SETHOSTNAME, Sysno.SETDOMAINNAME])
def test_names_are_set_by_root_and_no_longer_than_64(world: Callers, number: Sysno) -> None:
    task = world.process()
    task.memory.write(DATA, b"example.org")
    assert world.call(task, number, DATA, 11) == 0
    system = world.system
    assert "example.org" in (system.hostname, system.domain_name)
    assert world.call(task, number, DATA, 65) == -Errno.EINVAL
    assert world.call(task, number, BAD, 1) == -Errno.EFAULT
    assert world.call(world.process(uid=USER), number, DATA, 1) == -Errno.EPERM


def test_traces_name_the_action_and_show_what_was_read(world: Callers) -> None:
    task = world.process()
    world.call(task, Sysno.SYSLOG, LogAction.SIZE_BUFFER)
    assert world.traced(task) == "syslog(10 /* SYSLOG_ACTION_SIZE_BUFFER */)"
    world.call(task, Sysno.SYSLOG, LogAction.READ_ALL, DATA, 0)
    assert world.traced(task) == 'syslog(3 /* SYSLOG_ACTION_READ_ALL */, "", 0)'
