"""What signals do: sigaction(2) old and new, signal(2), sigaltstack(2)."""

from __future__ import annotations

from typing import Annotated

from emulator.machine.machine import ESP
from kernel.abi.errno import Errno
from kernel.abi.signals import LAST_SIGNAL, SIG_DFL, SIG_IGN, UNBLOCKABLE, SigactionFlag, bit
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.signals import alternate_stack, attention
from kernel.signals.state import Action
from kernel.syscalls.arguments import HexArgument, SignalNumber, Size
from kernel.syscalls.signal_structures import (
    Handler,
    InAction,
    InOldAction,
    InStack,
    OutAction,
    OutOldAction,
    OutStack,
    check_set_size,
    describe_handler,
    read_action,
    read_old_action,
    read_stack,
    write_action,
    write_old_action,
    write_stack,
)
from kernel.syscalls.table import note, syscall
from kernel.task.task import Call, Task

OldHandler = Annotated[int, HexArgument()]


@syscall(Sysno.RT_SIGACTION)
def rt_sigaction(
    task: Task, signal: SignalNumber, action: InAction, old: OutAction, size: Size
) -> int:
    """Set and report what a signal does; either pointer may be NULL. EINVAL, EFAULT."""
    check_set_size(size)
    previous = _exchange(task, signal, read_action(task, action) if action else None)
    if old:
        write_action(task, old, previous)
    return 0


@syscall(Sysno.SIGACTION)
def sigaction(task: Task, signal: SignalNumber, action: InOldAction, old: OutOldAction) -> int:
    """The same with masks of 32 signals."""
    previous = _exchange(task, signal, read_old_action(task, action) if action else None)
    if old:
        write_old_action(task, old, previous)
    return 0


@syscall(Sysno.SIGNAL)
def signal(task: Task, number: SignalNumber, handler: Handler) -> OldHandler:
    """Have a handler called once, its signal not blocked meanwhile; the old handler."""
    flags = SigactionFlag.SA_RESETHAND | SigactionFlag.SA_NODEFER
    return _exchange(task, number, Action(handler, int(flags))).handler


@note(Sysno.SIGNAL)
def _old_handler(task: Task, call: Call, result: int) -> str | None:
    described = describe_handler(result & 0xFFFF_FFFF)
    return described[2] if described[0] == "flags" else None


def _exchange(task: Task, signal: int, action: Action | None) -> Action:
    """The action so far, replaced by a new one; EINVAL for SIGKILL, SIGSTOP and no signals."""
    if not 1 <= signal <= LAST_SIGNAL or (action is not None and bit(signal) & UNBLOCKABLE):
        raise SysError(Errno.EINVAL)
    previous = task.sighand.get(signal)
    if action is not None:
        if task.is_vfork_child and task.system.settings.vfork.resets_caught_signals:
            action = Action(SIG_IGN if action.handler == SIG_IGN else SIG_DFL)
        task.sighand.actions[signal] = action
        if task.sighand.is_ignored(signal):
            _forget_pending(task, signal)
    return previous


def _forget_pending(task: Task, signal: int) -> None:
    """Setting a signal to be ignored discards it where it is pending, blocked or not (POSIX)."""
    task.process.pending.drop(bit(signal))
    for thread in task.process.threads:
        thread.signals.pending.drop(bit(signal))
        attention.refresh(thread)


@syscall(Sysno.SIGALTSTACK)
def sigaltstack(task: Task, stack: InStack, old: OutStack) -> int:
    """Set and report the alternate signal stack. EPERM while on it, EINVAL, ENOMEM, EFAULT."""
    signals, stack_pointer = task.signals, task.system.machine.registers[ESP]
    start, size = signals.stack_start, signals.stack_size
    flags = alternate_stack.status(signals, stack_pointer)
    if stack:
        alternate_stack.replace(signals, stack_pointer, *read_stack(task, stack))
    if old:
        write_stack(task, old, start, flags, size)
    return 0
