"""Resource limits: getrlimit, setrlimit, prlimit64."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.process import RLIM32_INFINITY, RLIM_INFINITY, Resource
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.signals import cpu_timers
from kernel.syscalls.arguments import (
    ChoiceArgument,
    DescribedArgument,
    Int,
    Moment,
    enum_of,
)  # fmt: skip
from kernel.syscalls.table import syscall
from kernel.task.process import Process
from kernel.task.task import Task

Pair = tuple[int, int]
MOST_FILES = 1 << 20
"""Beyond which nobody may raise RLIMIT_NOFILE (/proc/sys/fs/nr_open)."""
_OLD_INFINITY = 0x7FFF_FFFF
"""What the first getrlimit reports for no limit."""


def _limit_text(value: int) -> str:
    if value in (RLIM_INFINITY, RLIM32_INFINITY):
        return "RLIM_INFINITY"
    return f"{value // 1024}*1024" if value > 1024 and value % 1024 == 0 else str(value)


def _describe(task: Task, address: int, form: str) -> Described:
    soft, hard = struct.unpack(form, task.memory.read(address, struct.calcsize(form)))
    soft_text, hard_text = (("text", _limit_text(value)) for value in (soft, hard))
    return ("struct", [("rlim_cur", soft_text), ("rlim_max", hard_text)], False)


def _describe32(task: Task, address: int) -> Described:
    return _describe(task, address, "<2I")


def _describe64(task: Task, address: int) -> Described:
    return _describe(task, address, "<2Q")


ResourceArgument = Annotated[int, ChoiceArgument(Resource, "RLIMIT_")]
OutLimit = Annotated[int, DescribedArgument(_describe32, Moment.EXIT)]
InLimit = Annotated[int, DescribedArgument(_describe32)]
InLimit64 = Annotated[int, DescribedArgument(_describe64)]
OutLimit64 = Annotated[int, DescribedArgument(_describe64, Moment.EXIT)]


@syscall(Sysno.UGETRLIMIT)
def ugetrlimit(task: Task, resource: ResourceArgument, limit: OutLimit) -> int:
    """getrlimit(2) with unsigned words; what does not fit is RLIM_INFINITY."""
    soft, hard = task.process.limits.get(enum_of(Resource, resource))
    pair = min(soft, RLIM32_INFINITY), min(hard, RLIM32_INFINITY)
    task.memory.write(limit, struct.pack("<2I", *pair))
    return 0


@syscall(Sysno.GETRLIMIT)
def getrlimit(task: Task, resource: ResourceArgument, limit: OutLimit) -> int:
    """The first getrlimit: at most 0x7fffffff."""
    soft, hard = task.process.limits.get(enum_of(Resource, resource))
    pair = min(soft, _OLD_INFINITY), min(hard, _OLD_INFINITY)
    task.memory.write(limit, struct.pack("<2I", *pair))
    return 0


def _set(task: Task, process: Process, resource: Resource, pair: Pair) -> None:
    """EINVAL where soft exceeds hard, EPERM for raising hard without CAP_SYS_RESOURCE."""
    soft, hard = pair
    if soft > hard:
        raise SysError(Errno.EINVAL)
    if resource is Resource.RLIMIT_NOFILE and hard > MOST_FILES:
        raise SysError(Errno.EPERM)
    if hard > process.limits.get(resource)[1] and not task.credentials.has(
        Capability.CAP_SYS_RESOURCE
    ):
        raise SysError(Errno.EPERM)
    process.limits = process.limits.replaced(resource, pair)
    if process.limits.bound_time:
        cpu_timers.look_ahead(process)
    _apply(process, resource, soft)


def _apply(process: Process, resource: Resource, soft: int) -> None:
    """Limits that the address space keeps for itself."""
    memory = process.leader.memory
    if resource is Resource.RLIMIT_STACK:
        memory.stack_limit = soft
    elif resource is Resource.RLIMIT_AS:
        memory.space_limit = soft
    elif resource is Resource.RLIMIT_DATA:
        memory.data_limit = process.limits.data()


@syscall(Sysno.SETRLIMIT)
def setrlimit(task: Task, resource: ResourceArgument, limit: InLimit) -> int:
    """setrlimit(2)."""
    words = struct.unpack("<2I", task.memory.read(limit, 8))
    soft, hard = (RLIM_INFINITY if word == RLIM32_INFINITY else word for word in words)
    _set(task, task.process, enum_of(Resource, resource), (soft, hard))
    return 0


@syscall(Sysno.PRLIMIT64)
def prlimit64(
    task: Task, pid: Int, resource: ResourceArgument, new: InLimit64, old: OutLimit64
) -> int:
    """prlimit(2): EFAULT, ESRCH, EPERM for another user's process, EINVAL; in this order."""
    pair = struct.unpack("<2Q", task.memory.read(new, 16)) if new else None
    other = task.system.tasks.find(pid) if pid else task
    if other is None:
        raise SysError(Errno.ESRCH)
    who, whom = task.credentials, other.credentials
    is_same = {whom.uid, whom.euid, whom.suid} == {who.uid}
    is_same &= {whom.gid, whom.egid, whom.sgid} == {who.gid}
    if other.process is not task.process and not (is_same or who.has(Capability.CAP_SYS_RESOURCE)):
        raise SysError(Errno.EPERM)
    kind = enum_of(Resource, resource)
    before = other.process.limits.get(kind)
    if pair is not None:
        _set(task, other.process, kind, pair)
    if old:
        task.memory.write(old, struct.pack("<2Q", *before))
    return 0
