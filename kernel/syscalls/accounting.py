"""What processes used and how nice they are: getrusage(2), getpriority(2), setpriority(2)."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.abi.system import PriorityOf, Who
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import (
    ChoiceArgument,
    DescribedArgument,
    Int,
    Moment,
    SignedArgument,
    enum_of,
)
from kernel.syscalls.table import syscall
from kernel.syscalls.time_values import describe_timeval, pack_timeval
from kernel.task.task import Task

LEAST_NICE, MOST_NICE = -20, 19


class _SignedChoiceArgument(ChoiceArgument, SignedArgument):
    """One of several named values, some negative."""


WhoseUsage = Annotated[int, _SignedChoiceArgument(Who, "RUSAGE_")]
WhosePriority = Annotated[int, _SignedChoiceArgument(PriorityOf, "PRIO_")]


def describe_rusage(task: Task, address: int) -> Described:
    """A struct rusage: the two times, as strace shortens it."""
    user = describe_timeval(task, address)
    kernel = describe_timeval(task, address + 8)
    return ("struct", [("ru_utime", user), ("ru_stime", kernel)], True)


OutUsage = Annotated[int, DescribedArgument(describe_rusage, Moment.EXIT)]


def pack_rusage(user: int, kernel: int, resident: int, minor_faults: int) -> bytes:
    """A struct rusage: times in nanoseconds, resident set in pages, faults without I/O."""
    rest = struct.pack("<14I", resident * 4, 0, 0, 0, minor_faults, *[0] * 9)
    return pack_timeval(user) + pack_timeval(kernel) + rest


def _usage(task: Task, who: Who) -> bytes:
    process = task.process
    if who is Who.RUSAGE_CHILDREN:
        times = process.children_user_time, process.children_system_time
        return pack_rusage(*times, 0, process.children_minor_faults)
    resident = task.memory.resident_pages()
    if who is Who.RUSAGE_THREAD:
        return pack_rusage(task.user_time, task.system_time, resident, task.minor_faults)
    faults = process.minor_faults + sum(thread.minor_faults for thread in process.threads)
    return pack_rusage(*process.times(), resident, faults)


@syscall(Sysno.GETRUSAGE)
def getrusage(task: Task, who: WhoseUsage, usage: OutUsage) -> int:
    """CPU times, resident memory and page faults of process, thread or waited-for children."""
    task.memory.write(usage, _usage(task, enum_of(Who, who)))
    return 0


def _chosen(task: Task, which: int, who: int) -> list[Task]:
    """The tasks that getpriority and setpriority mean; ESRCH for none."""
    kind = enum_of(PriorityOf, which)
    if kind is PriorityOf.PRIO_PROCESS:
        found = task.system.tasks.find(who) if who else task
        chosen = [found] if found else []
    else:
        processes = task.system.tasks.processes()
        threads = [thread for process in processes for thread in process.threads]
        if kind is PriorityOf.PRIO_PGRP:
            group = who or task.process.group
            chosen = [thread for thread in threads if thread.process.group == group]
        else:
            uid = who or task.credentials.uid
            chosen = [thread for thread in threads if thread.credentials.uid == uid]
    if not chosen:
        raise SysError(Errno.ESRCH)
    return chosen


@syscall(Sysno.GETPRIORITY)
def getpriority(task: Task, which: WhosePriority, who: Int) -> int:
    """20 minus the lowest nice value among the chosen tasks."""
    return 20 - min(chosen.nice for chosen in _chosen(task, which, who))


@syscall(Sysno.SETPRIORITY)
def setpriority(task: Task, which: WhosePriority, who: Int, nice: Int) -> int:
    """Set nice values, cut to -20 to 19. EPERM for another user's task, EACCES for a lower one."""
    for chosen in _chosen(task, which, who):
        _renice(task, chosen, max(LEAST_NICE, min(nice, MOST_NICE)))
    return 0


@syscall(Sysno.NICE)
def nice(task: Task, increment: Int) -> int:
    """Add to the caller's nice value; 0 or EPERM for a negative increment without the right."""
    value = max(LEAST_NICE, min(task.nice + max(-40, min(increment, 40)), MOST_NICE))
    if value < task.nice and not task.credentials.has(Capability.CAP_SYS_NICE):
        raise SysError(Errno.EPERM)
    task.nice = value
    return 0


def _renice(task: Task, target: Task, value: int) -> None:
    credentials = task.credentials
    if not credentials.has(Capability.CAP_SYS_NICE):
        if credentials.euid not in (target.credentials.uid, target.credentials.euid):
            raise SysError(Errno.EPERM)
        if value < target.nice:
            raise SysError(Errno.EACCES)
    target.nice = value
