"""seccomp(2): a thread forbids itself system calls, or has them judged by a filter."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi import bpf
from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.process import Resource
from kernel.abi.seccomp import (
    DATA_SIZE,
    NOTIFICATION_SIZE,
    RESPONSE_SIZE,
    Action,
    FilterFlag,
    SeccompMode,
    SeccompOperation,
)
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.syscalls.arguments import ChoiceArgument
from kernel.syscalls.seccomp_arguments import FlagsOfOperation, ValueOfOperation
from kernel.syscalls.table import syscall
from kernel.task.seccomp import filters
from kernel.task.seccomp.filters import Filter
from kernel.task.seccomp.listener import Listener
from kernel.task.seccomp.program import Program, check, unpack
from kernel.task.task import Task

_PROGRAM = struct.Struct("<HxxI")
_INSTRUCTION_SIZE = 8
_TSYNC = FilterFlag.SECCOMP_FILTER_FLAG_TSYNC
_TSYNC_ESRCH = FilterFlag.SECCOMP_FILTER_FLAG_TSYNC_ESRCH
_LISTENER = FilterFlag.SECCOMP_FILTER_FLAG_NEW_LISTENER
_KILLABLE = FilterFlag.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV


@syscall(Sysno.SECCOMP)
def seccomp(
    task: Task,
    operation: Annotated[int, ChoiceArgument(SeccompOperation, "SECCOMP_SET_MODE_")],
    flags: Annotated[int, FlagsOfOperation()],
    address: Annotated[int, ValueOfOperation()],
) -> int:
    """Restrict the thread, or tell what this kernel can; EINVAL, and those of each operation."""
    if operation == SeccompOperation.SECCOMP_SET_MODE_FILTER:
        return set_filter(task, flags, address)
    if flags or operation not in tuple(SeccompOperation):
        raise SysError(Errno.EINVAL)
    if operation == SeccompOperation.SECCOMP_SET_MODE_STRICT:
        if address:
            raise SysError(Errno.EINVAL)
        filters.be_strict(task)
    elif operation == SeccompOperation.SECCOMP_GET_ACTION_AVAIL:
        if task.memory.read_word(address) not in tuple(Action):
            raise SysError(Errno.EOPNOTSUPP)
    else:
        task.memory.write(address, struct.pack("<3H", NOTIFICATION_SIZE, RESPONSE_SIZE, DATA_SIZE))
    return 0


def set_filter(task: Task, flags: int, address: int) -> int:
    """Add the program of a struct sock_fprog to the thread's filters (prctl(2), too).

    0; with SECCOMP_FILTER_FLAG_NEW_LISTENER a descriptor; with _TSYNC perhaps the thread that could
    not be made to follow, where _TSYNC_ESRCH does not make that an error. EINVAL, EFAULT; EACCES
    for who may gain privileges and has no CAP_SYS_ADMIN; ENOMEM for too much; EBUSY for a second
    listener; EMFILE.
    """
    _check_flags(flags)
    program = _read_program(task, address)
    new = Filter(program, bool(flags & FilterFlag.SECCOMP_FILTER_FLAG_LOG), bool(flags & _KILLABLE))
    number = 0
    if flags & _LISTENER:
        number = task.files.lowest_free(task.process.limits.soft(Resource.RLIMIT_NOFILE))
    filters.require_mode(task, SeccompMode.SECCOMP_MODE_FILTER)
    if flags & _LISTENER and any(each.listener for each in filters.filters_of(task)):
        raise SysError(Errno.EBUSY)
    filters.check_room(task, program)
    other = filters.first_out_of_step(task) if flags & _TSYNC else None
    if other is not None:
        if flags & _TSYNC_ESRCH:
            raise SysError(Errno.ESRCH)
        return other.tid
    filters.install(task, new, for_all=bool(flags & _TSYNC))
    if flags & _LISTENER:
        new.listener = Listener(task, new)
        task.files.put(number, new.listener, close_on_exec=True)
    return number


def _check_flags(flags: int) -> None:
    """A thread's id and a descriptor cannot both be returned."""
    is_unknown = flags & ~sum(FilterFlag)
    is_ambiguous = flags & _TSYNC and flags & _LISTENER and not flags & _TSYNC_ESRCH
    if is_unknown or is_ambiguous or (flags & _KILLABLE and not flags & _LISTENER):
        raise SysError(Errno.EINVAL)


def _read_program(task: Task, address: int) -> Program:
    count, at = _PROGRAM.unpack(task.memory.read(address, _PROGRAM.size))
    if not 0 < count <= bpf.MAX_INSTRUCTIONS:
        raise SysError(Errno.EINVAL)
    if not task.traits.no_new_privileges and not task.credentials.has(Capability.CAP_SYS_ADMIN):
        raise SysError(Errno.EACCES)
    if not at:
        raise SysError(Errno.EINVAL)
    program = unpack(task.memory.read(at, count * _INSTRUCTION_SIZE))
    check(program)
    return program
