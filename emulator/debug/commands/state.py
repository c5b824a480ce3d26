"""Commands that show tasks, registers, descriptors and signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.debug.c.printing import FLAGS
from emulator.debug.command_table import CommandError, command
from emulator.debug.difference import Picture, differences
from emulator.debug.expressions import evaluate
from emulator.debug.where import next_action, symbol_suffix
from emulator.views.columns import table
from emulator.views.signal_set import signal_set
from kernel.call_report import call_name
from kernel.fs.proc_status import parent_pid
from kernel.task.task import Task

if TYPE_CHECKING:
    from emulator.debug.line_mode import LineMode


@command("info registers", "info r", usage="[NAME…]")
def info_registers(mode: LineMode, argument: str) -> None:
    """The registers of the task looked at, or those of these names."""
    values, task = mode.stepper.registers(mode.task), mode.task
    names = argument.replace("$", "").split() or list(values)
    for name in names:
        if name not in values:
            raise CommandError(f"no register {name!r}: {', '.join(values)}")
        value = values[name]
        text = str(value - (1 << 32) if value >> 31 else value)
        if name == "eip":
            text = f"{value:#x}{symbol_suffix(mode.stepper.program(task), value)}"
        elif name == "eflags":
            text = f"[ {' '.join(sign for bit, sign in FLAGS if value >> bit & 1)} ]"
        mode.say(f"{name:<15}{value:#x}{' ' * max(19 - len(f'{value:#x}'), 1)}{text}")


@command("tasks", "info tasks", "info threads", "info inferiors")
def tasks(mode: LineMode, argument: str) -> None:
    """Every task: state, address space, what it does next, and what it waits for.

    `=>` marks the one that runs next, `*` the one that is looked at.
    """
    stepper = mode.stepper
    rows = [("", "TID", "PPID", "STATE", "MEMORY", "CR3", "NAME", "DOES")]
    for task in stepper.system.tasks.tasks():
        if task.process is stepper.system.tasks.init:
            continue
        runs, looked = task is stepper.task, _is_looked_at(mode, task)
        has_memory = not task.memory_left
        rows.append((
            ("=>" if runs else "") + ("*" if looked else ""),
            str(task.tid), str(parent_pid(task)), task.state.name,
            task.memory.name if has_memory else "-",
            f"{task.memory.tables.root:#x}" if has_memory else "-",
            task.name, _does(mode, task),
        ))  # fmt: skip
    mode.say(table(rows, (1, 2)))


def _is_looked_at(mode: LineMode, task: Task) -> bool:
    try:
        return mode.task is task
    except CommandError:
        return False


def _does(mode: LineMode, task: Task) -> str:
    if task.is_gone or task.memory_left:
        return "has ended"
    if task.held is not None:
        return f"waits for: {task.wait_channel}"
    if task.call is not None and task.wait_channel:
        return f"{call_name(task.call.number)} waits for: {task.wait_channel}"
    return next_action(mode.stepper, task)


@command("task", "thread", "inferior", usage="[TID | any]")
def task(mode: LineMode, argument: str) -> None:
    """Look at this task, and count steps in it alone; `any`: whoever runs, as at the beginning."""
    mode.level = 0
    if argument == "any":
        mode.only = None
    elif argument:
        tid = evaluate(mode, argument)
        found = mode.stepper.find_task(tid)
        if found is None or found.process is mode.stepper.system.tasks.init:
            raise CommandError(f"there is no task {tid} here")
        mode.only = tid
    chosen = "only its steps count" if mode.only is not None else "whoever runs next takes a step"
    mode.say(f"task {mode.task.tid} ({mode.task.name}) is looked at; {chosen}")


@command("info files", "info fds")
def info_files(mode: LineMode, argument: str) -> None:
    """The open descriptors of the task looked at."""
    files = mode.task.files
    for number in sorted(files.files):
        file = files.files[number]
        marks = ", close-on-exec" if number in files.close_on_exec else ""
        mode.say(f"{number:3}  {file.path}  offset {file.offset}, {file.users} users{marks}")


@command("info signals", "info handle")
def info_signals(mode: LineMode, argument: str) -> None:
    """Pending and blocked signals, and handlers, of the task looked at."""
    task = mode.task
    shown = {
        "pending for the task": task.signals.pending.mask,
        "pending for the process": task.process.pending.mask,
        "blocked": task.signals.blocked,
    }
    for name, mask in shown.items():
        mode.say(f"{name}: {signal_set(mask)}")
    program = mode.stepper.program(task)
    for number, action in sorted(task.sighand.actions.items()):
        if action.handler > 1:
            place = f"{action.handler:#x}{symbol_suffix(program, action.handler)}"
            mode.say(f"handler of {number}: {place}")


@command("diff", usage="N M")
def diff(mode: LineMode, argument: str) -> None:
    """What is different at position M from position N: tasks, registers, descriptors, memory."""
    words = argument.split()
    if len(words) != 2:
        raise CommandError("diff needs two positions")
    here = mode.stepper.position
    pictures = []
    for word in words:
        position = evaluate(mode, word)
        mode.move(lambda position=position: mode.stepper.goto(position))  # type: ignore[misc]
        pictures.append(Picture(mode.stepper))
    mode.move(lambda: mode.stepper.goto(here))
    mode.say("\n".join(differences(*pictures)) or "nothing is different")
