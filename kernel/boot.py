"""Boot: init, and the first program, made without anybody to fork or exec them."""

from __future__ import annotations

from dataclasses import dataclass, field

from emulator.machine.machine import EFLAGS, EIP, ESP
from kernel import events
from kernel.abi.errno import Errno
from kernel.abi.process import Resource
from kernel.abi.signals import Signal
from kernel.errors import BadGuest, SysError
from kernel.fs.context import FsContext
from kernel.fs.file_table import FileTable
from kernel.fs.layout import Start
from kernel.fs.path import resolve
from kernel.mm.charge import Charge
from kernel.mm.elf import BadElf
from kernel.signals.state import Pending, Sighand, SignalState
from kernel.system import System
from kernel.task.clone import allocate_structure
from kernel.task.credentials import Credentials
from kernel.task.execute import INITIAL_FLAGS, Program, build, find_program
from kernel.task.initial_stack import Arguments
from kernel.task.limits import Limits, Pair
from kernel.task.process import Process, Session
from kernel.task.table import INIT_PID, STARTER_PID
from kernel.task.task import Task, TaskState

_NOT_FOUND = (Errno.ENOENT, Errno.ENOTDIR)
_NOT_EXECUTABLE = (Errno.EACCES, Errno.EISDIR)


@dataclass(frozen=True)
class FirstProgram:
    """What to run: arguments (argv[0] first), environment, the user's ids, resource limits."""

    argv: tuple[bytes, ...]
    environment: tuple[bytes, ...] = ()
    credentials: Credentials = field(default_factory=Credentials)
    limits: dict[Resource, Pair] = field(default_factory=dict)


def boot(system: System, start: Start, first: FirstProgram) -> Task:
    """Make init and the first process, ready to run; BadGuest says why a program cannot be."""
    init = _make_init(system, start.context)
    task = _make_first(system, init, start.context.copy(), first)
    program = _find(task, start.program, first)
    try:
        memory, entry, stack = build(task, program)
    except SysError as error:
        raise BadGuest(f"{program.path}: {error.errno.message}") from None
    task.memory, task.name = memory, program.name
    machine = system.machine
    machine.reset()
    machine.registers[EIP], machine.registers[ESP] = entry, stack
    machine.registers[EFLAGS] = INITIAL_FLAGS
    machine.store(task.context)
    system.scheduler.ready(task)
    _report(task, start.program, first, stack)
    return task


def _make_process(system: System, pid: int, parent: Process | None) -> Task:
    process = Process(pid, parent, Pending())
    task = Task(system, pid, process, system.machine.new_context())
    process.leader = task
    process.threads.append(task)
    task.sighand = Sighand()
    task.signals = SignalState()
    task.exit_signal = Signal.SIGCHLD
    system.tasks.add(task)
    return task


def _make_init(system: System, context: FsContext) -> Process:
    """Process 1 belongs to the kernel: it has no memory, never runs, and reaps its children."""
    task = _make_process(system, INIT_PID, None)
    process = task.process
    task.name = "init"
    task.fs, task.files, task.credentials = context, FileTable(), Credentials()
    process.session, process.limits = Session(INIT_PID), Limits()
    task.state = TaskState.BLOCKED
    system.tasks.init = process
    return process


def _make_first(system: System, init: Process, context: FsContext, first: FirstProgram) -> Task:
    task = _make_process(system, system.tasks.new_tid(), init)
    process = task.process
    init.children.append(process)
    process.limits = Limits(first.limits)
    system.tasks.first = process
    task.fs, task.files, task.credentials = context, FileTable(), first.credentials
    try:
        task.structure = allocate_structure(task)
        task.files.charge = Charge(system.frames, 1)
        task.sighand.charge = Charge(system.frames, 1)
    except SysError:
        raise BadGuest("the machine's RAM is too small for a process") from None
    for stream in range(3):
        file = system.console.open_standard(stream)
        if file is not None:
            task.files.put(stream, file)
    _place_in_session(process)
    return task


def _place_in_session(process: Process) -> None:
    """On a terminal it leads its session, as who has logged in does; otherwise it is in the session
    and the group of a script's shell that started it in the background and has ended.
    """
    console = process.leader.system.console
    leader = process.pid if console.has_terminal else STARTER_PID
    process.session, process.group = Session(leader), leader
    if console.has_terminal:
        console.terminal.control(process)


def _find(task: Task, path: bytes, first: FirstProgram) -> Program:
    name = path.decode("latin-1")
    try:
        location = resolve(task, path)
        arguments = Arguments(first.argv, first.environment, path)
        if location.inode.is_directory:
            raise SysError(Errno.EISDIR)
        return find_program(task, location, arguments, path)
    except SysError as error:
        raise _reason(name, error) from None


def _reason(name: str, error: SysError) -> BadGuest:
    """The line for the user, and the exit status that goes with it."""
    if isinstance(error.__cause__, BadElf):
        return BadGuest(f"{name} {error.__cause__}")
    if error.errno in _NOT_FOUND:
        return BadGuest(f"{name}: {error.errno.message}", 127)
    status = 126 if error.errno in _NOT_EXECUTABLE else 125
    return BadGuest(f"{name}: {error.errno.message}", status)


def _report(task: Task, path: bytes, first: FirstProgram, stack: int) -> None:
    if task.system.journal.recording:
        argv = tuple(("bytes", word.decode("latin-1"), False) for word in first.argv)
        variables = tuple(("bytes", each.decode("latin-1"), False) for each in first.environment)
        name, count = path.decode("latin-1"), len(first.environment)
        epoch = task.system.clock.wall_at_boot
        task.emit(events.Booted, name, argv, count, stack, variables, epoch)
        task.tell_frames()
