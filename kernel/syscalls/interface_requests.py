"""How a trace shows ioctl requests about network interfaces (netdevice(7))."""

from __future__ import annotations

from kernel.abi.sockets import InterfaceIoctl
from kernel.events import Described
from kernel.syscalls.arguments import flags_text, signed
from kernel.syscalls.ioctl import ARGUMENTS, NAMES, RequestArgument
from kernel.syscalls.socket_addresses import describe_sockaddr
from kernel.task.task import Task

_FLAGS = [
    (1, "IFF_UP"), (2, "IFF_BROADCAST"), (4, "IFF_DEBUG"), (8, "IFF_LOOPBACK"),
    (0x10, "IFF_POINTOPOINT"), (0x20, "IFF_NOTRAILERS"), (0x40, "IFF_RUNNING"), (0x80, "IFF_NOARP"),
    (0x100, "IFF_PROMISC"), (0x200, "IFF_ALLMULTI"), (0x1000, "IFF_MULTICAST"),
]  # fmt: skip
_ADDRESSES = {
    InterfaceIoctl.SIOCGIFADDR: "ifr_addr",
    InterfaceIoctl.SIOCGIFDSTADDR: "ifr_dstaddr",
    InterfaceIoctl.SIOCGIFBRDADDR: "ifr_broadaddr",
    InterfaceIoctl.SIOCGIFNETMASK: "ifr_netmask",
}
_NUMBERS = {
    InterfaceIoctl.SIOCGIFMTU: "ifr_mtu",
    InterfaceIoctl.SIOCGIFINDEX: "ifr_ifindex",
    InterfaceIoctl.SIOCGIFMETRIC: "ifr_metric",
    InterfaceIoctl.SIOCGIFTXQLEN: "ifr_qlen",
}
_VALUE_AT = 16
"""Where a struct ifreq has its answer, behind the name."""


def _name(task: Task, address: int) -> tuple[str, Described]:
    name = task.memory.read(address, _VALUE_AT).split(b"\0")[0]
    return ("ifr_name", ("path", name.decode("latin-1"), False))


def _name_alone(task: Task, address: int) -> Described:
    return ("struct", [_name(task, address)], False)


def _flags(task: Task, address: int) -> Described:
    flags = int.from_bytes(task.memory.read(address + _VALUE_AT, 2), "little")
    shown = ("flags", flags, flags_text(_FLAGS, flags))
    return ("struct", [_name(task, address), ("ifr_flags", shown)], False)


class _Address:
    """An address in the answer, under its name."""

    def __init__(self, field: str) -> None:
        self.field = field

    def __call__(self, task: Task, address: int) -> Described:
        shown = describe_sockaddr(task, address + _VALUE_AT, 16)
        return ("struct", [_name(task, address), (self.field, shown)], False)


class _Number:
    """A number in the answer, under its name."""

    def __init__(self, field: str) -> None:
        self.field = field

    def __call__(self, task: Task, address: int) -> Described:
        value = signed(task.memory.read_word(address + _VALUE_AT))
        return ("struct", [_name(task, address), (self.field, ("int", value))], False)


NAMES.update({int(request): request.name for request in InterfaceIoctl})
ARGUMENTS[InterfaceIoctl.SIOCGIFFLAGS] = RequestArgument(_flags, True, _name_alone)
for _request, _field in _ADDRESSES.items():
    ARGUMENTS[_request] = RequestArgument(_Address(_field), True, _name_alone)
for _request, _field in _NUMBERS.items():
    ARGUMENTS[_request] = RequestArgument(_Number(_field), True, _name_alone)
