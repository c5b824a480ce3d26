"""Scheduling parameters: what a task asked for, who may ask for what, and what it gets (sched(7)).

Who has a real-time priority runs before all who have a lower one or none. Normal tasks run in turn,
each for a time slice that its nice value makes longer or shorter, as Linux's weights have it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.process import Resource
from kernel.abi.scheduling import MAX_PRIORITY, REAL_TIME, RR_INTERVAL, SchedPolicy
from kernel.clock import BLOCK_NS
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.task.task import Task

SLICE_BLOCKS = 1_000_000
"""Blocks of code a task may enter before another gets the CPU: 10 ms of virtual time."""

_STEP = 1.25
"""A nice value less is so many times the share of the CPU."""

_IDLE_SHARE = 3 / 1024
"""SCHED_IDLE's share next to that of nice value 0."""


@dataclass(frozen=True, slots=True)
class Scheduling:
    """A policy, a priority (1 to 99 for real-time policies, else 0), whether children get it, and
    a nice value, which counts under normal policies (-20 to 19).

    `slice` is the time slice that comes of them, in blocks of code.
    """

    policy: SchedPolicy = SchedPolicy.SCHED_OTHER
    priority: int = 0
    resets_on_fork: bool = False
    nice: int = 0
    slice: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "slice", self._slice())

    def _slice(self) -> int:
        if self.policy is SchedPolicy.SCHED_RR:
            return RR_INTERVAL // BLOCK_NS
        if self.policy is SchedPolicy.SCHED_IDLE:
            return int(SLICE_BLOCKS * _IDLE_SHARE)
        return SLICE_BLOCKS if self.is_real_time else int(SLICE_BLOCKS / _STEP**self.nice)

    @property
    def is_real_time(self) -> bool:
        """Whether the policy is one with priorities."""
        return self.policy in REAL_TIME

    @property
    def of_child(self) -> Scheduling:
        """A child's parameters: SCHED_RESET_ON_FORK takes privileges from it."""
        if not self.resets_on_fork:
            return self
        if self.is_real_time:
            return NORMAL
        return replace(self, resets_on_fork=False, nice=max(self.nice, 0))


NORMAL = Scheduling()


def set_scheduling(task: Task, target: Task, new: Scheduling) -> None:
    """Let a task change a target's parameters.

    EINVAL for a priority that is not the policy's, EPERM without the right.
    """
    if new.priority > MAX_PRIORITY or new.is_real_time != bool(new.priority):
        raise SysError(Errno.EINVAL)
    if not task.credentials.has(Capability.CAP_SYS_NICE):
        _check_right(task, target, new)
    if new.is_real_time:
        new = replace(new, nice=target.nice)
    schedule(target, new)


def schedule(task: Task, new: Scheduling) -> None:
    """Have a task scheduled so from now on; a rank that it inherits stays while it is higher."""
    inherited = task.rank if task.rank > task.scheduling.priority else 0
    task.scheduling = new
    task.system.scheduler.rank(task, max(new.priority, inherited))


def gives_way(task: Task, other: Task) -> bool:
    """Whether the task, at the end of its time slice, lets the next one of the queue run.

    Under SCHED_FIFO it goes on until it sleeps or yields, or a higher one preempts it.
    """
    if not task.rank or other.rank > task.rank:
        return True
    return other.rank == task.rank and task.scheduling.policy is SchedPolicy.SCHED_RR


def _check_right(task: Task, target: Task, new: Scheduling) -> None:
    """What a user may do: be nicer, stay within RLIMIT_NICE and RLIMIT_RTPRIO, with its own."""
    old = target.scheduling
    if new.is_real_time:
        limit = target.process.limits.soft(Resource.RLIMIT_RTPRIO)
        is_new = new.policy is not old.policy and not limit
        allowed = not is_new and (new.priority <= old.priority or new.priority <= limit)
    else:
        allowed = new.nice >= target.nice or may_be_nice(task, target, new.nice)
    if old.policy is SchedPolicy.SCHED_IDLE and new.policy is not SchedPolicy.SCHED_IDLE:
        allowed = allowed and may_be_nice(task, target, target.nice)
    if old.resets_on_fork and not new.resets_on_fork:
        allowed = False
    if not allowed or not is_owner(task, target):
        raise SysError(Errno.EPERM)


def is_owner(task: Task, target: Task) -> bool:
    """Whether the target is the task's user's."""
    return task.credentials.euid in (target.credentials.uid, target.credentials.euid)


def may_be_nice(task: Task, target: Task, nice: int) -> bool:
    """Whether a nice value is within the target's RLIMIT_NICE (20 minus the value), or by right."""
    limit = target.process.limits.soft(Resource.RLIMIT_NICE)
    return 20 - nice <= limit or task.credentials.has(Capability.CAP_SYS_NICE)
