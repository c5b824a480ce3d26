"""Sockets that wait, wake and time out; addresses that lead nowhere. What they say is in guests."""

from __future__ import annotations

import pickle
import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag, Poll
from kernel.abi.sockets import SOCK_NONBLOCK, Family, MessageFlag, SocketCall, SocketOption
from kernel.abi.sysno import Sysno
from kernel.clock import NANOSECONDS
from kernel.errors import Block
from kernel.task.task import TaskState
from tests.syscalls.calls import BAD, BUFFER, OTHER, Calls

STREAM, DATAGRAM = 1, 2
LOOPBACK = bytes((127, 0, 0, 1))


class Sockets(Calls):
    """A task that makes sockets."""

    def made(self, family: Family, type: int) -> int:
        fd = self.make(Sysno.SOCKET, family, type, 0)
        assert not isinstance(fd, Errno)
        return fd

    def pair(self, type: int = STREAM) -> tuple[int, int]:
        assert self.make(Sysno.SOCKETPAIR, Family.AF_UNIX, type, 0, BUFFER) == 0
        first, second = struct.unpack("<ii", self.stored(8))
        return first, second

    def address(self, port: int, host: bytes = LOOPBACK) -> int:
        return self.store(struct.pack("<H", 2) + port.to_bytes(2, "big") + host + bytes(8), OTHER)

    def port(self, fd: int) -> int:
        self.store(struct.pack("<I", 16), BUFFER)
        assert self.make(Sysno.GETSOCKNAME, fd, BUFFER + 16, BUFFER) == 0
        return int.from_bytes(self.stored(2, BUFFER + 18), "big")

    def listener(self) -> tuple[int, int]:
        fd = self.made(Family.AF_INET, STREAM)
        assert self.make(Sysno.BIND, fd, self.address(0), 16) == 0
        assert self.make(Sysno.LISTEN, fd, 1) == 0
        return fd, self.port(fd)

    def set(self, fd: int, option: SocketOption, value: int) -> None:
        self.store(struct.pack("<i", value))
        assert self.make(Sysno.SETSOCKOPT, fd, 1, option, BUFFER, 4) == 0

    def timeout(self, fd: int, option: SocketOption, seconds: int) -> None:
        self.store(struct.pack("<ii", seconds, 0))
        assert self.make(Sysno.SETSOCKOPT, fd, 1, option, BUFFER, 8) == 0


@pytest.fixture
def sockets() -> Sockets:
    return Sockets()


@pytest.mark.parametrize("family", [Family.AF_PACKET, 77])
def test_there_are_no_other_families(sockets: Sockets, family: int) -> None:
    assert sockets.make(Sysno.SOCKET, family, STREAM, 0) is Errno.EAFNOSUPPORT


@pytest.mark.parametrize("host", [(8, 8, 8, 8), (192, 168, 0, 1), (224, 0, 0, 1)])
def test_nothing_leads_out_of_the_emulator(sockets: Sockets, host: tuple[int, ...]) -> None:
    for type in (STREAM, DATAGRAM):
        fd = sockets.made(Family.AF_INET, type)
        name = sockets.address(80, bytes(host))
        assert sockets.make(Sysno.CONNECT, fd, name, 16) is Errno.ENETUNREACH
        assert sockets.make(Sysno.BIND, fd, name, 16) is Errno.EADDRNOTAVAIL


def test_ephemeral_ports_come_in_order(sockets: Sockets) -> None:
    assert [sockets.listener()[1] for _ in range(3)] == [32768, 32769, 32770]


def test_a_port_below_1024_needs_the_capability(sockets: Sockets) -> None:
    fd = sockets.made(Family.AF_INET, STREAM)
    sockets.task.credentials = sockets.task.credentials.of_user(1000, 1000)
    assert sockets.make(Sysno.BIND, fd, sockets.address(80), 16) is Errno.EACCES
    assert sockets.make(Sysno.BIND, fd, sockets.address(8080), 16) == 0


def test_a_reader_sleeps_until_the_other_end_writes(sockets: Sockets) -> None:
    one, two = sockets.pair()
    reader = sockets.process()
    reader.files = sockets.task.files
    sockets.sleeps(reader, Sysno.RECVFROM, two, BUFFER, 10)
    sockets.store(b"hello")
    assert sockets.make(Sysno.WRITE, one, BUFFER, 5) == 5
    assert reader.state is TaskState.READY
    assert sockets.again(reader) == 5
    assert reader.memory.read(BUFFER, 5) == b"hello"


def test_a_reader_wakes_with_the_end_when_the_other_end_closes(sockets: Sockets) -> None:
    one, two = sockets.pair()
    reader = sockets.process()
    reader.files = sockets.task.files
    sockets.sleeps(reader, Sysno.READ, two, BUFFER, 10)
    sockets.make(Sysno.CLOSE, one)
    assert reader.state is TaskState.READY
    assert sockets.again(reader) == 0


