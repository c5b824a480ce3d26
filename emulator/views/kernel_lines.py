"""What strace cannot show: lines between the calls for what the kernel did (`trace --kernel`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.views.line_options import Options
from emulator.views.strace import Strace
from kernel import events
from kernel.abi.process import CloneFlag
from kernel.abi.signals import signal_name
from kernel.clock import NANOSECONDS

_FAULT_TEXTS = {
    "zero": "a zeroed page",
    "copy": "a copy of its own",
    "reuse": "made writable, nobody else has it",
    "file": "from the page cache",
    "grow": "the stack grows",
    "bad": "no area allows it",
}
_STATE_TEXTS = {
    "BLOCKED": "waits for {why}",
    "HELD": "is suspended for {why}",
    "READY": "{why}",
    "STOPPED": "is stopped",
    "TRACED": "is stopped for its tracer",
    "ZOMBIE": "is over",
    "DEAD": "is over",
}


class KernelStrace(Strace):
    """strace's lines, and between them `*** … ***` for faults, switches, wake-ups and sharing."""

    def __init__(self, options: Options | None = None) -> None:
        super().__init__(options or Options())
        self._left: dict[int, str] = {}
        """Why each task gave the CPU away last."""
        self._last: int | None = None
        own: dict[type[events.Event], Callable[[Any], str]] = {
            events.TaskCreated: self._created,
            events.TaskExecuted: self._executed,
            events.TaskReaped: self._reaped,
            events.StateChanged: self._changed,
            events.Switched: self._switched,
            events.Suspended: self._suspended,
            events.Released: self._released,
            events.Woken: self._woken,
            events.PageFaulted: self._faulted,
            events.SignalSent: self._sent,
            events.SignalHeld: self._held,
            events.MemoryReleased: self._memory_released,
            events.ClockAdvanced: self._advanced,
        }
        self._handlers.update(own)

    def _aside(self, pid: int, body: str) -> str:
        return self._whole_line(pid, f"*** {body} ***")

    def _created(self, event: events.TaskCreated) -> str:
        shares = "shares" if event.flags & CloneFlag.CLONE_VM else "has a copy,"
        kind = "thread" if event.child != event.tgid else "process"
        body = f"{kind} {event.child} created: {shares} {event.memory}"
        return self._task_created(event) + self._aside(event.pid, body)

    def _executed(self, event: events.TaskExecuted) -> str:
        told = self._aside(event.pid, f"{event.pid} runs {event.path!a} in {event.memory}")
        return told + self._task_executed(event)

    def _reaped(self, event: events.TaskReaped) -> str:
        return self._aside(event.pid, f"{event.child} reaped")

    def _changed(self, event: events.StateChanged) -> str:
        if event.old == "RUNNING":
            self._left[event.pid] = _STATE_TEXTS[event.new].format(why=event.why or "its turn")
        return ""

    def _switched(self, event: events.Switched) -> str:
        before, self._last = self._last, event.pid
        if before is None or before == event.pid:
            return ""
        why = self._left.get(before, "is over")
        return self._aside(event.pid, f"switch to {event.pid}: {before} {why}")

    def _suspended(self, event: events.Suspended) -> str:
        body = f"parent {event.pid} suspended: child {event.child} has not exec'd"
        return self._aside(event.pid, body)

    def _released(self, event: events.Released) -> str:
        return self._aside(event.pid, f"parent {event.pid} goes on: child {event.by} {event.how}")

    def _woken(self, event: events.Woken) -> str:
        return self._aside(event.pid, f"{event.pid} woken: {event.by}")

    def _faulted(self, event: events.PageFaulted) -> str:
        body = f"page fault: {event.access} at {event.address:#x}: {_FAULT_TEXTS[event.kind]}"
        return self._aside(event.pid, body)

    def _sent(self, event: events.SignalSent) -> str:
        sender = f"by {event.pid}" if event.pid else "by the kernel"
        body = f"{signal_name(event.signal)} sent to {event.target} {sender}"
        return self._aside(event.pid or event.target, body)

    def _held(self, event: events.SignalHeld) -> str:
        body = f"{signal_name(event.signal)} for {event.pid} waits until the memory is released"
        return self._aside(event.pid, body)

    def _memory_released(self, event: events.MemoryReleased) -> str:
        return self._aside(event.pid, f"{event.memory} released by its last user")

    def _advanced(self, event: events.ClockAdvanced) -> str:
        seconds = event.by / NANOSECONDS
        return self._aside(self._last or 0, f"every task sleeps: the clock jumps {seconds:g} s")
