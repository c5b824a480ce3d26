"""POSIX message queues (mq_overview(7)): opening, sending, receiving, being told, attributes.

Omitted: SIGEV_THREAD, which a C library makes with a netlink socket, and /dev/mqueue.
"""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi import ipc as abi
from kernel.abi.errno import Errno
from kernel.abi.files import NAME_MAX, O_ACCMODE, OpenFlag
from kernel.abi.process import Capability, Resource
from kernel.abi.signals import LAST_SIGNAL, SiCode
from kernel.abi.sysno import Sysno
from kernel.abi.time import SigevNotify
from kernel.errors import Block, SysError
from kernel.events import Described
from kernel.fs.permission import READ, WRITE, require
from kernel.ipc.posix_queue import MessageFile, PosixQueue, QueuedMessage, Registration
from kernel.signals.send import send_to_process
from kernel.signals.state import SigInfo
from kernel.syscalls.arguments import (
    Argument,
    DescribedArgument,
    Fd,
    InBytes,
    Moment,
    OutBytes,
    Path,
    Size,
)
from kernel.syscalls.file_arguments import CreationMode, OpenFlags
from kernel.syscalls.posix_timers import InEvent
from kernel.syscalls.table import syscall
from kernel.syscalls.time_values import InTimespec, InTimespec64, read_timespec
from kernel.task.task import Call, Task

_NONBLOCK = int(OpenFlag.O_NONBLOCK)
_EVENT = struct.Struct("<Iii")
_MESSAGE, _NODE = 24, 24
"""What a message and a priority take of RLIMIT_MSGQUEUE besides the octets."""
_WANTED = {0: READ, OpenFlag.O_WRONLY: WRITE, OpenFlag.O_RDWR: READ | WRITE}


# ---- structures --------------------------------------------------------------------------------


def _describe_attributes(task: Task, address: int) -> Described:
    flags, *rest = abi.MQ_ATTRIBUTES.unpack(task.memory.read(address, abi.MQ_ATTRIBUTES.size))
    known = {0: "0", _NONBLOCK: "O_NONBLOCK"}
    text = known.get(flags) or f"{flags & 0xFFFF_FFFF:#x} /* O_??? */"
    return _attributes(("flags", flags, text), rest)


def _attributes(flags: Described, rest: list[int]) -> Described:
    fields: list[tuple[str, Described]] = [("mq_flags", flags)]
    for name, value in zip(("maxmsg", "msgsize", "curmsgs"), rest, strict=False):
        fields.append((f"mq_{name}", ("int", value)))
    return ("struct", fields, False)


class _NewAttributes(Argument):
    """The attributes of a new queue: shown only where the flags say that one may be made."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address = call.words[word]
        if not call.words[1] & OpenFlag.O_CREAT:
            return ("omit",)
        try:
            data = task.memory.read(address, abi.MQ_ATTRIBUTES.size)
        except SysError:
            return ("ptr", address)
        flags, *rest = abi.MQ_ATTRIBUTES.unpack(data)
        return _attributes(("hex", flags), rest)


class _PriorityArgument(Argument):
    """Where a received message's priority is stored."""

    moment = Moment.EXIT

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address = call.words[word]
        if not address or call.result < 0:
            return ("ptr", address)
        return ("array", [("int", task.memory.read_word(address))], False)


NewAttributes = Annotated[int, _NewAttributes()]
InAttributes = Annotated[int, DescribedArgument(_describe_attributes)]
OutAttributes = Annotated[int, DescribedArgument(_describe_attributes, Moment.EXIT)]
Priority = Annotated[int, _PriorityArgument()]


# ---- opening -----------------------------------------------------------------------------------


@syscall(Sysno.MQ_OPEN)
def mq_open(
    task: Task, name: Path, flags: OpenFlags, mode: CreationMode, attributes: NewAttributes
) -> Fd:
    """mq_open(2): EACCES, EEXIST, EINVAL, EMFILE, ENOENT, ENAMETOOLONG, ENOSPC."""
    wanted = abi.MQ_ATTRIBUTES.unpack(task.memory.read(attributes, 32)) if attributes else None
    limit = task.process.limits.soft(Resource.RLIMIT_NOFILE)
    number = task.files.lowest_free(limit)
    _check_name(name)
    queue = task.system.ipc.queues.get(name)
    if queue is None:
        if not flags & OpenFlag.O_CREAT:
            raise SysError(Errno.ENOENT)
        queue = _create(task, mode, wanted)
        task.system.ipc.queues[name] = queue
    elif flags & OpenFlag.O_CREAT and flags & OpenFlag.O_EXCL:
        raise SysError(Errno.EEXIST)
    elif flags & O_ACCMODE not in _WANTED:
        raise SysError(Errno.EINVAL)
    else:
        require(task.credentials, queue, _WANTED[flags & O_ACCMODE])
    kept = flags & (O_ACCMODE | _NONBLOCK)
    task.files.put(number, MessageFile(queue, kept, f"/{name.decode('latin-1')}"), True)
    return number


