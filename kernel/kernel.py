"""The kernel: pick a task, run it, handle its trap, deliver its signals; again."""

from __future__ import annotations

from emulator.machine.machine import EAX, EBP, EBX, ECX, EDI, EDX, ESI
from emulator.machine.traps import BUDGET_SPENT, SYSCALL, Interrupt, PageFault, Trap
from kernel import events, idling, page_faults, trace_points
from kernel.call_report import CallReporter, shown_name
from kernel.clock import BLOCK_NS, SYSCALL_NS
from kernel.errors import REPLACED, Block, Ending, Hold, Restart, SysError
from kernel.pause import Pause
from kernel.rdtsc import answer_rdtsc
from kernel.signals import cpu_timers, delivery, faults
from kernel.syscalls.forksys import FORKSYS_NUMBER
from kernel.syscalls.table import TABLE
from kernel.system import System
from kernel.task import exit as exiting
from kernel.task import rseq, solaris, vfork
from kernel.task.scheduling import SLICE_BLOCKS, gives_way
from kernel.task.task import Call, Task, TaskState
from kernel.unsupported import refuse

OUTBOX_LIMIT, JOURNAL_LIMIT = 64, 4096
"""Writes and events that may wait for whoever drains them before the kernel pauses."""


class Kernel:
    """All behaviour; all state is in `system`.

    `blocks` counts the blocks of guest code entered since boot.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self.machine = system.machine
        self.blocks = 0
        self.slice_left = SLICE_BLOCKS
        self.injector = system.injector
        self.report = system.reporter = CallReporter(system)

    # ---- the loop ----------------------------------------------------------------------------

    def run(self, quantum: int) -> Pause:
        """Run tasks for about `quantum` blocks, until there is nothing to run or much to drain, or
        until the machine was asked to stop.
        """
        system, scheduler, machine = self.system, self.system.scheduler, self.machine
        console, journal, end = system.console, system.journal, self.blocks + quantum
        while self.blocks < end:
            if len(console.outbox) > OUTBOX_LIMIT or len(journal.events) > JOURNAL_LIMIT:
                break
            task = scheduler.current
            if task is None:
                if system.unseen:
                    delivery.show_unseen(system)
                task = scheduler.pick()
                if task is None:
                    pause = idling.idle(system)
                    if pause is not None:
                        return pause
                    continue
                if task.process.held_for is not None and vfork.hold_back(task):
                    continue
                self._switch_to(task)
                if not self._resume(task):
                    continue
            budget = min(self.slice_left, end - self.blocks)
            if scheduler.deadlines:
                budget = scheduler.until_deadline(budget)
            budget = budget if budget > 1 else 1
            is_alone = task.tracing is None and task.watch is None
            trap = machine.run(budget) if is_alone else self._run_task(task, budget)
            spent = machine.spent
            self.blocks += spent
            self.slice_left -= spent
            system.clock.now += spent * BLOCK_NS
            task.user_time += spent * BLOCK_NS
            if trap is SYSCALL:
                self._system_call(task)
            else:
                self._trap(task, trap)
                if trap is BUDGET_SPENT and spent < budget:
                    end = self.blocks
            if scheduler.current is task:
                self._before_user_mode(task)
        return Pause.QUANTUM

    def _run_task(self, task: Task, budget: int) -> Trap:
        """Run the current task's program until a trap; somebody may look on."""
        if task.tracing is not None:
            return trace_points.run(task, budget)
        return (self.machine if task.watch is None else task.watch).run(budget)

    # ---- switching ---------------------------------------------------------------------------

    def _switch_to(self, task: Task) -> None:
        if not task.memory_left:
            self.machine.load(task.context, task.memory.tables.root)
        scheduler = self.system.scheduler
        scheduler.current, scheduler.must_yield = task, False
        scheduler.switches += 1
        if task.watch is not None:
            task.watch.switched_to()
        task.move_to(TaskState.RUNNING)
        process = task.process
        if process.cpu_timers or process.cpu_watchers or process.limits.bound_time:
            cpu_timers.check(task)
        self.slice_left = task.slice_left or task.scheduling.slice
        if task.slice_left:
            task.slice_left = 0
        if self.system.journal.recording:
            task.emit(events.Switched, "")

    def _switch_away(self, task: Task) -> None:
        """Store the registers of the current task; its state is the caller's business."""
        self.machine.store(task.context)
        if task.watch is not None:
            task.watch.switched_away()
        self.system.scheduler.current = None

    def _resume(self, task: Task) -> bool:
        """Finish what the task left when it last ran; whether it now goes on in user mode."""
        scheduler = self.system.scheduler
        if task.is_ending:
            self._continue_exit(task)
            return False
        if task.ending is not None:
            ending, task.ending = task.ending, None
            self._end(task, ending)
        elif task.unreported is not None:
            self.report.exited(task, task.unreported)
            task.unreported = None
            task.call = None
        elif task.held is not None:
            if trace_points.after_hold(task):
                self._switch_away(task)
                return False
            value, task.held = task.held.value, None
            self._end(task, value)
        elif task.call is not None and not (task.signals.attention and delivery.is_due(task)):
            self._again(task, task.call)
        if scheduler.current is not task:
            return False
        self._before_user_mode(task)
        return scheduler.current is task

    def _continue_exit(self, task: Task) -> None:
        if task.memory_left:
            exiting.complete_exit(task)
        elif trace_points.before_end(task):
            self._switch_away(task)
        else:
            exiting.begin_exit(task)
            self._yield_if_asked(task)

    def _before_user_mode(self, task: Task) -> None:
        """Deliver signals, then let others run if the task's time is up."""
        scheduler = self.system.scheduler
        if self.slice_left <= 0:
            cpu_timers.check(task)
        while task.signals.attention and delivery.is_due(task) and not task.is_ending:
            delivery.deliver(task)
            if task.state is not TaskState.RUNNING:
                task.sleeps += 1
                self._switch_away(task)
                return
            if task.call is not None and not task.is_ending:
                self._again(task, task.call)
                if scheduler.current is not task:
                    return
        if task.exit_status is not None:  # is_ending, said so that it costs nothing here
            self._continue_exit(task)
            return
        if scheduler.must_yield:
            self._yield_if_asked(task)
        if self.slice_left <= 0 and scheduler.current is task:
            self._end_slice(task)

    def _end_slice(self, task: Task) -> None:
        self.slice_left = task.scheduling.slice
        queue = self.system.scheduler.queue
        if queue and gives_way(task, queue[0]):
            self._preempt(task, "has used up its time slice")

    def _preempt(self, task: Task, why: str, first: bool = False) -> None:
        if task.rseq_area and not task.memory_left:
            rseq.abort(task)
        self._put_back(task, why, first)

    def _put_back(self, task: Task, why: str, first: bool = False) -> None:
        if task.memory_left:
            self.system.scheduler.current = None
        else:
            self._switch_away(task)
        task.move_to(TaskState.READY, why)
        if self.system.scheduler.queue:
            task.preemptions += 1
        self.system.scheduler.ready(task, first)

    def _yield_if_asked(self, task: Task) -> None:
        scheduler = self.system.scheduler
        if scheduler.must_yield:
            scheduler.must_yield = False
            is_running = scheduler.current is task and task.state is TaskState.RUNNING
            if is_running and scheduler.is_preempted(task):
                task.slice_left = max(self.slice_left, 0)
                self._preempt(task, "is preempted", first=True)
            elif is_running:
                self._put_back(task, "yields")

    # ---- traps -------------------------------------------------------------------------------

    def _trap(self, task: Task, trap: Trap) -> None:
        if trap is BUDGET_SPENT:
            idling.wake_due(self.system)
            return
        task.system_time += SYSCALL_NS
        self.system.clock.now += SYSCALL_NS
        if isinstance(trap, PageFault):
            page_faults.handle(task, trap)
        elif self._is_forksys(trap):
            self._forksys(task)
        elif not answer_rdtsc(task, trap):
            faults.raise_fault(task, trap)

    def _is_forksys(self, trap: Trap) -> bool:
        has_forksys = self.system.settings.vfork.has_forksys
        return has_forksys and isinstance(trap, Interrupt) and trap.vector == solaris.VECTOR

    def _forksys(self, task: Task) -> None:
        """Solaris's `int $0x91`, on the systems that have it."""
        try:
            words = (*solaris.arguments(task), 0, 0, 0)
        except SysError as error:
            self.machine.registers[EAX] = solaris.fail(task, error)
            return
        call = task.call = Call(FORKSYS_NUMBER, words, self.system.clock.now)
        if self.system.journal.recording:
            self.report.entered(task, call)
        self._attempt(task, call)

    # ---- system calls ------------------------------------------------------------------------

    def _system_call(self, task: Task) -> None:
        clock, registers = self.system.clock, self.machine.registers
        clock.now += SYSCALL_NS
        task.system_time += SYSCALL_NS
        call = task.call = Call(
            registers[EAX],
            (registers[EBX], registers[ECX], registers[EDX], registers[ESI], registers[EDI],
             registers[EBP]),
            clock.now,
        )  # fmt: skip
        if call.number == 0 and task.interrupted_call is not None:
            call = task.call = self._restarted(task, task.interrupted_call)
        entry = TABLE.find(call.number) if self.injector is not None else None
        if self.injector is not None and entry is not None:
            self.injector.begin(entry.name, task, call)
        if self.system.journal.recording:
            self.report.entered(task, call)
        if task.has_entry_work:
            self._show_first(task, call)
        else:
            self._attempt(task, call)

    def _show_first(self, task: Task, call: Call) -> None:
        """The task's tracer, and then its filters (seccomp), see a call before it is made."""
        if trace_points.at_entry(task, self.machine.registers[EAX]):
            self._switch_away(task)
        else:
            self._judge(task, call)

    def _judge(self, task: Task, call: Call) -> None:
        """Make the call if the task's filters let it pass."""
        if task.seccomp is None:
            self._attempt(task, call)
            return
        from kernel.task.seccomp import gate  # few programs restrict themselves

        try:
            ending = gate.judge(task, call)
        except Block as block:
            if not self._fall_asleep(task, block, Restart.SYS):
                gate.withdraw(task)
                self._interrupt(task)
            return
        if task.state is TaskState.TRACED:
            self._switch_away(task)
        elif ending is None:
            self._attempt(task, call)
        else:
            self._end(task, ending)

    def _again(self, task: Task, call: Call) -> None:
        """Go on with a call that slept, stopped or was interrupted, from where it was held up."""
        if task.seccomp is not None and task.seccomp.held is call:
            self._judge(task, call)
        else:
            self._attempt(task, call)

    def _restarted(self, task: Task, interrupted: Call) -> Call:
        """The call that restart_syscall goes on with: its words and deadline, not its number."""
        task.interrupted_call = None
        call = Call(interrupted.number, interrupted.words, interrupted.entered)
        call.progress = interrupted.progress
        call.restarts = interrupted.restarts + 1
        return call

    def _attempt(self, task: Task, call: Call) -> None:
        """Run the call from its first line and see to one of its five endings."""
        try:
            entry = TABLE[call.number]
        except KeyError:
            refuse(task, call.number)
            self._after_call(task)
            return
        fails_in = self.system.settings.fails_in
        if fails_in is not None and fails_in[0] == entry.name:
            self.system.frames.fails_in = fails_in[1]
        try:
            if self.injector is None:
                value = entry.invoke(task, call.words)
            else:
                value = self.injector.invoke(entry.name, task, call, entry.invoke)
        except SysError as error:
            value = -error.errno
        except Block as block:
            if self._fall_asleep(task, block, entry.restart):
                return
            value = entry.store_what_is_left(task, call)
            if value == 0:
                self._interrupt(task)
                return
        finally:
            self.system.frames.fails_in = None
        if value.__class__ is int and task.tracing is None:  # the hot ending, as in _end
            self.machine.registers[EAX] = value & 0xFFFF_FFFF
            if self.system.journal.recording:
                self.report.exited(task, value)
            task.call = None
        elif task.tracing is not None and trace_points.before_ending(task, value):
            self._switch_away(task)
        else:
            self._end(task, value)

    def _fall_asleep(self, task: Task, block: Block, restart: Restart) -> bool:
        """The call in flight has to wait: whether the task sleeps. It does not where signals came.

        `restart` is what they then do to the call, unless the block knows better.
        """
        task.restart = block.restart or restart
        if task.signals.attention and not block.deaf and delivery.ends_sleep(task):
            return False
        if self.system.journal.recording:
            assert task.call is not None
            task.emit(events.SyscallBlocked, shown_name(task.call.number), str(block))
        self._switch_away(task)
        task.sleep(block)
        return True

    def _interrupt(self, task: Task) -> None:
        delivery.interrupt(task)
        if trace_points.at_interruption(task):
            self._switch_away(task)

    def _end(self, task: Task, value: Ending) -> None:
        """The call ends with a value, held, or with other registers."""
        if isinstance(value, Hold) and not value.is_over:
            self.machine.registers[EAX] = value.value
            self._switch_away(task)
            task.hold(value)
            return
        if value is REPLACED:
            self._replaced(task)
        else:
            result = value.value if isinstance(value, Hold) else int(value)
            self.machine.registers[EAX] = result & 0xFFFF_FFFF
            if self.system.journal.recording:
                self.report.exited(task, result)
            task.call = None
        self._after_call(task)

    def _after_call(self, task: Task) -> None:
        is_current = task.tracing is not None and self.system.scheduler.current is task
        if is_current and trace_points.at_exit(task):
            self._switch_away(task)

    def _replaced(self, task: Task) -> None:
        """execve, sigreturn or exit: the registers are right as they are."""
        if task.is_gone or task.is_ending:
            if not task.is_gone:
                self.report.departed(task)
            self._yield_if_asked(task)
            return
        value = self.machine.registers[EAX]
        if self.system.scheduler.must_yield:
            task.unreported = value
            return
        self.report.exited(task, value)
        task.call = None
