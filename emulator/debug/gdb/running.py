"""Running: the guest goes on as gdb's plan says, or back, until there is something to tell.

Everything halts together (gdb's all-stop mode). Threads that the plan leaves out are frozen; where
we are in the past, what happens next has happened already, and nobody is frozen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from emulator.changes import Freeze, Kill
from emulator.debug.gdb.instructions import before, has_executed, is_at_rest, step_back
from emulator.debug.gdb.plan import Action, Plan
from emulator.debug.gdb.ranges import exits
from emulator.debug.gdb.stops import (
    Accessed,
    AtLogEnd,
    Interrupted,
    NothingResumed,
    Report,
    Stepped,
    Wrote,
)
from emulator.debug.gdb.translation import Translator
from emulator.stops import (
    AccessWatch,
    BeforeSignal,
    Breakpoint,
    CatchCall,
    CatchEvent,
    Reason,
    Stop,
    Stopped,
    Watchpoint,
)
from kernel import events
from kernel.abi.errno import Errno
from kernel.abi.signals import LAST_SIGNAL
from kernel.errors import SysError

if TYPE_CHECKING:
    from emulator.debug.gdb.connection import Connection
    from emulator.debug.gdb.debuggee import Debuggee
    from kernel.task.task import Task

_LIFE = CatchEvent(
    frozenset({events.TaskCreated, events.TaskExecuted, events.TaskExited, events.Released})
)
"""What the server must always know of."""
_TURN = CatchEvent(frozenset({events.Switched}))
_HANDLED = CatchEvent(frozenset({events.SignalDelivered}))
"""A thread may be in a handler."""
_MANY = 200
"""Places that are looked out for at a time, where it is still worth it."""
_BIRTH = CatchEvent(frozenset({events.TaskCreated, events.TaskExecuted}))
"""gdb cannot follow a process back beyond these."""


class Runner:
    """Lets the guest of a debuggee run, for the gdb at the other end of a connection."""

    def __init__(self, debuggee: Debuggee, connection: Connection) -> None:
        self._debuggee = debuggee
        self._stepper = debuggee.stepper
        self._connection = connection
        self._translator = Translator(debuggee)

    # ---- forwards ----------------------------------------------------------------------------

    def resume(self, plan: Plan) -> Report:
        """Go on until there is something to tell. Raises Gone where gdb is."""
        debuggee, stepper = self._debuggee, self._stepper
        report = debuggee.take_pending(plan)
        if report is not None:
            return report
        debuggee.settle_signals(plan)
        if stepper.position == stepper.frontier:
            self._freeze(plan)
        frontier = stepper.frontier if stepper.position < stepper.frontier else None
        stops = self._stops()
        steps = any(action.steps for action, _ in plan.actions)
        self._forget_returns(plan)
        while True:
            if not any(plan.action_of(task.pid, task.tid) for task in debuggee.threads()):
                return NothingResumed()
            task = stepper.task
            report = self._untold(plan, task)
            if report is not None:
                return report
            if steps and task is not None and self._action(plan, task).steps:
                report = self._step(plan, task, stops)
            else:
                report = self._run(plan, [*stops, _TURN] if steps else stops, frontier)
            if report is not None:
                return report

    def _untold(self, plan: Plan, task: Task | None) -> Report | None:
        """What the thread that runs next would meet where it is, having come here meanwhile, or
        having been put here by gdb.
        """
        debuggee = self._debuggee
        if task is None or task.pid not in debuggee.attached:
            return None
        if plan.action_of(task.pid, task.tid) is None:
            return None
        tid, position, address = debuggee.told_at
        if (tid, position) != (task.tid, self._stepper.position):
            return self._translator.at(task)
        return None if task.instruction == address else self._translator.breakpoint_at(task)

    def _action(self, plan: Plan, task: Task) -> Action:
        """What a task is to do; one that gdb does not have runs on."""
        own = plan.action_of(task.pid, task.tid) if task.pid in self._debuggee.attached else None
        return own or Action()

    def _forget_returns(self, plan: Plan) -> None:
        """Threads that go on at their own pace return from their calls without a stop."""
        for task in self._debuggee.threads():
            action = plan.action_of(task.pid, task.tid)
            if action is not None and not action.steps:
                self._debuggee.returning.discard(task.tid)

    def _freeze(self, plan: Plan) -> None:
        """Hold the threads that the plan leaves out."""
        held = frozenset(
            task.tid
            for task in self._debuggee.threads()
            if plan.action_of(task.pid, task.tid) is None
        )
        if held != self._stepper.kernel.frozen:
            self._debuggee.change(Freeze(held))

    def _step(self, plan: Plan, task: Task, stops: list[Stop]) -> Report | None:
        """One step of the thread that runs next."""
        if is_at_rest(task) and task.tid in self._debuggee.returning:
            return Stepped(task.pid, task.tid)
        stepper, pid, tid = self._stepper, task.pid, task.tid
        inside = self._action(plan, task).inside
        ways_out = None if inside is None else self._exits(task, inside, stops)
        if ways_out is not None:
            return self._through(plan, task, [*stops, *ways_out])
        start = before(stepper, task)
        report = self._what_happened(plan, self._go(stops, 1))
        if report is not None or stepper.position == start.position:
            return report
        if not has_executed(stepper, start):
            return None
        now = stepper.find_task(tid)
        if inside is not None and now is not None and inside[0] <= now.instruction < inside[1]:
            return None
        return Stepped(pid, tid)

    def _exits(self, task: Task, inside: tuple[int, int], stops: list[Stop]) -> list[Stop] | None:
        """What to look out for so that a thread can run through a range; None: it must step."""
        if not is_at_rest(task):
            return None
        places = exits(self._stepper, task, *inside)
        if places is None or task.instruction in places or len(places) + len(stops) > _MANY:
            return None
        return [_TURN, _HANDLED, *(Breakpoint(place, task.tid) for place in sorted(places))]

    def _through(self, plan: Plan, task: Task, stops: list[Stop]) -> Report | None:
        """The thread that runs next runs to where it may leave its range."""
        tid, (start, end) = task.tid, self._action(plan, task).inside or (0, 0)
        report = self._what_happened(plan, self._go(stops, None))
        now = self._stepper.find_task(tid)
        if report is not None or now is None or not is_at_rest(now):
            return report
        return None if start <= now.instruction < end else Stepped(now.pid, tid)

    def _run(self, plan: Plan, stops: list[Stop], frontier: int | None) -> Report | None:
        limit = None if frontier is None else frontier - self._stepper.position
        if limit is not None and limit <= 0:
            return self._log_end("end")
        return self._what_happened(plan, self._go(stops, limit))

    def _what_happened(self, plan: Plan, stopped: Stopped) -> Report | None:
        """What gdb is told of a stop; None: nothing, go on."""
        debuggee = self._debuggee
        debuggee.pending += self._translator.reports(stopped)
        report = debuggee.take_pending(plan)
        if report is None and stopped.reason is Reason.END:
            self._connection.wait_for_interrupt()
            return self._interrupted()
        if report is None and stopped.reason in (Reason.INTERRUPTED, Reason.INPUT):
            return self._interrupted() if self._connection.take_interrupt() else None
        return report

    def _go(self, stops: list[Stop], limit: int | None) -> Stopped:
        with self._interruptible():
            return self._stepper.run(stops, limit=limit)

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """gdb's Ctrl-C, and its end, stop what is done here, and nothing that comes after it."""
        with self._connection.watching(self._stepper.interrupt):
            yield
        self._stepper.stopper.interrupted = False

    def _interrupted(self) -> Report:
        task = self._debuggee.somebody()
        return Interrupted(task.pid, task.tid)

    def _log_end(self, which: str) -> Report:
        task = self._debuggee.somebody()
        return AtLogEnd(task.pid, task.tid, which)

    def kill(self, pid: int) -> None:
        """End a process and wait for its end, the others staying where they are; ESRCH."""
        debuggee, stepper = self._debuggee, self._stepper
        if pid not in debuggee.attached:
            raise SysError(Errno.ESRCH)
        others = [task.tid for task in stepper.system.tasks.tasks() if task.pid != pid]
        debuggee.change(Freeze(frozenset(others)))
        debuggee.change(Kill(pid))
        while (process := stepper.system.tasks.process(pid)) and not process.is_zombie:
            self._connection.take_interrupt()  # Ctrl-C came too late
            stopped = self._go([_LIFE], None)
            reports = self._translator.reports(stopped)
            debuggee.pending += [each for each in reports if debuggee.pid_of(each) != pid]
            if stopped.reason is Reason.END:
                break
        debuggee.detach(pid)

    def kill_all(self) -> None:
        """End all processes that gdb has, and with them its session."""
        for pid in list(self._debuggee.attached):
            self.kill(pid)
        self._debuggee.is_over = True

    # ---- backwards ---------------------------------------------------------------------------

    def step_back(self) -> Report:
        """Undo the last instruction of the thread of Hc."""
        task = self._debuggee.find(self._debuggee.running_id)
        stepper, pid, tid = self._stepper, task.pid, task.tid
        here, sequence = stepper.position, stepper.system.journal.sequence
        found = step_back(stepper, tid)
        undone = stepper.history.events[stepper.system.journal.sequence : sequence]
        if self._has_birth(undone):
            found = False
            stepper.goto(here)
        self._arrive()
        return Stepped(pid, tid) if found else AtLogEnd(pid, tid, "begin")

    def run_back(self) -> Report:
        """Go back to where a stop was met last, or to the beginning."""
        stepper = self._stepper
        self._debuggee.somebody()
        places = [stop for stop in self._stops() if not isinstance(stop, BeforeSignal | CatchEvent)]
        report = self._undo_write() or self._undo_access()
        if report is not None:
            return report
        while True:
            with self._interruptible():
                stopped = stepper.run_back([*places, _BIRTH])
            if stopped.reason is Reason.INTERRUPTED:
                if self._connection.take_interrupt():
                    self._arrive()
                    return self._interrupted()
            elif stopped.reason is Reason.START or self._has_birth(
                stepper.events_at(stopped.position)
            ):
                self._arrive()
                return self._log_end("begin")
            else:
                report = self._report_behind(stopped)
                if report is not None:
                    return report

    def _undo_write(self) -> Report | None:
        """Where the very last step changed watched memory: go back to before it."""
        old = self._watched()
        if not old or self._stepper.at_start:
            return None
        here = self._stepper.position
        self._stepper.goto(here - 1)
        task, after = self._stepper.task, self._watched()
        changed = [
            address
            for (pid, address), content in after.items()
            if content != old.get((pid, address)) and task is not None and task.pid == pid
        ]
        if task is None or not changed:
            self._stepper.goto(here)
            return None
        self._arrive()
        return Wrote(task.pid, task.tid, changed[0])

    def _undo_access(self) -> Report | None:
        """Where the very last step has read watched memory: go back to before it."""
        watches = [stop for stop in self._stops() if isinstance(stop, AccessWatch)]
        here = self._stepper.position
        if not watches or self._stepper.at_start:
            return None
        self._stepper.goto(here - 1)
        stopped = self._stepper.run(watches, limit=1)
        report = next(iter(self._translator.places_at(stopped)), None)
        if not isinstance(report, Accessed):
            return None
        self._stepper.goto(here - 1)
        self._arrive()
        return report

    def _watched(self) -> dict[tuple[int, int], bytes]:
        """By process and address: what is watched now."""
        tasks = self._stepper.system.tasks
        return {
            (pid, address): self._stepper.read_memory(process.leader, address, length)
            for pid, interests in self._debuggee.attached.items()
            if (process := tasks.process(pid)) is not None
            for address, length in interests.watches
        }

    def _has_birth(self, happened: list[events.Event]) -> bool:
        """Whether a process that gdb has began then, or began its program."""
        attached = self._debuggee.attached
        return any(
            (isinstance(event, events.TaskCreated) and event.child in attached)
            or (isinstance(event, events.TaskExecuted) and event.pid in attached)
            for event in happened
        )

    def _report_behind(self, stopped: Stopped) -> Report | None:
        """What going back has met; of a write, the moment before it."""
        found = filter(self._debuggee.wants, self._translator.places_at(stopped))
        report = next(found, None)
        if report is None:
            return None
        if isinstance(report, Wrote):
            step_back(self._stepper, report.tid)
        self._arrive()
        return report

    def _arrive(self) -> None:
        self._debuggee.travelled()
        self._translator.start_here()

    def travel(self, position: int) -> None:
        """Go to any position, which may be the future."""
        with self._interruptible():
            self._stepper.goto(position)
        self._arrive()

    # ---- what to stop at ---------------------------------------------------------------------

    def _stops(self) -> list[Stop]:
        """The union of what is wanted of all processes; the translator tells them apart."""
        debuggee = self._debuggee
        stops: set[Stop] = set()
        calls: frozenset[int] | None = frozenset()
        for interests in debuggee.attached.values():
            stops |= {Breakpoint(address) for address in interests.breakpoints}
            stops |= {Watchpoint(*watch) for watch in interests.watches}
            stops |= {AccessWatch(*watch) for watch in interests.accesses}
            both = calls is not None and interests.calls is not None
            calls = calls | interests.calls if both else None  # type: ignore[operator]
        signals = frozenset(filter(debuggee.stops_at, range(1, LAST_SIGNAL + 1)))
        caught: list[Stop] = [CatchCall(calls)] if calls is None or calls else []
        return [*sorted(stops, key=repr), *caught, BeforeSignal(signals), _LIFE]
