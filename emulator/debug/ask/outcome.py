"""The outcome of a system call, found by going on and coming back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.debug.picture.model import Standing
from emulator.debug.picture.standing import standing
from emulator.debug.told import phrase
from emulator.machine.machine import EAX
from emulator.stops import CatchCall, CatchEvent
from kernel.events import Released, SyscallEntered, SyscallExited, TaskCreated, TaskExited

if TYPE_CHECKING:
    from emulator.stepper import Stepper
    from kernel.events import Event

_RETURNS = CatchCall(entry=False)
_ENDS = CatchEvent(frozenset({TaskExited}))


@dataclass(frozen=True, slots=True)
class Child:
    """A task that the call has made, and what of its maker's it uses."""

    tid: int
    result: int
    """What it finds in EAX."""
    shares_memory: bool
    shares_descriptors: bool
    makers_memory: str
    memory: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a system call.

    `runs_next` has the CPU right after the call was attempted (0: nobody); the caller was then as
    `standing` says, for `reason`. `exit` is how the call returned; None where it never does.
    """

    entered: SyscallEntered
    runs_next: int
    standing: Standing
    reason: str
    memory_before: str
    memory_after: str
    """The caller's address space once the call has returned; "" without one."""
    child: Child | None
    exit: SyscallExited | None
    released: str
    """The end of a vfork parent's waiting, in words; "" where nobody was released."""
    others: int
    """Tasks that were there besides the caller."""

    @property
    def tid(self) -> int:
        """The caller."""
        return self.entered.pid


def foresee(stepper: Stepper, entered: SyscallEntered) -> Outcome:
    """The outcome of the call that has just been entered; the stepper is left where it was."""
    here, tid = stepper.position, entered.pid
    before, others = _memory(stepper, tid), _others(stepper, tid)
    stepper.step()
    caller, runs_next = stepper.find_task(tid), stepper.task
    where = standing(caller, None) if caller is not None else (Standing.OVER, "")
    child = _child(stepper, tid)
    released = [e for e in stepper.events_at(stepper.position) if isinstance(e, Released)]
    returned = _return_of(stepper, entered)
    after = _memory(stepper, tid) if returned is not None else ""
    stepper.goto(here)
    next_tid = runs_next.tid if runs_next is not None else 0
    told = phrase(released[0]) if released else ""
    return Outcome(entered, next_tid, *where, before, after, child, returned, told, others)


def _memory(stepper: Stepper, tid: int) -> str:
    task = stepper.find_task(tid)
    return task.memory.name if task is not None and not task.memory_left else ""


def _others(stepper: Stepper, tid: int) -> int:
    system = stepper.system
    tasks = [task for task in system.tasks.tasks() if task.process is not system.tasks.init]
    return sum(task.tid != tid and not task.is_gone for task in tasks)


def _child(stepper: Stepper, tid: int) -> Child | None:
    """The task that the last step has made."""
    for event in stepper.events_at(stepper.position):
        if isinstance(event, TaskCreated) and event.pid == tid:
            child, maker = stepper.find_task(event.child), stepper.find_task(tid)
            if child is not None and maker is not None:
                return Child(
                    child.tid, child.registers[EAX],
                    child.memory is maker.memory, child.files is maker.files,
                    maker.memory.name, child.memory.name,
                )  # fmt: skip
    return None


def _return_of(stepper: Stepper, entered: SyscallEntered) -> SyscallExited | None:
    """Go on until the caller has the result, or never gets one."""
    found = [e for e in stepper.events_at(stepper.position) if _is_end(e, entered.pid)]
    event = found[0] if found else stepper.run([_RETURNS, _ENDS], entered.pid).event
    if not isinstance(event, SyscallExited) or event.number != entered.number:
        return None
    return event if event.result is not None else None


def _is_end(event: Event, tid: int) -> bool:
    return isinstance(event, SyscallExited | TaskExited) and event.pid == tid
