"""Which signals are blocked, and which wait: sigprocmask(2), sigpending(2), sgetmask(2)."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.signals import SigprocmaskHow
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.signals import masks
from kernel.syscalls.arguments import ChoiceArgument, HexArgument, Size
from kernel.syscalls.signal_structures import (
    InOldSet,
    InSet,
    OldMask,
    OutOldSet,
    OutSet,
    OutSizedSet,
    check_set_size,
    read_set,
    write_set,
)
from kernel.syscalls.table import syscall
from kernel.task.task import Task

_LOW = 0xFFFF_FFFF
How = Annotated[int, ChoiceArgument(SigprocmaskHow, "SIG_")]
MaskWord = Annotated[int, HexArgument()]


@syscall(Sysno.RT_SIGPROCMASK)
def rt_sigprocmask(task: Task, how: How, mask: InSet, old: OutSet, size: Size) -> int:
    """Change and report the blocked signals; either pointer may be NULL. EINVAL, EFAULT."""
    check_set_size(size)
    previous = task.signals.blocked
    if mask:
        masks.set_blocked(task, _combined(how, previous, read_set(task, mask)))
    if old:
        write_set(task, old, previous)
    return 0


@syscall(Sysno.SIGPROCMASK)
def sigprocmask(task: Task, how: How, mask: InOldSet, old: OutOldSet) -> int:
    """The same for the first 32 signals; the others stay as they are."""
    previous = task.signals.blocked
    if mask:
        low = _combined(how, previous & _LOW, task.memory.read_word(mask))
        masks.set_blocked(task, previous & ~_LOW | low)
    if old:
        task.memory.write_word(old, previous & _LOW)
    return 0


def _combined(how: int, blocked: int, mask: int) -> int:
    if how == SigprocmaskHow.SIG_BLOCK:
        return blocked | mask
    if how == SigprocmaskHow.SIG_UNBLOCK:
        return blocked & ~mask
    if how == SigprocmaskHow.SIG_SETMASK:
        return mask
    raise SysError(Errno.EINVAL)


def _pending(task: Task) -> int:
    signals = task.signals
    return (signals.pending.mask | task.process.pending.mask) & signals.blocked


@syscall(Sysno.RT_SIGPENDING)
def rt_sigpending(task: Task, mask: OutSizedSet, size: Size) -> int:
    """Store the set of signals that are pending and blocked; `size` may be less than 8."""
    if size > 8:
        raise SysError(Errno.EINVAL)
    task.memory.write(mask, _pending(task).to_bytes(8, "little")[:size])
    return 0


@syscall(Sysno.SIGPENDING)
def sigpending(task: Task, mask: OutOldSet) -> int:
    """The same for the first 32 signals."""
    task.memory.write_word(mask, _pending(task) & _LOW)
    return 0


@syscall(Sysno.SGETMASK)
def sgetmask(task: Task) -> MaskWord:
    """The first 32 blocked signals."""
    return task.signals.blocked & _LOW


@syscall(Sysno.SSETMASK)
def ssetmask(task: Task, mask: OldMask) -> MaskWord:
    """Block these of the first 32 signals and no others at all; the old mask."""
    previous = task.signals.blocked & _LOW
    masks.set_blocked(task, mask)
    return previous
