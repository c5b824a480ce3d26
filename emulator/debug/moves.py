"""Moves: the units in which a person steps a run, forwards and backwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from emulator.debug.over import step_back_over, step_over
from emulator.debug.told import BEGINNING, TELLING, end, most_telling, phrase, told
from emulator.stops import CatchCall, CatchEvent, Reason
from emulator.views.inert import visible
from kernel.events import Suspended

if TYPE_CHECKING:
    from emulator.stepper import Stepper
    from emulator.stops import Stopped

Move = Callable[["Stepper"], str]
"""What makes a stepper move; the sentence that tells where it led."""

_ENTRY = CatchCall(exit=False)
_CALLS = CatchCall()
_EVENTS = CatchEvent(frozenset(TELLING))
_VFORK = CatchEvent(frozenset({Suspended}))
_PLACE = re.compile(r"(e?)(\d{1,18})")


def stay(stepper: Stepper) -> str:
    """No move at all."""
    return "before the first instruction" if stepper.at_start else ""


def _sentence(stepper: Stepper, stopped: Stopped) -> str:
    if stopped.reason is Reason.END:
        return end(stepper)
    return told(stopped, stepper.events_at(stepper.position))


# ---- instructions ------------------------------------------------------------------------------


def instruction(stepper: Stepper) -> str:
    """One step of whoever runs next: an instruction, or a system call attempted."""
    return _stepped(stepper, stepper.step())


def instruction_back(stepper: Stepper) -> str:
    """Back by one step."""
    return _stepped(stepper, stepper.back())


def _stepped(stepper: Stepper, stopped: Stopped) -> str:
    """What the step did, if anything that can be said in words."""
    if stopped.reason is not Reason.STEP:
        return _sentence(stepper, stopped)
    event = most_telling(stepper.events_at(stepper.position))
    return phrase(event) if event is not None else ""


def over(stepper: Stepper) -> str:
    """One step of this task, with all that it calls or asks the kernel for."""
    return _stepped(stepper, step_over(stepper, ()))


def over_back(stepper: Stepper) -> str:
    """Back by one step of this task, with all that it had called or asked for."""
    return _stepped(stepper, step_back_over(stepper))


# ---- system calls and events -------------------------------------------------------------------


def system_call(stepper: Stepper) -> str:
    """On to where a system call is entered, or has ended."""
    return _sentence(stepper, stepper.run([_CALLS]))


def system_call_back(stepper: Stepper) -> str:
    """Back to the same."""
    return _sentence(stepper, stepper.run_back([_CALLS]))


def process_event(stepper: Stepper) -> str:
    """On to where something happens to a process."""
    return _sentence(stepper, stepper.run([_EVENTS]))


def process_event_back(stepper: Stepper) -> str:
    """Back to the same."""
    return _sentence(stepper, stepper.run_back([_EVENTS]))


def vfork(stepper: Stepper) -> str:
    """On to the entry of the next call that suspends its caller: vfork, or clone as vfork.

    Where none comes everything stays where it is.
    """
    here = stepper.position
    stopped = stepper.run([_VFORK])
    while stopped.reason is Reason.EVENT:
        there = stepper.position
        entered = stepper.run_back([_ENTRY], stopped.tid)
        if entered.position > here:
            return _sentence(stepper, entered)
        stepper.goto(there)
        stopped = stepper.run([_VFORK])
    if stopped.reason is not Reason.END:
        return _sentence(stepper, stopped)
    stepper.goto(here)
    return "no vfork comes any more"


def vfork_back(stepper: Stepper) -> str:
    """Back to the entry of the last call that suspended its caller, else to the beginning."""
    stopped = stepper.run_back([_VFORK])
    if stopped.reason is Reason.EVENT:
        stopped = stepper.run_back([_ENTRY], stopped.tid)
    return _sentence(stepper, stopped)


# ---- all the way -------------------------------------------------------------------------------


def run(stepper: Stepper) -> str:
    """On to the end, or to where input is missing, or until interrupted."""
    return _sentence(stepper, stepper.run())


def run_back(stepper: Stepper) -> str:
    """Back to the start."""
    stepper.goto(0)
    return BEGINNING


def goto(text: str) -> Move:
    """To the position, or (`e12`) to behind the event, that somebody has typed."""

    def move(stepper: Stepper) -> str:
        match = _PLACE.fullmatch(text.strip())
        if match is None:
            return f"not a step (12) or an event (e7): {visible(text)}"
        number = int(match[2])
        stopped = stepper.goto_event(number) if match[1] else stepper.goto(number)
        return _stepped(stepper, stopped)

    return move
