"""Priorities of input and output: ioprio_set(2), ioprio_get(2)."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.scheduling import IO_CLASS_SHIFT, IO_LEVELS, IoClass, IoPriorityOf
from kernel.abi.sysno import Sysno
from kernel.abi.system import PriorityOf
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import Argument, ChoiceArgument, Int, enum_of
from kernel.syscalls.priorities import chosen_tasks
from kernel.syscalls.table import note, syscall
from kernel.task.task import Call, Task

_CLASSES = {int(kind): kind.name for kind in IoClass}


class _PriorityArgument(Argument):
    """A class and a level."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("flags", value, _text(value))


def _text(value: int) -> str:
    kind, level = value >> IO_CLASS_SHIFT, value & (1 << IO_CLASS_SHIFT) - 1
    name = _CLASSES.get(kind, f"{kind:#x} /* IOPRIO_CLASS_??? */")
    return f"IOPRIO_PRIO_VALUE({name}, {level})"


Which = Annotated[int, ChoiceArgument(IoPriorityOf, "IOPRIO_WHO_")]
IoPriority = Annotated[int, _PriorityArgument()]


@syscall(Sysno.IOPRIO_SET, missing="disks take no time here")
def ioprio_set(task: Task, which: Which, who: Int, priority: IoPriority) -> int:
    """Set the priority of a task, a process group or a user. EINVAL, EPERM, ESRCH."""
    kind, level = priority >> IO_CLASS_SHIFT, priority & IO_LEVELS
    if kind not in _CLASSES or (kind == IoClass.IOPRIO_CLASS_NONE and level):
        raise SysError(Errno.EINVAL)
    credentials = task.credentials
    if kind == IoClass.IOPRIO_CLASS_RT and not (
        credentials.has(Capability.CAP_SYS_NICE) or credentials.has(Capability.CAP_SYS_ADMIN)
    ):
        raise SysError(Errno.EPERM)
    for chosen in _chosen(task, which, who):
        is_own = chosen.credentials.uid in (credentials.uid, credentials.euid)
        if not is_own and not credentials.has(Capability.CAP_SYS_NICE):
            raise SysError(Errno.EPERM)
        chosen.traits = chosen.traits._replace(io_priority=priority)
    return 0


@syscall(Sysno.IOPRIO_GET)
def ioprio_get(task: Task, which: Which, who: Int) -> int:
    """The highest priority among them; 0 where none was set. EINVAL, ESRCH."""
    return min((one.traits.io_priority for one in _chosen(task, which, who)), key=_rank)


@note(Sysno.IOPRIO_GET)
def _name(task: Task, call: Call, result: int) -> str | None:
    return _text(result)


def _rank(priority: int) -> int:
    """Lower is better; without a class it is best effort, in the middle."""
    unset = IoClass.IOPRIO_CLASS_BE << IO_CLASS_SHIFT | 4
    return priority if priority >> IO_CLASS_SHIFT else unset


def _chosen(task: Task, which: int, who: int) -> list[Task]:
    kind = enum_of(IoPriorityOf, which)
    return chosen_tasks(task, PriorityOf(kind - 1), who)
