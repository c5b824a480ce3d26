"""System V structures in the guest's memory, with ids of 32 bits or, as they were once, of 16.

Old programs call ipc(2) without IPC_64; what does not fit into 16 bits is cut, and an id is 65534.
"""

from __future__ import annotations

from kernel.abi import ipc as abi
from kernel.abi.ipc import IPC_64, IpcCall
from kernel.abi.sysno import Sysno
from kernel.ipc.message_queue import MessageQueue
from kernel.ipc.objects import IpcObject, permission_fields
from kernel.ipc.semaphores import SemaphoreSet
from kernel.ipc.shared_segment import SharedSegment
from kernel.task.task import Task

_OVERFLOW = 65534
_SHORT = 0xFFFF
_LIMITS_OCTETS = 20
"""What the old structure of limits of shared memory has."""


def is_old(task: Task) -> bool:
    """Whether the call in flight means the structures with 16-bit ids."""
    call = task.call
    assert call is not None
    if call.number != Sysno.IPC:
        return False
    is_semctl = call.words[0] & 0xFFFF == IpcCall.SEMCTL
    return not call.words[3 if is_semctl else 2] & IPC_64


def read_permissions(task: Task, buffer: int) -> tuple[int, int, int]:
    """User, group and mode of a struct ipc_perm. EFAULT."""
    struct = abi.OLD_PERMISSION if is_old(task) else abi.PERMISSION
    fields = struct.unpack(task.memory.read(buffer, struct.size))
    return fields[1], fields[2], fields[5]


def read_most_octets(task: Task, buffer: int) -> int:
    """How many octets a struct msqid_ds lets a queue hold. EFAULT."""
    head, rest, at = abi.PERMISSION, abi.MESSAGE_QUEUE, 8
    if is_old(task):
        head, rest, at = abi.OLD_PERMISSION, abi.OLD_MESSAGE_QUEUE, 9
    most: int = rest.unpack(task.memory.read(buffer + head.size, rest.size))[at]
    return most


def store_queue(task: Task, buffer: int, found: MessageQueue) -> None:
    """struct msqid_ds."""
    times, count = (found.sent, found.received, found.changed), len(found.messages)
    pids = found.last_sender, found.last_receiver
    if is_old(task):
        numbers = (found.octets, count, found.most, *pids)
        rest = abi.OLD_MESSAGE_QUEUE.pack(0, 0, *times, 0, 0, *(n & _SHORT for n in numbers))
    else:
        sent, received, changed = times
        rest = abi.MESSAGE_QUEUE.pack(
            sent, 0, received, 0, changed, 0, found.octets, count, found.most, *pids, 0, 0
        )
    task.memory.write(buffer, _permission(task, found) + rest)


def store_set(task: Task, buffer: int, found: SemaphoreSet) -> None:
    """struct semid_ds."""
    count = len(found.semaphores)
    if is_old(task):
        rest = abi.OLD_SEMAPHORE_SET.pack(found.operated, found.changed, 0, 0, 0, 0, count)
    else:
        rest = abi.SEMAPHORE_SET.pack(found.operated, 0, found.changed, 0, count, 0, 0)
    task.memory.write(buffer, _permission(task, found) + rest)


def store_segment(task: Task, buffer: int, found: SharedSegment) -> None:
    """struct shmid_ds."""
    times = found.attached, found.detached, found.changed
    numbers = found.creator, found.last, found.attachments
    if is_old(task):
        rest = abi.OLD_SHARED_SEGMENT.pack(found.size, *times, *(n & _SHORT for n in numbers))
    else:
        attached, detached, changed = times
        rest = abi.SHARED_SEGMENT.pack(
            found.size, attached, 0, detached, 0, changed, 0, *numbers, 0, 0
        )
    task.memory.write(buffer, _permission(task, found) + rest)


def store_limits(task: Task, buffer: int, limits: bytes) -> None:
    """struct shminfo, which was shorter."""
    task.memory.write(buffer, limits[:_LIMITS_OCTETS] if is_old(task) else limits)


def _permission(task: Task, found: IpcObject) -> bytes:
    fields = permission_fields(found)
    if not is_old(task):
        return abi.PERMISSION.pack(*fields)
    key, *ids = fields[:5]
    short = (number if number <= _SHORT else _OVERFLOW for number in ids)
    return abi.OLD_PERMISSION.pack(key, *short, fields[5], fields[6] & _SHORT)
