"""Socket addresses: reading them from programs, storing them there, and showing them in traces."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.netlink import SOCKADDR
from kernel.abi.sockets import SOCKADDR_MAX, Family
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import Argument, signed
from kernel.task.task import Call, Task

_FAMILIES = {int(family): family.name for family in Family}
_FAMILY_OCTETS = 2
_IN, _IN6_LEAST = 16, 24


# ---- moving ------------------------------------------------------------------------------------


def read_address(task: Task, address: int, length: int) -> bytes:
    """A sockaddr of `length` octets, a C int: EINVAL, EFAULT."""
    if not 0 <= signed(length) <= SOCKADDR_MAX:
        raise SysError(Errno.EINVAL)
    return task.memory.read(address, length)


def write_address(task: Task, name: bytes, address: int, length_at: int) -> None:
    """Store as much of a sockaddr as there is room for, and its whole length: EFAULT, EINVAL."""
    room = signed(task.memory.read_word(length_at))
    assert task.call is not None
    task.call.noted = room
    if room < 0:
        raise SysError(Errno.EINVAL)
    task.memory.write(address, name[:room])
    task.memory.write_word(length_at, len(name))


# ---- showing -----------------------------------------------------------------------------------


def family_text(family: int) -> str:
    """AF_UNIX, or the number."""
    return _FAMILIES.get(family) or f"{family:#x} /* AF_??? */"


def describe_sockaddr(task: Task, address: int, length: int) -> Described:
    """A sockaddr in memory; the pointer where there is no family or it cannot be read."""
    if length < _FAMILY_OCTETS:
        return ("ptr", address)
    try:
        data = task.memory.read(address, min(length, SOCKADDR_MAX))
    except SysError:
        return ("ptr", address)
    family = int.from_bytes(data[:2], "little")
    fields: list[tuple[str, Described]] = [("sa_family", ("flags", family, family_text(family)))]
    if family == Family.AF_UNIX:
        fields += _path(data[2:])
    elif family == Family.AF_INET and len(data) >= _IN:
        fields.append(_port("sin_port", data[2:4]))
        fields.append(("sin_addr", ("text", f'inet_addr("{_dotted(data[4:8])}")')))
    elif family == Family.AF_INET6 and len(data) >= _IN6_LEAST:
        fields += _fields_of_6(data)
    elif family == Family.AF_NETLINK and len(data) >= SOCKADDR.size:
        _, _, port, groups = SOCKADDR.unpack_from(data)
        fields += [("nl_pid", ("int", port)), ("nl_groups", ("text", f"{groups:08x}"))]
    elif len(data) > _FAMILY_OCTETS:
        fields.append(("sa_data", ("path", data[2:].decode("latin-1"), False)))
    return ("struct", fields, False)


def _path(path: bytes) -> list[tuple[str, Described]]:
    if not path:
        return []
    if path[0]:
        return [("sun_path", ("path", path.split(b"\0")[0].decode("latin-1"), False))]
    return [("sun_path", ("abstract", path[1:].decode("latin-1")))]


def _port(name: str, data: bytes) -> tuple[str, Described]:
    return (name, ("text", f"htons({int.from_bytes(data, 'big')})"))


def _dotted(host: bytes) -> str:
    return ".".join(str(octet) for octet in host)


def _fields_of_6(data: bytes) -> list[tuple[str, Described]]:
    flow = int.from_bytes(data[4:8], "big")
    fields: list[tuple[str, Described]] = [
        _port("sin6_port", data[2:4]),
        ("sin6_flowinfo", ("text", f"htonl({flow})")),
        ("", ("text", f'inet_pton(AF_INET6, "{_colons(data[8:24])}", &sin6_addr)')),
    ]
    if len(data) > _IN6_LEAST:
        scope = int.from_bytes(data[24:28], "little")
        fields.append(("sin6_scope_id", ("int", scope)))
    return fields


def _colons(host: bytes) -> str:
    """An IPv6 address as inet_ntop(3) writes it."""
    from ipaddress import IPv6Address

    if host.startswith(bytes(10) + b"\xff\xff"):
        return f"::ffff:{_dotted(host[12:])}"
    return str(IPv6Address(host))


class InAddressArgument(Argument):
    """A sockaddr that the call reads; its length is the next word."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        return describe_sockaddr(task, call.words[word], call.words[word + 1])


class OutAddressArgument(Argument):
    """A sockaddr that the call stores; the address of its length is the next word."""

    def is_late(self, call: Call, word: int) -> bool:
        return True

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address, length_at = call.words[word], call.words[word + 1]
        if not address or call.result < 0:
            return ("ptr", address)
        length = task.memory.read_word(length_at)
        room = length if call.noted is None else call.noted
        return describe_sockaddr(task, address, min(length, room))


class LengthArgument(Argument):
    """The address of a length that the call changes: `[110 => 2]`."""

    def is_late(self, call: Call, word: int) -> bool:
        return True

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address = call.words[word]
        if not address or not call.words[word - 1]:
            return ("ptr", address)
        length = signed(task.memory.read_word(address))
        if call.result < 0 or call.noted in (None, length):
            return ("text", f"[{length}]")
        return ("text", f"[{call.noted} => {length}]")


InAddress = Annotated[int, InAddressArgument()]
OutAddress = Annotated[int, OutAddressArgument()]
OutLength = Annotated[int, LengthArgument()]