def test_a_receive_timeout_ends_the_sleep_with_eagain(sockets: Sockets) -> None:
    _, two = sockets.pair()
    sockets.timeout(two, SocketOption.SO_RCVTIMEO_OLD, 2)
    block = sockets.sleeps(sockets.task, Sysno.RECVFROM, two, BUFFER, 10)
    assert block.deadline == sockets.system.clock.now + 2 * NANOSECONDS
    sockets.system.clock.advance_to(block.deadline)
    assert sockets.again(sockets.task) == -Errno.EAGAIN


def test_waitall_keeps_what_has_come_while_it_sleeps(sockets: Sockets) -> None:
    one, two = sockets.pair()
    reader = sockets.process()
    reader.files = sockets.task.files
    sockets.store(b"abcdef")
    sockets.make(Sysno.WRITE, one, BUFFER, 2)
    sockets.sleeps(reader, Sysno.RECVFROM, two, BUFFER, 6, MessageFlag.MSG_WAITALL)
    sockets.make(Sysno.WRITE, one, BUFFER + 2, 4)
    assert sockets.again(reader) == 6
    assert reader.memory.read(BUFFER, 6) == b"abcdef"


def test_accept_sleeps_until_somebody_connects(sockets: Sockets) -> None:
    fd, port = sockets.listener()
    server = sockets.process()
    server.files = sockets.task.files
    sockets.sleeps(server, Sysno.ACCEPT4, fd, 0, 0, 0)
    client = sockets.made(Family.AF_INET, STREAM)
    assert sockets.make(Sysno.CONNECT, client, sockets.address(port), 16) == 0
    assert server.state is TaskState.READY
    accepted = sockets.again(server)
    assert sockets.task.files.get(accepted).poll(server) & Poll.POLLOUT


def test_connect_to_a_full_backlog_sleeps_and_gives_up_after_two_minutes(sockets: Sockets) -> None:
    fd, port = sockets.listener()
    sockets.make(Sysno.LISTEN, fd, 0)
    first, second = (sockets.made(Family.AF_INET, STREAM) for _ in range(2))
    assert sockets.make(Sysno.CONNECT, first, sockets.address(port), 16) == 0
    block = sockets.sleeps(sockets.task, Sysno.CONNECT, second, sockets.address(port), 16)
    assert block.deadline is not None
    sockets.system.clock.advance_to(block.deadline)
    assert sockets.again(sockets.task) == -Errno.ETIMEDOUT


def test_time_wait_ends_after_a_minute(sockets: Sockets) -> None:
    fd, port = sockets.listener()
    client = sockets.made(Family.AF_INET, STREAM)
    sockets.make(Sysno.CONNECT, client, sockets.address(port), 16)
    server = sockets.make(Sysno.ACCEPT4, fd, 0, 0, 0)
    for closing in (server, client, fd):
        sockets.make(Sysno.CLOSE, closing)
    again = sockets.made(Family.AF_INET, STREAM)
    assert sockets.make(Sysno.BIND, again, sockets.address(port), 16) is Errno.EADDRINUSE
    sockets.system.clock.advance_to(sockets.system.clock.now + 60 * NANOSECONDS)
    assert sockets.make(Sysno.BIND, again, sockets.address(port), 16) == 0


@pytest.mark.parametrize(("shares", "result"), [(0, Errno.EADDRINUSE), (1, 0)])
def test_so_reuseport_of_both_shares_the_port_of_a_connection_that_is_over(
    sockets: Sockets, shares: int, result: int
) -> None:
    fd, port = sockets.listener()
    client = sockets.made(Family.AF_INET, STREAM)
    sockets.make(Sysno.CONNECT, client, sockets.address(port), 16)
    server = sockets.make(Sysno.ACCEPT4, fd, 0, 0, 0)
    again = sockets.made(Family.AF_INET, STREAM)
    for one in (server, again):
        sockets.set(one, SocketOption.SO_REUSEPORT, shares)
    for closing in (server, client, fd):
        sockets.make(Sysno.CLOSE, closing)
    assert sockets.make(Sysno.BIND, again, sockets.address(port), 16) == result


def test_octets_that_cannot_be_stored_stay_in_the_socket(sockets: Sockets) -> None:
    one, two = sockets.pair()
    sockets.store(b"hello")
    sockets.make(Sysno.WRITE, one, BUFFER, 5)
    assert sockets.make(Sysno.RECVFROM, two, BAD, 5) is Errno.EFAULT
    assert sockets.make(Sysno.RECVFROM, two, BUFFER, 5) == 5


