"""Over a call: one step of a task where a call of a function or of the system counts as one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from emulator.machine.machine import ESP
from emulator.stepper import Stepper
from emulator.stops import Breakpoint, CatchEvent, Reason, Stop, Stopped
from kernel.events import TaskExecuted, TaskExited
from kernel.task.task import Task

_LONGEST_CALL = 7
_LEAVING = frozenset({TaskExecuted, TaskExited})
"""Who executes or exits does not come back."""


def step_over(stepper: Stepper, stops: Collection[Stop], tid: int | None = None) -> Stopped:
    """Take one step of a task (None: of the one that runs next), a call with all that is in it.

    `stops` end it earlier.
    """
    task = _of(stepper, tid)
    if task is None:
        return stepper.step(1, tid)
    esp, after = task.registers[ESP], _return_address(stepper, task)
    if after is None:
        return _single_step(stepper, task, stops)
    return run_to(stepper, task, after, esp, stops)


def _single_step(stepper: Stepper, task: Task, stops: Collection[Stop]) -> Stopped:
    if stepper.task is not task:
        return stepper.step(1, task.tid)
    stopped = stepper.run(stops, limit=1)
    return replace(stopped, reason=Reason.STEP) if stopped.reason is Reason.LIMIT else stopped


def run_to(
    stepper: Stepper, task: Task, address: int, esp: int, stops: Collection[Stop]
) -> Stopped:
    """Run until a task is at an address, in the frame that has no more stack than to `esp`; or it
    executes or exits, or one of the stops is met.
    """
    own, left = Breakpoint(address, task.tid), CatchEvent(_LEAVING, task.tid)
    while True:
        stopped = stepper.run([own, left, *stops])
        if stopped.stop is left:
            return replace(stopped, reason=Reason.STEP, stop=None)
        if stopped.stop is not own:
            return stopped
        now = stepper.find_task(task.tid)
        if now is not None and now.registers[ESP] >= esp:
            return replace(stopped, reason=Reason.STEP, stop=None)


def step_back_over(stepper: Stepper, tid: int | None = None) -> Stopped:
    """Go to before the last step of a task, a call with all that was in it counting as one."""
    task = _of(stepper, tid)
    if task is None:
        return stepper.back(1, tid)
    tid, address = task.tid, task.instruction
    stopped = stepper.back(1, tid)
    while (task := stepper.find_task(tid)) is not None and task.call is not None:
        stopped = stepper.back(1, tid)
    if task is None or not _is_return(stepper, task):
        return stopped
    return back_to_call(stepper, task, address, task.registers[ESP] + 4) or stopped


def back_to_call(stepper: Stepper, task: Task, address: int, esp: int) -> Stopped | None:
    """Go back to before the call that returns to an address, with the stack at `esp` then; None
    where no call can stand before it.
    """
    tid = task.tid
    calls = [Breakpoint(at, tid) for at in _calls_before(stepper, task, address)]
    stopped = None
    while calls:
        stopped = stepper.run_back(calls, tid)
        now = stepper.find_task(tid)
        if stopped.reason is not Reason.BREAKPOINT or now is None:
            break
        if now.registers[ESP] == esp:
            return replace(stopped, reason=Reason.STEP, stop=None)
    return stopped


def _of(stepper: Stepper, tid: int | None) -> Task | None:
    return stepper.task if tid is None else stepper.find_task(tid)


def _return_address(stepper: Stepper, task: Task) -> int | None:
    """Where the call that is next, or in flight, goes on; None where the next step is none."""
    if task.call is not None:
        return task.instruction
    found = stepper.disassemble(task, task.instruction, 1)
    if not found:
        return None
    at = found[0]
    if at.mnemonic == "call" or (at.mnemonic == "int" and at.operands == "0x80"):
        return at.address + len(at.code)
    return at.address + len(at.code) if at.mnemonic.startswith("rep") else None


def _is_return(stepper: Stepper, task: Task) -> bool:
    found = stepper.disassemble(task, task.instruction, 1)
    return bool(found) and found[0].mnemonic.startswith("ret")


def _calls_before(stepper: Stepper, task: Task, address: int) -> list[int]:
    """Addresses at which a call may stand that returns to this one."""
    places = []
    for length in range(2, _LONGEST_CALL + 1):
        found = stepper.disassemble(task, address - length, 1)
        if found and found[0].mnemonic == "call" and len(found[0].code) == length:
            places.append(address - length)
    return places
