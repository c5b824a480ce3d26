"""Scheduling: one CPU, round robin; these calls tell and accept just that (sched(7))."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import (
    Argument,
    ChoiceArgument,
    DescribedArgument,
    Int,
    Moment,
    Size,
)
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task

_SCHED_OTHER, _SCHED_BATCH, _SCHED_IDLE = 0, 3, 5
_NORMAL = (_SCHED_OTHER, _SCHED_BATCH, _SCHED_IDLE)
_REAL_TIME = (1, 2)


class _MaskArgument(Argument):
    """A set of CPUs, shown as [0]."""

    moment = Moment.EXIT

    def describe(self, task: Task, call: Call, word: int) -> Described:
        if call.result < 0:
            return ("ptr", call.words[word])
        mask = task.memory.read_word(call.words[word])
        return ("text", "[" + " ".join(str(i) for i in range(32) if mask >> i & 1) + "]")


def _describe_priority(task: Task, address: int) -> Described:
    return ("array", [("int", task.memory.read_word(address))], False)


class _Policies(IntEnum):
    """Every policy that there is (sched(7)); ours are the normal ones."""

    SCHED_OTHER = _SCHED_OTHER
    SCHED_FIFO = 1
    SCHED_RR = 2
    SCHED_BATCH = _SCHED_BATCH
    SCHED_IDLE = _SCHED_IDLE
    SCHED_DEADLINE = 6


Policy = Annotated[int, ChoiceArgument(_Policies, "SCHED_")]
InPriority = Annotated[int, DescribedArgument(_describe_priority)]
Priority = Annotated[int, DescribedArgument(_describe_priority, Moment.EXIT)]


class _InMaskArgument(_MaskArgument):
    moment = Moment.ENTRY


def _task(task: Task, tid: int) -> Task:
    other = task.system.tasks.find(tid) if tid else task
    if other is None:
        raise SysError(Errno.ESRCH)
    return other


@syscall(Sysno.SCHED_YIELD)
def sched_yield(task: Task) -> int:
    """sched_yield(2): go to the end of the queue."""
    task.system.scheduler.must_yield = True
    return 0


@syscall(Sysno.SCHED_GETAFFINITY)
def sched_getaffinity(
    task: Task, tid: Int, size: Size, mask: Annotated[int, _MaskArgument()]
) -> int:
    """sched_getaffinity(2), the raw call: octets written; the only CPU is number 0."""
    _task(task, tid)
    if size < 4 or size & 3:
        raise SysError(Errno.EINVAL)
    task.memory.write_word(mask, 1)
    return 4


@syscall(Sysno.SCHED_SETAFFINITY)
def sched_setaffinity(
    task: Task, tid: Int, size: Size, mask: Annotated[int, _InMaskArgument()]
) -> int:
    """sched_setaffinity(2): EINVAL for a set without CPU 0."""
    _task(task, tid)
    if not size or not task.memory.read(mask, 1)[0] & 1:
        raise SysError(Errno.EINVAL)
    return 0


@syscall(Sysno.SCHED_GETSCHEDULER)
def sched_getscheduler(task: Task, tid: Int) -> int:
    """sched_getscheduler(2): always SCHED_OTHER."""
    _task(task, tid)
    return _SCHED_OTHER


@syscall(Sysno.SCHED_SETSCHEDULER)
def sched_setscheduler(task: Task, tid: Int, policy: Policy, parameter: InPriority) -> int:
    """sched_setscheduler(2): normal policies with priority 0; EPERM for real-time ones."""
    _task(task, tid)
    priority = task.memory.read_word(parameter)
    if policy in _REAL_TIME:
        raise SysError(Errno.EPERM)
    if policy not in _NORMAL or priority:
        raise SysError(Errno.EINVAL)
    return 0


@syscall(Sysno.SCHED_GETPARAM)
def sched_getparam(task: Task, tid: Int, parameter: Priority) -> int:
    """sched_getparam(2): priority 0."""
    _task(task, tid)
    task.memory.write_word(parameter, 0)
    return 0


@syscall(Sysno.SCHED_SETPARAM)
def sched_setparam(task: Task, tid: Int, parameter: InPriority) -> int:
    """sched_setparam(2): EINVAL for another priority than 0."""
    _task(task, tid)
    if task.memory.read_word(parameter):
        raise SysError(Errno.EINVAL)
    return 0


@syscall(Sysno.SCHED_GET_PRIORITY_MAX)
def sched_get_priority_max(task: Task, policy: Policy) -> int:
    """sched_get_priority_max(2): 99 for real-time policies, else 0."""
    if policy not in (*_NORMAL, *_REAL_TIME):
        raise SysError(Errno.EINVAL)
    return 99 if policy in _REAL_TIME else 0


@syscall(Sysno.SCHED_GET_PRIORITY_MIN)
def sched_get_priority_min(task: Task, policy: Policy) -> int:
    """sched_get_priority_min(2): 1 for real-time policies, else 0."""
    if policy not in (*_NORMAL, *_REAL_TIME):
        raise SysError(Errno.EINVAL)
    return 1 if policy in _REAL_TIME else 0
