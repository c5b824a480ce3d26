"""On which CPUs a task may run: sched_setaffinity(2). There is one, number 0."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import Argument, Int, Moment, Size
from kernel.syscalls.table import syscall
from kernel.task import scheduling
from kernel.task.task import Call, Task

_WORD = 4
"""Octets of the kernel's own set."""


class _MaskArgument(Argument):
    """A set of CPUs, shown as [0]."""

    moment = Moment.EXIT

    def describe(self, task: Task, call: Call, word: int) -> Described:
        if call.result < 0:
            return ("ptr", call.words[word])
        mask = task.memory.read_word(call.words[word])
        return ("text", "[" + " ".join(str(i) for i in range(32) if mask >> i & 1) + "]")


class _InMaskArgument(_MaskArgument):
    moment = Moment.ENTRY


def _find(task: Task, tid: int) -> Task:
    other = task.system.tasks.find(tid) if tid else task
    if other is None:
        raise SysError(Errno.ESRCH)
    return other


@syscall(Sysno.SCHED_GETAFFINITY)
def sched_getaffinity(
    task: Task, tid: Int, size: Size, mask: Annotated[int, _MaskArgument()]
) -> int:
    """Store the set of CPUs; the raw call returns the octets written. EFAULT, EINVAL, ESRCH."""
    if size < _WORD or size & _WORD - 1:
        raise SysError(Errno.EINVAL)
    _find(task, tid)
    task.memory.write_word(mask, 1)
    return _WORD


@syscall(Sysno.SCHED_SETAFFINITY)
def sched_setaffinity(
    task: Task, tid: Int, size: Size, mask: Annotated[int, _InMaskArgument()]
) -> int:
    """Choose the CPUs. EFAULT, EINVAL for a set without CPU 0, EPERM for others' tasks, ESRCH."""
    wanted = task.memory.read(mask, min(size, _WORD))
    target = _find(task, tid)
    if not scheduling.is_owner(task, target) and not task.credentials.has(Capability.CAP_SYS_NICE):
        raise SysError(Errno.EPERM)
    if not wanted or not wanted[0] & 1:
        raise SysError(Errno.EINVAL)
    return 0
