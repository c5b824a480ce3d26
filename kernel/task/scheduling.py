"""Scheduling parameters: what a task asked for, and who may ask for what (sched(7)).

They are kept, inherited and told; tasks run in turn all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.process import Resource
from kernel.abi.scheduling import MAX_PRIORITY, REAL_TIME, SchedPolicy
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.task.task import Task


@dataclass(frozen=True, slots=True)
class Scheduling:
    """A policy, a priority (1 to 99 for real-time policies, else 0), whether children get it."""

    policy: SchedPolicy = SchedPolicy.SCHED_OTHER
    priority: int = 0
    resets_on_fork: bool = False

    @property
    def is_real_time(self) -> bool:
        """Whether the policy is one with priorities."""
        return self.policy in REAL_TIME

    def of_child(self, nice: int) -> tuple[Scheduling, int]:
        """A child's parameters and nice value; SCHED_RESET_ON_FORK takes privileges from it."""
        if not self.resets_on_fork:
            return self, nice
        if self.is_real_time:
            return NORMAL, 0
        return replace(self, resets_on_fork=False), max(nice, 0)


NORMAL = Scheduling()


def set_scheduling(task: Task, target: Task, new: Scheduling, nice: int | None = None) -> None:
    """Let a task change a target's parameters, and for a normal policy its nice value.

    EINVAL for a priority that is not the policy's, EPERM without the right.
    """
    if new.priority > MAX_PRIORITY or new.is_real_time != bool(new.priority):
        raise SysError(Errno.EINVAL)
    if not task.credentials.has(Capability.CAP_SYS_NICE):
        _check_right(task, target, new, nice)
    target.scheduling = new
    if nice is not None and not new.is_real_time:
        target.nice = nice


def _check_right(task: Task, target: Task, new: Scheduling, nice: int | None) -> None:
    """What a user may do: be nicer, stay within RLIMIT_NICE and RLIMIT_RTPRIO, with its own."""
    old = target.scheduling
    if new.is_real_time:
        limit = target.process.limits.soft(Resource.RLIMIT_RTPRIO)
        is_new = new.policy is not old.policy and not limit
        allowed = not is_new and (new.priority <= old.priority or new.priority <= limit)
    else:
        allowed = nice is None or nice >= target.nice or may_be_nice(task, target, nice)
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
