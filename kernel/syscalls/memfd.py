"""memfd_create(2)."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import MemfdFlag, Seal
from kernel.abi.process import Resource
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.memfd import create_memory_file
from kernel.syscalls.arguments import FlagsArgument, PathArgument, describe_string
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task

_NAME_MAX = 249
_PAGE_SIZE = 0x3F << 26
"""Where MFD_HUGETLB has the logarithm of the page size."""


class _NameArgument(PathArgument):
    """A name that is no path."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return describe_string(task, value)


Name = Annotated[bytes, _NameArgument()]
MemfdFlags = Annotated[int, FlagsArgument(MemfdFlag, prefix="MFD_")]


@syscall(Sysno.MEMFD_CREATE)
def memfd_create(task: Task, name: Name, flags: MemfdFlags) -> int:
    """A descriptor for a file that lives in memory as long as somebody has it.

    EINVAL for long names and unknown flags; ENOSYS for MFD_HUGETLB: there are no huge pages.
    """
    never_executable = bool(flags & MemfdFlag.MFD_NOEXEC_SEAL)
    known = sum(MemfdFlag) | (_PAGE_SIZE if flags & MemfdFlag.MFD_HUGETLB else 0)
    if flags & ~known or (never_executable and flags & MemfdFlag.MFD_EXEC):
        raise SysError(Errno.EINVAL)
    if len(name) > _NAME_MAX:
        raise SysError(Errno.EINVAL)
    if flags & MemfdFlag.MFD_HUGETLB:
        raise SysError(Errno.ENOSYS)
    seals = int(Seal.F_SEAL_EXEC) if never_executable else 0
    if not (never_executable or flags & MemfdFlag.MFD_ALLOW_SEALING):
        seals = int(Seal.F_SEAL_SEAL)
    limit = task.process.limits.soft(Resource.RLIMIT_NOFILE)
    number = task.files.lowest_free(limit)
    file = create_memory_file(task, name, 0o666 if never_executable else 0o777, seals)
    task.files.put(number, file, bool(flags & MemfdFlag.MFD_CLOEXEC))
    return number
