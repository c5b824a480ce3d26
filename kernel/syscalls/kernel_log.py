"""syslog(2): reading the kernel's log, as dmesg does."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.abi.system import LogAction
from kernel.errors import Block, SysError
from kernel.events import Described
from kernel.log import SIZE, KernelLog
from kernel.syscalls.arguments import Argument, Moment, describe_buffer
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task

_NAMES = {int(action): action.name for action in LogAction}
_FOR_ALL = (LogAction.READ_ALL, LogAction.SIZE_BUFFER)
_READING = (LogAction.READ, LogAction.READ_ALL, LogAction.READ_CLEAR)
_WORDLESS = (
    LogAction.CLOSE, LogAction.OPEN, LogAction.CLEAR, LogAction.CONSOLE_OFF, LogAction.CONSOLE_ON,
    LogAction.SIZE_UNREAD, LogAction.SIZE_BUFFER,
)  # fmt: skip
_CONSOLE_LEVELS = range(1, 9)


class _Action(Argument):
    """Number and name."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        number = value - (value >> 31 << 32)
        name = _NAMES.get(value, "???")
        return ("text", f"{number} /* SYSLOG_ACTION_{name} */")


class _Buffer(Argument):
    """What was read; nothing for an action that has no buffer."""

    moment = Moment.EXIT

    def is_late(self, call: Call, word: int) -> bool:
        return call.words[0] in _READING

    def describe(self, task: Task, call: Call, word: int) -> Described:
        action, address = call.words[0], call.words[word]
        if action in (*_WORDLESS, LogAction.CONSOLE_LEVEL):
            return ("omit",)
        if action in _READING and call.result >= 0:
            return describe_buffer(task, address, call.result)
        return ("ptr", address)


class _Length(Argument):
    """The buffer's size, or the console's level."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        value = call.words[word]
        return ("omit",) if call.words[0] in _WORDLESS else ("int", value - (value >> 31 << 32))


@syscall(Sysno.SYSLOG)
def syslog(
    task: Task,
    action: Annotated[int, _Action()],
    buffer: Annotated[int, _Buffer()],
    length: Annotated[int, _Length()],
) -> int:
    """syslog(2): octets read, or what the action tells. EPERM without CAP_SYSLOG, but for reading
    all of it and for its size; EINVAL, EFAULT. The console's level changes nothing.
    """
    log, who = task.system.log, task.credentials
    is_allowed = who.has(Capability.CAP_SYSLOG) or who.has(Capability.CAP_SYS_ADMIN)
    if action not in _FOR_ALL and not is_allowed:
        raise SysError(Errno.EPERM)
    if action not in _NAMES:
        raise SysError(Errno.EINVAL)
    if action in _READING:
        return _read(task, log, LogAction(action), buffer, length)
    if action == LogAction.CLEAR:
        log.cleared_to = log.position
    elif action == LogAction.CONSOLE_LEVEL and length not in _CONSOLE_LEVELS:
        raise SysError(Errno.EINVAL)
    elif action == LogAction.SIZE_UNREAD:
        return len(log.since(log.read_to))
    elif action == LogAction.SIZE_BUFFER:
        return SIZE
    return 0


def _read(task: Task, log: KernelLog, action: LogAction, buffer: int, length: int) -> int:
    if not buffer or length & 0x8000_0000:
        raise SysError(Errno.EINVAL)
    if not length:
        return 0
    if action is LogAction.READ:
        return _read_on(task, log, buffer, length)
    text = log.since(log.cleared_to)
    if len(text) > length:  # whole lines, the newest
        text = text[len(text) - length :].partition(b"\n")[2]
    task.memory.write(buffer, text)
    if action is LogAction.READ_CLEAR:
        log.cleared_to = log.position
    return len(text)


def _read_on(task: Task, log: KernelLog, buffer: int, length: int) -> int:
    """What nobody has read in this way, waiting for some."""
    text = log.since(log.read_to)
    if not text:
        raise Block(log.readable)
    task.memory.write(buffer, text[:length])
    log.read_to = log.position - len(text[length:])
    return len(text[:length])
