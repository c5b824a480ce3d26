"""Structures of the signal calls: sets, sigaction, siginfo, stack_t in memory and in traces."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Annotated

from kernel.abi.errno import Errno
from kernel.abi.signal_frames import SIGINFO_SIZE
from kernel.abi.signals import (
    SIG_DFL,
    SIG_ERR,
    SIG_IGN,
    SS_AUTODISARM,
    SS_DISABLE,
    SS_ONSTACK,
    UNBLOCKABLE,
    SigactionFlag,
)
from kernel.errors import SysError
from kernel.events import Described
from kernel.signals import siginfo
from kernel.signals.state import Action
from kernel.syscalls.arguments import Argument, DescribedArgument, Moment, flags_text

if TYPE_CHECKING:
    from kernel.task.task import Call, Task

SIGSET_SIZE = 8
_ACTION = struct.Struct("<IIIQ")
_OLD_ACTION = struct.Struct("<IIII")
_STACK = struct.Struct("<III")
_HANDLERS = {SIG_DFL: "SIG_DFL", SIG_IGN: "SIG_IGN", SIG_ERR: "SIG_ERR"}
_FLAG_NAMES = [
    (flag.value, flag.name or "")
    for flag in (
        SigactionFlag.SA_RESTORER, SigactionFlag.SA_ONSTACK, SigactionFlag.SA_RESTART,
        SigactionFlag.SA_NODEFER, SigactionFlag.SA_RESETHAND, SigactionFlag.SA_SIGINFO,
        SigactionFlag.SA_NOCLDSTOP, SigactionFlag.SA_NOCLDWAIT,
    )
]  # fmt: skip
_KNOWN_FLAGS = sum(SigactionFlag)
_NAMED_FLAGS = sum(value for value, _ in _FLAG_NAMES)
_STACK_FLAG_NAMES = [
    (SS_ONSTACK, "SS_ONSTACK"), (SS_DISABLE, "SS_DISABLE"), (SS_AUTODISARM, "SS_AUTODISARM"),
]  # fmt: skip


# ---- memory ------------------------------------------------------------------------------------


def check_set_size(size: int) -> None:
    """EINVAL for a sigset_t that is not of the kernel's size."""
    if size != SIGSET_SIZE:
        raise SysError(Errno.EINVAL)


def read_set(task: Task, address: int) -> int:
    """A mask of 64 signals."""
    return int.from_bytes(task.memory.read(address, SIGSET_SIZE), "little")


def read_mask(task: Task, address: int, size: int) -> int | None:
    """The mask a call is to wait with, None where its pointer is NULL; EINVAL for another size."""
    if not address:
        return None
    check_set_size(size)
    return read_set(task, address)


def write_set(task: Task, address: int, mask: int) -> None:
    """Store a mask of 64 signals."""
    task.memory.write(address, mask.to_bytes(SIGSET_SIZE, "little"))


def read_action(task: Task, address: int) -> Action:
    """struct sigaction of rt_sigaction; flags that mean nothing are dropped, as Linux does."""
    handler, flags, restorer, mask = _ACTION.unpack(task.memory.read(address, _ACTION.size))
    return _action(handler, flags, restorer, mask)


def read_old_action(task: Task, address: int) -> Action:
    """struct old_sigaction, whose mask has 32 signals."""
    handler, mask, flags, restorer = _OLD_ACTION.unpack(task.memory.read(address, _OLD_ACTION.size))
    return _action(handler, flags, restorer, mask)


def _action(handler: int, flags: int, restorer: int, mask: int) -> Action:
    return Action(handler, flags & _KNOWN_FLAGS, mask & ~UNBLOCKABLE, restorer)


def write_action(task: Task, address: int, action: Action) -> None:
    """Store a struct sigaction."""
    packed = _ACTION.pack(action.handler, action.flags, action.restorer, action.mask)
    task.memory.write(address, packed)


def write_old_action(task: Task, address: int, action: Action) -> None:
    """Store a struct old_sigaction."""
    low = action.mask & 0xFFFF_FFFF
    packed = _OLD_ACTION.pack(action.handler, low, action.flags, action.restorer)
    task.memory.write(address, packed)


def read_stack(task: Task, address: int) -> tuple[int, int, int]:
    """stack_t: start, flags, size."""
    start, flags, size = _STACK.unpack(task.memory.read(address, _STACK.size))
    return start, flags, size


