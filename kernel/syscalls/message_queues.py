"""System V message queues: msgget(2), msgsnd(2), msgrcv(2), msgctl(2)."""

from __future__ import annotations

from kernel.abi import ipc as abi
from kernel.abi.errno import Errno
from kernel.abi.ipc import IPC_NOWAIT, MSG_COPY, MSG_EXCEPT, MessageControl
from kernel.abi.process import Capability
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.ipc.message_queue import Message, MessageQueue
from kernel.ipc.objects import READ, WRITE
from kernel.syscalls.arguments import Int, Size, signed
from kernel.syscalls.copying import LateSize
from kernel.syscalls.ipc_arguments import (
    GetFlags,
    InMessage,
    Key,
    LateMessageFlags,
    MessageCommand,
    MessageControlBuffer,
    MessageFlags,
    MessageType,
    OutMessage,
)
from kernel.syscalls.ipc_objects import object_of
from kernel.syscalls.ipc_structures import read_most_octets, read_permissions, store_queue
from kernel.syscalls.table import syscall
from kernel.task.task import Task


@syscall(Sysno.MSGGET)
def msgget(task: Task, key: Key, flags: GetFlags) -> int:
    """msgget(2): EEXIST, ENOENT, EACCES, ENOSPC."""
    table = task.system.ipc.messages
    found = table.find(task, key, flags)
    if found is None:
        return table.add(MessageQueue(task, key, flags))
    found.require(task, flags & 0o777)
    return found.id


@syscall(Sysno.MSGSND)
def msgsnd(task: Task, queue: Int, message: InMessage, size: Size, flags: MessageFlags) -> int:
    """msgsnd(2): EACCES, EAGAIN, EIDRM, EINTR, EINVAL; sleeps while the queue is full."""
    type = signed(task.memory.read_word(message))
    limits = task.system.ipc.limits
    if not 0 <= signed(size) <= limits.msgmax or queue < 0 or type < 1:
        raise SysError(Errno.EINVAL)
    data = task.memory.read(message + 4, size)
    found = object_of(task, task.system.ipc.messages, queue)
    found.require(task, WRITE)
    found.send(task, Message(type, data), flags)
    return 0


@syscall(Sysno.MSGRCV)
def msgrcv(
    task: Task, queue: Int, message: OutMessage, size: LateSize, type: MessageType,
    flags: LateMessageFlags,
) -> int:  # fmt: skip
    """msgrcv(2): E2BIG, EACCES, EIDRM, EINTR, EINVAL, ENOMSG; sleeps until there is a message."""
    if queue < 0 or signed(size) < 0:
        raise SysError(Errno.EINVAL)
    if flags & MSG_COPY and (flags & MSG_EXCEPT or not flags & IPC_NOWAIT):
        raise SysError(Errno.EINVAL)
    if flags & MSG_COPY:
        task.memory.read(message, min(size, abi.MSGMAX))  # Linux makes the copy from what is there
    found = object_of(task, task.system.ipc.messages, queue)
    found.require(task, READ)
    got = found.receive(task, size, signed(type), flags)
    task.memory.write(message, got.type.to_bytes(4, "little") + got.data)
    return len(got.data)


@syscall(Sysno.MSGCTL)
def msgctl(task: Task, queue: Int, command: MessageCommand, buffer: MessageControlBuffer) -> int:
    """msgctl(2): EACCES, EFAULT, EINVAL, EPERM."""
    table = task.system.ipc.messages
    if queue < 0:
        raise SysError(Errno.EINVAL)
    if command in (MessageControl.IPC_INFO, MessageControl.MSG_INFO):
        task.memory.write(buffer, _information(task, command == MessageControl.MSG_INFO))
        return table.highest
    if command in (MessageControl.MSG_STAT, MessageControl.MSG_STAT_ANY):
        found = table.at_index(queue)
        if command == MessageControl.MSG_STAT:
            found.require(task, READ)
        store_queue(task, buffer, found)
        return found.id
    if command == MessageControl.IPC_STAT:
        found = table.get(queue)
        found.require(task, READ)
        store_queue(task, buffer, found)
    elif command == MessageControl.IPC_SET:
        _set(task, queue, buffer)
    elif command == MessageControl.IPC_RMID:
        found = table.get(queue)
        found.require_owner(task)
        table.remove(found)
        found.wake_all()
    else:
        raise SysError(Errno.EINVAL)
    return 0


def _set(task: Task, queue: int, buffer: int) -> None:
    """IPC_SET: EPERM for more octets than msgmnb without CAP_SYS_RESOURCE."""
    uid, gid, mode = read_permissions(task, buffer)
    most = read_most_octets(task, buffer)
    found = task.system.ipc.messages.get(queue)
    found.require_owner(task)
    limits = task.system.ipc.limits
    if most > limits.msgmnb and not task.credentials.has(Capability.CAP_SYS_RESOURCE):
        raise SysError(Errno.EPERM)
    found.set_owner(task, uid, gid, mode)
    found.most = most
    found.wake_all()


def _information(task: Task, is_usage: bool) -> bytes:
    """struct msginfo: limits, or what is in use."""
    table, limits = task.system.ipc.messages, task.system.ipc.limits
    queues = table.by_index.values()
    pool, taken, messages = table.most * limits.msgmnb // 1024, limits.msgmnb, limits.msgmnb
    if is_usage:
        pool = len(queues)
        taken = sum(len(queue.messages) for queue in queues)
        messages = sum(queue.octets for queue in queues)
    return abi.MESSAGE_INFO.pack(
        pool, taken, limits.msgmax, limits.msgmnb, table.most, 16, messages, 0xFFFF
    )
