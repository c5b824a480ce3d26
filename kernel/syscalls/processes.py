"""Processes: fork, vfork, clone and clone3, which are one, and exit and exit_group."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.process import EXIT_SIGNAL_MASK, CloneFlag, exit_status
from kernel.abi.signals import LAST_SIGNAL, Signal, signal_name
from kernel.abi.sysno import Sysno
from kernel.errors import Ending, SysError
from kernel.events import Described
from kernel.syscalls.arguments import Argument, Int, Size, flags_text
from kernel.syscalls.table import syscall
from kernel.task import exit as exiting
from kernel.task import tls
from kernel.task.clone import CloneRequest, clone
from kernel.task.task import Call, Task

_FLAG_NAMES = [(int(flag), str(flag.name)) for flag in CloneFlag]
_SETTLS, _PARENT_SETTID = CloneFlag.CLONE_SETTLS, CloneFlag.CLONE_PARENT_SETTID
_CHILD_TID = CloneFlag.CLONE_CHILD_SETTID | CloneFlag.CLONE_CHILD_CLEARTID
CLONE_ARGS_SIZES = (64, 80, 88)
"""Sizes of struct clone_args over the years (clone(2))."""


def clone_flags_text(flags: int, exit_signal: int) -> str:
    """`CLONE_VM|CLONE_VFORK|SIGCHLD` as strace prints clone's flags word."""
    text = flags_text(_FLAG_NAMES, flags, "")
    signal = signal_name(exit_signal) if exit_signal else ""
    return "|".join(part for part in (text, signal) if part) or "0"


class _CloneArgument(Argument):
    """All five words of clone, described together, in strace's order and only those that count."""

    words = 5

    def describe(self, task: Task, call: Call, word: int) -> Described:
        flags_word, stack, parent_tid, newtls, child_tid = call.words[:5]
        flags, signal = flags_word & ~EXIT_SIGNAL_MASK, flags_word & EXIT_SIGNAL_MASK
        parts = [
            f"child_stack={_pointer(stack)}",
            f"flags={clone_flags_text(flags, signal)}",
        ]
        if flags & _PARENT_SETTID:
            parts.append(f"parent_tid={_pointer(parent_tid)}")
        if flags & _SETTLS:
            parts.append(f"tls={tls.describe_text(task, newtls)}")
        if flags & _CHILD_TID:
            parts.append(f"child_tidptr={_pointer(child_tid)}")
        return ("text", ", ".join(parts))

    plain = False

    def expression(self, word: int) -> str:
        return "w[:5]"


def _pointer(value: int) -> str:
    return f"{value:#x}" if value else "NULL"


@syscall(Sysno.FORK)
def fork(task: Task) -> Ending:
    """fork(2): clone with no flags but SIGCHLD."""
    return clone(task, CloneRequest(0, Signal.SIGCHLD))


@syscall(Sysno.VFORK)
def vfork(task: Task) -> Ending:
    """vfork(2): clone with CLONE_VM | CLONE_VFORK | SIGCHLD."""
    flags = CloneFlag.CLONE_VM | CloneFlag.CLONE_VFORK
    return clone(task, CloneRequest(int(flags), Signal.SIGCHLD))


@syscall(Sysno.CLONE, name="clone")
def clone_(
    task: Task, words: Annotated[tuple[int, int, int, int, int], _CloneArgument()]
) -> Ending:
    """clone(2), i386 order: flags and exit signal, stack, parent_tid, tls, child_tid."""
    flags_word, stack, parent_tid, newtls, child_tid = words
    flags = flags_word & ~EXIT_SIGNAL_MASK
    signal = flags_word & EXIT_SIGNAL_MASK
    descriptors = tls.with_user_desc(task, newtls) if flags & _SETTLS else None
    return clone(task, CloneRequest(flags, signal, stack, parent_tid, child_tid, descriptors))


class _Clone3Argument(Argument):
    """struct clone_args."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        try:
            flags, _, child_tid, parent_tid, signal, stack, size, newtls = _read_clone_args(
                task, call.words[0], call.words[1]
            )
        except SysError:
            return ("ptr", call.words[word])
        parts = [f"flags={clone_flags_text(flags, 0)}"]
        if flags & _CHILD_TID:
            parts.append(f"child_tid={_pointer(child_tid)}")
        if flags & _PARENT_SETTID:
            parts.append(f"parent_tid={_pointer(parent_tid)}")
        parts.append(f"exit_signal={signal_name(signal) if signal else 0}")
        parts.append(f"stack={_pointer(stack)}")
        parts.append(f"stack_size={size:#x}" if size else "stack_size=0")
        if flags & _SETTLS:
            parts.append(f"tls={tls.describe_text(task, newtls)}")
        return ("text", "{" + ", ".join(parts) + "}")


def _read_clone_args(task: Task, address: int, size: int) -> tuple[int, ...]:
    if size < CLONE_ARGS_SIZES[0]:
        raise SysError(Errno.EINVAL)
    if size > 4096:
        raise SysError(Errno.E2BIG)
    data = task.memory.read(address, size)
    if any(data[CLONE_ARGS_SIZES[-1] :]):
        raise SysError(Errno.E2BIG)
    if any(data[CLONE_ARGS_SIZES[0] : CLONE_ARGS_SIZES[-1]]):
        raise SysError(Errno.EINVAL)
    return struct.unpack_from("<8Q", data)


@syscall(Sysno.CLONE3)
def clone3(task: Task, arguments: Annotated[int, _Clone3Argument()], size: Size) -> Ending:
    """clone3(2): the same in a structure; the stack is given by its lowest address and its size.

    set_tid and cgroup are refused with EINVAL.
    """
    flags, _, child_tid, parent_tid, signal, stack, stack_size, newtls = _read_clone_args(
        task, arguments, size
    )
    if flags & EXIT_SIGNAL_MASK or signal > LAST_SIGNAL or bool(stack) != bool(stack_size):
        raise SysError(Errno.EINVAL)
    if flags & (CloneFlag.CLONE_THREAD | CloneFlag.CLONE_PARENT) and signal:
        raise SysError(Errno.EINVAL)
    if max(child_tid, parent_tid, stack + stack_size, newtls) > 0xFFFF_FFFF:
        raise SysError(Errno.EINVAL)
    descriptors = tls.with_user_desc(task, newtls) if flags & _SETTLS else None
    top = stack + stack_size
    return clone(task, CloneRequest(flags, signal, top, parent_tid, child_tid, descriptors))


@syscall(Sysno.EXIT)
def exit_(task: Task, status: Int) -> Ending:
    """exit(2): end the calling thread; the low 8 bits of the status count."""
    return exiting.exit_task(task, exit_status(status))


@syscall(Sysno.EXIT_GROUP)
def exit_group(task: Task, status: Int) -> Ending:
    """exit_group(2): end all threads of the process."""
    return exiting.exit_process(task, exit_status(status))
