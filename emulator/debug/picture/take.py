"""Taking a picture of a stopped system; it changes nothing, not even an accessed bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.debug.picture.code import code, program_behind
from emulator.debug.picture.descriptors import descriptors
from emulator.debug.picture.model import Picture, Register, Standing, TaskPicture, TaskRow
from emulator.debug.picture.source import source_line
from emulator.debug.picture.spaces import spaces
from emulator.debug.picture.stack import stack
from emulator.debug.picture.standing import call_of, standing, vfork_child_of
from emulator.machine.machine import EFLAGS, EIP, REGISTER_NAMES
from emulator.views.inert import visible
from kernel.fs.proc_status import parent_pid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emulator.debug.picture.transcript import Transcript
    from kernel.system import System
    from kernel.task.task import Task

CODE_LINES, STACK_WORDS, TEXT_LINES = 24, 64, 100
_ORDER = ("eax", "ebx", "ecx", "edx", "esi", "edi", "ebp", "esp", "eip", "eflags")
_FLAGS = {0: "CF", 2: "PF", 4: "AF", 6: "ZF", 7: "SF", 8: "TF", 10: "DF", 11: "OF"}


@dataclass(frozen=True, slots=True)
class Moment:
    """Where in the run this is, as whoever steps it knows."""

    program: str
    position: int
    event: int
    told: str
    runs_next: Task | None


def take(
    system: System,
    moment: Moment,
    transcript: Transcript,
    before: Picture | None = None,
    focus: int = 0,
) -> Picture:
    """The picture; marks are changes since `before`. `focus`: the tid to look at, if it is there.

    Without a focus it is on the task that runs next.
    """
    tasks = [task for task in system.tasks.tasks() if task.process is not system.tasks.init]
    rows = tuple(_row(task, moment.runs_next) for task in tasks)
    looked_at = system.tasks.find(focus) or moment.runs_next or (tasks[0] if tasks else None)
    pair = _pair(looked_at) if looked_at is not None else []
    words = {(space, at): value for space, at, value in before.stack_words} if before else {}
    shown = tuple(_task(task, rows, tasks, before, words) for task in pair)
    return Picture(
        program=visible(moment.program),
        position=moment.position,
        event=moment.event,
        time=system.clock.now,
        told=moment.told,
        tasks=rows,
        shown=shown,
        spaces=spaces(pair, tasks),
        calls=transcript.calls.last_lines(moment.event, TEXT_LINES),
        kernel=transcript.kernel.last_lines(moment.event, TEXT_LINES),
        output=transcript.output.last_lines(moment.event, TEXT_LINES),
        wants_input=moment.runs_next is None and system.console.wants_input,
        focus=looked_at.tid if looked_at is not None else 0,
        stack_words=tuple(
            (task.row.memory, word.address, word.value) for task in shown for word in task.stack
        ),
    )


def _row(task: Task, runs_next: Task | None) -> TaskRow:
    where, reason = standing(task, runs_next)
    return TaskRow(
        task.tid,
        task.pid,
        parent_pid(task),
        visible(task.name),
        where,
        reason,
        "" if task.memory_left else task.memory.name,
        call_of(task),
        tuple(task.registers),
    )


def _pair(task: Task) -> list[Task]:
    """The task and its closest relative: one that shares a vfork with it, a child, its parent."""
    process = task.process
    child = vfork_child_of(task)
    if child is not None:
        return [task, child]
    if task.vfork_queue is not None:
        for sleeper in task.vfork_queue.sleepers:
            if vfork_child_of(sleeper) is task:  # type: ignore[arg-type]
                return [sleeper, task]  # type: ignore[list-item]
    if not task.is_leader:
        return [process.leader, task]
    if process.children:
        return [task, process.children[-1].leader]
    parent = process.parent
    if parent is not None and parent is not task.system.tasks.init:
        return [parent.leader, task]
    others = [thread for thread in process.threads if thread is not task]
    return [task, *others[-1:]]


def _task(
    task: Task,
    rows: Sequence[TaskRow],
    tasks: Sequence[Task],
    before: Picture | None,
    words: dict[tuple[str, int], int],
) -> TaskPicture:
    row = next(row for row in rows if row.tid == task.tid)
    values = row.registers
    is_over = row.standing is Standing.OVER or task.memory_left
    program = program_behind(task)
    return TaskPicture(
        row,
        _registers(row, before),
        " ".join(name for bit, name in _FLAGS.items() if values[EFLAGS] >> bit & 1),
        program.place(values[EIP]) if program is not None else f"{values[EIP]:#x}",
        source_line(program, values[EIP]),
        () if is_over else code(task, values, CODE_LINES),
        bool(not is_over and task.memory.tables.get(values[EIP])),
        () if is_over else stack(task, values, STACK_WORDS, words),
        descriptors(task, tasks),
    )


def _registers(row: TaskRow, before: Picture | None) -> tuple[Register, ...]:
    """With marks: what changed; in a new task, what differs from its parent."""
    old = (before.row(row.tid) or before.row(row.parent)) if before is not None else None
    values = dict(zip(REGISTER_NAMES, row.registers, strict=True))
    olds = dict(zip(REGISTER_NAMES, old.registers, strict=True)) if old is not None else values
    return tuple(Register(name, values[name], values[name] != olds[name]) for name in _ORDER)
