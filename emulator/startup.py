"""Startup: a computer put together from options, with a guest in it that is ready to run."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from kernel.boot import FirstProgram, boot
from kernel.clock import Clock
from kernel.errors import BadGuest
from kernel.events import Journal
from kernel.fs.console import Console, StreamKind
from kernel.fs.layout import Layout, build_namespace
from kernel.system import Settings, System
from kernel.task.credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.machine.machine import Machine
    from emulator.session import Options

M = TypeVar("M")
Kinds = tuple[StreamKind | None, ...]
DEFAULT_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/", "TERM": "dumb"}


def make_machine(kind: Callable[[int], M], ram: int) -> M:
    """A CPU of this kind; BadGuest where the host does not have so much memory."""
    try:
        return kind(ram)
    except (ValueError, OSError) as error:
        raise BadGuest(str(error)) from None


def build_system(machine: Machine, options: Options, kinds: Kinds, recording: bool) -> System:
    """The kernel's state before anything runs, with standard streams of these kinds."""
    settings = Settings(
        max_tasks=options.max_procs,
        seed=options.seed,
        random_schedule=options.random_schedule,
        overcommit=options.overcommit,
        copying_fork=options.copying_fork,
        vfork=options.vfork,
        max_tasks_of_user=options.max_procs_per_user,
        fails_in=options.fails_in,
        check=options.check,
        injections=options.injections,
    )
    clock = Clock(time.time_ns(), host=True) if options.host_clock else Clock()
    journal = Journal(recording, options.locate, options.trace_stacks)
    system = System(machine, settings, clock, journal)
    system.console = Console(system, kinds)
    return system


def boot_guest(system: System, options: Options, program: str, arguments: Iterable[str]) -> None:
    """Load the first program; BadGuest says why that cannot be."""
    argv = (options.argv0 if options.argv0 is not None else program, *arguments)
    layout = Layout(
        os.fsencode(program), _current_folder(),
        None if options.root is None else os.fsencode(options.root),
        options.is_isolated, options.binds,
    )  # fmt: skip
    start = build_namespace(system, layout)
    system.namespace = start.namespace
    first = FirstProgram(
        tuple(os.fsencode(word) for word in argv), _environment(options.environment),
        Credentials.of_user(options.user, options.group), options.limits,
    )  # fmt: skip
    boot(system, start, first)


def _environment(changes: tuple[tuple[str, str | None], ...]) -> tuple[bytes, ...]:
    """The few variables every guest gets, with the user's added, replaced or (None) removed."""
    variables: dict[str, str] = dict(DEFAULT_ENVIRONMENT)
    for name, value in changes:
        if value is None:
            variables.pop(name, None)
        else:
            variables[name] = value
    return tuple(os.fsencode(f"{name}={value}") for name, value in variables.items())


def _current_folder() -> bytes:
    """The host's current folder; BadGuest where it was removed."""
    try:
        return os.getcwdb()
    except FileNotFoundError:
        raise BadGuest("the current folder does not exist any more") from None
