"""Where a run is: one line about the task that runs next and what it does next."""

from __future__ import annotations

from emulator.stepper import Stepper
from kernel.call_report import call_name
from kernel.check.program import Program
from kernel.task.task import Task


def where(stepper: Stepper) -> str:
    """`245: [100] => 0x8049310 <main+0>: push ebp`, with the source line where it is known."""
    task = stepper.task
    if task is None:
        return f"{stepper.position}: every task sleeps"
    return f"{stepper.position}: [{task.tid}] => {next_action(stepper, task)}"


def next_action(stepper: Stepper, task: Task) -> str:
    """The instruction, or the system call, that a task does next."""
    if task.call is not None:
        return f"system call {call_name(task.call.number)}"
    address = task.instruction
    program = stepper.program(task)
    text = f"{address:#x}{symbol_suffix(program, address)}"
    found = stepper.disassemble(task, address, 1)
    text += f": {found[0]}" if found else ": (no instruction)"
    line = program.line_of(address) if program is not None else ""
    return f"{text}   ({line})" if line else text


def symbol_suffix(program: Program | None, address: int) -> str:
    """` <main+4>`, or nothing."""
    function = program.function_at(address) if program is not None else None
    return f" <{function.name}+{address - function.start}>" if function is not None else ""
