"""ipc(2): all System V calls behind one number."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.ipc import IPC_64, IpcCall
from kernel.abi.sysno import Sysno
from kernel.errors import Ending, SysError
from kernel.events import Described
from kernel.syscalls.arguments import Argument, Hex, Int, Pointer, signed
from kernel.syscalls.ipc_arguments import AttachFlags
from kernel.syscalls.shared_memory import attach
from kernel.syscalls.table import SUBCALLS, TABLE, Entry, multiplexer, subcall, syscall
from kernel.task.task import Call, Task

Words = tuple[int, ...]
_DIRECT = {
    IpcCall.SEMGET: Sysno.SEMGET, IpcCall.SEMCTL: Sysno.SEMCTL, IpcCall.MSGGET: Sysno.MSGGET,
    IpcCall.MSGSND: Sysno.MSGSND, IpcCall.MSGRCV: Sysno.MSGRCV, IpcCall.MSGCTL: Sysno.MSGCTL,
    IpcCall.SHMDT: Sysno.SHMDT, IpcCall.SHMGET: Sysno.SHMGET, IpcCall.SHMCTL: Sysno.SHMCTL,
}  # fmt: skip


class _Number(Argument):
    """The number of the call that is meant."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("int", signed(value))


class _Place(Argument):
    """Where ipc(2) stores the address that shmat found: never shown by itself."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        return ("omit",)


class _StoredAddress(Argument):
    """shmat's result, which ipc(2) stores in memory."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("ptr", task.memory.read_word(call.words[3]))


@subcall(Sysno.IPC, IpcCall.SHMAT, "shmat")
def stored_shmat(
    task: Task, segment: Int, address: Pointer, flags: AttachFlags,
    result: Annotated[int, _Place()],
) -> Annotated[int, _StoredAddress()]:  # fmt: skip
    """shmat(2) as ipc(2) has it: the address is stored at `result`. EFAULT."""
    task.memory.write_word(result, attach(task, segment, address, flags))
    return 0


def _entry(number: int) -> Entry | None:
    direct = _DIRECT.get(IpcCall(number)) if number in IpcCall.__members__.values() else None
    return TABLE[direct] if direct is not None else SUBCALLS.get((Sysno.IPC, number))


def _words(task: Task, call: int, words: Words) -> Words:
    """The words in the order of the call that is meant: EFAULT, EINVAL."""
    first, second, third, pointer, fifth = words
    number, version = call & 0xFFFF, call >> 16
    if number in (IpcCall.SEMOP, IpcCall.SEMTIMEDOP):
        return (first, pointer, second, fifth)
    if number == IpcCall.SEMCTL:
        return (first, second, third, task.memory.read_word(pointer))
    if number == IpcCall.MSGSND:
        return (first, pointer, second, third)
    if number == IpcCall.MSGRCV:
        if version:
            return (first, pointer, second, fifth, third)
        buffer, kind = struct.unpack("<II", task.memory.read(pointer, 8))
        return (first, buffer, second, kind, third)
    if number in (IpcCall.MSGCTL, IpcCall.SHMCTL):
        return (first, second, pointer)
    if number == IpcCall.SHMAT:
        return (first, pointer, second, third)
    return (pointer,) if number == IpcCall.SHMDT else (first, second, third)


def _filled(words: Words) -> Words:
    return (*words, 0, 0, 0, 0, 0, 0)[:6]


_COMMAND_AT = {IpcCall.SEMCTL: 2, IpcCall.MSGCTL: 1, IpcCall.SHMCTL: 1}


@syscall(Sysno.IPC)
def ipc(
    task: Task, call: Annotated[int, _Number()], first: Hex, second: Hex, third: Hex, pointer: Hex,
    fifth: Hex,
) -> Ending:  # fmt: skip
    """ipc(2): ENOSYS for an unknown call; the rest is that call's business."""
    entry = _entry(call & 0xFFFF)
    if entry is None:
        raise SysError(Errno.ENOSYS)
    if call & 0xFFFF == IpcCall.SHMAT and call >> 16 == 1:
        raise SysError(Errno.EINVAL)
    words = list(_words(task, call, (first, second, third, pointer, fifth)))
    number = IpcCall(call & 0xFFFF)
    at = _COMMAND_AT.get(number)
    if at is not None:
        words[at] &= ~IPC_64
    return entry.invoke(task, _filled(tuple(words)))


@multiplexer(Sysno.IPC)
def meant(task: Task, call: Call) -> tuple[Entry, Call] | None:
    """The call that a trace shows."""
    entry = _entry(call.words[0] & 0xFFFF)
    if entry is None:
        return None
    try:
        return entry, call.as_meant(_words(task, call.words[0], call.words[1:]))
    except SysError:
        return None
