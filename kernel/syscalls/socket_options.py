"""setsockopt(2) and getsockopt(2)."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import ERRNO_NAMES, Errno
from kernel.abi.sockets import SOL_SOCKET, Family, SocketCall, SocketOption
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.net.options import LINGER, get_option, require_level, set_option
from kernel.syscalls.arguments import Argument, File, Int, Moment, describe_buffer, signed
from kernel.syscalls.message_arguments import describe_ucred
from kernel.syscalls.option_names import level_text, option_text
from kernel.syscalls.socket_addresses import LengthArgument
from kernel.syscalls.sockets import socket_of
from kernel.syscalls.table import subcall, syscall
from kernel.task.task import Call, Task

_INT = 4
_LONGEST = 4096


class _LevelArgument(Argument):
    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("flags", value, level_text(value))


class _OptionArgument(Argument):
    """The option's name, which depends on the level before it."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        value = call.words[word]
        return ("flags", value, option_text(call.words[word - 1], value))


class _ValueArgument(Argument):
    """The value: a number, a structure, or octets."""

    def __init__(self, is_output: bool) -> None:
        self.moment = Moment.EXIT if is_output else Moment.ENTRY
        self.is_output = is_output

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address, length = call.words[word], signed(call.words[word + 1])
        if self.is_output:
            if call.result < 0:
                return ("ptr", address)
            length = signed(task.memory.read_word(call.words[word + 1]))
        if length < 0:
            return ("ptr", address)
        return self._value(task, address, length, (call.words[word - 2], call.words[word - 1]))

    def _value(self, task: Task, address: int, length: int, key: tuple[int, int]) -> Described:
        if key == (SOL_SOCKET, SocketOption.SO_LINGER) and length >= LINGER.size:
            on, seconds = LINGER.unpack(task.memory.read(address, LINGER.size))
            fields = [("l_onoff", ("int", on)), ("l_linger", ("int", seconds))]
            return ("struct", fields, False)
        if key == (SOL_SOCKET, SocketOption.SO_PEERCRED) and length >= 12:
            return describe_ucred(task.memory.read(address, 12))
        if length < _INT and not self.is_output:
            return ("ptr", address)
        if key == (SOL_SOCKET, SocketOption.SO_ERROR) and length == _INT:
            error = task.memory.read_word(address)
            return ("array", [("flags", error, ERRNO_NAMES.get(error, str(error)))], False)
        if length == _INT:
            return ("array", [("int", signed(task.memory.read_word(address)))], False)
        return describe_buffer(task, address, length)


class _OptionLength(LengthArgument):
    def describe(self, task: Task, call: Call, word: int) -> Described:
        if not call.words[word]:
            return ("ptr", 0)
        return super().describe(task, call, word)


Level = Annotated[int, _LevelArgument()]
Option = Annotated[int, _OptionArgument()]
InValue = Annotated[int, _ValueArgument(is_output=False)]
OutValue = Annotated[int, _ValueArgument(is_output=True)]


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_SETSOCKOPT, "setsockopt")
@syscall(Sysno.SETSOCKOPT)
def setsockopt(
    task: Task, file: File, level: Level, name: Option, value: InValue, length: Int
) -> int:
    """setsockopt(2): EINVAL, ENOPROTOOPT, EFAULT, EDOM."""
    if length < 0:
        raise SysError(Errno.EINVAL)
    socket = socket_of(file)
    require_level(socket, level, Errno.ENOPROTOOPT)
    octets = task.memory.read(value, min(length, _LONGEST))
    set_option(task, socket, level, name, octets)
    return 0


@subcall(Sysno.SOCKETCALL, SocketCall.SYS_GETSOCKOPT, "getsockopt")
@syscall(Sysno.GETSOCKOPT)
def getsockopt(
    task: Task,
    file: File,
    level: Level,
    name: Option,
    value: OutValue,
    length: Annotated[int, _OptionLength()],
) -> int:
    """getsockopt(2): as much of the value as there is room for; EINVAL, ENOPROTOOPT, EFAULT."""
    socket = socket_of(file)
    is_older = socket.family == Family.AF_INET
    require_level(socket, level, Errno.EOPNOTSUPP if is_older else Errno.ENOPROTOOPT)
    room = signed(task.memory.read_word(length))
    assert task.call is not None
    task.call.noted = room
    if room < 0:
        raise SysError(Errno.EINVAL)
    answer = get_option(socket, level, name)[:room]
    task.memory.write(value, answer)
    task.memory.write_word(length, len(answer))
    return 0
