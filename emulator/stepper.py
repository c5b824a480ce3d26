"""The stepper: a session that goes step by step, forwards and backwards, for whoever owns it.

    stepper = Stepper("./vfork", ["argument"])
    stopped = stepper.run([CatchCall(frozenset({190}))])
    stepper.back()                 # the state is exactly what it was
    stepper.goto(stopped.position)

A position is a number of steps since boot (see kernel.stepping); it names one state of everything.
Going back makes new objects: keep tids and positions, not tasks or `system`.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from emulator import snapshots
from emulator.changes import Change
from emulator.history import History, Input
from emulator.inspection import Inspection
from emulator.lookout import Lookout, Turn
from emulator.machine.stepping_cpu import SteppingCpu
from emulator.session import DEADLOCK_STATUS, Options, Streams, status_of_first
from emulator.snapshots import Snapshot
from emulator.startup import boot_guest, build_system, make_machine
from emulator.stopper import Stopper
from emulator.stops import Catch, CatchEvent, Reason, Stop, Stopped
from kernel import events, idling
from kernel.clock import NANOSECONDS
from kernel.errors import SysError
from kernel.events import Event
from kernel.pause import Pause
from kernel.stepping import SteppedKernel
from kernel.task.task import Task

DEFAULT_HISTORY = 256 << 20
_STRETCH = 1_000_000
"""Steps between two looks at the outside world: about a hundredth of a second."""
_INTERVAL, _SHARE = 0.1, 8
"""Seconds between two snapshots, and how much longer at least than it took to make one."""
_FOR_EVER = 1 << 62
_ANY_EVENT = CatchEvent(frozenset(events.Event.__subclasses__()))


class Stepper(Inspection):
    """One run of a guest program, recorded so that it can go back.

    `history` is how much memory its snapshots may take. The host hears output and is asked for
    input only where the run has not been before. Raises BadGuest as Session does.
    """

    def __init__(
        self,
        program: str,
        arguments: Iterable[str] = (),
        options: Options | None = None,
        streams: Streams | None = None,
        history: int = DEFAULT_HISTORY,
    ) -> None:
        options = options or Options()
        self.options = options
        self.streams = streams if streams is not None else Streams()
        self.machine = make_machine(SteppingCpu, options.ram)
        self.notices: list[str] = []
        """What the kernel has told people so far."""
        system = build_system(self.machine, options, self.streams.kinds, recording=True)
        self.kernel = SteppedKernel(system)
        boot_guest(system, options, program, arguments)
        self.kernel.settle()
        self.history = History(history)
        self.stopper = Stopper()
        """Notices Ctrl-C, for an owner that runs within `stopper.watching(None)`."""
        self.stopper.attach(self.machine.interrupt)
        self._closed: list[int] = []
        """Streams that the host has closed, which the guest is to find out next."""
        self._end: int | None = None
        self._started = time.monotonic_ns()
        self._snapshot_due = 0.0
        self._settled(Lookout(self.kernel), None)

    # ---- where we are ------------------------------------------------------------------------

    @property
    def position(self) -> int:
        """Steps since boot."""
        return self.kernel.steps

    @property
    def frontier(self) -> int:
        """The latest position that was ever reached."""
        return self.history.frontier

    @property
    def at_start(self) -> bool:
        """Whether nothing has run."""
        return self.position == 0

    @property
    def at_end(self) -> bool:
        """Whether nothing can go on from here."""
        return self.position == self._end

    @property
    def first_has_ended(self) -> bool:
        """Whether the program that was started is over, so that there is a `status`."""
        first = self.system.tasks.first
        return first is not None and first.leader.is_gone

    @property
    def status(self) -> int:
        """The guest's exit status as a shell has it, 124 where nothing can wake it any more;
        RuntimeError before the end.
        """
        if not self.at_end:
            raise RuntimeError("the guest has not ended here")
        return status_of_first(self.system) if self.first_has_ended else DEADLOCK_STATUS

    @property
    def events_so_far(self) -> list[Event]:
        """What has happened up to here, without what is forgotten."""
        return self.events_since(0)

    def events_since(self, sequence: int) -> list[Event]:
        """What has happened up to here, from the event of this number on."""
        return self.history.events[sequence : self.system.journal.sequence]

    def events_at(self, position: int) -> list[Event]:
        """What happened in the step that led to a position that was visited."""
        return self.history.events_at(position)

    def interrupt(self) -> None:
        """Have the run stop before its next instruction; from any thread or signal handler."""
        self.stopper.interrupted = True
        self.machine.interrupt()
        self.streams.wake()

    # ---- going forwards ----------------------------------------------------------------------

    def step(self, count: int = 1, tid: int | None = None) -> Stopped:
        """Take `count` steps; with `tid` run until that task has taken so many, or has ended."""
        if tid is None:
            return self._stepped(self._go(Lookout(self.kernel), self.position + count))
        left, stopped = count, self._stopped(Reason.STEP)
        while left and not self._has_ended(tid):
            start, task = self.position, self.task
            own = task is not None and task.tid == tid
            stopped = self._go(Turn(self.kernel, tid), start + left if own else _FOR_EVER)
            if stopped.reason not in (Reason.LIMIT, Reason.STEP):
                return stopped
            left -= self.position - start if own else 0
        return self._stepped(stopped)

    def _has_ended(self, tid: int) -> bool:
        task = self.find_task(tid)
        return task.is_gone if task is not None else tid <= self.system.tasks.last_tid

    def run(
        self, stops: Collection[Stop] = (), tid: int | None = None, limit: int | None = None
    ) -> Stopped:
        """Run until one of the stops is met, in task `tid` if it is given; at most `limit` steps.

        A breakpoint here is not met again before the run has left it.
        """
        end = _FOR_EVER if limit is None else self.position + limit
        return self._go(Lookout(self.kernel, stops, tid), end)

    def change(self, change: Change) -> None:
        """Let a debugger change the state, which is a step; what lay ahead of us is gone.

        Raises SysError where it cannot be done: then nothing has changed.
        """
        here = self.position
        try:
            change.apply(self.kernel)
        except SysError:
            self._restore(self.history.before(here))
            self.goto(here)
            raise
        self.history.cut(here, self.system.journal.sequence - len(self.system.journal.events))
        self._end = None
        self._log(Input(here, change=change))
        self.kernel.skip()
        self._settled(Lookout(self.kernel), None)

    # ---- going backwards ---------------------------------------------------------------------

    def back(self, count: int = 1, tid: int | None = None) -> Stopped:
        """Take `count` steps back; with `tid` to before the last `count` that this task took."""
        if tid is None:
            return self.goto(self.position - count)
        end = self.position
        while end > 0:
            start = self.history.before(end - 1).position
            spans = [span for span in self._spans(start, end) if span[0] == tid]
            for _, first, last in reversed(spans):
                if last - first >= count:
                    return self.goto(last - count)
                count -= last - first
            end = start
        return self.goto(0)

    def run_back(self, stops: Collection[Stop] = (), tid: int | None = None) -> Stopped:
        """Go back to the latest earlier position at which `run` stops for one of the stops."""
        here, end = self.position, self.position - 1
        catches = [stop for stop in stops if isinstance(stop, Catch)]
        others: list[Stop] = [stop for stop in stops if not isinstance(stop, Catch)]
        event = self.history.latest(catches, tid, here)
        if event is None and catches and self.history.known_from:
            others = list(stops)
        floor = 0 if event is None else event.position
        while others and end > floor:
            start = self.history.before(end - 1).position
            last = self._last_stop(start, end, others, tid)
            if last is not None and last.reason is Reason.INTERRUPTED:
                self.goto(here)
                return last
            if last is not None and last.position > floor:
                self.goto(last.position)
                return last
            end = start
        stopped = self.goto(floor)
        return event or stopped

    def goto(self, position: int) -> Stopped:
        """Go to a position: forwards no further than the end, backwards to 0 at least."""
        position = max(position, 0)
        if position < self.position:
            self._restore(self.history.before(position))
        elif position <= self.frontier:
            nearest = self.history.before(position)
            if nearest.position > self.position:
                self._restore(nearest)
        stopped = self._go(Lookout(self.kernel), position)
        if self.at_start and stopped.reason is Reason.LIMIT:
            return self._stopped(Reason.START)
        return self._stepped(stopped)

    def goto_event(self, sequence: int) -> Stopped:
        """Go to the position after the step in which the event of this number happened."""
        if sequence < len(self.history.events):
            known = self.history.position_of(sequence)
            if known is not None:
                return self.goto(known)
            self._restore(self.history.before_event(sequence))
        else:
            self.goto(self.frontier)
        stopped = self._stopped(Reason.EVENT)
        while self.system.journal.sequence <= sequence and stopped.reason is Reason.EVENT:
            stopped = self._go(Lookout(self.kernel, [_ANY_EVENT]), _FOR_EVER)
        return stopped if stopped.reason is not Reason.EVENT else self._stopped(Reason.STEP)

    def _last_stop(
        self, start: int, end: int, stops: Collection[Stop], tid: int | None
    ) -> Stopped | None:
        """The last that is met on the way from a snapshot's position to `end`, which counts."""
        self.goto(start)
        lookout, last = Lookout(self.kernel, stops, tid), None
        while True:
            stopped = self._go(lookout, end)
            if stopped.reason is Reason.INTERRUPTED:
                return stopped
            if stopped.reason is Reason.LIMIT:
                return lookout.seen_breakpoint() or last
            last = stopped

    def _spans(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """Who took the steps between two positions: tid, first step, first step after."""
        self.goto(start)
        spans = []
        lookout = Lookout(self.kernel)
        while self.position < end:
            task, first = self.task, self.position
            self._advance(lookout, end)
            if task is not None:
                spans.append((task.tid, first, self.position))
        return spans

    def _restore(self, snapshot: Snapshot) -> None:
        self.kernel = snapshots.restore(snapshot, self.machine, self.system.frames.used)
        self._delay_snapshot(0)

    # ---- the run -----------------------------------------------------------------------------

    def _go(self, lookout: Lookout, end: int) -> Stopped:
        """Advance until the lookout sees a stop, to `end`, or as far as it goes."""
        stopper = self.stopper
        while not stopper.interrupted:
            if self.kernel.steps >= end:
                return self._stopped(Reason.LIMIT)
            stopped = self._advance(lookout, end)
            if stopped is not None:
                return stopped
        stopper.interrupted = False
        return self._stopped(Reason.INTERRUPTED)

    def _advance(self, lookout: Lookout, end: int) -> Stopped | None:
        """As many steps as the kernel takes at a time, and what they had to do with the host."""
        kernel, position = self.kernel, self.kernel.steps
        budget = min(end - position, _STRETCH)
        if position < self.frontier:
            known = self.history.next_input(position)
            if known is not None and known.position == position:
                self._take_in(known)
                return self._settled(lookout, None)
            limit = self.frontier if known is None else known.position
            budget = min(budget, limit - position)
        elif self._closed:
            self._take_in(self._log(Input(position, closed=self._closed.pop(0))))
            return self._settled(lookout, None)
        task = kernel.system.scheduler.current
        pause = kernel.advance(lookout.arm(budget))
        if pause is Pause.INPUT:
            fresh = self._ask_host()
            if fresh is None:
                return None if self.stopper.interrupted else self._stopped(Reason.INPUT)
            self._take_in(fresh)
        elif pause is not None:
            self._end = position
            return self._stopped(Reason.END)
        return self._settled(lookout, task)

    def _settled(self, lookout: Lookout, ran: Task | None) -> Stopped | None:
        """After steps: pass on what is new, see what was met, keep a snapshot now and then."""
        system, position = self.system, self.position
        fresh = system.journal.drain()
        self.history.note(position, fresh)
        output, notices = system.console.drain(), system.notices.copy()
        system.notices.clear()
        if position > self.frontier:
            self.history.frontier = position
            self.notices += notices
            for stream, data in output:
                if not self.streams.write(stream, data):
                    self._closed.append(stream)
        stopped = lookout.seen(ran, fresh)
        if time.monotonic() >= self._snapshot_due:
            self._take_snapshot()
        return stopped

    def _take_snapshot(self) -> None:
        started, before = time.monotonic(), None
        if self.history.snapshots:
            before = self.history.before(self.position)
        if before is None or before.position != self.position:
            self.history.keep(snapshots.take(self.kernel, before))
        self._delay_snapshot(time.monotonic() - started)

    def _delay_snapshot(self, cost: float) -> None:
        self._snapshot_due = time.monotonic() + max(_INTERVAL, _SHARE * cost)

    def _stopped(self, reason: Reason) -> Stopped:
        task = self.task
        return Stopped(reason, self.position, 0 if task is None else task.tid)

    def _stepped(self, stopped: Stopped) -> Stopped:
        """What was limited to a number of steps has taken them."""
        return replace(stopped, reason=Reason.STEP) if stopped.reason is Reason.LIMIT else stopped

    # ---- the host ----------------------------------------------------------------------------

    def _ask_host(self) -> Input | None:
        """Wait for input or for a deadline of the host's clock; None where nothing came."""
        found: list[Input] = []
        self.stopper.interruptible(lambda: found.extend(self._waited()))
        return self._log(found[0]) if found else None

    def _waited(self) -> Iterator[Input]:
        system, seconds = self.system, None
        deadline = system.scheduler.next_deadline() if system.clock.host else None
        if deadline is not None:
            seconds = max(deadline - self._host_now(), 0) / NANOSECONDS
        if self.streams.wait(seconds, system.console.wants_input):
            yield Input(self.position, data=self.streams.read())
        elif deadline is not None:
            yield Input(self.position, now=self._host_now())

    def _host_now(self) -> int:
        return time.monotonic_ns() - self._started

    def _log(self, fresh: Input) -> Input:
        self.history.inputs.append(fresh)
        return fresh

    def _take_in(self, entry: Input) -> None:
        """Let the guest have what came from outside; that is a step."""
        console = self.system.console
        if entry.change is not None:
            entry.change.apply(self.kernel)
        elif entry.closed is not None:
            console.broken.add(entry.closed)
        elif entry.now is not None:
            self.system.clock.advance_to(entry.now)
            idling.wake_due(self.kernel.system)
        elif entry.data:
            console.feed(entry.data)
        else:
            console.end_of_input()
        self.kernel.skip()
