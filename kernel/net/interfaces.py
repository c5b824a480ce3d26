"""The one network interface there is, lo, as ioctl(2) tells of it (netdevice(7))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.sockets import Family, InterfaceIoctl
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.task.task import Task

NAME = b"lo"
INDEX, MTU, QUEUE_LENGTH = 1, 65536, 1000
FLAGS = 0x49
"""IFF_UP, IFF_LOOPBACK, IFF_RUNNING."""
LOOPBACK_TYPE = 772
"""ARPHRD_LOOPBACK."""
_ADDRESS, _MASK = bytes((127, 0, 0, 1)), bytes((255, 0, 0, 0))
_IFREQ = 32
"""Octets of a 32-bit program's struct ifreq: a name of 16, then the answer."""


def _address(host: bytes) -> bytes:
    return struct.pack("<HH4s8x", Family.AF_INET, 0, host)


_ANSWERS: dict[int, bytes] = {
    InterfaceIoctl.SIOCGIFFLAGS: struct.pack("<H", FLAGS),
    InterfaceIoctl.SIOCGIFADDR: _address(_ADDRESS),
    InterfaceIoctl.SIOCGIFDSTADDR: _address(_ADDRESS),
    InterfaceIoctl.SIOCGIFBRDADDR: _address(bytes(4)),
    InterfaceIoctl.SIOCGIFNETMASK: _address(_MASK),
    InterfaceIoctl.SIOCGIFMETRIC: bytes(4),
    InterfaceIoctl.SIOCGIFMTU: struct.pack("<I", MTU),
    InterfaceIoctl.SIOCGIFHWADDR: struct.pack("<H14x", LOOPBACK_TYPE),
    InterfaceIoctl.SIOCGIFINDEX: struct.pack("<I", INDEX),
    InterfaceIoctl.SIOCGIFTXQLEN: struct.pack("<I", QUEUE_LENGTH),
    InterfaceIoctl.SIOCGIFMAP: bytes(16),
}
_CHANGES = (InterfaceIoctl.SIOCSIFFLAGS, InterfaceIoctl.SIOCSIFADDR)


def ioctl(task: Task, request: int, argument: int) -> int:
    """A request about interfaces: ENODEV for others than lo, EPERM for changes; else ENOTTY."""
    memory = task.memory
    if request == InterfaceIoctl.SIOCGIFCONF:
        return _list(task, argument)
    if request == InterfaceIoctl.SIOCGIFNAME:
        if memory.read_word(argument + 16) != INDEX:
            raise SysError(Errno.ENODEV)
        memory.write(argument, NAME.ljust(16, b"\0"))
        return 0
    if request not in _ANSWERS and request not in _CHANGES:
        raise SysError(Errno.ENOTTY)
    if memory.read(argument, 16).split(b"\0")[0].split(b":")[0] != NAME:
        raise SysError(Errno.ENODEV)
    if request in _CHANGES:
        raise SysError(Errno.EPERM)
    memory.write(argument + 16, _ANSWERS[request])
    return 0


def _list(task: Task, argument: int) -> int:
    """SIOCGIFCONF: a struct ifconf; with a null buffer only the room that is needed is told."""
    length, buffer = struct.unpack("<iI", task.memory.read(argument, 8))
    if buffer and length >= _IFREQ:
        task.memory.write(buffer, NAME.ljust(16, b"\0") + _address(_ADDRESS))
    task.memory.write_word(argument, _IFREQ if not buffer or length >= _IFREQ else 0)
    return 0
