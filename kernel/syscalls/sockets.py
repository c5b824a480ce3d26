"""Sockets: making, naming, connecting and closing them (socket(2) and its kin)."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag
from kernel.abi.process import Resource
from kernel.abi.sockets import (
    SOCK_CLOEXEC,
    SOCK_NONBLOCK,
    SOCK_TYPE_MASK,
    SocketCall,
)
from kernel.abi.sysno import Sysno
from kernel.errors import Block, SysError
from kernel.events import Described
from kernel.fs.open_file import OpenFile
from kernel.net.create import create, create_pair
from kernel.net.socket import READ_SIDE, WRITE_SIDE, Socket
from kernel.syscalls.arguments import DescribedArgument, Fd, File, Int, Moment, describe_fd
from kernel.syscalls.socket_addresses import (
    InAddress,
    OutAddress,
    OutLength,
    read_address,
    write_address,
)
from kernel.syscalls.socket_flags import AcceptFlags, FamilyNumber, How, Protocol, TypeAndFlags
from kernel.syscalls.table import subcall, syscall
from kernel.task.task import Task

_FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC


def socket_of(file: OpenFile) -> Socket:
    """The socket behind a descriptor; ENOTSOCK."""
    if not isinstance(file, Socket):
        raise SysError(Errno.ENOTSOCK)
    return file


def blocked(socket: Socket, flags: int, block: Block) -> Block | SysError:
    """What becomes of a call that would have to wait; `flags` are MSG_ flags, 0 for none."""
    return block if socket.waits(flags) else SysError(Errno.EAGAIN)


def _descriptor_limit(task: Task) -> int:
    return task.process.limits.soft(Resource.RLIMIT_NOFILE)


def _split(type: int) -> tuple[int, int]:
    """The type, and the flags that came along; EINVAL for others."""
    if type & ~(SOCK_TYPE_MASK | _FLAGS):
        raise SysError(Errno.EINVAL)
    return type & SOCK_TYPE_MASK, type & _FLAGS


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_SOCKET, "socket")
@syscall(Sysno.SOCKET)
def socket(task: Task, family: FamilyNumber, type: TypeAndFlags, protocol: Protocol) -> Fd:
    """socket(2): AF_UNIX, AF_INET, AF_INET6, AF_NETLINK; EAFNOSUPPORT, EMFILE and others."""
    kind, flags = _split(type)
    made = create(task, family, kind, protocol, flags & SOCK_NONBLOCK)
    return _install(task, made, flags)


def _install(task: Task, made: Socket, flags: int) -> int:
    try:
        return task.files.add(made, _descriptor_limit(task), bool(flags & SOCK_CLOEXEC))
    except SysError:
        made.close()
        raise


def _describe_pair(task: Task, address: int) -> Described:
    ends = struct.unpack("<ii", task.memory.read(address, 8))
    return ("array", [describe_fd(task, end) for end in ends], False)


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_SOCKETPAIR, "socketpair")
@syscall(Sysno.SOCKETPAIR)
def socketpair(
    task: Task,
    family: FamilyNumber,
    type: TypeAndFlags,
    protocol: Int,
    ends: Annotated[int, DescribedArgument(_describe_pair, Moment.EXIT)],
) -> int:
    """socketpair(2): two sockets connected to each other; EOPNOTSUPP for others than AF_UNIX."""
    kind, flags = _split(type)
    task.memory.write(ends, task.memory.read(ends, 8))
    pair = create_pair(task, family, kind, protocol, flags & SOCK_NONBLOCK)
    first = _install_first(task, pair, flags)
    second = task.files.add(pair[1], _descriptor_limit(task), bool(flags & SOCK_CLOEXEC))
    task.memory.write(ends, struct.pack("<ii", first, second))
    return 0


def _install_first(task: Task, pair: list[Socket], flags: int) -> int:
    """Install the first of two for which there is room; EMFILE, and neither stays."""
    limit = _descriptor_limit(task)
    try:
        number = task.files.lowest_free(limit)
        task.files.lowest_free(limit, number + 1)
    except SysError:
        for one in pair:
            one.close()
        raise
    return task.files.add(pair[0], limit, bool(flags & SOCK_CLOEXEC))


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_BIND, "bind")
@syscall(Sysno.BIND)
def bind(task: Task, file: File, address: InAddress, length: Int) -> int:
    """bind(2): EADDRINUSE, EADDRNOTAVAIL, EINVAL, EACCES."""
    named = socket_of(file)
    named.bind(task, read_address(task, address, length & 0xFFFF_FFFF))
    return 0


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_CONNECT, "connect")
@syscall(Sysno.CONNECT)
def connect(task: Task, file: File, address: InAddress, length: Int) -> int:
    """connect(2): ECONNREFUSED, EINPROGRESS, EISCONN, EALREADY, EAFNOSUPPORT, ENETUNREACH."""
    name = read_address(task, address, length & 0xFFFF_FFFF)
    connecting = socket_of(file)
    try:
        connecting.connect(task, name)
    except Block as block:
        raise blocked(connecting, 0, block) from None
    return 0


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_LISTEN, "listen")
@syscall(Sysno.LISTEN)
def listen(task: Task, file: File, backlog: Int) -> int:
    """listen(2): EADDRINUSE, EINVAL, EOPNOTSUPP."""
    socket_of(file).listen(task, backlog)
    return 0


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_ACCEPT, "accept")
def accept(task: Task, file: File, address: OutAddress, length: OutLength) -> Fd:
    """accept(2); it has no number of its own."""
    return _accept(task, file, address, length, 0)


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_ACCEPT4, "accept4")
@syscall(Sysno.ACCEPT4)
def accept4(
    task: Task, file: File, address: OutAddress, length: OutLength, flags: AcceptFlags
) -> Fd:
    """accept4(2): EINVAL where the socket does not listen, EAGAIN, EMFILE."""
    if flags & ~_FLAGS:
        raise SysError(Errno.EINVAL)
    return _accept(task, file, address, length, flags)


def _accept(task: Task, file: OpenFile, address: int, length: int, flags: int) -> int:
    listening = socket_of(file)
    number = task.files.lowest_free(_descriptor_limit(task))
    try:
        accepted = listening.accept(task)
    except Block as block:
        raise blocked(listening, 0, block) from None
    accepted.flags |= OpenFlag.O_NONBLOCK if flags & SOCK_NONBLOCK else 0
    if address:
        try:
            write_address(task, _name_of_peer(accepted), address, length)
        except SysError:
            accepted.close()
            raise
    task.files.put(number, accepted, bool(flags & SOCK_CLOEXEC))
    return number


def _name_of_peer(accepted: Socket) -> bytes:
    """The other end's name; ECONNABORTED where it has gone again."""
    try:
        return accepted.peer_name()
    except SysError:
        raise SysError(Errno.ECONNABORTED) from None


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_GETSOCKNAME, "getsockname")
@syscall(Sysno.GETSOCKNAME)
def getsockname(task: Task, file: File, address: OutAddress, length: OutLength) -> int:
    """getsockname(2): EFAULT, EINVAL."""
    write_address(task, socket_of(file).local_name(), address, length)
    return 0


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_GETPEERNAME, "getpeername")
@syscall(Sysno.GETPEERNAME)
def getpeername(task: Task, file: File, address: OutAddress, length: OutLength) -> int:
    """getpeername(2): ENOTCONN."""
    write_address(task, socket_of(file).peer_name(), address, length)
    return 0


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_SHUTDOWN, "shutdown")
@syscall(Sysno.SHUTDOWN)
def shutdown(task: Task, file: File, how: How) -> int:
    """shutdown(2): ENOTCONN, EINVAL."""
    closing = socket_of(file)
    if how > 2:
        raise SysError(Errno.EINVAL)
    closing.shutdown(task, (READ_SIDE, WRITE_SIDE, READ_SIDE | WRITE_SIDE)[how])
    return 0