def _check_name(name: bytes) -> None:
    if len(name) > NAME_MAX:
        raise SysError(Errno.ENAMETOOLONG)
    if not name:
        raise SysError(Errno.ENOENT)
    if b"/" in name or name in (b".", b".."):
        raise SysError(Errno.EACCES)


def _create(task: Task, mode: int, wanted: tuple[int, ...] | None) -> PosixQueue:
    """A new queue: EINVAL for attributes beyond the limits, EMFILE, ENOSPC."""
    queues, limits, credentials = task.system.ipc.queues, task.system.ipc.limits, task.credentials
    is_privileged = credentials.has(Capability.CAP_SYS_RESOURCE)
    most = min(limits.msg_default, limits.msg_max)
    longest = min(limits.msgsize_default, limits.msgsize_max)
    if wanted is not None:
        _, most, longest, *_ = wanted
        most_allowed = abi.MQ_HARD_MSG_MAX if is_privileged else limits.msg_max
        longest_allowed = abi.MQ_HARD_SIZE_MAX if is_privileged else limits.msgsize_max
        if not (0 < most <= most_allowed and 0 < longest <= longest_allowed):
            raise SysError(Errno.EINVAL)
    if len(queues) >= limits.queues_max and not is_privileged:
        raise SysError(Errno.ENOSPC)
    mode &= 0o777 & ~task.fs.umask
    taken = sum(_charge(one.most, one.longest) for one in queues.values() if _is_own(task, one))
    if taken + _charge(most, longest) > task.process.limits.soft(Resource.RLIMIT_MSGQUEUE):
        raise SysError(Errno.EMFILE)
    return PosixQueue(task, mode, most, longest)


def _is_own(task: Task, queue: PosixQueue) -> bool:
    return queue.uid == task.credentials.uid


def _charge(most: int, longest: int) -> int:
    return most * (_MESSAGE + longest) + min(most, abi.MQ_PRIO_MAX) * _NODE


@syscall(Sysno.MQ_UNLINK)
def mq_unlink(task: Task, name: Path) -> int:
    """mq_unlink(2): ENOENT, EPERM for another's; who has the queue open keeps it."""
    _check_name(name)
    queue = task.system.ipc.queues.get(name)
    if queue is None:
        raise SysError(Errno.ENOENT)
    if task.credentials.fsuid != queue.uid and not task.credentials.has(Capability.CAP_FOWNER):
        raise SysError(Errno.EPERM)
    del task.system.ipc.queues[name]
    return 0


# ---- messages ----------------------------------------------------------------------------------


def _queue_file(task: Task, fd: int) -> MessageFile:
    file = task.files.get(fd)
    if not isinstance(file, MessageFile):
        raise SysError(Errno.EBADF)
    return file


def _deadline(task: Task, timeout: int, wide: bool) -> int | None:
    """A moment of the clock on the wall, as one of the monotonic clock; EINVAL."""
    if not timeout:
        return None
    return read_timespec(task, timeout, wide) - task.system.clock.wall_at_boot


@syscall(Sysno.MQ_TIMEDSEND)
def mq_timedsend(
    task: Task, fd: Fd, message: InBytes, size: Size, priority: Size, timeout: InTimespec
) -> int:
    """mq_timedsend(2): EAGAIN, EBADF, EINTR, EINVAL, EMSGSIZE, ETIMEDOUT."""
    return _send(task, fd, message, size, priority, _deadline(task, timeout, wide=False))


@syscall(Sysno.MQ_TIMEDSEND_TIME64)
def mq_timedsend_time64(
    task: Task, fd: Fd, message: InBytes, size: Size, priority: Size, timeout: InTimespec64
) -> int:
    """The same with 64-bit seconds."""
    return _send(task, fd, message, size, priority, _deadline(task, timeout, wide=True))


