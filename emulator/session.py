"""A session: a machine, a kernel and a guest put together, and run.

Everything from the host (arguments, files shown, standard input, a limit's clock) comes in here;
everything the guest says goes out here.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from emulator.machine.unicorn_cpu import UnicornCpu
from emulator.notices import inert
from emulator.startup import boot_guest, build_system, make_machine
from emulator.stopper import Stopper
from kernel import idling
from kernel.abi.process import Resource
from kernel.check.settings import CheckSettings
from kernel.clock import NANOSECONDS
from kernel.events import ConsoleOutput, Event, Finding, LimitReached, Noticed
from kernel.fs.console import Console, StreamKind
from kernel.fs.layout import Bind
from kernel.kernel import Kernel
from kernel.pause import Pause
from kernel.system import System
from kernel.task.injection import Injection
from kernel.task.limits import Pair
from kernel.task.semantics import SYSTEMS, VforkSemantics
from kernel.task.waiting import exit_status_of

QUANTUM = 100_000
"""Blocks between two looks at the outside world: below a second even if each is a call."""
DEADLOCK_STATUS = LIMIT_STATUS = 124
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals to us that end the run in good order: a terminal is restored."""
PIPE = StreamKind()
TERMINAL = StreamKind(0o20620, is_terminal=True)


@dataclass(frozen=True)
class Options:
    """How to run a guest; the command's options (see `emu386 run --help`) under the same names.

    Sizes are in octets, `timeout` in seconds of the host, `max_blocks` in blocks of code entered.
    """

    argv0: str | None = None
    environment: tuple[tuple[str, str | None], ...] = ()
    user: int = 0
    group: int = 0
    ram: int = 256 << 20
    root: str | None = None
    is_isolated: bool = False
    binds: tuple[Bind, ...] = ()
    limits: dict[Resource, Pair] = field(default_factory=dict)
    max_procs: int = 32768
    max_blocks: int | None = None
    max_output: int | None = None
    timeout: float | None = None
    host_clock: bool = False
    seed: int = 0
    random_schedule: bool = False
    record: bool = False
    locate: bool = False
    """Whether events tell, too, at which instruction each call was made."""
    trace_stacks: bool = False
    """Whether they tell who called whom."""
    vfork: VforkSemantics = SYSTEMS["linux"]
    copying_fork: bool = False
    overcommit: bool = True
    max_procs_per_user: int | None = None
    fails_in: tuple[str, int] | None = None
    injections: tuple[Injection, ...] = ()
    check: CheckSettings | None = None
    check_exit: int | None = None
    """Exit status where the misuse check found something and no signal killed the guest."""


class Streams:
    """Where a session's standard streams lead: to bytes in memory, unless a subclass says more.

    `kinds` is what the guest sees; `read` returns input, b"" at its end; `write` returns False
    once nobody reads any more.
    """

    def __init__(
        self, stdin: bytes = b"", kinds: tuple[StreamKind | None, ...] = (PIPE, PIPE, PIPE)
    ) -> None:
        self.kinds = kinds
        self.written: dict[int, bytearray] = {1: bytearray(), 2: bytearray(), 0: bytearray()}
        self._stdin = stdin

    def read(self) -> bytes:
        data, self._stdin = self._stdin, b""
        return data

    def wait(self, seconds: float | None, for_input: bool) -> bool:
        """Let host time pass, until there is input if asked for; whether there is some."""
        if not for_input and seconds is not None:
            time.sleep(seconds)
        return for_input

    def wake(self) -> None:
        """End a wait that is under way, as far as that can be done; from any thread."""

    def in_use(self, console: Console) -> AbstractContextManager[object]:
        """Surrounds the run: a terminal is set up for the guest and restored."""
        return nullcontext()

    def has_keys(self) -> bool:
        """Whether somebody pressed keys that the guest's terminal should see while it runs."""
        return False

    def write(self, stream: int, data: bytes) -> bool:
        self.written[stream] += data
        return True


