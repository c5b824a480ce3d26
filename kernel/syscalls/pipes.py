"""pipe(2) and pipe2(2)."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag
from kernel.abi.process import Resource
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.pipe import create_pipe
from kernel.syscalls.arguments import DescribedArgument, FlagsArgument, Moment
from kernel.syscalls.table import syscall
from kernel.task.task import Task

_STATUS_FLAGS = OpenFlag.O_NONBLOCK | OpenFlag.O_DIRECT
_NOTIFICATION_PIPE = OpenFlag.O_EXCL


def _describe_ends(task: Task, address: int) -> Described:
    ends = struct.unpack("<ii", task.memory.read(address, 8))
    return ("array", [("int", end) for end in ends], False)


Ends = Annotated[int, DescribedArgument(_describe_ends, Moment.EXIT)]


@syscall(Sysno.PIPE)
def pipe(task: Task, ends: Ends) -> int:
    """Store the descriptors of a new pipe's reading and writing end; EMFILE, EFAULT."""
    return _create(task, ends, 0)


@syscall(Sysno.PIPE2)
def pipe2(task: Task, ends: Ends, flags: Annotated[int, FlagsArgument(OpenFlag)]) -> int:
    """The same with O_CLOEXEC, O_NONBLOCK and O_DIRECT; EINVAL, ENOPKG."""
    if flags & ~(OpenFlag.O_CLOEXEC | _STATUS_FLAGS | _NOTIFICATION_PIPE):
        raise SysError(Errno.EINVAL)
    if flags & _NOTIFICATION_PIPE:
        raise SysError(Errno.ENOPKG)
    return _create(task, ends, flags)


def _create(task: Task, ends: int, flags: int) -> int:
    limit = task.process.limits.soft(Resource.RLIMIT_NOFILE)
    closing = bool(flags & OpenFlag.O_CLOEXEC)
    installed: list[int] = []
    try:
        for file in create_pipe(task, flags & _STATUS_FLAGS):
            installed.append(task.files.add(file, limit, closing))
        task.memory.write(ends, struct.pack("<ii", *installed))
    except SysError:
        for number in installed:
            task.files.close(number)
        raise
    return 0
