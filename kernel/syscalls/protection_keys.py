"""Protection keys (pkeys(7)): this processor has none, and says so as Linux does."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.memory import KeyRight
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.syscalls.arguments import FlagsArgument, Hex, Int, Pointer, Size
from kernel.syscalls.memory import Protection, protect
from kernel.syscalls.table import syscall
from kernel.task.task import Task


@syscall(Sysno.PKEY_ALLOC)
def pkey_alloc(
    task: Task, flags: Hex, rights: Annotated[int, FlagsArgument(KeyRight, prefix="PKEY_")]
) -> int:
    """pkey_alloc(2): EINVAL, else ENOSPC, for there is no key."""
    if flags or rights & ~sum(KeyRight):
        raise SysError(Errno.EINVAL)
    raise SysError(Errno.ENOSPC)


@syscall(Sysno.PKEY_FREE)
def pkey_free(task: Task, key: Int) -> int:
    """pkey_free(2): EINVAL, for none was allocated."""
    raise SysError(Errno.EINVAL)


@syscall(Sysno.PKEY_MPROTECT)
def pkey_mprotect(task: Task, address: Pointer, length: Size, prot: Protection, key: Int) -> int:
    """pkey_mprotect(2): with key -1 it is mprotect(2), with any other EINVAL."""
    if key != -1:
        raise SysError(Errno.EINVAL)
    return protect(task, address, length, prot)
