"""The arguments of clone and clone3: how their words are read, and which of them a trace shows."""

from __future__ import annotations

import struct
from typing import Annotated, NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.process import EXIT_SIGNAL_MASK, CloneFlag
from kernel.abi.signals import signal_name
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import Argument, Moment, flags_text
from kernel.task import tls
from kernel.task.task import Call, Task

PARENT_SETTID, SETTLS = CloneFlag.CLONE_PARENT_SETTID, CloneFlag.CLONE_SETTLS
PIDFD = CloneFlag.CLONE_PIDFD
CHILD_TID = CloneFlag.CLONE_CHILD_SETTID | CloneFlag.CLONE_CHILD_CLEARTID
CLONE_ARGS_SIZES = (64, 80, 88)
"""Sizes of struct clone_args over the years (clone(2))."""
_DEEPEST = 32
"""How deep namespaces of process ids may be nested on Linux."""

# without the one that means nothing any more: traces show it as a number
_NAMES = [(int(flag), str(flag.name)) for flag in CloneFlag if flag is not CloneFlag.CLONE_DETACHED]


def flags_and_signal_text(flags: int, exit_signal: int) -> str:
    """`CLONE_VM|CLONE_VFORK|SIGCHLD`."""
    text = flags_text(_NAMES, flags, "")
    signal = signal_name(exit_signal) if exit_signal else ""
    return "|".join(part for part in (text, signal) if part) or "0"


def _describe_tid(task: Task, address: int) -> Described:
    """The thread id stored there, or the pointer where there can be none."""
    try:
        return ("array", [("int", task.memory.read_word(address))], False)
    except SysError:
        return ("ptr", address)


class _FlagsArgument(Argument):
    """clone's first word: flags, and the exit signal in the low byte."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        flags, signal = value & ~EXIT_SIGNAL_MASK, value & EXIT_SIGNAL_MASK
        return ("flags", value, flags_and_signal_text(flags, signal))


class _ConditionalArgument(Argument):
    """A word of clone's that counts only with one of these flags, and is shown at the end."""

    moment = Moment.EXIT

    def __init__(self, flags: int) -> None:
        self.flags = flags

    def describe(self, task: Task, call: Call, word: int) -> Described:
        if not call.words[0] & self.flags:
            return ("omit",)
        return self.describe_value(task, call, call.words[word])

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("ptr", value)


class _ParentTidArgument(_ConditionalArgument):
    """Where the child's id was stored in the parent."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("ptr", value) if call.result < 0 else _describe_tid(task, value)


class _TlsArgument(_ConditionalArgument):
    """The struct user_desc of the child."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("text", tls.describe_text(task, value))


class CloneFields(NamedTuple):
    """struct clone_args."""

    flags: int
    pidfd: int
    child_tid: int
    parent_tid: int
    exit_signal: int
    stack: int
    stack_size: int
    tls: int
    set_tid: int
    set_tid_size: int
    cgroup: int


def read_clone_args(task: Task, address: int, size: int) -> CloneFields:
    """The fields, those that are not there being 0. EINVAL, E2BIG, EFAULT."""
    if size < CLONE_ARGS_SIZES[0]:
        raise SysError(Errno.EINVAL)
    if size > 4096:
        raise SysError(Errno.E2BIG)
    data = task.memory.read(address, size)
    if any(data[CLONE_ARGS_SIZES[-1] :]):
        raise SysError(Errno.E2BIG)
    whole = data[: CLONE_ARGS_SIZES[-1]].ljust(CLONE_ARGS_SIZES[-1], b"\0")
    return CloneFields(*struct.unpack("<11Q", whole))


def read_wanted_tids(task: Task, fields: CloneFields) -> tuple[int, ...]:
    """The ids that the child is to have, one for each nested namespace. EINVAL, EFAULT."""
    address, count = fields.set_tid, fields.set_tid_size
    if count > _DEEPEST or bool(address) != bool(count):
        raise SysError(Errno.EINVAL)
    if address > 0xFFFF_FFFF:
        raise SysError(Errno.EFAULT)
    return struct.unpack(f"<{count}i", task.memory.read(address, 4 * count))


def _describe_wanted(task: Task, fields: CloneFields) -> Described:
    try:
        tids = read_wanted_tids(task, fields)
    except SysError:
        return ("ptr", fields.set_tid)
    return ("array", [("int", tid) for tid in tids], False) if tids else ("ptr", 0)


class _StructureArgument(Argument):
    """struct clone_args, and the parent's tid that the call stored through it."""

    changes = True

    def describe(self, task: Task, call: Call, word: int) -> Described:
        try:
            structure = read_clone_args(task, call.words[word], call.words[word + 1])
        except SysError:
            return ("ptr", call.words[word])
        flags, pidfd, child_tid, parent_tid, signal, stack, size, newtls, *_ = structure
        fields: list[tuple[str, Described]] = [
            ("flags", ("flags", flags, flags_and_signal_text(flags, 0))),
            ("pidfd", ("ptr", pidfd) if flags & PIDFD else ("omit",)),
            ("child_tid", ("ptr", child_tid) if flags & CHILD_TID else ("omit",)),
            ("parent_tid", ("ptr", parent_tid) if flags & PARENT_SETTID else ("omit",)),
            ("exit_signal", ("signal", signal)),
            ("stack", ("ptr", stack)),
            ("stack_size", ("hex", size)),
        ]
        if flags & SETTLS:
            fields.append(("tls", ("text", tls.describe_text(task, newtls))))
        if structure.set_tid or structure.set_tid_size:
            fields.append(("set_tid", _describe_wanted(task, structure)))
            fields.append(("set_tid_size", ("int", structure.set_tid_size)))
        if structure.cgroup or flags & CloneFlag.CLONE_INTO_CGROUP:
            fields.append(("cgroup", ("int", structure.cgroup)))
        return ("struct", fields, False)

    def describe_change(self, task: Task, call: Call, word: int) -> Described | None:
        if call.result < 0:
            return None
        arguments = read_clone_args(task, call.words[word], call.words[word + 1])
        stored = [
            (name, _describe_tid(task, arguments[field]))
            for flag, name, field in ((PIDFD, "pidfd", 1), (PARENT_SETTID, "parent_tid", 3))
            if arguments[0] & flag
        ]
        return ("struct", stored, False) if stored else None


class _SizeArgument(Argument):
    """The structure's size, shown behind what the call changed in the structure."""

    moment = Moment.EXIT


FlagsAndSignal = Annotated[int, _FlagsArgument()]
ParentTid = Annotated[int, _ParentTidArgument(PARENT_SETTID | PIDFD)]
Tls = Annotated[int, _TlsArgument(SETTLS)]
ChildTid = Annotated[int, _ConditionalArgument(CHILD_TID)]
CloneArgs = Annotated[int, _StructureArgument()]
CloneArgsSize = Annotated[int, _SizeArgument()]
