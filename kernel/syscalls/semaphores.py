"""System V semaphores: semget(2), semop(2), semctl(2)."""

from __future__ import annotations

import struct

from kernel.abi import ipc as abi
from kernel.abi.errno import Errno
from kernel.abi.ipc import IpcCall, SemaphoreControl
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.ipc.objects import READ, WRITE
from kernel.ipc.semaphores import Operation, SemaphoreSet
from kernel.syscalls.arguments import Int, Size, signed
from kernel.syscalls.ipc_arguments import (
    GetFlags,
    Key,
    Operations,
    SemaphoreCommand,
    SemaphoreControlBuffer,
)
from kernel.syscalls.ipc_objects import object_of
from kernel.syscalls.ipc_structures import read_permissions, store_set
from kernel.syscalls.table import subcall, syscall
from kernel.syscalls.time_values import InTimespec, InTimespec64, read_timespec
from kernel.task.task import Task

_STATUS = (SemaphoreControl.SEM_STAT, SemaphoreControl.SEM_STAT_ANY)


@syscall(Sysno.SEMGET)
def semget(task: Task, key: Key, count: Int, flags: GetFlags) -> int:
    """semget(2): EEXIST, ENOENT, EACCES, EINVAL, ENOSPC."""
    table, limits = task.system.ipc.semaphores, task.system.ipc.limits
    if not 0 <= count <= limits.semmsl:
        raise SysError(Errno.EINVAL)
    found = table.find(task, key, flags)
    if found is not None:
        if count > len(found.semaphores):
            raise SysError(Errno.EINVAL)
        found.require(task, flags & 0o777)
        return found.id
    if not count:
        raise SysError(Errno.EINVAL)
    if count + _in_use(task) > limits.semmns:
        raise SysError(Errno.ENOSPC)
    return table.add(SemaphoreSet(task, key, flags, count))


def _in_use(task: Task) -> int:
    """How many semaphores there are."""
    return sum(len(one.semaphores) for one in task.system.ipc.semaphores.by_index.values())


@subcall(Sysno.IPC, IpcCall.SEMOP, "semop")
def semop(task: Task, semaphores: Int, operations: Operations, count: Size) -> int:
    """semop(2); it has no number of its own."""
    return _operate(task, semaphores, operations, count, 0, wide=False)


@subcall(Sysno.IPC, IpcCall.SEMTIMEDOP, "semtimedop")
def semtimedop(
    task: Task, semaphores: Int, operations: Operations, count: Size, timeout: InTimespec
) -> int:
    """semtimedop(2) with 32-bit seconds; it has no number of its own."""
    return _operate(task, semaphores, operations, count, timeout, wide=False)


@syscall(Sysno.SEMTIMEDOP_TIME64)
def semtimedop_time64(
    task: Task, semaphores: Int, operations: Operations, count: Size, timeout: InTimespec64
) -> int:
    """semtimedop(2): E2BIG, EACCES, EAGAIN, EFBIG, EIDRM, EINTR, EINVAL, ERANGE."""
    return _operate(task, semaphores, operations, count, timeout, wide=True)


def _operate(
    task: Task, semaphores: int, address: int, count: int, timeout: int, wide: bool
) -> int:
    if timeout:
        task.memory.read(timeout, 16 if wide else 8)
    if count > task.system.ipc.limits.semopm:
        raise SysError(Errno.E2BIG)
    data = task.memory.read(address, count * abi.SEMBUF.size)
    if semaphores < 0 or not count:
        raise SysError(Errno.EINVAL)
    deadline = None
    if timeout:
        assert task.call is not None
        deadline = task.call.entered + read_timespec(task, timeout, wide)
    operations = [Operation(*fields) for fields in abi.SEMBUF.iter_unpack(data)]
    found = object_of(task, task.system.ipc.semaphores, semaphores)
    if any(operation.number >= len(found.semaphores) for operation in operations):
        raise SysError(Errno.EFBIG)
    found.require(task, WRITE if any(operation.change for operation in operations) else READ)
    found.operate(task, operations, deadline)
    return 0


