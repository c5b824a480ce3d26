"""The console: the host's standard streams as the guest sees them."""

import pytest

from kernel import events
from kernel.abi.errno import Errno
from kernel.abi.files import S_IFCHR, S_IFREG, OpenFlag, Poll, Whence
from kernel.abi.signals import Signal, bit
from kernel.abi.sysno import Sysno
from kernel.errors import Block
from kernel.fs.console import StreamKind
from tests.callers import PIPE, TERMINAL, Callers
from tests.fakes import DATA

FILE = StreamKind(S_IFREG | 0o644, size=10, name="/dev/stdin", offset=4)


def test_input_waits_until_the_session_feeds_it() -> None:
    world = Callers()
    task = world.process()
    assert str(world.sleeps(task, Sysno.READ, 0, DATA, 100)) == "console input"
    assert world.console.wants_input
    world.console.feed(b"hello")
    assert not world.console.wants_input
    assert world.again(task) == 5
    assert task.memory.read(DATA, 5) == b"hello"


def test_input_ends_when_the_host_says_so() -> None:
    world = Callers()
    task = world.process()
    world.console.feed(b"x")
    world.console.end_of_input()
    assert world.call(task, Sysno.READ, 0, DATA, 100) == 1
    assert world.call(task, Sysno.READ, 0, DATA, 100) == 0
    assert not world.console.wants_input


def test_a_look_without_waiting_is_noticed() -> None:
    world = Callers()
    task = world.process()
    assert task.files.get(0).poll(task) == 0
    assert world.console.missed_input
    assert not world.console.wants_input


def test_output_keeps_its_order_and_its_stream() -> None:
    world = Callers()
    task = world.process()
    for stream, text in ((1, b"a"), (2, b"b"), (1, b"c")):
        task.files.get(stream).write(task, text)
    assert world.console.drain() == [(1, b"a"), (2, b"b"), (1, b"c")]
    assert world.console.drain() == []
    seen = world.seen(events.ConsoleOutput)
    assert [(event.pid, event.stream, event.text) for event in seen] == [  # type: ignore[attr-defined]
        (task.tid, 1, "a"),
        (task.tid, 2, "b"),
        (task.tid, 1, "c"),
    ]


def test_a_stream_the_host_has_closed_breaks_the_pipe() -> None:
    world = Callers()
    task = world.process()
    world.console.broken.add(1)
    task.memory.write(DATA, b"x")
    assert world.call(task, Sysno.WRITE, 1, DATA, 1) == -Errno.EPIPE
    assert task.signals.pending.mask & bit(Signal.SIGPIPE)
    assert task.files.get(1).poll(task) & Poll.POLLERR


def test_closed_streams_are_closed_for_the_guest() -> None:
    world = Callers((None, PIPE, None))
    assert sorted(world.process().files.files) == [1]


def test_input_from_a_file_starts_where_the_host_stands_and_can_be_read_again() -> None:
    world = Callers((FILE, PIPE, PIPE))
    task = world.process()
    stdin = task.files.get(0)
    assert stdin.inode.size == 10
    with pytest.raises(Block):
        stdin.read(task, 3)
    world.console.feed(b"456789")
    world.console.end_of_input()
    assert stdin.read(task, 3) == b"456"
    assert stdin.seek(-2, Whence.SEEK_CUR) == 5
    assert stdin.read(task, 100) == b"56789"
    assert stdin.read_at(task, 8, 5) == b"89"
    assert stdin.seek(0, Whence.SEEK_END) == 10


def test_output_to_a_file_knows_where_it_stands() -> None:
    world = Callers((PIPE, StreamKind(S_IFREG | 0o644, offset=7, append=True), PIPE))
    task = world.process()
    stdout = task.files.get(1)
    stdout.write(task, b"abc")
    assert stdout.seek(0, Whence.SEEK_CUR) == 10
    assert stdout.flags == OpenFlag.O_WRONLY | OpenFlag.O_APPEND


def test_pipes_cannot_be_sought() -> None:
    world = Callers()
    assert world.call(world.process(), Sysno.LSEEK, 0, 0, Whence.SEEK_CUR) == -Errno.ESPIPE


def test_a_character_device_is_always_ready() -> None:
    world = Callers((StreamKind(S_IFCHR | 0o666, rdev=0x103), PIPE, PIPE))
    task = world.process()
    assert task.files.get(0).poll(task) & Poll.POLLIN


def test_a_stream_can_be_opened_again_in_its_own_direction() -> None:
    world = Callers()
    task = world.process()
    again = world.open(task, "/dev/stdout", OpenFlag.O_WRONLY)
    task.files.get(again).write(task, b"again")
    assert world.output() == b"again"
    assert world.open(task, "/dev/stdout") == -Errno.EACCES


def test_a_terminal_stands_behind_the_streams_that_are_one() -> None:
    world = Callers((PIPE, TERMINAL, PIPE))
    task = world.process()
    assert task.files.get(1).path == "/dev/tty1"
    assert world.console.has_terminal
    task.files.get(1).write(task, b"a\n")
    task.files.get(2).write(task, b"b\n")
    assert world.console.drain() == [(1, b"a\r\n"), (2, b"b\n")]
