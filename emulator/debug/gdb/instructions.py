"""Instructions: the stepper's steps as gdb counts them.

A system call is one instruction for gdb and at least two steps here (`int $0x80`, then the call, as
often as it is tried); an instruction whose first attempt only brings in a page is two steps, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.events import PageFaulted, SignalDelivered
from kernel.signals import delivery

if TYPE_CHECKING:
    from emulator.stepper import Stepper
    from kernel.task.task import Task


def is_at_rest(task: Task) -> bool:
    """Whether an instruction is what the task does next."""
    return task.call is None and not delivery.is_due(task)


def has_executed(stepper: Stepper, tid: int, position: int, was_at_rest: bool) -> bool:
    """Whether the step that task `tid` took from `position` on completed an instruction.

    The first instruction of a signal handler is reached by one, as when Linux steps.
    """
    task = stepper.find_task(tid)
    if task is None or task.call is not None or _is_idle(stepper, tid, position):
        return False
    if was_at_rest:
        return True
    delivered = [
        event.action
        for event in stepper.events_at(position + 1)
        if isinstance(event, SignalDelivered) and event.pid == tid
    ]
    return not delivered or "handler" in delivered


def step_back(stepper: Stepper, tid: int) -> bool:
    """Go back to where task `tid` was to execute the instruction it has executed last.

    False where there is none; we are then where we were.
    """
    here = stepper.position
    while not stepper.at_start:
        stepper.back(1, tid)
        task = stepper.find_task(tid)
        if task is None:
            break
        if is_at_rest(task) and not _is_idle(stepper, tid, stepper.position):
            return True
    stepper.goto(here)
    return False


def _is_idle(stepper: Stepper, tid: int, position: int) -> bool:
    """Whether the step from a position on executes nothing: it brings in a page or input, or is a
    change by a debugger.
    """
    known = stepper.history.next_input(position)
    if known is not None and known.position == position:
        return True
    return any(
        isinstance(event, PageFaulted) and event.pid == tid and event.kind != "bad"
        for event in stepper.events_at(position + 1)
    )
