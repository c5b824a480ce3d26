"""Stops with numbers, as `info breakpoints` lists them and `delete` names them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from emulator.debug.command_table import CommandError
from emulator.stops import (
    AccessWatch,
    Breakpoint,
    CatchCall,
    CatchEvent,
    CatchSignal,
    Reason,
    Stop,
    Stopped,
)
from kernel.abi.signals import signal_name
from kernel.call_report import call_name

_SHOWN = 16
"""Octets of a change that are shown."""


@dataclass(frozen=True)
class NumberedStop:
    """A stop with its number, what was asked for, and how often it was met."""

    number: int
    stop: Stop
    text: str
    is_temporary: bool = False
    hits: int = 0


class NumberedStops:
    """The stops of one debugging session, in order of their numbers."""

    def __init__(self) -> None:
        self.all: dict[int, NumberedStop] = {}
        self._next = 1

    def add(self, stop: Stop, text: str, is_temporary: bool = False) -> NumberedStop:
        """Give a stop the next number."""
        made = NumberedStop(self._next, stop, text, is_temporary)
        self.all[self._next] = made
        self._next += 1
        return made

    def delete(self, number: int) -> None:
        """Forget one; CommandError where there is none of this number."""
        if self.all.pop(number, None) is None:
            raise CommandError(f"there is no breakpoint number {number}")

    def active(self) -> list[Stop]:
        """What to give to a run."""
        return [item.stop for item in self.all.values()]

    def met(self, stopped: Stopped) -> str:
        """What to tell about why a run stopped; nothing where it was only steps."""
        text = _reason(stopped)
        for item in self.all.values():
            if item.stop is stopped.stop:
                if item.is_temporary:
                    del self.all[item.number]
                else:
                    self.all[item.number] = replace(item, hits=item.hits + 1)
                return f"{kind_of(item.stop)} {item.number}, {text}"
        return text[:1].upper() + text[1:]


def kind_of(stop: Stop) -> str:
    """What a stop is called."""
    if isinstance(stop, Breakpoint):
        return "Breakpoint"
    if isinstance(stop, AccessWatch):
        return "Access watchpoint" if stop.writes else "Read watchpoint"
    return "Catchpoint" if isinstance(stop, CatchCall | CatchEvent | CatchSignal) else "Watchpoint"


def _value(octets: bytes) -> str:
    """A number, where it may be one; otherwise the first octets."""
    if len(octets) in (1, 2, 4, 8):
        return str(int.from_bytes(octets, "little", signed=True))
    return octets[:_SHOWN].hex(" ") + (" …" if len(octets) > _SHOWN else "")


def _reason(stopped: Stopped) -> str:
    event, task = stopped.event, f"task {stopped.tid}"
    match stopped.reason:
        case Reason.SYSCALL_ENTRY:
            return f"{task}: call of {call_name(event.number)}"  # type: ignore[union-attr]
        case Reason.SYSCALL_EXIT:
            return f"{task}: end of {call_name(event.number)}"  # type: ignore[union-attr]
        case Reason.SIGNAL:
            return f"{task}: {signal_name(event.signal)}"  # type: ignore[union-attr]
        case Reason.EVENT:
            return f"{task}: {type(event).__name__}"
        case Reason.BREAKPOINT | Reason.ACCESS:
            return task
        case Reason.WATCHPOINT:
            assert stopped.change is not None
            old, new = map(_value, stopped.change)
            return f"{task}: {old} -> {new}"
        case Reason.START:
            return "the beginning of history"
        case Reason.INPUT:
            return "a task waits for input, and there is none"
        case Reason.INTERRUPTED:
            return "interrupted"
    return ""
