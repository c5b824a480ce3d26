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


class _SignedChoiceArgument(ChoiceArgument, SignedArgument):
    """One of several named values, some negative."""


WhoseUsage = Annotated[int, _SignedChoiceArgument(Who, "RUSAGE_")]


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