def _send(task: Task, fd: int, address: int, size: int, priority: int, deadline: int | None) -> int:
    if priority >= abi.MQ_PRIO_MAX:
        raise SysError(Errno.EINVAL)
    file = _queue_file(task, fd)
    queue = file.queue
    if not file.is_writable:
        raise SysError(Errno.EBADF)
    if size > queue.longest:
        raise SysError(Errno.EMSGSIZE)
    message = QueuedMessage(priority, task.memory.read(address, size))
    try:
        told = queue.send(task, message, None if file.is_nonblocking else deadline)
    except Block:
        if file.is_nonblocking:
            raise SysError(Errno.EAGAIN) from None
        raise
    if told is not None and told.signal:
        info = SigInfo(told.signal, SiCode.SI_MESGQ, task.pid, task.credentials.uid)
        send_to_process(told.process, info._replace(value=told.value))
    return 0


@syscall(Sysno.MQ_TIMEDRECEIVE)
def mq_timedreceive(
    task: Task, fd: Fd, message: OutBytes, size: Size, priority: Priority, timeout: InTimespec
) -> int:
    """mq_timedreceive(2): EAGAIN, EBADF, EINTR, EINVAL, EMSGSIZE, ETIMEDOUT."""
    return _receive(task, fd, message, size, priority, _deadline(task, timeout, wide=False))


@syscall(Sysno.MQ_TIMEDRECEIVE_TIME64)
def mq_timedreceive_time64(
    task: Task, fd: Fd, message: OutBytes, size: Size, priority: Priority, timeout: InTimespec64
) -> int:
    """The same with 64-bit seconds."""
    return _receive(task, fd, message, size, priority, _deadline(task, timeout, wide=True))


def _receive(
    task: Task, fd: int, address: int, size: int, priority: int, deadline: int | None
) -> int:
    file = _queue_file(task, fd)
    queue = file.queue
    if not file.is_readable:
        raise SysError(Errno.EBADF)
    if size < queue.longest:
        raise SysError(Errno.EMSGSIZE)
    try:
        message = queue.receive(task, None if file.is_nonblocking else deadline)
    except Block:
        if file.is_nonblocking:
            raise SysError(Errno.EAGAIN) from None
        raise
    if priority:
        task.memory.write_word(priority, message.priority)
    task.memory.write(address, message.data)
    return len(message.data)


# ---- notification, attributes ------------------------------------------------------------------


@syscall(Sysno.MQ_NOTIFY, missing="SIGEV_THREAD")
def mq_notify(task: Task, file: Fd, event: InEvent) -> int:
    """mq_notify(2): a signal when a message comes to the empty queue, once. EBADF, EBUSY.

    EINVAL for SIGEV_THREAD and for what is no signal.
    """
    signal = kind = value = 0
    if event:
        value, signal, kind = _EVENT.unpack(task.memory.read(event, _EVENT.size))
        if kind not in (SigevNotify.SIGEV_NONE, SigevNotify.SIGEV_SIGNAL):
            raise SysError(Errno.EINVAL)
        if kind == SigevNotify.SIGEV_SIGNAL and not 0 <= signal <= LAST_SIGNAL:
            raise SysError(Errno.EINVAL)
    opened = _queue_file(task, file)
    queue, process = opened.queue, task.process
    if not event:
        if queue.registration is not None and queue.registration.process is process:
            queue.registration = None
        return 0
    if queue.registration is not None and not queue.registration.process.is_zombie:
        raise SysError(Errno.EBUSY)
    told = signal if kind == SigevNotify.SIGEV_SIGNAL else 0
    queue.registration = Registration(process, opened, told, value)
    return 0


@syscall(Sysno.MQ_GETSETATTR)
def mq_getsetattr(task: Task, fd: Fd, new: InAttributes, old: OutAttributes) -> int:
    """mq_getsetattr(2): only O_NONBLOCK can be changed; EBADF, EINVAL."""
    flags = None
    if new:
        flags = abi.MQ_ATTRIBUTES.unpack(task.memory.read(new, abi.MQ_ATTRIBUTES.size))[0]
        if flags & ~_NONBLOCK:
            raise SysError(Errno.EINVAL)
    opened = _queue_file(task, fd)
    queue = opened.queue
    if old:
        told = (opened.flags & _NONBLOCK, queue.most, queue.longest, len(queue.messages))
        task.memory.write(old, abi.MQ_ATTRIBUTES.pack(*told, 0, 0, 0, 0))
    if flags is not None:
        opened.flags = opened.flags & ~_NONBLOCK | flags
    return 0
