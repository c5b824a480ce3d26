"""A watch: one vfork child, run instruction by instruction until it executes a program or ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.machine.machine import EAX, EBX, ECX, EIP
from emulator.machine.traps import BUDGET_SPENT, DEBUG, SYSCALL, Access, CpuFault, PageFault, Trap
from kernel.abi.sysno import Sysno
from kernel.check import instruction
from kernel.check.frames import CallSite
from kernel.check.instruction import peek
from kernel.check.judge import Judge
from kernel.check.protection import Change, Protection
from kernel.task.task import TaskState

if TYPE_CHECKING:
    from kernel.check.checker import Checker
    from kernel.task.task import Task

PATIENCE = 100_000
"""Instructions that are stepped through; after that only writes are looked at."""
_INT = 2
"""Octets of `int $0x80`."""
_EXECUTING = (Sysno.EXECVE, Sysno.EXECVEAT)
_RETURNING = (Sysno.SIGRETURN, Sysno.RT_SIGRETURN)
_MAPPING = frozenset({
    Sysno.MMAP, Sysno.MMAP2, Sysno.MUNMAP, Sysno.MPROTECT, Sysno.MREMAP, Sysno.BRK,
    Sysno.MADVISE, Sysno.REMAP_FILE_PAGES, Sysno.SHMAT, Sysno.SHMDT, Sysno.PKEY_MPROTECT,
})  # fmt: skip
_LAST_VALUE = 0xFFFF_F000
"""Results above are negative errnos."""


class Watch:
    """`task` runs on memory that `parent` lent it. Kernel.run runs it through `run`."""

    def __init__(
        self, checker: Checker, task: Task, parent: Task, site: CallSite, own_stack: int
    ) -> None:
        self.checker = checker
        self.task = task
        self.parent = parent
        self.protection = Protection(task.memory)
        self.judge = Judge(task, site, checker.settings, own_stack)
        self.steps = 0
        self.call: tuple[int, int, int] | None = None
        """Number, EBX and ECX of the system call that the kernel has to answer."""
        self.called_at = 0
        """Address of its `int`."""
        self.old_brk = 0
        self.written: list[tuple[Change, str]] = []
        """What the kernel stored for the child since it last ran, and the call's name."""
        self.stores: list[int] = []
        """Where the instruction at work writes."""
        self.faulted: int | None = None
        self.is_stop_told = False
        """Its stop or deadlock has been reported."""

    # ---- the CPU goes to the child, and away -------------------------------------------------

    def switched_to(self) -> None:
        """The child is the current task: what the kernel writes now, it writes for it."""
        self.task.memory.write_hook = self

    def switched_away(self) -> None:
        """Others who share the memory are not accused."""
        self.task.memory.write_hook = None
        if self.protection.is_up:
            self.protection.take_down()
        if self.task.state is TaskState.STOPPED:
            self.checker.stopped(self)

    def end(self) -> None:
        """The child leaves the memory: tell what was found."""
        self._judge_stores()
        self.task.memory.write_hook = None
        if self.protection.is_up:
            self.protection.take_down()
        self.task.watch = None
        self.checker.report(self)

    # ---- running -----------------------------------------------------------------------------

    def run(self, budget: int) -> Trap:
        """Run the child until a trap that the kernel has to handle, or for `budget` blocks."""
        self._take_up()
        machine, spent = self.task.system.machine, 0
        while spent < budget:
            if self.steps >= PATIENCE and not self.protection.lifted:
                trap: Trap | None = machine.run(budget - spent)
            else:
                trap = self._step(budget - spent)
            spent += machine.spent
            if trap is not None and not self._is_seen_write(trap):
                self._leave_to_kernel(trap)
                machine.spent = spent
                return trap
        machine.spent = spent
        return BUDGET_SPENT

    def _step(self, budget: int) -> Trap | None:
        """One instruction, or the fault that it needs a page lifted for."""
        machine, memory = self.task.system.machine, self.task.memory
        at = instruction.look(machine, memory)
        trap = instruction.step(machine, memory, at, budget)
        if trap is None or (isinstance(trap, CpuFault) and trap.vector == DEBUG):
            stores = self.stores
            changes = self.protection.settle()
            self.stores = []
            self.judge.executed(at, stores, changes)
            self._count()
        return trap

    def _count(self) -> None:
        self.steps += 1
        if self.steps == PATIENCE:
            self.task.system.notice(
                f"vfork child {self.task.tid} has run {PATIENCE} instructions:"
                " from here on only its writes are watched"
            )

    def _is_seen_write(self, trap: Trap) -> bool:
        """Whether it is only the protection that was met; the instruction is then tried again."""
        if not isinstance(trap, PageFault) or trap.access is not Access.WRITE or not trap.present:
            return False
        if not self.protection.lift(trap.address):
            return False
        self.stores.append(trap.address)
        return True

    def _leave_to_kernel(self, trap: Trap) -> None:
        self.protection.settle()
        self.stores = []
        registers = self.task.system.machine.registers
        if trap is SYSCALL:
            self.call = registers[EAX], registers[EBX], registers[ECX]
            self.called_at = (registers[EIP] - _INT) & 0xFFFF_FFFF
            self.old_brk = self.task.memory.brk
        elif isinstance(trap, PageFault):
            self.faulted = trap.address

    # ---- what the kernel did meanwhile -------------------------------------------------------

    def kernel_writes(self, address: int, data: bytes) -> None:
        """The hook in mm.user: the kernel is about to store octets (within a page).

        Outside of a call it builds a signal frame, on a stack that is nobody's data.
        """
        call = self.task.call
        if call is not None:
            before = peek(self.task.memory, address, len(data))
            self.written.append((Change(address, before, bytes(data)), _name(call.number)))
        else:
            self.written.append((Change(address, b"", b""), ""))

    def handler_called(self, signal: int, handler: int) -> None:
        """The hook in signals.delivery: the child's next instruction is a handler's first."""
        self.judge.handler_began(signal, handler)

    def _take_up(self) -> None:
        """Judge what the kernel did since the child last ran, and protect what it made writable."""
        self._judge_stores()
        if self.call is not None:
            self._judge_call(*self.call)
            self.call = None
        if self.faulted is not None:
            self.protection.cover(self.faulted)
            self.faulted = None
        if not self.protection.is_up:
            self.protection.put_up()

    def _judge_stores(self) -> None:
        for change, call in self.written:
            self.protection.cover(change.address)
            if call:
                self.judge.kernel_wrote(change, call, self.called_at)
        self.written.clear()

    def _judge_call(self, number: int, first: int, second: int) -> None:
        result = self.task.system.machine.registers[EAX]
        if result > _LAST_VALUE:
            self.judge.call_failed((1 << 32) - result)
        if number in _EXECUTING:
            self.judge.exec_failed = True
        elif number in _RETURNING:
            self.judge.handler_ended()
        elif number in _MAPPING and result <= _LAST_VALUE:
            self.protection.put_up()
            memory = self.task.memory
            if number != Sysno.BRK:
                start = result if number in (Sysno.MMAP, Sysno.MMAP2, Sysno.SHMAT) else first
                self.judge.mapped(_name(number), self.called_at, start, second)
            elif memory.brk != self.old_brk:
                size = memory.brk - self.old_brk
                self.judge.mapped("brk", self.called_at, self.old_brk, size)


def _name(number: int) -> str:
    try:
        return Sysno(number).name.lower()
    except ValueError:
        return f"system call {number}"
