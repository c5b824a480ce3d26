"""What the system is and how it is doing: uname(2), sysinfo(2), sethostname(2), getcpu(2)."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi import system as abi
from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.memory import PAGE_SIZE
from kernel.abi.process import Personality
from kernel.abi.sysno import Sysno
from kernel.clock import NANOSECONDS
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import (
    DescribedArgument,
    InBytes,
    Int,
    Moment,
    Pointer,
    signed,
)
from kernel.syscalls.table import syscall
from kernel.task.task import Task

_SYSINFO = struct.Struct("<10IHxxIII8x")
_SYSINFO_NAMES = ("totalram", "freeram", "sharedram", "bufferram", "totalswap", "freeswap", "procs")


def _describe_names(task: Task, address: int) -> Described:
    def field(index: int) -> Described:
        text = task.memory.read(address + 65 * index, 65).split(b"\0")[0]
        return ("bytes", text.decode("latin-1"), False)

    return ("struct", [("sysname", field(0)), ("nodename", field(1))], True)


def _describe_sysinfo(task: Task, address: int) -> Described:
    uptime, *rest = _SYSINFO.unpack(task.memory.read(address, _SYSINFO.size))
    values = dict(
        zip((*_SYSINFO_NAMES, "totalhigh", "freehigh", "mem_unit"), rest[3:], strict=True)
    )
    fields: list[tuple[str, Described]] = [("uptime", ("int", uptime))]
    fields.append(("loads", ("array", [("int", load) for load in rest[:3]], False)))
    fields += [(name, ("int", value)) for name, value in values.items()]
    return ("struct", fields, False)


def _describe_int(task: Task, address: int) -> Described:
    return ("array", [("int", signed(task.memory.read_word(address)))], False)


OutInt = Annotated[int, DescribedArgument(_describe_int, Moment.EXIT)]


def _names(task: Task) -> tuple[str, ...]:
    hostname = task.system.hostname
    is_old = task.traits.personality & Personality.UNAME26
    release = abi.RELEASE_26 if is_old else abi.RELEASE
    return (abi.SYSNAME, hostname, release, abi.VERSION, abi.MACHINE, task.system.domain_name)


def _pack_names(task: Task, count: int, width: int) -> bytes:
    """The first `count` names as NUL-terminated fields of `width` octets."""
    fields = (name.encode("latin-1")[: width - 1] for name in _names(task)[:count])
    return b"".join(field.ljust(width, b"\0") for field in fields)


@syscall(Sysno.UNAME)
def uname(
    task: Task, names: Annotated[int, DescribedArgument(_describe_names, Moment.EXIT)]
) -> int:
    """Six names of up to 64 octets."""
    task.memory.write(names, _pack_names(task, 6, 65))
    return 0


@syscall(Sysno.OLDUNAME)
def olduname(task: Task, names: Pointer) -> int:
    """The same without the domain's name."""
    task.memory.write(names, _pack_names(task, 5, 65))
    return 0


@syscall(Sysno.OLDOLDUNAME)
def oldolduname(task: Task, names: Pointer) -> int:
    """Five names of up to 8 octets."""
    task.memory.write(names, _pack_names(task, 5, 9))
    return 0


@syscall(Sysno.SETHOSTNAME)
def sethostname(task: Task, name: InBytes, length: Int) -> int:
    """Change the system's name, up to 64 octets; EPERM without CAP_SYS_ADMIN, EINVAL, EFAULT."""
    task.system.hostname = _new_name(task, name, length)
    return 0


@syscall(Sysno.SETDOMAINNAME)
def setdomainname(task: Task, name: InBytes, length: Int) -> int:
    """The same for the name of its NIS domain."""
    task.system.domain_name = _new_name(task, name, length)
    return 0


def _new_name(task: Task, name: int, length: int) -> str:
    if not task.credentials.has(Capability.CAP_SYS_ADMIN):
        raise SysError(Errno.EPERM)
    if not 0 <= length <= abi.HOSTNAME_MAX:
        raise SysError(Errno.EINVAL)
    return task.memory.read(name, length).decode("latin-1")


@syscall(Sysno.SYSINFO)
def sysinfo(
    task: Task, info: Annotated[int, DescribedArgument(_describe_sysinfo, Moment.EXIT)]
) -> int:
    """Uptime in seconds, memory in octets, number of tasks. Load averages are always 0."""
    system = task.system
    uptime = system.clock.now // NANOSECONDS
    memory = system.frames.total * PAGE_SIZE, system.frames.free_count * PAGE_SIZE
    threads = sum(len(process.threads) for process in system.tasks.processes())
    data = _SYSINFO.pack(
        uptime & 0xFFFF_FFFF, 0, 0, 0, *memory, 0, 0, 0, 0, threads & 0xFFFF, 0, 0, 1
    )
    task.memory.write(info, data)
    return 0


@syscall(Sysno.GETCPU)
def getcpu(task: Task, cpu: OutInt, node: OutInt, cache: Pointer) -> int:
    """There is one CPU, number 0, on node 0."""
    for address in (cpu, node):
        if address:
            task.memory.write_word(address, 0)
    return 0
