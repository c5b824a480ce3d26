"""Memory barriers for all threads: membarrier(2).

On one CPU every thread that is not running has been through a barrier already, so a command has
nothing left to do but to be allowed.
"""

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
    FlagsArgument,
    enum_of,
    flags_text,
)
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task


class MembarrierCommand(IntEnum):
    """What to do; a private command wants the one twice its number to have been given before."""

    MEMBARRIER_CMD_QUERY = 0
    MEMBARRIER_CMD_GLOBAL = 1
    MEMBARRIER_CMD_GLOBAL_EXPEDITED = 2
    MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED = 4
    MEMBARRIER_CMD_PRIVATE_EXPEDITED = 8
    MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED = 16
    MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE = 32
    MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 64
    MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ = 128
    MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ = 256
    MEMBARRIER_CMD_GET_REGISTRATIONS = 512


class MembarrierFlag(IntEnum):
    """Whether the last argument counts."""

    MEMBARRIER_CMD_FLAG_CPU = 1


class _CpuArgument(Argument):
    """A CPU, where the flag says so."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        return ("int", call.words[word]) if call.words[1] else ("omit",)


class _ResultArgument(Argument):
    """A set of commands in answer to a query, else a plain number."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        if call.words[0] or value < 0:
            return ("int", value)
        return ("flags", value, f"{value:#x} ({flags_text(_NAMES, value)})")


_NAMES = [(int(command), command.name) for command in MembarrierCommand]
_FLAG_CPU = MembarrierFlag.MEMBARRIER_CMD_FLAG_CPU
_PRIVATE = 8 | 32 | 128
_REGISTER = 4 | 16 | 64 | 256
_ALL = sum(MembarrierCommand)


@syscall(Sysno.MEMBARRIER)
def membarrier(
    task: Task,
    command: Annotated[int, ChoiceArgument(MembarrierCommand, "MEMBARRIER_CMD_")],
    flags: Annotated[int, FlagsArgument(MembarrierFlag, prefix="MEMBARRIER_CMD_FLAG_")],
    cpu: Annotated[int, _CpuArgument()],
) -> Annotated[int, _ResultArgument()]:
    """Which commands there are, which the process registered for, or a barrier: 0.

    EINVAL; EPERM for a private command that the process did not register for.
    """
    wanted = enum_of(MembarrierCommand, command)
    takes_cpu = wanted is MembarrierCommand.MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ
    if flags & ~(_FLAG_CPU if takes_cpu else 0):
        raise SysError(Errno.EINVAL)
    memory = task.memory
    if wanted is MembarrierCommand.MEMBARRIER_CMD_QUERY:
        return _ALL
    if wanted is MembarrierCommand.MEMBARRIER_CMD_GET_REGISTRATIONS:
        return memory.barriers
    if wanted & _REGISTER:
        memory.barriers |= wanted
    elif wanted & _PRIVATE and not memory.barriers & wanted << 1:
        raise SysError(Errno.EPERM)
    return 0
