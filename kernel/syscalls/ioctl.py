"""ioctl(2): what every descriptor understands; the rest is the open file's business.

How a trace prints the argument depends on the request. A module that knows a request's structure
enters it into ARGUMENTS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.files import FileFlag, Ioctl, OpenFlag
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.file_flags import has_flags, set_flags
from kernel.signals import sigio
from kernel.syscalls.arguments import Argument, Fd, flags_text, signed
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task

_NONBLOCK, _ASYNC = int(OpenFlag.O_NONBLOCK), int(OpenFlag.O_ASYNC)
_DIRECTIONS = ("_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE")


class RequestArgument(NamedTuple):
    """How to print a request's argument: described by (task, address); `is_output` for what the
    call fills, which shows as a bare pointer when the call fails, or as `describe_failed` has it.
    """

    describe: Callable[[Task, int], Described]
    is_output: bool
    describe_failed: Callable[[Task, int], Described] | None = None


def describe_int(task: Task, address: int) -> Described:
    """A C int in memory, in brackets."""
    return ("array", [("int", signed(task.memory.read_word(address)))], False)


def _describe_file_flags(task: Task, address: int) -> Described:
    """Flags of a file in memory, in brackets."""
    flags = task.memory.read_word(address)
    names = [(int(flag), str(flag.name)) for flag in FileFlag]
    return ("array", [("flags", flags, flags_text(names, flags))], False)


NO_ARGUMENT = frozenset(
    {Ioctl.FIOCLEX, Ioctl.FIONCLEX, Ioctl.TIOCNOTTY, Ioctl.TIOCEXCL, Ioctl.TIOCNXCL}
)
ARGUMENTS: dict[int, RequestArgument] = {
    Ioctl.FIONREAD: RequestArgument(describe_int, is_output=True),
    Ioctl.FS_IOC_GETFLAGS: RequestArgument(_describe_file_flags, is_output=True),
    Ioctl.FS_IOC_SETFLAGS: RequestArgument(_describe_file_flags, is_output=False),
    Ioctl.FIONBIO: RequestArgument(describe_int, is_output=False),
    Ioctl.FIOASYNC: RequestArgument(describe_int, is_output=False),
}
"""Requests whose argument points to something that can be printed."""
VALUES: dict[int, Callable[[int], Described]] = {}
"""Requests whose argument is a number and no pointer."""
NAMES: dict[int, str] = {int(request): request.name for request in Ioctl}
"""Names as strace has them."""


class _RequestName(Argument):
    """The request's name, or its parts."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        name = NAMES.get(value)
        if name is None:
            kind, number, size = value >> 8 & 0xFF, value & 0xFF, value >> 16 & 0x3FFF
            parts = ", ".join(f"{part:#x}" if part else "0" for part in (kind, number, size))
            name = f"_IOC({_DIRECTIONS[value >> 30]}, {parts})"
        return ("flags", value, name)


class _IoctlArgument(Argument):
    """The argument, as the request before it has it."""

    def is_late(self, call: Call, word: int) -> bool:
        known = ARGUMENTS.get(call.words[word - 1])
        return known is not None and known.is_output

    def describe(self, task: Task, call: Call, word: int) -> Described:
        request, value = call.words[word - 1], call.words[word]
        if request in NO_ARGUMENT:
            return ("omit",)
        if request in VALUES:
            return VALUES[request](value)
        known = ARGUMENTS.get(request)
        if known is None:
            return ("hex", value) if request not in NAMES else ("ptr", value)
        describe: Callable[[Task, int], Described] | None = known.describe
        if known.is_output and call.result < 0:
            describe = known.describe_failed
        if not value or describe is None:
            return ("ptr", value)
        try:
            return describe(task, value)
        except SysError:
            return ("ptr", value)


Request = Annotated[int, _RequestName()]
RequestValue = Annotated[int, _IoctlArgument()]


@syscall(Sysno.IOCTL)
def ioctl(task: Task, fd: Fd, request: Request, argument: RequestValue) -> int:
    """ioctl(2): EBADF, ENOTTY where the request means nothing to the file."""
    file = task.files.get(fd)
    if request == Ioctl.FIOCLEX:
        task.files.close_on_exec.add(fd)
    elif request == Ioctl.FIONCLEX:
        task.files.close_on_exec.discard(fd)
    elif request == Ioctl.FIONBIO:
        on = task.memory.read_word(argument)
        file.flags = file.flags | _NONBLOCK if on else file.flags & ~_NONBLOCK
    elif request == Ioctl.FIOASYNC:
        is_on = bool(task.memory.read_word(argument))
        if is_on != bool(file.flags & _ASYNC):
            if not file.sends_sigio:
                raise SysError(Errno.ENOTTY)
            sigio.switch(task, file, fd, is_on)
    elif request == Ioctl.FIGETBSZ:
        task.memory.write_word(argument, 4096)
    elif request == Ioctl.FIOQSIZE:
        if not (file.inode.is_regular or file.inode.is_directory):
            raise SysError(Errno.ENOTTY)
        task.memory.write(argument, (file.inode.blocks * 512).to_bytes(8, "little"))
    elif request == Ioctl.FS_IOC_GETFLAGS and has_flags(file.inode):
        task.memory.write_word(argument, file.inode.file_flags)
    elif request == Ioctl.FS_IOC_SETFLAGS and has_flags(file.inode):
        set_flags(task, file, task.memory.read_word(argument))
    else:
        return file.ioctl(task, request, argument)
    return 0
