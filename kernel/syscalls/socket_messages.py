"""Messages: sendmsg, recvmsg, and several at once with sendmmsg and recvmmsg."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.sockets import SOCKADDR_MAX, MessageFlag, SocketCall
from kernel.abi.sysno import Sysno
from kernel.errors import Block, SysError
from kernel.net.socket import Received, Socket
from kernel.signals.attention import ready_signals
from kernel.syscalls.arguments import Fd, File, Size, signed
from kernel.syscalls.control_messages import Control, read_ancillary, write_ancillary
from kernel.syscalls.message_arguments import (
    InMessage,
    InMessages,
    OutMessage,
    OutMessages,
)
from kernel.syscalls.read_write import IOV_MAX, spans_of
from kernel.syscalls.readiness import left_text
from kernel.syscalls.socket_flags import MessageFlags
from kernel.syscalls.socket_transfer import receive_into, result_of, send_from
from kernel.syscalls.sockets import socket_of
from kernel.syscalls.table import note, subcall, syscall
from kernel.syscalls.time_values import (
    InTimespec,
    InTimespec64,
    read_timespec,
    write_timespec,
)
from kernel.syscalls.transfer import Span
from kernel.task.task import Call, Task

_MSGHDR = struct.Struct("<7I")
_MMSGHDR_SIZE = 32
_LENGTH_AT = 28
_Move = Callable[[Task, Socket, int, int], int]
"""Sends or receives the message at an address, with flags; octets moved."""


class _Header(NamedTuple):
    """struct msghdr of a 32-bit program."""

    name: int
    name_length: int
    vector: int
    buffers: int
    control: int
    control_length: int
    flags: int


def _read_header(task: Task, address: int) -> tuple[_Header, list[Span]]:
    """A header and its buffers: EFAULT, EINVAL, EMSGSIZE for too many."""
    header = _Header(*_MSGHDR.unpack(task.memory.read(address, _MSGHDR.size)))
    if signed(header.name_length) < 0:
        raise SysError(Errno.EINVAL)
    if header.buffers > IOV_MAX:
        raise SysError(Errno.EMSGSIZE)
    return header, spans_of(task, header.vector, header.buffers)


# ---- one ---------------------------------------------------------------------------------------


def _send(task: Task, socket: Socket, message: int, flags: int) -> int:
    header, spans = _read_header(task, message)
    name = None
    if header.name and header.name_length:
        name = task.memory.read(header.name, min(header.name_length, SOCKADDR_MAX))
    if signed(header.control_length) < 0:
        raise SysError(Errno.ENOBUFS)
    ancillary = read_ancillary(task, socket, header.control, header.control_length)
    return send_from(task, socket, spans, flags, name, ancillary)


def _receive(task: Task, socket: Socket, message: int, flags: int) -> int:
    header, spans = _read_header(task, message)
    assert task.call is not None
    received = receive_into(task, socket, spans, flags)
    if flags & MessageFlag.MSG_PEEK:
        for file in received.ancillary.rights:
            file.users += 1  # a peek duplicates them
    _store(task, socket, header, message, received, flags)
    return result_of(received, flags)


def _store(
    task: Task, socket: Socket, header: _Header, message: int, received: Received, flags: int
) -> None:
    """Name, control messages, lengths and flags of what was received."""
    assert task.call is not None
    control = Control(task, header.control, header.control_length)
    closing = flags & MessageFlag.MSG_CMSG_CLOEXEC
    write_ancillary(task, socket, received.ancillary, control, bool(closing))
    memory = task.memory
    if header.name:
        task.call.noted = header.name_length
        name = received.address or b""
        memory.write(header.name, name[: header.name_length])
        memory.write_word(message + 4, len(name))
    memory.write_word(message + 24, received.flags | control.flags | closing)
    memory.write_word(message + 20, control.used)


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_SENDMSG, "sendmsg")
@syscall(Sysno.SENDMSG)
def sendmsg(task: Task, file: File, message: InMessage, flags: MessageFlags) -> int:
    """sendmsg(2)."""
    return _send(task, socket_of(file), message, flags)


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_RECVMSG, "recvmsg")
@syscall(Sysno.RECVMSG)
def recvmsg(task: Task, file: File, message: OutMessage, flags: MessageFlags) -> int:
    """recvmsg(2)."""
    return _receive(task, socket_of(file), message, flags)


# ---- several -----------------------------------------------------------------------------------


class _Progress(NamedTuple):
    """How many messages are through, and what the next one has come to."""

    done: int
    inner: object


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_SENDMMSG, "sendmmsg")
@syscall(Sysno.SENDMMSG)
def sendmmsg(task: Task, file: File, messages: InMessages, count: Size, flags: MessageFlags) -> int:
    """sendmmsg(2): how many were sent; an error only where not one was."""
    return _each(task, socket_of(file), messages, min(count, IOV_MAX), flags, None, _send)


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_RECVMMSG, "recvmmsg")
@syscall(Sysno.RECVMMSG)
def recvmmsg(
    task: Task,
    fd: Fd,
    messages: OutMessages,
    count: Size,
    flags: MessageFlags,
    timeout: InTimespec,
) -> int:
    """recvmmsg(2): the time is looked at after each message, as on Linux."""
    return _receive_several(task, fd, messages, count, flags, timeout, wide=False)


@syscall(Sysno.RECVMMSG_TIME64)
def recvmmsg_time64(
    task: Task,
    fd: Fd,
    messages: OutMessages,
    count: Size,
    flags: MessageFlags,
    timeout: InTimespec64,
) -> int:
    """The same with 64-bit seconds."""
    return _receive_several(task, fd, messages, count, flags, timeout, wide=True)


def _receive_several(
    task: Task, fd: int, messages: int, count: int, flags: int, timeout: int, wide: bool
) -> int:
    call = task.call
    assert call is not None
    deadline = None
    if timeout:
        deadline = call.entered + read_timespec(task, timeout, wide)
    socket = socket_of(task.files.get(fd))
    socket.take_error()
    done = _each(task, socket, messages, min(count, IOV_MAX), flags, deadline, _receive)
    if deadline is not None:
        write_timespec(task, timeout, max(0, deadline - task.system.clock.now), wide)
    return done


def _each(
    task: Task,
    socket: Socket,
    messages: int,
    count: int,
    flags: int,
    deadline: int | None,
    move: _Move,
) -> int:
    """Move messages until all are through, one cannot be moved, or the time is up."""
    call = task.call
    assert call is not None
    done, call.progress = call.progress or _Progress(0, None)
    while done < count:
        at = messages + done * _MMSGHDR_SIZE
        try:
            moved = move(task, socket, at, flags & ~MessageFlag.MSG_WAITFORONE)
        except Block:
            if done and ready_signals(task):
                return int(done)
            call.progress = _Progress(done, call.progress)
            raise
        except SysError:
            if done:
                return int(done)
            raise
        call.progress = None
        task.memory.write_word(at + _LENGTH_AT, moved)
        done += 1
        if flags & MessageFlag.MSG_WAITFORONE:
            flags |= MessageFlag.MSG_DONTWAIT
        if deadline is not None and task.system.clock.now >= deadline:
            break
    return int(done)


@note(Sysno.RECVMMSG, Sysno.RECVMMSG_TIME64)
def _left(task: Task, call: Call, result: int) -> str | None:
    """What strace adds: the time that is left."""
    timeout = call.words[4]
    if not result:
        return "Timeout"
    if not timeout:
        return None
    wide = call.number == Sysno.RECVMMSG_TIME64
    return left_text(read_timespec(task, timeout, wide), "tv_nsec")
