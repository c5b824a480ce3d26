"""What processes used: getrusage(2)."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.sysno import Sysno
from kernel.abi.system import Who
from kernel.events import Described
from kernel.syscalls.arguments import (
    ChoiceArgument,
    DescribedArgument,
    Moment,
    SignedArgument,
    enum_of,
)
from kernel.syscalls.table import syscall
from kernel.syscalls.time_values import describe_timeval, pack_timeval
from kernel.task.task import Task
from kernel.task.usage import Usage


class _SignedChoiceArgument(ChoiceArgument, SignedArgument):
    """One of several named values, some negative."""


WhoseUsage = Annotated[int, _SignedChoiceArgument(Who, "RUSAGE_")]


def describe_rusage(task: Task, address: int) -> Described:
    """A struct rusage: the two times, as strace shortens it."""
    user = describe_timeval(task, address)
    kernel = describe_timeval(task, address + 8)
    return ("struct", [("ru_utime", user), ("ru_stime", kernel)], True)


OutUsage = Annotated[int, DescribedArgument(describe_rusage, Moment.EXIT)]


_KIB_PER_PAGE = 4


def pack_rusage(used: Usage) -> bytes:
    """A struct rusage; what Linux does not count is 0."""
    times = pack_timeval(used.user) + pack_timeval(used.kernel)
    switches = used.sleeps, used.preemptions
    return times + struct.pack(
        "<14I", used.peak * _KIB_PER_PAGE, 0, 0, 0, used.faults, *[0] * 7, *switches
    )


def _usage(task: Task, who: Who) -> bytes:
    process = task.process
    if who is Who.RUSAGE_CHILDREN:
        return pack_rusage(process.children_usage)
    whole = process.usage()
    used = task.usage if who is Who.RUSAGE_THREAD else whole
    return pack_rusage(used._replace(peak=max(whole.peak, task.memory.tables.peak)))


@syscall(Sysno.GETRUSAGE)
def getrusage(task: Task, who: WhoseUsage, usage: OutUsage) -> int:
    """CPU times, resident memory and page faults of process, thread or waited-for children."""
    task.memory.write(usage, _usage(task, enum_of(Who, who)))
    return 0
