"""forksys, Solaris's own trap for fork and vfork, as an entry of the table."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from kernel.abi.errno import ERRNO_NAMES
from kernel.errors import Ending, Restart
from kernel.syscalls.arguments import Argument, ChoiceArgument, FlagsArgument
from kernel.syscalls.table import TABLE, Entry
from kernel.task import solaris
from kernel.task.task import Call, Task

FORKSYS_NUMBER = solaris.VECTOR << 8 | solaris.FORKSYS
"""Where the table has it: vector and number, which no i386 Linux number equals."""


class _Subcode(IntEnum):
    forkx = solaris.FORKX
    forkallx = solaris.FORKALLX
    vforkx = solaris.VFORKX


class _Flag(IntEnum):
    FORK_NOSIGCHLD = solaris.FORK_NOSIGCHLD
    FORK_WAITPID = solaris.FORK_WAITPID


def forksys(
    task: Task,
    number: Annotated[int, Argument()],
    subcode: Annotated[int, ChoiceArgument(_Subcode, "FORK")],
    flags: Annotated[int, FlagsArgument(_Flag)],
) -> Ending:
    """See solaris.forksys; an error is a positive errno with the carry flag set."""
    return solaris.forksys(task, number, subcode, flags)


TABLE[FORKSYS_NUMBER] = Entry(FORKSYS_NUMBER, forksys, "forksys", Restart.SYS, "")


def _error(task: Task, call: Call, result: int) -> str | None:
    """An errno comes without a sign: the carry flag tells it from a pid."""
    return f"{ERRNO_NAMES[result]}, carry set" if solaris.has_failed(task) else None


TABLE[FORKSYS_NUMBER].note = _error