def write_stack(task: Task, address: int, start: int, flags: int, size: int) -> None:
    """Store a stack_t."""
    task.memory.write(address, _STACK.pack(start, flags, size))


# ---- described ---------------------------------------------------------------------------------


def describe_handler(handler: int) -> Described:
    """An address, or SIG_DFL and its like."""
    name = _HANDLERS.get(handler)
    return ("flags", handler, name) if name else ("ptr", handler)


def _describe_action(handler: int, flags: int, restorer: int, mask: Described) -> Described:
    text = flags_text(_FLAG_NAMES, flags)
    if flags and not flags & _NAMED_FLAGS:
        text += " /* SA_??? */"
    fields: list[tuple[str, Described]] = [
        ("sa_handler", describe_handler(handler)),
        ("sa_mask", mask),
        ("sa_flags", ("flags", flags, text)),
    ]
    if flags & SigactionFlag.SA_RESTORER:
        fields.append(("sa_restorer", ("ptr", restorer)))
    return ("struct", fields, False)


def describe_action(task: Task, address: int) -> Described:
    """struct sigaction in memory."""
    handler, flags, restorer, mask = _ACTION.unpack(task.memory.read(address, _ACTION.size))
    return _describe_action(handler, flags, restorer, ("sigset", mask))


def describe_old_action(task: Task, address: int) -> Described:
    """struct old_sigaction in memory."""
    handler, mask, flags, restorer = _OLD_ACTION.unpack(task.memory.read(address, _OLD_ACTION.size))
    return _describe_action(handler, flags, restorer, ("sigset", mask, 32))


def _describe_set(task: Task, address: int) -> Described:
    return ("sigset", read_set(task, address))


def _describe_old_set(task: Task, address: int) -> Described:
    return ("sigset", task.memory.read_word(address), 32)


def _describe_siginfo(task: Task, address: int) -> Described:
    image = task.memory.read(address, SIGINFO_SIZE)
    signal = int.from_bytes(image[:4], "little")
    if not signal:
        return ("struct", [], False)
    return siginfo.describe_siginfo(siginfo.unpack(signal, image))


def _describe_stack(task: Task, address: int) -> Described:
    start, flags, size = read_stack(task, address)
    shown: Described = ("flags", flags, flags_text(_STACK_FLAG_NAMES, flags))
    return (
        "struct",
        [("ss_sp", ("ptr", start)), ("ss_flags", shown), ("ss_size", ("int", size))],
        False,
    )


class _SizedSetArgument(Argument):
    """A set that is written, of as many octets as the next word says."""

    moment = Moment.EXIT

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address, size = call.words[word : word + 2]
        if not address or call.result < 0:
            return ("ptr", address)
        return ("sigset", int.from_bytes(task.memory.read(address, size), "little"))


class HandlerArgument(Argument):
    """signal(2)'s handler."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return describe_handler(value)


class OldMaskArgument(Argument):
    """A mask of 32 signals by value."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("sigset", value, 32)


class UnusedArgument(Argument):
    """A word that means nothing and is not shown."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("omit",)


InSet = Annotated[int, DescribedArgument(_describe_set)]
OutSet = Annotated[int, DescribedArgument(_describe_set, Moment.EXIT)]
OutSizedSet = Annotated[int, _SizedSetArgument()]
InOldSet = Annotated[int, DescribedArgument(_describe_old_set)]
OutOldSet = Annotated[int, DescribedArgument(_describe_old_set, Moment.EXIT)]
InAction = Annotated[int, DescribedArgument(describe_action)]
OutAction = Annotated[int, DescribedArgument(describe_action, Moment.EXIT)]
InOldAction = Annotated[int, DescribedArgument(describe_old_action)]
OutOldAction = Annotated[int, DescribedArgument(describe_old_action, Moment.EXIT)]
InSigInfo = Annotated[int, DescribedArgument(_describe_siginfo)]
OutSigInfo = Annotated[int, DescribedArgument(_describe_siginfo, Moment.EXIT)]
InStack = Annotated[int, DescribedArgument(_describe_stack)]
OutStack = Annotated[int, DescribedArgument(_describe_stack, Moment.EXIT)]
Handler = Annotated[int, HandlerArgument()]
OldMask = Annotated[int, OldMaskArgument()]
Unused = Annotated[int, UnusedArgument()]
