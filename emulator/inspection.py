"""Inspection: what there is to see of a stopped guest; looking changes nothing."""

from __future__ import annotations

from itertools import islice

from emulator.machine.disassembly import Instruction, instructions
from emulator.machine.machine import REGISTER_NAMES, SEGMENT_NAMES
from emulator.machine.stepping_cpu import SteppingCpu
from kernel.check.program import Program, program_of
from kernel.mm.address_space import AddressSpace
from kernel.mm.peek import peek
from kernel.stepping import SteppedKernel
from kernel.system import System
from kernel.task.task import Task

LONGEST_INSTRUCTION = 15


class Inspection:
    """The tasks of `kernel` on `machine`, as they are now."""

    machine: SteppingCpu
    kernel: SteppedKernel

    @property
    def system(self) -> System:
        """The kernel's state as it is now."""
        return self.kernel.system

    @property
    def task(self) -> Task | None:
        """The task that runs next; None where every task sleeps."""
        return self.system.scheduler.current

    def find_task(self, tid: int) -> Task | None:
        """The task of this number, as it is now."""
        return self.system.tasks.find(tid)

    def registers(self, task: Task) -> dict[str, int]:
        """The ten general registers and the six selectors, by name."""
        is_loaded = self.system.scheduler.current is task
        values = dict(zip(REGISTER_NAMES, task.registers, strict=True))
        if is_loaded:
            return values | {name: self.machine.segment(name) for name in SEGMENT_NAMES}
        return values | self.machine.look_into(task.context)[0]

    def fxsave(self, task: Task) -> bytes:
        """The x87 and SSE state as FXSAVE's 512 octets."""
        if self.system.scheduler.current is task:
            return self.machine.read_fxsave()
        return self.machine.look_into(task.context)[1]

    def tls(self, task: Task) -> tuple[int, int, int]:
        """The three TLS descriptors."""
        is_loaded = self.system.scheduler.current is task
        return self.machine.tls if is_loaded else task.context.tls

    def memory(self, task: Task) -> AddressSpace | None:
        """The task's address space; None for init, and once the task has left it."""
        return None if task.memory_left else getattr(task, "memory", None)

    def read_memory(self, task: Task, address: int, length: int) -> bytes:
        """Octets of a task's memory, as many as there are; nothing is changed by looking."""
        memory = self.memory(task)
        return b"" if memory is None else peek(memory, address, length)

    def disassemble(self, task: Task, address: int, count: int) -> list[Instruction]:
        """`count` instructions from an address on, or fewer where they do not decode."""
        code = self.read_memory(task, address, LONGEST_INSTRUCTION * count)
        return list(islice(instructions(code, address), count))

    def program(self, task: Task) -> Program | None:
        """Symbols and lines of what the task runs; None for a task without memory."""
        memory = self.memory(task)
        if memory is None or memory.executable is None:
            return None
        return program_of(memory.executable)
