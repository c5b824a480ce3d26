"""fcntl's arguments and results, whose meaning depends on the command."""

from __future__ import annotations

from kernel.abi.files import FD_CLOEXEC, Fcntl, Seal
from kernel.errors import SysError
from kernel.events import Described
from kernel.signals.dnotify import FolderEvent
from kernel.syscalls.arguments import Argument, FlagsArgument, describe_fd, flags_text, signed
from kernel.syscalls.file_arguments import NamedFlagsArgument, open_flags_text
from kernel.syscalls.file_owners import describe_owner
from kernel.syscalls.locks import LOCK_COMMANDS, describe_lock
from kernel.task.task import Call, Task

_NAMES = {int(command): command.name for command in Fcntl}
_FD_FLAGS = NamedFlagsArgument(((FD_CLOEXEC, "FD_CLOEXEC"),), unknown="FD_???")
_NOTICES = FlagsArgument(FolderEvent, prefix="DN_")
_SEALS = FlagsArgument(Seal, prefix="F_SEAL_")
_LOCK_QUESTIONS = (Fcntl.F_GETLK, Fcntl.F_GETLK64, Fcntl.F_OFD_GETLK)
LEASES = {0: "F_RDLCK", 1: "F_WRLCK", 2: "F_UNLCK"}
_WITHOUT_ARGUMENT = {
    Fcntl.F_GETFD, Fcntl.F_GETFL, Fcntl.F_GETOWN, Fcntl.F_GETSIG, Fcntl.F_GETLEASE,
    Fcntl.F_GETPIPE_SZ, Fcntl.F_GET_SEALS,
}  # fmt: skip


class FcntlCommandArgument(Argument):
    """The command's name."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("flags", value, _NAMES.get(value) or f"{value:#x} /* F_??? */")


class FcntlArgument(Argument):
    """The argument, as the command before it wants it."""

    def is_late(self, call: Call, word: int) -> bool:
        command = call.words[word - 1]
        return command in _LOCK_QUESTIONS or command == Fcntl.F_GETOWN_EX

    def describe(self, task: Task, call: Call, word: int) -> Described:
        command, value = call.words[word - 1], call.words[word]
        if command in _WITHOUT_ARGUMENT:
            return ("omit",)
        if command in LOCK_COMMANDS:
            return _lock(task, call, command, value)
        if command == Fcntl.F_SETFD:
            return _FD_FLAGS.describe_value(task, call, value)
        if command == Fcntl.F_SETFL:
            return ("flags", value, open_flags_text(value))
        if command == Fcntl.F_SETOWN:
            return ("int", signed(value))
        if command in (Fcntl.F_SETOWN_EX, Fcntl.F_GETOWN_EX):
            return _owner(task, call, command, value)
        if command == Fcntl.F_NOTIFY:
            return _NOTICES.describe_value(task, call, value)
        if command == Fcntl.F_ADD_SEALS:
            return _SEALS.describe_value(task, call, value)
        if command in (Fcntl.F_SETSIG, Fcntl.F_SETLEASE):
            return ("signal", value) if command == Fcntl.F_SETSIG else _lease(value)
        if command in (Fcntl.F_DUPFD, Fcntl.F_DUPFD_CLOEXEC, Fcntl.F_SETPIPE_SZ):
            return ("int", value)
        return ("hex", value)


def _lock(task: Task, call: Call, command: int, address: int) -> Described:
    if command in _LOCK_QUESTIONS and call.result < 0:
        return ("ptr", address)
    try:
        return describe_lock(task, command, address)
    except SysError:
        return ("ptr", address)


def _owner(task: Task, call: Call, command: int, address: int) -> Described:
    if command == Fcntl.F_GETOWN_EX and call.result < 0:
        return ("ptr", address)
    try:
        return describe_owner(task, address)
    except SysError:
        return ("ptr", address)


def seals_text(value: int) -> str:
    """Seals by their names."""
    return flags_text([(int(seal), seal.name) for seal in Seal], value)


def _lease(value: int) -> Described:
    return ("flags", value, LEASES.get(value, f"{value:#x} /* F_??? */"))


class FcntlResult(Argument):
    """The result: a new descriptor, flags in hexadecimal, or a number."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        command = call.words[1]
        if command in (Fcntl.F_DUPFD, Fcntl.F_DUPFD_CLOEXEC):
            return describe_fd(task, value)
        if command in (Fcntl.F_GETFD, Fcntl.F_GETFL, Fcntl.F_GETLEASE, Fcntl.F_GET_SEALS):
            return ("hex", value)
        return ("int", signed(value))
