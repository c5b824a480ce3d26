"""Sending and receiving: send, sendto, recv, recvfrom, and what messages share with them."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.memory import TASK_SIZE
from kernel.abi.signals import Signal
from kernel.abi.sockets import MessageFlag, SocketCall
from kernel.abi.sysno import Sysno
from kernel.errors import Block, SysError
from kernel.events import Described
from kernel.fs.open_file import OpenFile
from kernel.net.socket import Ancillary, QuietPipe, Received, Socket, discard
from kernel.net.tcp import TcpSocket
from kernel.signals.attention import ready_signals
from kernel.signals.sigio import tell_urgent
from kernel.syscalls.arguments import File, InBytes, OutBytesArgument, Size
from kernel.syscalls.socket_addresses import (
    InAddress,
    OutAddress,
    OutLength,
    read_address,
    write_address,
)
from kernel.syscalls.socket_flags import MessageFlags
from kernel.syscalls.sockets import blocked, socket_of
from kernel.syscalls.table import subcall, syscall
from kernel.syscalls.transfer import PIECE, Span, gather_pages, scatter, send_own
from kernel.task.task import Call, Task

_NO_ONE = Ancillary()
_LONGEST = 1 << 24
"""No datagram fits into a send buffer that is longer."""


def require_user(spans: list[Span]) -> int:
    """Octets in all; EFAULT for a range that leaves user space."""
    if any(address + length > TASK_SIZE for address, length in spans):
        raise SysError(Errno.EFAULT)
    return sum(length for _, length in spans)


# ---- sending -----------------------------------------------------------------------------------


def send_from(
    task: Task,
    socket: Socket,
    spans: list[Span],
    flags: int,
    name: bytes | None = None,
    ancillary: Ancillary = _NO_ONE,
) -> int:
    """Send user memory; octets sent. EPIPE of a stream brings SIGPIPE without MSG_NOSIGNAL."""
    try:
        if socket.is_stream:
            return _send_stream(task, socket, spans, flags, name, ancillary)
        data = _whole(task, spans)
        return socket.send(task, data, flags, name, ancillary)
    except Block as block:
        raise blocked(socket, flags, block) from None
    except SysError as error:
        loud = error.errno is Errno.EPIPE and not isinstance(error, QuietPipe)
        if loud and not flags & MessageFlag.MSG_NOSIGNAL:
            send_own(task, Signal.SIGPIPE)
        raise


def _whole(task: Task, spans: list[Span]) -> bytes:
    """A datagram: EMSGSIZE for one that is longer than any, EFAULT for a bad page anywhere."""
    if require_user(spans) > _LONGEST:
        raise SysError(Errno.EMSGSIZE)
    return b"".join(task.memory.read(address, length) for address, length in spans)


def _piece(
    task: Task, socket: Socket, spans: list[Span], done: int, count: int, flags: int,
    name: bytes | None,
) -> bytes:  # fmt: skip
    """What is sent next. EFAULT, unless the socket would not have sent anything anyway."""
    try:
        return gather_pages(task.memory, spans, done, count)
    except SysError:
        if not done:
            socket.send(task, b"", flags, name, _NO_ONE)
        raise


def _send_stream(
    task: Task,
    socket: Socket,
    spans: list[Span],
    flags: int,
    name: bytes | None,
    ancillary: Ancillary,
) -> int:
    """What is sent is kept in the call's progress while it sleeps for room."""
    call = task.call
    assert call is not None
    total, done = require_user(spans), call.progress or 0
    if not total:
        return socket.send(task, b"", flags, name, ancillary)
    while done < total:
        try:
            data = _piece(task, socket, spans, done, min(PIECE, total - done), flags, name)
            done += socket.send(task, data, flags, name, ancillary if not done else _NO_ONE)
            if flags & MessageFlag.MSG_OOB and isinstance(socket, TcpSocket) and socket.peer:
                tell_urgent(task, socket.peer.owner)
        except Block:
            if done and (not socket.waits(flags) or ready_signals(task)):
                return int(done)
            raise
        except SysError:
            if done:
                return int(done)
            raise
        call.progress = done
    return int(done)


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_SEND, "send")
def send(task: Task, file: File, buffer: InBytes, count: Size, flags: MessageFlags) -> int:
    """send(2); it has no number of its own."""
    return send_from(task, socket_of(file), [(buffer, count)], flags)


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_SENDTO, "sendto")
@syscall(Sysno.SENDTO)
def sendto(
    task: Task,
    file: File,
    buffer: InBytes,
    count: Size,
    flags: MessageFlags,
    address: InAddress,
    length: Size,
) -> int:
    """sendto(2): EAGAIN, ECONNREFUSED, ECONNRESET, EDESTADDRREQ, EISCONN, EMSGSIZE, ENOTCONN,
    EPIPE.
    """
    socket = socket_of(file)
    name = read_address(task, address, length) if address else None
    return send_from(task, socket, [(buffer, count)], flags, name)


