"""socketcall(2): all socket calls behind one number, their arguments in memory."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.sockets import SocketCall
from kernel.abi.sysno import Sysno
from kernel.errors import Ending, SysError
from kernel.events import Described
from kernel.syscalls.arguments import Argument, Pointer, signed
from kernel.syscalls.table import SUBCALLS, Entry, multiplexer, syscall
from kernel.task.task import Call, Task


class _CallArgument(Argument):
    """The name of the call that is meant."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        try:
            return ("flags", value, SocketCall(value).name)
        except ValueError:
            return ("int", signed(value))


@syscall(Sysno.SOCKETCALL)
def socketcall(task: Task, call: Annotated[int, _CallArgument()], arguments: Pointer) -> Ending:
    """socketcall(2): EINVAL for an unknown call, EFAULT; the rest is that call's business."""
    entry = SUBCALLS.get((Sysno.SOCKETCALL, call))
    if entry is None:
        raise SysError(Errno.EINVAL)
    return entry.invoke(task, _words(task, entry, arguments))


def _words(task: Task, entry: Entry, arguments: int) -> tuple[int, ...]:
    count = len(entry.arguments)
    return (*struct.unpack(f"<{count}I", task.memory.read(arguments, 4 * count)), *[0] * 6)[:6]


@multiplexer(Sysno.SOCKETCALL)
def meant(task: Task, call: Call) -> tuple[Entry, Call] | None:
    """The call that a trace shows."""
    entry = SUBCALLS.get((Sysno.SOCKETCALL, call.words[0]))
    if entry is None:
        return None
    try:
        return entry, call.as_meant(_words(task, entry, call.words[1]))
    except SysError:
        return None
