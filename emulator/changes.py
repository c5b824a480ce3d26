"""Changes: what a debugger does to a stepped run. Each is a step, kept in the history like input,
so that going back and forth repeats it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from emulator.machine.machine import EFLAGS
from kernel.abi.errno import Errno
from kernel.abi.signal_frames import CHANGEABLE_FLAGS
from kernel.abi.signals import SiCode, Signal
from kernel.errors import SysError
from kernel.mm import remote
from kernel.signals import attention, delivery, send
from kernel.signals.state import SigInfo
from kernel.stepping import SteppedKernel
from kernel.task.task import Task, TaskState

SELECTORS = ("cs", "ss", "ds", "es", "fs", "gs")


class Change(Protocol):
    """A frozen value that says what is to be done, and does it to a kernel between two steps."""

    def apply(self, kernel: SteppedKernel) -> None:
        """Do it; SysError where it cannot be done."""


@dataclass(frozen=True)
class Freeze:
    """These tasks get no CPU time; any other that was frozen goes on."""

    tids: frozenset[int]

    def apply(self, kernel: SteppedKernel) -> None:
        kernel.freeze(self.tids)


@dataclass(frozen=True)
class WriteMemory:
    """Octets in a task's memory, wherever there is some (see kernel.mm.remote); EFAULT, ENOMEM."""

    tid: int
    address: int
    data: bytes

    def apply(self, kernel: SteppedKernel) -> None:
        task = _find(kernel, self.tid)
        if task.memory_left:
            raise SysError(Errno.EFAULT)
        remote.write(task.memory, self.address, self.data)


@dataclass(frozen=True)
class WriteRegisters:
    """A task's registers: the ten general ones in the machine's order, six selectors in the order
    of SELECTORS, an FXSAVE image. EIO for selectors that cannot be loaded.

    `gives_up_call`: the call in flight is not gone on with, as if it had never been made.
    """

    tid: int
    general: tuple[int, ...]
    selectors: tuple[int, ...]
    fxsave: bytes
    gives_up_call: bool = False

    def apply(self, kernel: SteppedKernel) -> None:
        task = _find(kernel, self.tid)
        if self.gives_up_call:
            _give_up_call(kernel, task)
        machine, current = kernel.machine, kernel.system.scheduler.current
        if current is task:
            self._load(kernel)
            return
        outside = machine.new_context()
        machine.store(outside)
        machine.load(task.context, task.memory.tables.root)
        self._load(kernel)
        machine.store(task.context)
        if current is not None:
            machine.load(outside, current.memory.tables.root)

    def _load(self, kernel: SteppedKernel) -> None:
        machine = kernel.machine
        flags = machine.registers[EFLAGS]
        for name, selector in zip(SELECTORS, self.selectors, strict=True):
            if selector != machine.segment(name) and not (
                name not in ("cs", "ss") and machine.set_segment(name, selector)
            ):
                raise SysError(Errno.EIO)
        for i, word in enumerate(self.general):
            machine.registers[i] = word
        machine.registers[EFLAGS] = (
            flags & ~CHANGEABLE_FLAGS | self.general[EFLAGS] & CHANGEABLE_FLAGS
        )
        if self.fxsave != machine.read_fxsave():
            machine.write_fxsave(self.fxsave)


@dataclass(frozen=True)
class ReplaceSignal:
    """The signal that a task is about to act on becomes another one, or (None) none; EINVAL where
    there is no such signal.
    """

    tid: int
    info: SigInfo | None

    def apply(self, kernel: SteppedKernel) -> None:
        task = _find(kernel, self.tid)
        if delivery.upcoming(task) is None:
            raise SysError(Errno.EINVAL)
        delivery.replace_upcoming(task, self.info)
        attention.refresh(task)


@dataclass(frozen=True)
class SendSignal:
    """A signal to one thread; EAGAIN."""

    tid: int
    info: SigInfo

    def apply(self, kernel: SteppedKernel) -> None:
        send.send_to_task(_find(kernel, self.tid), self.info)


@dataclass(frozen=True)
class Kill:
    """SIGKILL to a process; ESRCH."""

    pid: int

    def apply(self, kernel: SteppedKernel) -> None:
        process = kernel.system.tasks.process(self.pid)
        if process is None:
            raise SysError(Errno.ESRCH)
        send.send_to_process(process, SigInfo(Signal.SIGKILL, SiCode.SI_USER))


def _find(kernel: SteppedKernel, tid: int) -> Task:
    task = kernel.system.tasks.find(tid)
    if task is None or task.is_gone:
        raise SysError(Errno.ESRCH)
    return task


def _give_up_call(kernel: SteppedKernel, task: Task) -> None:
    """The task goes on behind the call; a vfork parent has to wait all the same."""
    if task.state is TaskState.HELD:
        return
    if task.state is TaskState.BLOCKED:
        task.wake("a debugger gives its call up")
    task.call = task.signals.interrupted = None
    attention.refresh(task)
