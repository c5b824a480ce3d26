"""Everything that a failed call must leave as it was: tasks, frames, descriptors, users."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emulator.demos.guest_run import GuestRun
from kernel.events import SyscallEntered, SyscallExited
from kernel.pause import Pause
from kernel.system import System
from kernel.task.task import Task


def account(system: System) -> dict[str, Any]:
    """The accounts of a whole system, as values that compare."""
    frames = system.frames
    return {
        "free frames": frames.free_count,
        "frame users": frames.counts.tobytes(),
        "address spaces": [space.name for space in frames.commitments.spaces],
        "promised pages": frames.commitments.pages(),
        "ids": sorted(system.tasks.by_tid),
        "tasks": {task.tid: _account_of(task) for task in system.tasks.tasks() if _is_alive(task)},
    }


def _is_alive(task: Task) -> bool:
    return task.tid != 1 and not task.memory_left


def _account_of(task: Task) -> dict[str, Any]:
    process, memory = task.process, task.memory
    files = task.files
    return {
        "name": task.name,
        "structure": task.structure,
        "children": [child.pid for child in process.children],
        "threads": [thread.tid for thread in process.threads],
        "users": (memory.users, files.users, task.sighand.users, task.fs.users),
        "charges": [thing.charge.frames for thing in (memory, files, task.sighand) if thing.charge],
        "areas": list(memory.areas),
        "pages": memory.resident_pages(),
        "tables": memory.tables.count,
        "descriptors": {number: (file.path, file.users) for number, file in files.files.items()},
        "actions": dict(task.sighand.actions),
        "blocked": task.signals.blocked,
        "ids": task.credentials,
    }


def around(program: Path, argument: str, call: str, options: str) -> Iterator[tuple[Any, Any, Any]]:
    """The accounts before and after each such call that ended, and its result as strace has it.

    Runs the guest a block at a time: each block ends with a trap at most, so what was before the
    block is what was before the call.
    """
    guest = GuestRun(str(program), [argument], options.split(), record=True)
    system, kernel = guest.session.system, guest.session.kernel
    before = account(system)
    while True:
        pause = kernel.run(1)
        assert pause is Pause.QUANTUM, pause
        events = system.journal.drain()
        entered = [event for event in events if isinstance(event, SyscallEntered)]
        if any(event.name == call for event in entered):
            ended = [e for e in events if isinstance(e, SyscallExited) and e.name == call]
            yield before, account(system), (ended[0].error or "done") if ended else "done"
        if not system.tasks.first.leader.is_gone:
            before = account(system)
        else:
            return
