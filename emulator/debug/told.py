"""Why a run stopped, told in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.stops import Reason
from emulator.views.inert import visible
from emulator.views.kernel_lines import KernelStrace
from emulator.views.results import result
from emulator.views.values import DEFAULT, arguments_text
from emulator.views.wait_status import ending
from kernel.abi.signals import signal_name
from kernel.events import (
    Event,
    Released,
    SignalDelivered,
    Suspended,
    Switched,
    SyscallEntered,
    SyscallExited,
    TaskCreated,
    TaskExecuted,
    TaskExited,
    TaskReaped,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emulator.stepper import Stepper
    from emulator.stops import Stopped

TELLING: tuple[type[Event], ...] = (
    Suspended,
    Released,
    TaskExecuted,
    TaskExited,
    TaskReaped,
    TaskCreated,
    Switched,
)
"""Events about processes; of several at once the first of these says most."""

_LATER = ("text", "..")
"""Stands for an argument that only the end of the call tells."""
BEGINNING = "the beginning"
_PLAIN = {
    Reason.START: BEGINNING,
    Reason.INPUT: "everybody waits for input",
    Reason.LIMIT: "as far as asked for",
    Reason.INTERRUPTED: "stopped by you",
    Reason.END: "nothing can go on",
}


def told(stopped: Stopped, happened: Iterable[Event] = ()) -> str:
    """The sentence; `happened` are all events of the last step, of which one may tell more."""
    if stopped.reason in _PLAIN:
        return _PLAIN[stopped.reason]
    event = stopped.event
    if stopped.reason is Reason.EVENT:
        event = most_telling(happened) or event
    if event is None:
        return _without_event(stopped)
    return phrase(event)


def end(stepper: Stepper) -> str:
    """How a run that cannot go on has ended."""
    if stepper.first_has_ended:
        return f"the guest has ended with status {stepper.status}"
    return "every process sleeps, and nothing can wake one"


def most_telling(events: Iterable[Event]) -> Event | None:
    """The event that says most of what happened: about processes, else about a call."""
    known = (*TELLING, SyscallExited, SyscallEntered, SignalDelivered)
    found = [event for event in events if isinstance(event, known)]
    return min(found, key=lambda event: known.index(type(event)), default=None)


def _without_event(stopped: Stopped) -> str:
    if stopped.reason is Reason.BREAKPOINT:
        return f"{stopped.tid} is at a breakpoint"
    if stopped.reason is Reason.WATCHPOINT:
        return f"{stopped.tid} has changed what is watched"
    return ""


def phrase(event: Event) -> str:
    """One event in words, on one line of printable ASCII."""
    return visible(_phrase(event))


def _phrase(event: Event) -> str:
    if isinstance(event, SyscallEntered):
        known = tuple(_LATER if value is None else value for value in event.arguments)
        return f"{event.pid} calls {event.name}({arguments_text(known, DEFAULT)})"
    if isinstance(event, SyscallExited):
        return _returned(event)
    if isinstance(event, TaskExited):
        return f"{event.pid} {ending(event.status)}"
    if isinstance(event, SignalDelivered):
        return f"{event.pid} gets {signal_name(event.signal)}: {event.action}"
    if isinstance(event, Switched):
        return f"the CPU goes over to {event.pid}"
    return KernelStrace().feed(event).strip("* \n")


def _returned(event: SyscallExited) -> str:
    if event.result is None and event.error is None:
        return f"{event.pid} does not come back from {event.name}"
    return f"{event.pid}: {event.name} returns {result(event, DEFAULT, raw=False)}"
