"""/proc/PID/oom_score_adj, oom_adj and oom_score: what the out-of-memory killer goes by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kernel.abi import out_of_memory
from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.errors import SysError
from kernel.fs.proc_status import space_of

if TYPE_CHECKING:
    from kernel.task.task import Task

_LONGEST = 12
"""Octets of a number that are looked at; a write takes no more."""
_NUMBER = re.compile(rb"([+-]?)(?:0x([0-9a-f]+)|(0[0-7]*)|([1-9][0-9]*))", re.IGNORECASE)
_INT_BITS = 31


def adjustment(task: Task) -> str:
    """/proc/PID/oom_score_adj."""
    return f"{task.process.oom.adjustment}\n"


def old_adjustment(task: Task) -> str:
    """/proc/PID/oom_adj, the same on a scale of its own."""
    return f"{out_of_memory.old_scale(task.process.oom.adjustment)}\n"


def score(task: Task) -> str:
    """/proc/PID/oom_score."""
    memory = space_of(task)
    pages = memory.resident_pages() + memory.tables.count if memory is not None else 0
    total = task.system.frames.total
    return f"{out_of_memory.score(task.process.oom.adjustment, pages, total)}\n"


def set_adjustment(writer: Task, task: Task, data: bytes) -> int:
    """EINVAL out of range; EACCES below the least that somebody privileged has set."""
    value = _number(data[:_LONGEST])
    if not out_of_memory.LEAST <= value <= out_of_memory.MOST:
        raise SysError(Errno.EINVAL)
    least, may_lower = task.process.oom.least, writer.credentials.has(Capability.CAP_SYS_RESOURCE)
    if value < least and not may_lower:
        raise SysError(Errno.EACCES)
    task.process.oom = out_of_memory.Inclination(value, value if may_lower else least)
    return min(len(data), _LONGEST)


def set_old_adjustment(writer: Task, task: Task, data: bytes) -> int:
    """EINVAL out of range; EACCES below what is set already."""
    value = out_of_memory.from_old_scale(_number(data[:_LONGEST]))
    if value is None:
        raise SysError(Errno.EINVAL)
    oom = task.process.oom
    if value < oom.adjustment and not writer.credentials.has(Capability.CAP_SYS_RESOURCE):
        raise SysError(Errno.EACCES)
    task.process.oom = oom._replace(adjustment=value)
    return min(len(data), _LONGEST)


def _number(data: bytes) -> int:
    """A number as C writes it; EINVAL for what is none, ERANGE for what is no int."""
    found = _NUMBER.fullmatch(data.strip())
    if found is None:
        raise SysError(Errno.EINVAL)
    sign, hexadecimal, octal, decimal = found.groups()
    base = 16 if hexadecimal else 8 if octal else 10
    value = int(hexadecimal or octal or decimal, base) * (-1 if sign == b"-" else 1)
    if not -(1 << _INT_BITS) <= value < 1 << _INT_BITS:
        raise SysError(Errno.ERANGE)
    return value
