"""modify_ldt(2): segments of a process's own, beside the three for threads."""

from __future__ import annotations

from typing import Annotated

from emulator.machine.local_descriptors import ENTRIES
from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.mm.local_table import LocalTable
from kernel.syscalls.arguments import Int, PointerArgument, Size
from kernel.syscalls.table import syscall
from kernel.task import tls
from kernel.task.task import Call, Task
from kernel.task.tls import USER_DESC_SIZE

_READ, _WRITE_OLD, _READ_DEFAULT, _WRITE = 0, 1, 2, 0x11
_WRITES = (_WRITE_OLD, _WRITE)
_DEFAULT_SIZE = 5 * 8
"""Octets of i386's default table, all of them 0."""
_CONFORMING = 3
"""The contents of a segment that only one that is not present may have."""


class _DescriptorArgument(PointerArgument):
    """struct user_desc where one is written, else where to store what is read."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        function, address, size = call.words[:3]
        if function in _WRITES and size == USER_DESC_SIZE:
            return ("text", tls.read_user_desc(task, address).text())
        return ("ptr", address)


@syscall(Sysno.MODIFY_LDT, missing="limits, and other code segments while signals are handled")
def modify_ldt(
    task: Task, function: Int, address: Annotated[int, _DescriptorArgument()], size: Size
) -> int:
    """Read the local descriptor table, or write one entry; how much was read.

    ENOSYS for unknown functions, EINVAL for a descriptor that cannot be, EFAULT, ENOMEM.
    """
    if function == _READ:
        return _read(task, address, size)
    if function == _READ_DEFAULT:
        size = min(size, _DEFAULT_SIZE)
        task.memory.write(address, bytes(size))
        return size
    if function not in _WRITES:
        raise SysError(Errno.ENOSYS)
    if size != USER_DESC_SIZE:
        raise SysError(Errno.EINVAL)
    _write(task, address, is_old=function == _WRITE_OLD)
    return 0


def _read(task: Task, address: int, size: int) -> int:
    """What is behind the last entry reads as 0, up to where a table can reach."""
    table = task.memory.local_table
    if table is None:
        return 0
    size = min(size, ENTRIES * 8)
    task.memory.write(address, table.read()[:size].ljust(size, b"\0"))
    return size


def _write(task: Task, address: int, is_old: bool) -> None:
    """An empty description clears the entry; the old function knows no more of those, nor of
    segments that are the program's to use.
    """
    wanted = tls.read_user_desc(task, address)
    if wanted.entry_number >= ENTRIES:
        raise SysError(Errno.EINVAL)
    if wanted.contents == _CONFORMING and (is_old or not wanted.seg_not_present):
        raise SysError(Errno.EINVAL)
    is_cleared = wanted.is_unset or (is_old and not wanted.base and not wanted.limit)
    if is_old:
        wanted = wanted._replace(flags=wanted.flags & ~tls.USEABLE)
    memory = task.memory
    if memory.local_table is None:
        memory.local_table = LocalTable(memory.frames)
    table = memory.local_table
    table.require(wanted.entry_number)
    table.set(wanted.entry_number, 0 if is_cleared else wanted.segment())
    table.show(memory.tables)
    task.system.machine.reload_ldt()
