"""monitor: what the user of gdb can ask the emulator itself (`monitor COMMAND`).

Where a command moves us in time, gdb must be told to forget what it has read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from emulator.debug.gdb.transfers import describe_thread
from kernel.events import Switched

if TYPE_CHECKING:
    from emulator.debug.gdb.debuggee import Debuggee
    from emulator.debug.gdb.running import Runner

_STALE = "gdb does not know yet: maintenance flush register-cache"


def carry_out(runner: Runner, debuggee: Debuggee, line: str) -> Iterator[str]:
    """Do what the line says; lines for the user."""
    word, *arguments = line.split() or ["help"]
    if word not in _COMMANDS:
        yield f"there is no {word!r}; monitor help tells what there is"
        return
    wanted, _, command = _COMMANDS[word]
    if len(arguments) != len(wanted.split()) or not all(map(str.isdecimal, arguments)):
        yield f"usage: monitor {word} {wanted}".rstrip()
        return
    yield from command(runner, debuggee, *map(int, arguments))


def _help(runner: Runner, debuggee: Debuggee) -> Iterator[str]:
    for word, (wanted, meaning, _) in _COMMANDS.items():
        yield f"monitor {f'{word} {wanted}':<12} {meaning}"


def _tasks(runner: Runner, debuggee: Debuggee) -> Iterator[str]:
    """Every task there is, gdb's or not."""
    current = debuggee.stepper.task
    for task in debuggee.stepper.system.tasks.tasks():
        if task.process is debuggee.stepper.system.tasks.init:
            continue
        mark = "*" if task is current else " "
        whose = "" if task.pid in debuggee.attached else ", not gdb's"
        parent = task.process.parent.pid if task.process.parent is not None else 0
        yield (
            f"{mark} pid {task.pid} tid {task.tid} ppid {parent} {task.name}: "
            f"{describe_thread(task)}{whose}"
        )


def _where(runner: Runner, debuggee: Debuggee) -> Iterator[str]:
    stepper = debuggee.stepper
    yield (
        f"step {stepper.position} of {stepper.frontier}, "
        f"event {stepper.system.journal.sequence}, {stepper.system.clock.now} ns"
    )


def _events(runner: Runner, debuggee: Debuggee, count: int) -> Iterator[str]:
    """The last of what has happened."""
    known = [e for e in debuggee.stepper.events_so_far if not isinstance(e, Switched)]
    for event in known[-count:] if count else ():
        yield f"{event.sequence} pid {event.pid} {type(event).__name__}"


def _goto(runner: Runner, debuggee: Debuggee, position: int) -> Iterator[str]:
    runner.travel(position)
    yield from _where(runner, debuggee)
    yield _STALE


def _exit(runner: Runner, debuggee: Debuggee) -> Iterator[str]:
    runner.kill_all()
    yield from ()


_COMMANDS: dict[str, tuple[str, str, Callable[..., Iterator[str]]]] = {
    "help": ("", "this list", _help),
    "tasks": ("", "all processes and threads, with what they wait for", _tasks),
    "where": ("", "how many steps were taken, and how far the history reaches", _where),
    "events": ("N", "the last N events", _events),
    "goto": ("N", "go to step N, back or forth", _goto),
    "exit": ("", "end gdb's processes, and the connection", _exit),
}
