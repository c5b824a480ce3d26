"""How nice tasks are: getpriority(2), setpriority(2), nice(2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.scheduling import LEAST_NICE, MOST_NICE
from kernel.abi.sysno import Sysno
from kernel.abi.system import PriorityOf
from kernel.errors import SysError
from kernel.syscalls.arguments import ChoiceArgument, Int, SignedArgument, enum_of
from kernel.syscalls.table import syscall
from kernel.task import scheduling
from kernel.task.task import Task


class _SignedChoiceArgument(ChoiceArgument, SignedArgument):
    """One of several named values, a signed int."""


Whose = Annotated[int, _SignedChoiceArgument(PriorityOf, "PRIO_")]


def chosen_tasks(task: Task, kind: PriorityOf, who: int) -> list[Task]:
    """A task, or those of a process group or user; 0 is the caller's. ESRCH for none."""
    if kind is PriorityOf.PRIO_PROCESS:
        found = task.system.tasks.find(who) if who else task
        chosen = [found] if found else []
    elif kind is PriorityOf.PRIO_PGRP:
        group = who or task.process.group
        chosen = [one for one in task.system.tasks.tasks() if one.process.group == group]
    else:
        uid = who or task.credentials.uid
        chosen = [one for one in task.system.tasks.tasks() if one.credentials.uid == uid]
    if not chosen:
        raise SysError(Errno.ESRCH)
    return chosen


@syscall(Sysno.GETPRIORITY)
def getpriority(task: Task, which: Whose, who: Int) -> int:
    """20 minus the lowest nice value among the chosen tasks. EINVAL, ESRCH."""
    chosen = chosen_tasks(task, enum_of(PriorityOf, which), who)
    return 20 - min(one.nice for one in chosen)


@syscall(Sysno.SETPRIORITY)
def setpriority(task: Task, which: Whose, who: Int, nice: Int) -> int:
    """Set nice values, cut to -20 to 19, of all that may be set.

    EPERM for another user's task, EACCES for a lower value than RLIMIT_NICE allows, EINVAL, ESRCH.
    """
    error = None
    for chosen in chosen_tasks(task, enum_of(PriorityOf, which), who):
        try:
            _renice(task, chosen, max(LEAST_NICE, min(nice, MOST_NICE)))
        except SysError as refused:
            error = refused
    if error is not None:
        raise error
    return 0


@syscall(Sysno.NICE)
def nice(task: Task, increment: Int) -> int:
    """Add to the caller's nice value: 0. EPERM for less than RLIMIT_NICE allows."""
    value = max(LEAST_NICE, min(task.nice + max(-40, min(increment, 40)), MOST_NICE))
    if increment < 0 and not scheduling.may_be_nice(task, task, value):
        raise SysError(Errno.EPERM)
    scheduling.schedule(task, replace(task.scheduling, nice=value))
    return 0


def _renice(task: Task, target: Task, value: int) -> None:
    is_own = scheduling.is_owner(task, target)
    if not is_own and not task.credentials.has(Capability.CAP_SYS_NICE):
        raise SysError(Errno.EPERM)
    if value < target.nice and not scheduling.may_be_nice(task, target, value):
        raise SysError(Errno.EACCES)
    scheduling.schedule(target, replace(target.scheduling, nice=value))
