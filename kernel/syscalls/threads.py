"""Threads: what a C library needs to set one up."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import DescribedArgument, Hex, Moment, Pointer, Size
from kernel.syscalls.table import note, syscall
from kernel.task import rseq as restartable
from kernel.task import tls
from kernel.task.task import Call, Task


def _describe_user_desc(task: Task, address: int) -> Described:
    return ("text", tls.read_user_desc(task, address).text())


InUserDesc = Annotated[int, DescribedArgument(_describe_user_desc)]
OutUserDesc = Annotated[int, DescribedArgument(_describe_user_desc, Moment.EXIT)]


@syscall(Sysno.SET_THREAD_AREA)
def set_thread_area(task: Task, descriptor: InUserDesc) -> int:
    """set_thread_area(2): returns 0; the entry's number is written back."""
    tls.set_thread_area(task, descriptor)
    return 0


@note(Sysno.SET_THREAD_AREA)
def _entry_number(task: Task, call: Call, result: int) -> str | None:
    return f"entry_number={task.memory.read_word(call.words[0])}"


@syscall(Sysno.GET_THREAD_AREA)
def get_thread_area(task: Task, descriptor: OutUserDesc) -> int:
    """get_thread_area(2)."""
    tls.get_thread_area(task, descriptor)
    return 0


@syscall(Sysno.SET_TID_ADDRESS)
def set_tid_address(task: Task, address: Pointer) -> int:
    """set_tid_address(2): at the thread's end a 0 is stored there and a futex woken."""
    task.clear_child_tid = address
    return task.tid


@syscall(Sysno.GETTID)
def gettid(task: Task) -> int:
    """gettid(2)."""
    return task.tid


@syscall(Sysno.RSEQ)
def rseq(
    task: Task,
    area: Pointer,
    size: Hex,
    flags: Size,
    signature: Hex,
) -> int:
    """rseq(2): register or unregister the thread's restartable-sequence area."""
    if flags & ~restartable.FLAG_UNREGISTER:
        raise SysError(Errno.EINVAL)
    if flags:
        restartable.unregister(task, area, size, signature)
    else:
        restartable.register(task, area, size, signature)
    return 0