def test_a_full_send_buffer_blocks_the_writer_until_three_quarters_are_free(
    sockets: Sockets,
) -> None:
    one, two = sockets.pair()
    writer = sockets.task.files.get(one)
    writer.flags |= OpenFlag.O_NONBLOCK
    while sockets.make(Sysno.WRITE, one, BUFFER, 1000) == 1000:
        pass
    assert not writer.poll(sockets.task) & Poll.POLLOUT
    writer.flags &= ~OpenFlag.O_NONBLOCK
    sleeper = sockets.process()
    sleeper.files = sockets.task.files
    sockets.sleeps(sleeper, Sysno.WRITE, one, BUFFER, 1000)
    sockets.make(Sysno.READ, two, BUFFER, 1000)
    assert sleeper.state is TaskState.READY
    assert sockets.again(sleeper) == 1000
    assert not writer.poll(sockets.task) & Poll.POLLOUT


def test_socketcall_is_traced_as_the_call_it_makes(sockets: Sockets) -> None:
    from kernel.syscalls.socketcall import meant

    words = sockets.store(struct.pack("<III", Family.AF_UNIX, STREAM | SOCK_NONBLOCK, 0))
    fd = sockets.make(Sysno.SOCKETCALL, SocketCall.SYS_SOCKET, words)
    assert isinstance(fd, int)
    assert sockets.task.call is not None
    found = meant(sockets.task, sockets.task.call)
    assert found is not None
    entry, call = found
    assert (entry.name, call.words[:2]) == ("socket", (Family.AF_UNIX, STREAM | SOCK_NONBLOCK))
    assert sockets.make(Sysno.SOCKETCALL, 21, words) is Errno.EINVAL
    assert sockets.make(Sysno.SOCKETCALL, SocketCall.SYS_BIND, BAD) is Errno.EFAULT


def test_a_file_in_flight_is_closed_with_the_socket_that_should_have_received_it(
    sockets: Sockets,
) -> None:
    one, two = sockets.pair()
    carried = sockets.task.files.get(0)
    before = carried.users
    control = struct.pack("<Iiii", 16, 1, 1, 0)
    header = struct.pack("<7I", 0, 0, sockets.vector((BUFFER, 1)), 1, BUFFER + 64, 16, 0)
    sockets.store(control, BUFFER + 64)
    sockets.store(header, BUFFER + 128)
    assert sockets.make(Sysno.SENDMSG, one, BUFFER + 128, 0) == 1
    assert carried.users == before + 1
    sockets.make(Sysno.CLOSE, two)
    assert carried.users == before


def test_sockets_are_plain_data(sockets: Sockets) -> None:
    one, two = sockets.pair()
    sockets.listener()
    sockets.make(Sysno.WRITE, one, BUFFER, 10)
    network = pickle.loads(pickle.dumps(sockets.system.network))
    copy = network.sockets[sockets.task.files.get(two).inode.number]
    assert copy.unread() == 10
    assert [socket.local.port for socket in network.tcp.by_port[32768]] == [32768]


def test_proc_net_unix_lists_names(sockets: Sockets) -> None:
    fd = sockets.made(Family.AF_UNIX, DATAGRAM)
    sockets.make(Sysno.BIND, fd, sockets.store(struct.pack("<H", 1) + b"\0name"), 7)
    number = sockets.task.files.get(fd).inode.number
    lines = sockets.contents(sockets.task, "/proc/net/unix").splitlines()
    assert lines[1].endswith(f"0002 01 {number:5d} @name")


def test_proc_net_tcp_shows_a_listener_and_the_ends_of_a_connection(sockets: Sockets) -> None:
    _, port = sockets.listener()
    client = sockets.made(Family.AF_INET, STREAM)
    sockets.make(Sysno.CONNECT, client, sockets.address(port), 16)
    lines = sockets.contents(sockets.task, "/proc/net/tcp").splitlines()[1:]
    ends = [tuple(line.split()[1:4]) for line in lines]
    assert ends == [
        ("0100007F:8000", "00000000:0000", "0A"),
        ("0100007F:8000", "0100007F:8001", "01"),
        ("0100007F:8001", "0100007F:8000", "01"),
    ]


def test_a_socket_file_cannot_be_opened(sockets: Sockets) -> None:
    fd = sockets.made(Family.AF_UNIX, STREAM)
    name = struct.pack("<H", 1) + b"/sock"
    assert sockets.make(Sysno.BIND, fd, sockets.store(name), 7) == 0
    assert sockets.make(Sysno.OPEN, "/sock", 2) is Errno.ENXIO


def test_a_blocked_call_names_what_it_waits_for(sockets: Sockets) -> None:
    _, two = sockets.pair()
    with pytest.raises(Block, match="socket readable"):
        sockets.make(Sysno.READ, two, BUFFER, 1)
