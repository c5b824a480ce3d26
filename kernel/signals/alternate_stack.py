"""The alternate signal stack (sigaltstack(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.signals import MINSIGSTKSZ, SS_AUTODISARM, SS_DISABLE, SS_ONSTACK
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.signals.state import SignalState


def is_on_stack(signals: SignalState, stack_pointer: int) -> bool:
    """Whether the alternate stack is in use by this stack pointer; one that disarms never is."""
    if signals.stack_flags & SS_AUTODISARM:
        return False
    return is_within(signals, stack_pointer)


def is_within(signals: SignalState, stack_pointer: int) -> bool:
    """Whether the address lies in the range of the alternate stack, its very end included."""
    return 0 < stack_pointer - signals.stack_start <= signals.stack_size


def status(signals: SignalState, stack_pointer: int) -> int:
    """ss_flags as sigaltstack returns them: SS_DISABLE, SS_ONSTACK or 0, with SS_AUTODISARM."""
    if not signals.stack_size:
        state = SS_DISABLE
    else:
        state = SS_ONSTACK if is_on_stack(signals, stack_pointer) else 0
    return state | signals.stack_flags & SS_AUTODISARM


def replace(signals: SignalState, stack_pointer: int, start: int, flags: int, size: int) -> None:
    """Set the stack; EPERM while it is in use, EINVAL for unknown flags, ENOMEM when too small."""
    if is_on_stack(signals, stack_pointer):
        raise SysError(Errno.EPERM)
    mode = flags & ~SS_AUTODISARM
    if mode not in (0, SS_ONSTACK, SS_DISABLE):
        raise SysError(Errno.EINVAL)
    if (start, flags, size) == (signals.stack_start, signals.stack_flags, signals.stack_size):
        return
    if mode == SS_DISABLE:
        start = size = 0
    elif size < MINSIGSTKSZ:
        raise SysError(Errno.ENOMEM)
    signals.stack_start, signals.stack_size, signals.stack_flags = start, size, flags


def disarm(signals: SignalState) -> None:
    """Have no alternate stack."""
    signals.stack_start, signals.stack_size, signals.stack_flags = 0, 0, SS_DISABLE