class Session:
    """One run of a guest program.

    `on_events` is called with the events of each stretch of the run, `say` with lines for people,
    `on_findings` with what the misuse check has found.
    Raises BadGuest where the program or an option cannot be used.
    """

    def __init__(
        self,
        program: str,
        arguments: Iterable[str] = (),
        options: Options = Options(),
        streams: Streams | None = None,
        on_events: Callable[[list[Event]], None] | None = None,
        say: Callable[[str], None] | None = None,
        on_findings: Callable[[list[Finding]], None] | None = None,
    ) -> None:
        self.options = options
        self.streams = streams if streams is not None else Streams()
        self.notices: list[str] = []
        self._on_events = on_events
        self._on_findings = on_findings
        self._say = say or self.notices.append
        self._output = 0
        self._status: int | None = None
        self._started = time.monotonic_ns()
        self._stopper = Stopper()
        machine = make_machine(UnicornCpu, options.ram)
        recording = options.record or on_events is not None
        self.system = build_system(machine, options, self.streams.kinds, recording)
        self.kernel = Kernel(self.system)
        self._stopper.attach(machine.interrupt)
        boot_guest(self.system, options, program, arguments)

    # ---- running -----------------------------------------------------------------------------

    def run(self) -> int:
        """Run until no process is left; the exit status: the guest's own, 128 + n for signal n,
        124 at a limit or when nothing can ever wake a process again, 130 after Ctrl-C (143 after
        SIGTERM, 129 after SIGHUP).
        """
        for _ in self.stretches():
            pass
        return self.status

    def stretches(self) -> Iterator[None]:
        """The same in pieces: each step runs for a fraction of a second and passes events on."""
        in_use = self.streams.in_use(self.system.console)
        with self._stopper.watching(self.options.timeout, _ENDING), in_use:
            while self._status is None:
                self._keep_time()
                pause = self.kernel.run(self._quantum())
                self._drain()
                if self.streams.has_keys():
                    self.system.console.feed(self.streams.read())
                ended = self._react(pause)
                if ended is not None:
                    self._status = self._checked(ended)
                yield

    @property
    def status(self) -> int:
        """What `run` returned; RuntimeError before the run is over."""
        if self._status is None:
            raise RuntimeError("the guest has not ended yet: call run()")
        return self._status

    def _checked(self, status: int) -> int:
        """The exit status with --check-exit: a guest's death by a signal comes first."""
        checker, first = self.system.checker, self.system.tasks.first
        if checker is None or first is None:
            return status
        checker.finish()
        self._drain()
        was_killed = first.leader.is_gone and exit_status_of(first) & 0x7F
        if self.options.check_exit is None or not checker.found or was_killed:
            return status
        return status if self._stopper.interrupted else self.options.check_exit

    def _quantum(self) -> int:
        limit = self.options.max_blocks
        return QUANTUM if limit is None else max(min(QUANTUM, limit - self.kernel.blocks), 1)

    def _react(self, pause: Pause) -> int | None:
        """What to do about a pause; the exit status where the run is over."""
        if self._stopper.interrupted:
            return 128 + self._stopper.number
        if self._limit_reached():
            return LIMIT_STATUS
        if pause is Pause.FINISHED:
            return status_of_first(self.system)
        if pause is Pause.INPUT:
            self._stopper.interruptible(self._feed)
        elif pause is Pause.ASLEEP:
            return self._asleep()
        return None

    def _feed(self) -> None:
        if not self._wait_on_host():
            return
        data = self.streams.read()
        if data:
            self.system.console.feed(data)
        else:
            self.system.console.end_of_input()

    def _limit_reached(self) -> bool:
        options = self.options
        if options.max_blocks is not None and self.kernel.blocks >= options.max_blocks:
            self._tell_limit("max-insns", f"{options.max_blocks} blocks of code")
        elif options.max_output is not None and self._output > options.max_output:
            self._tell_limit("max-output", f"{options.max_output} bytes of output")
        elif self._stopper.timed_out:
            self._tell_limit("timeout", f"{options.timeout:g} seconds")
        else:
            return False
        return True

    def _tell_limit(self, name: str, amount: str) -> None:
        journal = self.system.journal
        if journal.recording:
            journal.emit(LimitReached, self.system.clock.now, 0, name)
        self._tell(f"limit reached: {amount} (--{name})")

    def _asleep(self) -> int:
        """Nobody can ever wake again. After the first process's end that is no news."""
        first = self.system.tasks.first
        assert first is not None
        if self.system.checker is not None:
            self.system.checker.all_asleep()
            self._drain()
        if first.leader.is_gone:
            return status_of_first(self.system)
        for line in who_sleeps(self.system):
            self._tell(line)
        return DEADLOCK_STATUS

    def _wait_on_host(self) -> bool:
        """Sleep until there is input, the time limit or, by the host's clock, the next deadline."""
        system, seconds = self.system, self._stopper.seconds_left()
        deadline = system.scheduler.next_deadline() if self.options.host_clock else None
        if deadline is not None:
            due = max(deadline - self._host_now(), 0) / NANOSECONDS
            seconds = due if seconds is None else min(due, seconds)
        return self.streams.wait(seconds, system.console.wants_input)

    def _host_now(self) -> int:
        return time.monotonic_ns() - self._started

    def _keep_time(self) -> None:
        """With the host's clock: bring the guest's up to it, and wake who is due."""
        if self.options.host_clock:
            self.system.clock.advance_to(self._host_now())
            idling.wake_due(self.kernel.system)

    # ---- output ------------------------------------------------------------------------------

    def _drain(self) -> None:
        system = self.system
        output = system.console.drain()
        if not system.journal.recording:
            for stream, data in output:
                self._write(stream, data)
        if system.journal.events:
            self._drain_events(system.journal.drain())
        for notice in system.notices:
            self._tell(notice)
        system.notices.clear()

    def _drain_events(self, events: list[Event]) -> None:
        """Keep the order in which output and calls happened."""
        pending: list[Event] = []
        for event in events:
            if isinstance(event, ConsoleOutput):
                self._pass_on(pending)
                pending = []
                self._write(event.stream, event.text.encode("latin-1"))
            pending.append(event)
            if isinstance(event, Finding) and self._on_findings is not None:
                self._pass_on(pending)
                pending = []
                self._on_findings([event])
        self._pass_on(pending)

    def _tell(self, text: str) -> None:
        """A line for people, which is an event, too."""
        text, journal = inert(text), self.system.journal
        if journal.recording:
            journal.emit(Noticed, self.system.clock.now, 0, text)
            self._drain_events(journal.drain())
        self._say(text)

    def _pass_on(self, events: list[Event]) -> None:
        if events and self._on_events is not None:
            self._on_events(events)

    def _write(self, stream: int, data: bytes) -> None:
        self._output += len(data)
        if not self.streams.write(stream, data):
            self.system.console.broken.add(stream)


def status_of_first(system: System) -> int:
    """Exit status of the first process as a shell has it: 128 + n after signal n."""
    first = system.tasks.first
    assert first is not None
    word = exit_status_of(first)
    return 128 + (word & 0x7F) if word & 0x7F else word >> 8 & 0xFF


def who_sleeps(system: System) -> Iterator[str]:
    """For people: that nothing goes on any more, and what each task waits for."""
    yield "every process sleeps and nothing can wake one:"
    for task in system.tasks.tasks():
        if not task.is_gone and task.process is not system.tasks.init:
            yield f"  pid {task.tid} ({task.name}): {_what_for(task)}"


def _what_for(task: object) -> str:
    from kernel.syscalls.table import TABLE
    from kernel.task.task import Task

    assert isinstance(task, Task)
    if task.state.name == "STOPPED":
        return "stopped by a signal"
    if task.tracing is not None and task.state.name == "TRACED":
        return f"stopped for {task.tracing.tracer.tid}, which traces it"
    name = TABLE[task.call.number].name if task.call is not None else "nothing"
    return f"{name} waits for: {task.wait_channel or 'a signal'}"
