"""The debuggee: which processes are gdb's, what it wants of them, and what it has been told.

Processes that gdb let go run on unobserved; a child of one that it has is its own from birth.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emulator.changes import SELECTORS, Change, ReplaceSignal, SendSignal
from emulator.debug.gdb import signal_numbers
from emulator.debug.gdb.interests import Interests
from emulator.debug.gdb.plan import Action, Plan
from emulator.debug.gdb.registers import RegisterSet
from emulator.debug.gdb.stops import (
    AtCall,
    Executed,
    Exited,
    NothingResumed,
    Report,
    Signalled,
    Stepped,
    Stop,
)
from emulator.debug.gdb.thread_ids import ANY, ThreadId
from emulator.machine.machine import REGISTER_NAMES
from kernel.abi.errno import Errno
from kernel.abi.signals import SiCode, Signal
from kernel.errors import SysError
from kernel.signals.state import SigInfo

if TYPE_CHECKING:
    from emulator.stepper import Stepper
    from kernel.task.task import Task

NOWHERE = (0, -1, 0)


class Debuggee:
    """The guest as one gdb has it.

    `chosen_id` is the thread of Hg. `passed` holds gdb's numbers of signals that are to be
    delivered without a stop, `deliverable` those that a process which is let go may still get.
    It `is_over` once gdb wants no more of us.
    """

    def __init__(self, stepper: Stepper) -> None:
        self.stepper = stepper
        self.is_over = False
        first = stepper.system.tasks.first
        assert first is not None
        self.attached: dict[int, Interests] = {first.pid: Interests()}
        self.features: frozenset[str] = frozenset()
        self.passed: frozenset[int] = frozenset()
        self.deliverable: frozenset[int] | None = None
        self.reports_threads = False
        self.chosen_id = self.running_id = ThreadId(ANY, ANY)
        self.last: Report = Stepped(first.pid, first.pid)
        self.pending: list[Report] = []
        """What has happened and is told when its thread is next to go on."""
        self.undecided: dict[int, SigInfo] = {}
        """By tid: the signals gdb was told of, whose fate it decides with its next vCont."""
        self.rewritten: dict[int, SigInfo] = {}
        """By tid: what gdb has made of a stop's siginfo_t; it counts if a signal of its kind goes
        to the thread when that goes on, as with PTRACE_SETSIGINFO."""
        self.sent: dict[int, SigInfo] = {}
        """By tid: a signal that gdb sent or passed on, where its thread will act on it later."""
        self.returning: set[int] = set()
        """Threads that, as far as gdb knows, have still to return from a call."""
        self.told_at = NOWHERE
        """Thread, position and address of what it was told last: there it need not be told again.
        """

    # ---- threads -----------------------------------------------------------------------------

    def threads(self) -> Iterator[Task]:
        """All threads of its processes that are not over, by tid."""
        for task in self.stepper.system.tasks.tasks():
            if task.pid in self.attached and not task.is_gone:
                yield task

    def find(self, wanted: ThreadId) -> Task:
        """The thread meant, the last to stop where any is right; SysError(ESRCH)."""
        fitting = [task for task in self.threads() if wanted.matches(task.pid, task.tid)]
        if not fitting:
            raise SysError(Errno.ESRCH)
        preferred = self._preferred()
        return next((task for task in fitting if task.tid == preferred), fitting[0])

    def _preferred(self) -> int:
        """The thread that stopped last, or the one that runs next."""
        if isinstance(self.last, Stop) and self.last.pid in self.attached:
            return self.last.tid
        task = self.stepper.task
        return task.tid if task is not None else 0

    def somebody(self) -> Task:
        """The thread that a stop which is nobody's own is told of; ESRCH."""
        task = self.stepper.task
        if task is not None and task.pid in self.attached:
            return task
        return self.find(ThreadId(ANY, ANY))

    def chosen(self) -> Task:
        """The thread that gdb's questions are about."""
        return self.find(self.chosen_id)

    @property
    def interests(self) -> Interests:
        """Those of the process that gdb's questions are about."""
        return self.attached[self.chosen().pid]

    @staticmethod
    def id_of(task: Task) -> ThreadId:
        """A thread's id."""
        return ThreadId(task.pid, task.tid)

    # ---- registers, memory -------------------------------------------------------------------

    def registers(self, task: Task) -> RegisterSet:
        """A thread's registers."""
        values = self.stepper.registers(task)
        return RegisterSet(
            tuple(values[name] for name in REGISTER_NAMES),
            tuple(values[name] for name in SELECTORS),
            self.stepper.fxsave(task),
            task.call.number if task.call is not None else None,
        )

    def siginfo(self) -> SigInfo:
        """siginfo_t of the chosen thread's stop: one that was only halted with the others has a
        SIGSTOP from outside, as under gdbserver.
        """
        task = self.chosen()
        known = self.rewritten.get(task.tid) or self.undecided.get(task.tid)
        if known is not None:
            return known
        if isinstance(self.last, Stop) and self.last.tid == task.tid:
            return self.last.info(task.credentials.uid, task.instruction)
        return SigInfo(Signal.SIGSTOP, SiCode.SI_TKILL)

    def replace_siginfo(self, info: SigInfo) -> None:
        """The siginfo_t of the chosen thread's stop becomes this."""
        self.rewritten[self.chosen().tid] = info

    # ---- what gdb is told --------------------------------------------------------------------

    def tell(self, report: Report) -> None:
        """Gdb now knows this."""
        self.last = report
        if isinstance(report, Stop):
            self._know(report.tid)
            self.chosen_id = ThreadId(report.pid, report.tid)  # as gdb takes it to be
            self.sent.pop(report.tid, None)
            self.returning.discard(report.tid)
            if report.is_inside_call:
                self.returning.add(report.tid)
        if isinstance(report, Signalled):
            self.undecided[report.tid] = report.what
        if isinstance(report, Exited):
            self.attached.pop(report.pid, None)

    def _know(self, tid: int) -> None:
        """Gdb knows, or need not know, where this thread is now."""
        task = self.stepper.find_task(tid)
        self.told_at = tid, self.stepper.position, 0 if task is None else task.instruction

    def take_pending(self, plan: Plan) -> Report | None:
        """The first report that waits for a thread which is to go on; ends wait for nobody, nor
        does another program, whose thread has a new id if it was not the first.

        Which system calls are caught is decided now: gdb turns the catching off and on again
        around a vfork, and a thread that is stepped stops at none, as under Linux's ptrace.
        """
        for report in list(self.pending):
            action: Action | None = Action()
            if isinstance(report, Stop) and not isinstance(report, Executed):
                action = plan.action_of(report.pid, report.tid)
            if action is not None:
                self.pending.remove(report)
                if self.wants(report) and not (isinstance(report, AtCall) and action.steps):
                    return report
        return None

    def wants(self, report: Report) -> bool:
        """Whether gdb wants to hear of something: of system calls only those that it catches."""
        if not isinstance(report, AtCall):
            return True
        interests = self.attached.get(report.pid)
        return interests is not None and interests.catches(report.number)

    def settle_signals(self, plan: Plan) -> None:
        """Drop, replace or pass on the signals that gdb was told of, as it has now decided."""
        for task in list(self.threads()):
            action = plan.action_of(task.pid, task.tid)
            if action is None:
                continue
            told = self.undecided.pop(task.tid, None)
            info = self._decided(told, self.rewritten.pop(task.tid, None), action.signal)
            if told is None and info is not None:
                self.change(SendSignal(task.tid, info))
            elif told is not None and told != info:
                self.change(ReplaceSignal(task.tid, info))
                if info is None:
                    self.told_at = NOWHERE  # what comes next has not been told
            if info is not None and not self._acts_at_once(task, info):
                self.sent[task.tid] = info

    def _acts_at_once(self, task: Task, info: SigInfo) -> bool:
        """Whether a signal is what comes next, where gdb need not be told anything."""
        is_told = self.told_at[:2] == (task.tid, self.stepper.position)
        is_next = self.stepper.task is task and self.stepper.kernel.upcoming_signal == info
        return is_told and is_next

    @staticmethod
    def _decided(told: SigInfo | None, rewritten: SigInfo | None, number: int) -> SigInfo | None:
        """The signal that a thread gets where gdb says `number`; None for none."""
        wanted = signal_numbers.from_gdb(number)
        if wanted is None:
            return None
        known = rewritten or told
        return known if known and known.signal == wanted else SigInfo(wanted, SiCode.SI_USER)

    def is_news(self, tid: int, info: SigInfo) -> bool:
        """Whether gdb has yet to hear of a signal that a thread is about to act on: it has not
        sent it itself.
        """
        if self.sent.get(tid) != info:
            return self.stops_at(info.signal)
        del self.sent[tid]
        self._know(tid)
        return False

    def stops_at(self, signal: int) -> bool:
        """Whether gdb wants to hear of a signal before it is acted on; SIGKILL waits for nobody."""
        return signal != Signal.SIGKILL and signal_numbers.to_gdb(signal) not in self.passed

    def change(self, change: Change) -> None:
        """Change the guest for gdb, which still knows where it is; SysError."""
        tid, position, address = self.told_at
        was_here = position == self.stepper.position
        self.stepper.change(change)
        if was_here:
            self.told_at = tid, self.stepper.position, address

    # ---- letting go --------------------------------------------------------------------------

    def detach(self, pid: int) -> None:
        """Let a process run on by itself; ESRCH. Its signal comes through if gdb lets such pass."""
        if pid not in self.attached:
            raise SysError(Errno.ESRCH)
        for task in [task for task in self.threads() if task.pid == pid]:
            told = self.undecided.pop(task.tid, None)
            rewritten = self.rewritten.pop(task.tid, told)
            if told is not None and not self._may_deliver(told.signal):
                self.change(ReplaceSignal(task.tid, None))
            elif told is not None and rewritten is not None and rewritten.signal == told.signal:
                self.change(ReplaceSignal(task.tid, rewritten))
        del self.attached[pid]
        self.pending = [report for report in self.pending if self.pid_of(report) != pid]

    @staticmethod
    def pid_of(report: Report) -> int:
        """The process that a report is about; 0 for none."""
        return 0 if isinstance(report, NothingResumed) else report.pid

    def _may_deliver(self, signal: int) -> bool:
        return self.deliverable is None or signal_numbers.to_gdb(signal) in self.deliverable

    def adopt(self, parent: int, child: int) -> None:
        """A child of a process that is attached begins attached, stopping where its parent does."""
        self.attached[child] = self.attached[parent].copy()

    def travelled(self) -> None:
        """We are at another moment: what was to be told or decided belongs to the old one."""
        self.pending.clear()
        self.undecided.clear()
        self.rewritten.clear()
        self.sent.clear()
        self.returning.clear()
        tasks = self.stepper.system.tasks
        self.attached = {
            pid: interests
            for pid, interests in self.attached.items()
            if (process := tasks.process(pid)) is not None and not process.is_zombie
        }
