"""The whole state of a stepped guest as plain values, so that two visits can be compared."""

from __future__ import annotations

import hashlib
from typing import Any

from emulator.machine.ram import FRAME_SIZE, RESERVED_FRAMES
from emulator.stepper import Stepper
from kernel.task.task import Task


def state(stepper: Stepper) -> dict[str, Any]:
    """Registers, memory (every frame in use), tasks, descriptors, and the kernel's time."""
    system = stepper.system
    tasks = list(system.tasks.tasks())
    return {
        "position": stepper.position,
        "clock": system.clock.now,
        "events": system.journal.sequence,
        "chance": hashlib.sha256(repr(system.random.getstate()).encode()).hexdigest(),
        "queue": [task.tid for task in system.scheduler.queue],
        "current": stepper.task and stepper.task.tid,
        "tasks": {task.tid: _facts(task) for task in tasks},
        "registers": {task.tid: _registers(stepper, task) for task in tasks},
        "files": {task.tid: _files(task) for task in tasks},
        "frames": _frames(stepper),
    }


def _facts(task: Task) -> dict[str, Any]:
    signals = task.signals
    memory = None if task.memory_left else getattr(task, "memory", None)
    return {
        "state": task.state.name,
        "call": task.call and (task.call.number, task.call.words, _plain(task.call.progress)),
        "sleeps": [queue.name for queue in task.blocked_on],
        "deadline": task.deadline,
        "status": task.exit_status,
        "memory": memory and (memory.name, memory.tables.root, memory.users, memory.brk),
        "areas": memory and [(a.start, a.end, a.prot, a.flags, a.path) for a in memory.areas],
        "signals": (signals.pending.mask, signals.blocked, signals.attention),
        "shared": task.process.pending.mask,
        "handlers": {n: action.handler for n, action in task.sighand.actions.items()},
        "times": (task.user_time, task.system_time, task.minor_faults),
        "family": (task.process.pid, [child.pid for child in task.process.children]),
    }


def _plain(progress: object) -> object:
    """What a call has noted for its next attempt; objects by what they hold, not where they are."""
    if isinstance(progress, int | str | bytes | tuple | None):
        return progress
    values = vars(progress) if hasattr(progress, "__dict__") else {}
    return type(progress).__name__, {n: v for n, v in values.items() if isinstance(v, int | str)}


def _registers(stepper: Stepper, task: Task) -> Any:
    if stepper.memory(task) is None:
        return None
    return stepper.registers(task), stepper.fxsave(task)


def _files(task: Task) -> dict[int, Any]:
    files = task.files.files
    return {n: (files[n].path, files[n].flags, files[n].offset, files[n].users) for n in files}


def _frames(stepper: Stepper) -> str:
    frames, digest = stepper.system.frames, hashlib.sha256()
    for number in range(RESERVED_FRAMES, frames.used):
        if frames.counts[number]:
            start = number * FRAME_SIZE
            digest.update(b"%d:%d:" % (number, frames.counts[number]))
            digest.update(frames.ram.mapping[start : start + FRAME_SIZE])
    return digest.hexdigest()
