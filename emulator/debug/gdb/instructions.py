"""Instructions: the stepper's steps as gdb counts them.

A system call is one instruction for gdb and at least two steps here (`int $0x80`, then the call, as
often as it is tried); an instruction whose first attempt only brings in a page is two steps, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kernel.events import PageFaulted, SignalDelivered
from kernel.signals import delivery

if TYPE_CHECKING:
    from emulator.stepper import Stepper
    from kernel.task.task import Task


def is_at_rest(task: Task) -> bool:
    """Whether an instruction is what the task does next."""
    return task.call is None and not delivery.is_due(task)


class Before(NamedTuple):
    """A task before a step: where it was to go on, and whether with an instruction."""

    position: int
    tid: int
    address: int
    at_rest: bool


def before(stepper: Stepper, task: Task) -> Before:
    """The present, to be asked about after a step."""
    return Before(stepper.position, task.tid, task.instruction, is_at_rest(task))


def has_executed(stepper: Stepper, start: Before) -> bool:
    """Whether the step that the task took from there on completed an instruction.

    The first instruction of a signal handler is reached by one, as when Linux steps.
    """
    task = stepper.find_task(start.tid)
    if task is None or task.call is not None or _is_idle(stepper, start, task.instruction):
        return False
    if start.at_rest:
        return True
    delivered = [
        event.action
        for event in stepper.events_at(start.position + 1)
        if isinstance(event, SignalDelivered) and event.pid == start.tid
    ]
    return not delivered or "handler" in delivered


def step_back(stepper: Stepper, tid: int) -> bool:
    """Go back to where task `tid` was to execute the instruction it has executed last.

    False where there is none; we are then where we were.
    """
    here, task = stepper.position, stepper.find_task(tid)
    while task is not None and not stepper.at_start:
        after = task.instruction
        stepper.back(1, tid)
        task = stepper.find_task(tid)
        if task is None or not is_at_rest(task):
            continue
        if not _is_idle(stepper, before(stepper, task), after):
            return True
    stepper.goto(here)
    return False


def _is_idle(stepper: Stepper, start: Before, after: int) -> bool:
    """Whether a step after which the task is at `after` executes nothing: it brings in a page or
    input, or is a change by a debugger.
    """
    known = stepper.history.next_input(start.position)
    if known is not None and known.position == start.position:
        return True
    return after == start.address and any(
        isinstance(event, PageFaulted) and event.pid == start.tid and event.kind != "bad"
        for event in stepper.events_at(start.position + 1)
    )
