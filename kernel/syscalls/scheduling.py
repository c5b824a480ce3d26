"""Policies and priorities: sched_setscheduler(2), sched_setparam(2), sched_yield(2) and others."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.scheduling import (
    MAX_PRIORITY,
    REAL_TIME,
    SCHED_RESET_ON_FORK,
    SchedPolicy,
)
from kernel.abi.sysno import Sysno
from kernel.clock import BLOCK_NS
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import (
    Argument,
    ChoiceArgument,
    DescribedArgument,
    Int,
    Moment,
    enum_of,
    signed,
)
from kernel.syscalls.table import note, syscall
from kernel.syscalls.time_values import OutTimespec, OutTimespec64, write_timespec
from kernel.task import scheduling
from kernel.task.scheduling import Scheduling
from kernel.task.task import Call, Task

_POLICIES = ChoiceArgument(SchedPolicy, "SCHED_")


class _PolicyArgument(Argument):
    """A policy, perhaps with SCHED_RESET_ON_FORK."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        policy = _POLICIES.describe_value(task, call, value & ~SCHED_RESET_ON_FORK)
        if value & SCHED_RESET_ON_FORK:
            return ("flags", value, f"{policy[2]}|SCHED_RESET_ON_FORK")
        return policy


def _describe_parameter(task: Task, address: int) -> Described:
    return ("array", [("int", signed(task.memory.read_word(address)))], False)


_POLICY = _PolicyArgument()
Policy = Annotated[int, _POLICY]
PlainPolicy = Annotated[int, _POLICIES]
InParameter = Annotated[int, DescribedArgument(_describe_parameter)]
OutParameter = Annotated[int, DescribedArgument(_describe_parameter, Moment.EXIT)]


def find_task(task: Task, tid: int) -> Task:
    """The task with this id, 0 for the caller; EINVAL for a negative one, ESRCH."""
    if tid < 0:
        raise SysError(Errno.EINVAL)
    other = task.system.tasks.find(tid) if tid else task
    if other is None:
        raise SysError(Errno.ESRCH)
    return other


@syscall(Sysno.SCHED_YIELD)
def sched_yield(task: Task) -> int:
    """Go to the end of the queue: of those tasks that have the same priority."""
    task.system.scheduler.must_yield = True
    return 0


@syscall(Sysno.SCHED_GETSCHEDULER)
def sched_getscheduler(task: Task, tid: Int) -> int:
    """A task's policy. EINVAL, ESRCH."""
    chosen = find_task(task, tid).scheduling
    return chosen.policy | (SCHED_RESET_ON_FORK if chosen.resets_on_fork else 0)


@note(Sysno.SCHED_GETSCHEDULER)
def _policy_name(task: Task, call: Call, result: int) -> str | None:
    text: str = _POLICY.describe_value(task, call, result)[2]
    return text


@syscall(Sysno.SCHED_SETSCHEDULER)
def sched_setscheduler(task: Task, tid: Int, policy: Policy, parameter: InParameter) -> int:
    """Set a task's policy and priority. EFAULT, EINVAL, EPERM, ESRCH."""
    if not parameter or tid < 0 or signed(policy) < 0:
        raise SysError(Errno.EINVAL)
    priority = task.memory.read_word(parameter)
    target = find_task(task, tid)
    kind = enum_of(SchedPolicy, policy & ~SCHED_RESET_ON_FORK)
    if kind is SchedPolicy.SCHED_DEADLINE:
        raise SysError(Errno.EINVAL)
    new = Scheduling(kind, priority, bool(policy & SCHED_RESET_ON_FORK), target.nice)
    scheduling.set_scheduling(task, target, new)
    return 0


@syscall(Sysno.SCHED_GETPARAM)
def sched_getparam(task: Task, tid: Int, parameter: OutParameter) -> int:
    """A task's priority: 0 under a normal policy. EFAULT, EINVAL, ESRCH."""
    if not parameter:
        raise SysError(Errno.EINVAL)
    task.memory.write_word(parameter, find_task(task, tid).scheduling.priority)
    return 0


@syscall(Sysno.SCHED_SETPARAM)
def sched_setparam(task: Task, tid: Int, parameter: InParameter) -> int:
    """Set a task's priority under its policy. EFAULT, EINVAL, EPERM, ESRCH."""
    if not parameter or tid < 0:
        raise SysError(Errno.EINVAL)
    priority = task.memory.read_word(parameter)
    target = find_task(task, tid)
    scheduling.set_scheduling(task, target, replace(target.scheduling, priority=priority))
    return 0


@syscall(Sysno.SCHED_GET_PRIORITY_MAX)
def sched_get_priority_max(task: Task, policy: PlainPolicy) -> int:
    """The highest priority under a policy: 99 for real-time ones, else 0. EINVAL."""
    return MAX_PRIORITY if enum_of(SchedPolicy, policy) in REAL_TIME else 0


@syscall(Sysno.SCHED_GET_PRIORITY_MIN)
def sched_get_priority_min(task: Task, policy: PlainPolicy) -> int:
    """The lowest: 1 for real-time policies, else 0. EINVAL."""
    return int(enum_of(SchedPolicy, policy) in REAL_TIME)


@syscall(Sysno.SCHED_RR_GET_INTERVAL)
def sched_rr_get_interval(task: Task, tid: Int, interval: OutTimespec) -> int:
    """A task's time slice, 0 under SCHED_FIFO. EFAULT, EINVAL, ESRCH."""
    write_timespec(task, interval, _interval(find_task(task, tid)), wide=False)
    return 0


@syscall(Sysno.SCHED_RR_GET_INTERVAL_TIME64)
def sched_rr_get_interval_time64(task: Task, tid: Int, interval: OutTimespec64) -> int:
    """The same with 64-bit seconds."""
    write_timespec(task, interval, _interval(find_task(task, tid)), wide=True)
    return 0


def _interval(task: Task) -> int:
    has_none = task.scheduling.policy is SchedPolicy.SCHED_FIFO
    return 0 if has_none else task.scheduling.slice * BLOCK_NS
