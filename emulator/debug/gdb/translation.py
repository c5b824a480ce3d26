"""From what happened in the guest to what gdb is told, in gdb's terms and only of its processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from emulator.debug.gdb.stops import (
    Accessed,
    AtBreakpoint,
    AtCall,
    Executed,
    Exited,
    Forked,
    Report,
    Signalled,
    ThreadCreated,
    ThreadExited,
    VforkDone,
    Wrote,
)
from emulator.stops import AccessWatch, Breakpoint, Reason, Stopped, Watchpoint
from kernel import events
from kernel.abi.process import CloneFlag

if TYPE_CHECKING:
    from emulator.debug.gdb.debuggee import Debuggee
    from kernel.events import Event
    from kernel.task.task import Task


_CALLS = (events.SyscallEntered, events.SyscallExited)


class Translator:
    """Follows the events of a run; each is translated once."""

    def __init__(self, debuggee: Debuggee) -> None:
        self._debuggee = debuggee
        self._next = 0
        """Number of the first event that was not looked at yet."""
        self._pids: dict[int, int] = {}
        """Of threads, by tid: an event may tell of one that is gone."""
        self._handlers: dict[type[Event], Callable[[int, Any], Iterator[Report]]] = {
            events.TaskCreated: self._created,
            events.TaskExecuted: self._executed,
            events.TaskExited: self._exited,
            events.Released: self._released,
            events.SyscallEntered: self._call_entered,
            events.SyscallExited: self._call_exited,
        }
        self.start_here()

    def start_here(self) -> None:
        """We are where we are by travelling: what happened before is not news."""
        system = self._debuggee.stepper.system
        self._next = system.journal.sequence
        self._pids = {task.tid: task.pid for task in system.tasks.tasks()}

    def reports(self, stopped: Stopped) -> list[Report]:
        """What gdb is to be told of a stop, in the order in which it happened."""
        found = list(self._place(stopped))
        for event in self._news(stopped):
            pid = self._pids.get(event.pid, event.pid)
            handler = self._handlers.get(type(event))
            if handler is not None and (pid in self._debuggee.attached or handler == self._created):
                found += handler(pid, event)
        return found

    def places_at(self, stopped: Stopped) -> list[Report]:
        """The same of a stop that going back has met: breakpoints, memory, system calls."""
        if stopped.event is None:
            return list(self._place(stopped))
        pid = self._pids.get(stopped.tid, stopped.tid)
        if pid not in self._debuggee.attached or not isinstance(stopped.event, _CALLS):
            return []
        return list(self._handlers[type(stopped.event)](pid, stopped.event))

    def _news(self, stopped: Stopped) -> Iterable[Event]:
        stepper = self._debuggee.stepper
        fresh = [e for e in stepper.events_at(stopped.position) if e.sequence >= self._next]
        self._next = stepper.system.journal.sequence
        return fresh

    # ---- places ------------------------------------------------------------------------------

    def _place(self, stopped: Stopped) -> Iterator[Report]:
        pid, stop = self._pids.get(stopped.tid, 0), stopped.stop
        interests = self._debuggee.attached.get(pid)
        if interests is None:
            return
        if stopped.reason is Reason.BREAKPOINT and isinstance(stop, Breakpoint):
            kind = interests.breakpoints.get(stop.address)
            if kind is not None:
                yield AtBreakpoint(pid, stopped.tid, kind)
        elif stopped.reason is Reason.WATCHPOINT and isinstance(stop, Watchpoint):
            if (stop.address, stop.length) in interests.watches:
                yield Wrote(pid, stopped.tid, stop.address)
        elif stopped.reason is Reason.ACCESS and isinstance(stop, AccessWatch):
            if (stop.address, stop.length, stop.writes) in interests.accesses:
                yield Accessed(pid, stopped.tid, stop.address, stop.writes)
        elif stopped.reason is Reason.SIGNAL_WAITS:
            info = self._debuggee.stepper.kernel.upcoming_signal
            if info is not None and self._debuggee.is_news(stopped.tid, info):
                yield Signalled(pid, stopped.tid, info)

    def at(self, task: Task) -> Report | None:
        """The same of the place where a thread, which runs next, is already."""
        info = self._debuggee.stepper.kernel.upcoming_signal
        if info is not None:
            is_news = self._debuggee.is_news(task.tid, info)
            return Signalled(task.pid, task.tid, info) if is_news else None
        return self.breakpoint_at(task)

    def breakpoint_at(self, task: Task) -> Report | None:
        """The breakpoint at the instruction that a thread executes next."""
        kind = self._debuggee.attached[task.pid].breakpoints.get(task.instruction)
        return AtBreakpoint(task.pid, task.tid, kind) if kind and task.call is None else None

    # ---- events ------------------------------------------------------------------------------

    def _created(self, pid: int, event: events.TaskCreated) -> Iterator[Report]:
        debuggee = self._debuggee
        self._pids[event.child] = event.tgid
        if pid not in debuggee.attached:
            return
        if event.flags & CloneFlag.CLONE_THREAD:
            if debuggee.reports_threads:
                yield ThreadCreated(pid, event.child)
            return
        by_vfork = bool(event.flags & CloneFlag.CLONE_VFORK)
        if ("vfork-events" if by_vfork else "fork-events") in debuggee.features:
            debuggee.adopt(pid, event.tgid)
            yield Forked(pid, event.pid, event.tgid, by_vfork)

    def _executed(self, pid: int, event: events.TaskExecuted) -> Iterator[Report]:
        self._debuggee.attached[pid].forget_places()
        if "exec-events" in self._debuggee.features:
            yield Executed(pid, event.pid, event.path)

    def _released(self, pid: int, event: events.Released) -> Iterator[Report]:
        if "vfork-events" in self._debuggee.features:
            yield VforkDone(pid, event.pid)

    def _exited(self, pid: int, event: events.TaskExited) -> Iterator[Report]:
        process = self._debuggee.stepper.system.tasks.process(pid)
        if process is None or process.is_zombie:
            yield Exited(pid, event.status)
        elif self._debuggee.reports_threads:
            yield ThreadExited(pid, event.pid, event.status)

    def _call_entered(self, pid: int, event: events.SyscallEntered) -> Iterator[Report]:
        yield AtCall(pid, event.pid, event.number, returns=False)

    def _call_exited(self, pid: int, event: events.SyscallExited) -> Iterator[Report]:
        if event.result is not None:
            yield AtCall(pid, event.pid, event.number, returns=True)
