"""Steps in terms of the source: from line to line, and out of a function; back by the same.

Code of which no lines are known is passed over as a whole when it is called; where there are none
at all, a step is an instruction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from emulator.debug.over import back_to_call, run_to, step_back_over, step_over
from emulator.machine.machine import ESP
from emulator.stepper import Stepper
from emulator.stops import Reason, Stop, Stopped
from kernel.check.call_stack import call_sites
from kernel.check.unwinding import Site
from kernel.task.task import Task


def step_line(stepper: Stepper, task: Task, stops: Collection[Stop], over: bool = False) -> Stopped:
    """Run until a task begins another source line; with `over` not one of a function it calls.

    `stops` end it earlier, as do the task's end, its execve, and its return to unknown code.
    """
    tid, start, esp = task.tid, _line(stepper, task), task.registers[ESP]
    while True:
        stopped = step_over(stepper, stops, tid) if over else _step_in(stepper, task, stops)
        now = _present(stepper, tid)
        if stopped.reason is not Reason.STEP or now is None or not start:
            return stopped
        line = _line(stepper, now)
        if (not line and now.registers[ESP] > esp) or (line != start and _begins(stepper, now)):
            return stopped
        task = now


def step_line_back(stepper: Stepper, task: Task, over: bool = False) -> Stopped:
    """Go back to where a task began the line it is in, or else the line before."""
    tid, start = task.tid, _line(stepper, task)
    step = partial(step_back_over if over else _step_back_in, stepper, tid)
    stopped = step()
    while (now := _present(stepper, tid)) and start and stopped.reason is Reason.STEP:
        here, line, begins = stepper.position, _line(stepper, now), _begins(stepper, now)
        before = step()
        now = _present(stepper, tid)
        if begins and (now is None or _line(stepper, now) != line):
            stepper.goto(here)
            break
        stopped = before
    return stopped


def finish(stepper: Stepper, task: Task, stops: Collection[Stop]) -> Stopped | None:
    """Run until the function that a task is in has returned; None where its caller is unknown."""
    outer = _caller(stepper, task)
    return None if outer is None else run_to(stepper, task, outer.pc, outer.esp, stops)


def finish_back(stepper: Stepper, task: Task) -> Stopped | None:
    """Go back to before the call of the function that a task is in; None as `finish`."""
    outer = _caller(stepper, task)
    return None if outer is None else back_to_call(stepper, task, outer.pc, outer.esp)


def _step_in(stepper: Stepper, task: Task, stops: Collection[Stop]) -> Stopped:
    """One step of a task, over calls of the system and of functions without lines."""
    if task.call is None and stepper.task is not task:
        stopped = run_to(stepper, task, task.instruction, 0, stops)
        if stopped.reason is not Reason.STEP:
            return stopped
    found = stepper.disassemble(task, task.instruction, 1)
    if task.call is not None or not found or found[0].mnemonic != "call":
        return step_over(stepper, stops, task.tid)
    behind, esp = task.instruction + len(found[0].code), task.registers[ESP]
    stopped = stepper.run(stops, limit=1)
    if stopped.reason is not Reason.LIMIT:
        return stopped
    now = _present(stepper, task.tid)
    if now is None or _line(stepper, now):
        return replace(stopped, reason=Reason.STEP)
    return run_to(stepper, now, behind, esp, stops)


def _step_back_in(stepper: Stepper, tid: int) -> Stopped:
    """One step of a task back, over calls of the system and of functions without lines."""
    here = stepper.position
    stopped = stepper.back(1, tid)
    now = _present(stepper, tid)
    if now is not None and now.call is None and _line(stepper, now):
        return stopped
    stepper.goto(here)
    return step_back_over(stepper, tid)


def _caller(stepper: Stepper, task: Task) -> Site | None:
    sites = call_sites(task, stepper.program(task))
    next(sites, None)
    return next(sites, None)


def _present(stepper: Stepper, tid: int) -> Task | None:
    task = stepper.find_task(tid)
    return None if task is None or stepper.memory(task) is None else task


def _line(stepper: Stepper, task: Task) -> str:
    program = stepper.program(task)
    return "" if program is None else program.line_of(task.instruction)


def _begins(stepper: Stepper, task: Task) -> bool:
    program = stepper.program(task)
    return program is not None and program.begins_line(task.instruction)
