"""Masks: which signals a task blocks, for good or for the time of one call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kernel.abi.signals import ALL_SIGNALS, UNBLOCKABLE
from kernel.errors import Block, SysError
from kernel.signals import attention

if TYPE_CHECKING:
    from kernel.task.task import Task


def set_blocked(task: Task, mask: int) -> None:
    """Block these signals and no others; SIGKILL and SIGSTOP cannot be blocked."""
    signals = task.signals
    mask &= ALL_SIGNALS & ~UNBLOCKABLE
    newly_blocked = mask & ~signals.blocked
    signals.blocked = mask
    if newly_blocked & task.process.pending.mask and signals.attention:
        attention.retarget(task, newly_blocked)
    attention.refresh(task)


def block_during_call(task: Task, mask: int) -> None:
    """Exchange the mask for the time of a call (sigsuspend, ppoll, pselect6, epoll_pwait).

    Repeat it in every attempt. A handler's frame, or the end of the call through
    `restore_after_call`, brings the old mask back.
    """
    if task.signals.saved_mask is None:
        task.signals.saved_mask = task.signals.blocked
    set_blocked(task, mask)


def restore_after_call(task: Task) -> None:
    """Go back to the mask from before `block_during_call`, if that is still to be done."""
    saved = task.signals.saved_mask
    if saved is not None:
        task.signals.saved_mask = None
        set_blocked(task, saved)


@contextmanager
def exchanged(task: Task, mask: int | None) -> Iterator[None]:
    """Around the work of a call that takes a mask (None: it was given none).

    The old mask is back when the work is done or fails; while the call sleeps, it is not.
    """
    if mask is not None:
        block_during_call(task, mask)
    try:
        yield
    except Block:
        raise
    except SysError:
        restore_after_call(task)
        raise
    restore_after_call(task)