# ---- receiving ---------------------------------------------------------------------------------


def receive_into(task: Task, socket: Socket, spans: list[Span], flags: int) -> Received:
    """Receive into user memory; what was received, taken from the socket unless MSG_PEEK.

    With MSG_WAITALL a stream goes on until all is there; the length is then the sum.
    """
    call = task.call
    assert call is not None
    total, done = require_user(spans), call.progress or 0
    wants_all = socket.is_stream and flags & MessageFlag.MSG_WAITALL
    while True:
        try:
            received = socket.receive(task, min(total - done, _MOST), flags)
        except Block as block:
            if done and (not socket.waits(flags) or ready_signals(task)):
                return Received(b"", done)
            raise blocked(socket, flags, block) from None
        except SysError:
            if done:
                return Received(b"", done)
            raise
        scatter(task.memory, spans, done, received.data)
        if flags & MessageFlag.MSG_PEEK:
            return received
        socket.take(received)
        done += len(received.data)
        if not wants_all or done == total or not received.data or received.ancillary.rights:
            return received._replace(length=done if socket.is_stream else received.length)
        call.progress = done


_MOST = 1 << 26
"""Octets asked for at once."""


def result_of(received: Received, flags: int) -> int:
    """What the call returns: with MSG_TRUNC a datagram's real length."""
    if received.flags & MessageFlag.MSG_TRUNC and not flags & MessageFlag.MSG_TRUNC:
        return len(received.data)
    return received.length


def _receive(
    task: Task, file: OpenFile, span: Span, flags: int, address: int = 0, length_at: int = 0
) -> int:
    socket = socket_of(file)
    received = receive_into(task, socket, [span], flags)
    if not flags & MessageFlag.MSG_PEEK:
        for right in received.ancillary.rights:
            discard(right)
    if address:
        write_address(task, received.address or b"", address, length_at)
    return result_of(received, flags)


class _ReceivedBytes(OutBytesArgument):
    """A buffer to fill; MSG_TRUNC's result may be longer than it."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        if call.result > call.words[word + 1]:
            shown = call.as_meant(call.words)
            shown.result = call.words[word + 1]
            return super().describe(task, shown, word)
        return super().describe(task, call, word)


OutBytes = Annotated[int, _ReceivedBytes()]


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_RECV, "recv")
def recv(task: Task, file: File, buffer: OutBytes, count: Size, flags: MessageFlags) -> int:
    """recv(2); it has no number of its own."""
    return _receive(task, file, (buffer, count), flags)


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_RECVFROM, "recvfrom")
@syscall(Sysno.RECVFROM)
def recvfrom(
    task: Task,
    file: File,
    buffer: OutBytes,
    count: Size,
    flags: MessageFlags,
    address: OutAddress,
    length: OutLength,
) -> int:
    """recvfrom(2): EAGAIN, ECONNREFUSED, ENOTCONN, EFAULT, EINVAL."""
    return _receive(task, file, (buffer, count), flags, address, length)
