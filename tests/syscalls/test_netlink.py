"""Netlink sockets that send to each other, sleep, and are shown.

(What the kernel answers is compared with a real Linux by tests/programs/netlink.c.)
"""

from __future__ import annotations

import pytest

from kernel.abi.errno import Errno
from kernel.abi.netlink import SOCKADDR
from kernel.abi.sockets import Family, SocketType
from kernel.abi.sysno import Sysno
from kernel.syscalls.socket_addresses import describe_sockaddr
from kernel.task.task import TaskState
from tests.syscalls.calls import BUFFER, OTHER, Calls


class Netlinks(Calls):
    def made(self, port: int) -> int:
        fd = self.make(Sysno.SOCKET, Family.AF_NETLINK, SocketType.SOCK_RAW, 0)
        assert isinstance(fd, int)
        assert self.make(Sysno.BIND, fd, self.name(port), SOCKADDR.size) == 0
        return fd

    def name(self, port: int) -> int:
        return self.store(SOCKADDR.pack(Family.AF_NETLINK, 0, port, 0x21), OTHER)


@pytest.fixture
def netlinks() -> Netlinks:
    return Netlinks()


def test_a_reader_sleeps_until_another_port_sends(netlinks: Netlinks) -> None:
    one, two = netlinks.made(1000), netlinks.made(2000)
    reader = netlinks.process()
    reader.files = netlinks.task.files
    netlinks.sleeps(reader, Sysno.RECVFROM, two, BUFFER, 10, 0, 0, 0)
    netlinks.store(b"hello")
    assert netlinks.make(Sysno.SENDTO, one, BUFFER, 5, 0, netlinks.name(2000), SOCKADDR.size) == 5
    assert reader.state is TaskState.READY
    assert netlinks.again(reader) == 5
    assert reader.memory.read(BUFFER, 5) == b"hello"


def test_a_port_is_free_again_when_its_socket_is_closed(netlinks: Netlinks) -> None:
    assert netlinks.make(Sysno.CLOSE, netlinks.made(1000)) == 0
    netlinks.made(1000)


def test_what_finds_no_room_is_lost_and_the_reader_is_told(netlinks: Netlinks) -> None:
    one, two = netlinks.made(1000), netlinks.made(2000)
    to = netlinks.name(2000)
    for _ in range(400):
        assert netlinks.make(Sysno.SENDTO, one, BUFFER, 5, 0, to, SOCKADDR.size) == 5
    assert netlinks.make(Sysno.READ, two, BUFFER, 10) is Errno.ENOBUFS
    assert netlinks.make(Sysno.READ, two, BUFFER, 10) == 5


def test_a_name_is_shown_as_strace_shows_it(netlinks: Netlinks) -> None:
    fields = dict(describe_sockaddr(netlinks.task, netlinks.name(7), SOCKADDR.size)[1])
    assert fields["nl_pid"] == ("int", 7)
    assert fields["nl_groups"] == ("text", "00000021")