@syscall(Sysno.SEMCTL)
def semctl(
    task: Task, semaphores: Int, number: Int, command: SemaphoreCommand,
    value: SemaphoreControlBuffer,
) -> int:  # fmt: skip
    """semctl(2): EACCES, EFAULT, EIDRM, EINVAL, EPERM, ERANGE."""
    table = task.system.ipc.semaphores
    if semaphores < 0:
        raise SysError(Errno.EINVAL)
    if command in (SemaphoreControl.IPC_INFO, SemaphoreControl.SEM_INFO):
        task.memory.write(value, _information(task, command == SemaphoreControl.SEM_INFO))
        return table.highest
    if command in _STATUS:
        found = table.at_index(semaphores)
        if command == SemaphoreControl.SEM_STAT:
            found.require(task, READ)
        store_set(task, value, found)
        return found.id
    if command == SemaphoreControl.SETVAL and not 0 <= signed(value) <= abi.SEMVMX:
        raise SysError(Errno.ERANGE)
    if command == SemaphoreControl.IPC_SET:
        read_permissions(task, value)  # EFAULT goes before what is wrong with the set
    return _control(task, table.get(semaphores), number, command, value)


def _control(task: Task, found: SemaphoreSet, number: int, command: int, value: int) -> int:
    if command == SemaphoreControl.IPC_STAT:
        found.require(task, READ)
        store_set(task, value, found)
    elif command == SemaphoreControl.IPC_SET:
        uid, gid, mode = read_permissions(task, value)
        found.require_owner(task)
        found.set_owner(task, uid, gid, mode)
    elif command == SemaphoreControl.IPC_RMID:
        found.require_owner(task)
        task.system.ipc.semaphores.remove(found)
        found.wake_all()
    elif command == SemaphoreControl.GETALL:
        found.require(task, READ)
        values = [semaphore.value for semaphore in found.semaphores]
        task.memory.write(value, struct.pack(f"<{len(values)}H", *values))
    elif command == SemaphoreControl.SETALL:
        _set_all(task, found, value)
    else:
        return _control_one(task, found, number, command, value)
    return 0


def _set_all(task: Task, found: SemaphoreSet, address: int) -> None:
    found.require(task, WRITE)
    count = len(found.semaphores)
    values = struct.unpack(f"<{count}H", task.memory.read(address, 2 * count))
    if any(value > abi.SEMVMX for value in values):
        raise SysError(Errno.ERANGE)
    for number, value in enumerate(values):
        found.assign(task, number, value)


def _control_one(task: Task, found: SemaphoreSet, number: int, command: int, value: int) -> int:
    """Commands about one semaphore of the set."""
    is_setting = command == SemaphoreControl.SETVAL
    if command not in _ABOUT_ONE:
        raise SysError(Errno.EINVAL)
    found.require(task, WRITE if is_setting else READ)
    if not 0 <= number < len(found.semaphores):
        raise SysError(Errno.EINVAL)
    semaphore = found.semaphores[number]
    if is_setting:
        found.assign(task, number, value)
        return 0
    return {
        SemaphoreControl.GETVAL: semaphore.value,
        SemaphoreControl.GETPID: semaphore.pid,
        SemaphoreControl.GETNCNT: len(semaphore.grown.sleepers),
        SemaphoreControl.GETZCNT: len(semaphore.zero.sleepers),
    }[SemaphoreControl(command)]


_ABOUT_ONE = (
    SemaphoreControl.GETVAL, SemaphoreControl.GETPID, SemaphoreControl.GETNCNT,
    SemaphoreControl.GETZCNT, SemaphoreControl.SETVAL,
)  # fmt: skip


def _information(task: Task, is_usage: bool) -> bytes:
    """struct seminfo: limits, or what is in use."""
    table, limits = task.system.ipc.semaphores, task.system.ipc.limits
    size, undo = (len(table.by_index), _in_use(task)) if is_usage else (20, abi.SEMVMX)
    all_sets = limits.semmns
    return abi.SEMAPHORE_INFO.pack(
        all_sets, table.most, all_sets, all_sets, limits.semmsl, limits.semopm, limits.semopm, size,
        abi.SEMVMX, undo,
    )  # fmt: skip
