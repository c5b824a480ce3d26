"""All scheduling parameters in one structure: sched_setattr(2), sched_getattr(2)."""

from __future__ import annotations

import struct
from typing import Annotated, NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.memory import PAGE_SIZE
from kernel.abi.scheduling import LEAST_NICE, MOST_NICE, SchedFlag, SchedPolicy
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import (
    ChoiceArgument,
    DescribedArgument,
    Int,
    Moment,
    Size,
    enum_of,
    flags_text,
)
from kernel.syscalls.scheduling import find_task
from kernel.syscalls.table import syscall
from kernel.task import scheduling
from kernel.task.scheduling import Scheduling
from kernel.task.task import Task

_ATTRIBUTES = struct.Struct("<IIQiIQQQII")
_FIRST_SIZE = 48
"""Octets of the structure's first version, without utilization clamps."""
_FLAG_NAMES = [(int(flag), flag.name) for flag in SchedFlag]
_POLICIES = ChoiceArgument(SchedPolicy, "SCHED_")
_CLAMPS = SchedFlag.SCHED_FLAG_UTIL_CLAMP_MIN | SchedFlag.SCHED_FLAG_UTIL_CLAMP_MAX


class _Attributes(NamedTuple):
    """struct sched_attr; the deadline parameters are in nanoseconds."""

    size: int
    policy: int
    flags: int
    nice: int
    priority: int
    runtime: int = 0
    deadline: int = 0
    period: int = 0
    least: int = 0
    most: int = 0


def _describe(task: Task, address: int) -> Described:
    size = task.memory.read_word(address)
    image = task.memory.read(address, min(max(size, _FIRST_SIZE), _ATTRIBUTES.size))
    found = _Attributes._make(_ATTRIBUTES.unpack(image.ljust(_ATTRIBUTES.size, b"\0")))
    policy = _POLICIES.names.get(found.policy) or f"{found.policy:#x} /* SCHED_??? */"
    fields: list[tuple[str, Described]] = [
        ("size", ("int", found.size)),
        ("sched_policy", ("flags", found.policy, policy)),
        ("sched_flags", ("flags", found.flags, flags_text(_FLAG_NAMES, found.flags))),
        ("sched_nice", ("int", found.nice)),
        ("sched_priority", ("int", found.priority)),
        ("sched_runtime", ("int", found.runtime)),
        ("sched_deadline", ("int", found.deadline)),
        ("sched_period", ("int", found.period)),
    ]
    if size >= _ATTRIBUTES.size:
        fields += [
            ("sched_util_min", ("int", found.least)),
            ("sched_util_max", ("int", found.most)),
        ]
    return ("struct", fields, False)


InAttributes = Annotated[int, DescribedArgument(_describe)]
OutAttributes = Annotated[int, DescribedArgument(_describe, Moment.EXIT)]


@syscall(Sysno.SCHED_SETATTR, missing="SCHED_DEADLINE: EINVAL")
def sched_setattr(task: Task, tid: Int, attributes: InAttributes, flags: Size) -> int:
    """Set a task's policy, priority, nice value. E2BIG, EFAULT, EINVAL, EPERM, ESRCH."""
    if not attributes or tid < 0 or flags:
        raise SysError(Errno.EINVAL)
    wanted = _read(task, attributes)
    target = find_task(task, tid)
    old = target.scheduling
    if wanted.flags & ~sum(SchedFlag):
        raise SysError(Errno.EINVAL)
    keeps = wanted.flags & SchedFlag.SCHED_FLAG_KEEP_POLICY
    policy = old.policy if keeps else enum_of(SchedPolicy, wanted.policy)
    if policy is SchedPolicy.SCHED_DEADLINE:
        raise SysError(Errno.EINVAL)
    resets = bool(wanted.flags & SchedFlag.SCHED_FLAG_RESET_ON_FORK)
    if keeps:
        resets = old.resets_on_fork
    priority, nice = wanted.priority, max(LEAST_NICE, min(wanted.nice, MOST_NICE))
    if wanted.flags & SchedFlag.SCHED_FLAG_KEEP_PARAMS:
        priority, nice = old.priority, target.nice
    scheduling.set_scheduling(task, target, Scheduling(policy, priority, resets, nice))
    return 0


def _read(task: Task, address: int) -> _Attributes:
    """The caller's structure, of the size it says; E2BIG tells the kernel's size."""
    size = task.memory.read_word(address) or _FIRST_SIZE
    if not _FIRST_SIZE <= size <= PAGE_SIZE:
        _refuse(task, address)
    image = task.memory.read(address, size)
    if any(image[_ATTRIBUTES.size :]):
        _refuse(task, address)
    known = image[: _ATTRIBUTES.size].ljust(_ATTRIBUTES.size, b"\0")
    found = _Attributes._make(_ATTRIBUTES.unpack(known))
    if found.flags & _CLAMPS and size < _ATTRIBUTES.size:
        raise SysError(Errno.EINVAL)
    return found


def _refuse(task: Task, address: int) -> None:
    task.memory.write_word(address, _ATTRIBUTES.size)
    raise SysError(Errno.E2BIG)


@syscall(Sysno.SCHED_GETATTR)
def sched_getattr(task: Task, tid: Int, attributes: OutAttributes, size: Size, flags: Size) -> int:
    """A task's parameters, as much as fits into `size`. EFAULT, EINVAL, ESRCH."""
    if not attributes or tid < 0 or flags or not _FIRST_SIZE <= size <= PAGE_SIZE:
        raise SysError(Errno.EINVAL)
    target = find_task(task, tid)
    chosen = target.scheduling
    resets = SchedFlag.SCHED_FLAG_RESET_ON_FORK if chosen.resets_on_fork else 0
    nice = 0 if chosen.is_real_time else target.nice
    told = min(size, _ATTRIBUTES.size)
    found = _Attributes(told, chosen.policy, resets, nice, chosen.priority)
    task.memory.write(attributes, _ATTRIBUTES.pack(*found)[:told])
    return 0
