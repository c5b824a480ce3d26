"""Execute: replace a process's program. Everything is built first; the switch cannot fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from emulator.machine.machine import EFLAGS, EIP, ESP
from kernel import events
from kernel.abi.errno import Errno
from kernel.abi.files import Access
from kernel.abi.memory import PAGE_SIZE, TASK_SIZE
from kernel.abi.mount import MountFlag
from kernel.abi.process import PER_CLEAR_ON_SETID, Personality, Resource
from kernel.abi.signals import SiCode, Signal
from kernel.errors import REPLACED, Block, Replaced, SysError
from kernel.fs.file_table import FileTable
from kernel.fs.inode import RegularInode
from kernel.fs.leases import break_leases
from kernel.fs.path import Location, resolve
from kernel.fs.permission import READ, is_allowed, require
from kernel.mm import elf as elf_format
from kernel.mm import image
from kernel.mm.address_space import AddressSpace
from kernel.mm.charge import Charge
from kernel.signals import posix_timers, send
from kernel.signals.state import Sighand, SigInfo
from kernel.task import exit as exiting
from kernel.task import futex, initial_stack, pi_futex, privileges, tracing
from kernel.task.initial_stack import Arguments
from kernel.task.privileges import Executed
from kernel.task.script import parse_script
from kernel.task.task import Task, TaskState
from kernel.task.vfork import leave_memory

MAX_SCRIPTS = 5
"""Interpreters of interpreters that are followed before ELOOP."""
INITIAL_FLAGS = 0x202
SECURE_STACK = 8 << 20
"""Octets to which RLIMIT_STACK goes down where a program has more rights than who started it."""


class Program(NamedTuple):
    """An executable that was found fit: its file, its ELF headers, the arguments it gets, and who
    the task is when it runs it.
    """

    inode: RegularInode
    path: str
    elf: elf_format.Elf
    arguments: Arguments
    name: str
    executed: Executed


@dataclass
class Found:
    """Progress of an execve that waits for tracers: what it will run."""

    program: Program


def execute(task: Task, location: Location, arguments: Arguments, name: bytes) -> Replaced:
    """Run the program at a location in place of the current one (execve(2)).

    `name` is the pathname as given, for AT_EXECFN and the task's name. Errors: EACCES, ENOEXEC,
    ELOOP, E2BIG, ENOMEM, and those of opening a file; EAGAIN where a change of user went beyond
    RLIMIT_NPROC. The caller then goes on as before.
    """
    if task.exceeds_limit and privileges.is_over_limit(task, task.credentials.uid):
        raise SysError(Errno.EAGAIN)
    task.exceeds_limit = False
    return _run(task, find_program(task, location, arguments, name))


def go_on(task: Task) -> Replaced | None:
    """Go on with an execve that had found its program and waited for tracers; None for others."""
    found = None if task.call is None else task.call.progress
    return _run(task, found.program) if isinstance(found, Found) else None


def _run(task: Task, program: Program) -> Replaced:
    if len(task.process.threads) > 1:
        wait_for_tracers(task, program)
    memory, entry, stack = build(task, program)
    try:
        files, sighand = _unshared(task)
    except SysError:
        memory.leave()
        raise
    old_tid = task.tid
    _commit(task, program, memory, files, sighand)
    if task.tracing is not None:
        tracing.executed(task, old_tid)
    machine = task.system.machine
    machine.reset()
    machine.registers[EIP] = entry
    machine.registers[ESP] = stack
    machine.registers[EFLAGS] = INITIAL_FLAGS
    machine.switch_space(memory.tables.root)
    return REPLACED


def find_program(task: Task, location: Location, arguments: Arguments, name: bytes) -> Program:
    """Follow `#!` lines to an ELF executable; see `execute` for the errors."""
    comm = name.rsplit(b"/", 1)[-1][:15].decode("latin-1")
    for _ in range(MAX_SCRIPTS + 1):
        inode = _executable_inode(task, location)
        head = inode.read_at(0, PAGE_SIZE)
        if head[:2] != b"#!":
            try:
                elf = elf_format.parse(head, inode.size)
            except elf_format.BadElf as bad:
                raise SysError(Errno.ENOEXEC) from bad
            executed = privileges.after_exec(task, inode, location.mount)
            return Program(inode, location.path, elf, arguments, comm, executed)
        interpreter, prefix = parse_script(head)
        arguments = arguments.for_script(prefix, name)
        name = interpreter
        location = resolve(task, interpreter)
    raise SysError(Errno.ELOOP)


def _executable_inode(task: Task, location: Location) -> RegularInode:
    inode = location.inode
    if not isinstance(inode, RegularInode):
        raise SysError(Errno.EACCES)
    inode.refresh()
    require(task.credentials, inode, Access.X_OK)
    if location.mount is not None and location.mount.flags & MountFlag.MS_NOEXEC:
        raise SysError(Errno.EACCES)
    if inode.writers:
        raise SysError(Errno.ETXTBSY)
    break_leases(task, inode, writes=False)
    return inode


def build(task: Task, program: Program) -> tuple[AddressSpace, int, int]:
    """A new address space with the program in it, its entry point and its stack pointer."""
    system, limits = task.system, task.process.limits
    memory = AddressSpace(system.frames, system.page_cache, system.memory_name())
    try:
        memory.stack_limit = min(limits.soft(Resource.RLIMIT_STACK), TASK_SIZE)
        memory.data_is_executable = bool(
            _kept_personality(task, program) & Personality.READ_IMPLIES_EXEC
        )
        bias = image.load(memory, program.elf, program.inode, program.path)
        memory.execute(program.inode, program.path)
        memory.make_stack()
        stack = initial_stack.write(
            task, memory, program.elf, bias, program.arguments, program.executed
        )
        _limit(task, memory)
    except SysError:
        memory.leave()
        raise
    return memory, program.elf.entry + bias, stack


def _limit(task: Task, memory: AddressSpace) -> None:
    """Put RLIMIT_AS and RLIMIT_DATA in force. A program that exceeds them ends its process: Linux
    notices when the old program is gone already, returns ENOMEM to nobody and sends SIGSEGV.
    """
    limits = task.process.limits
    memory.space_limit = min(limits.soft(Resource.RLIMIT_AS), TASK_SIZE)
    memory.data_limit = min(limits.data(), TASK_SIZE)
    if memory.is_beyond_limits():
        send.force_fatal(task, SigInfo(Signal.SIGSEGV, SiCode.SI_KERNEL))
        raise SysError(Errno.ENOMEM)


def _unshared(task: Task) -> tuple[FileTable, Sighand]:
    """Descriptors and signal actions of the task's own, copied where they are shared; ENOMEM."""
    files, sighand = task.files, task.sighand
    charge = Charge(task.system.frames, (files.users > 1) + (sighand.users > 1))
    if files.users > 1:
        files = files.copy()
        files.charge = charge.split()
    if sighand.users > 1:
        sighand = sighand.copy()
        sighand.charge = charge.split()
    return files, sighand


def _commit(
    task: Task, program: Program, memory: AddressSpace, files: FileTable, sighand: Sighand
) -> None:
    """The point of no return."""
    _become_only_thread(task)
    futex.release_robust_list(task)
    if task.system.futexes:
        pi_futex.release_owned(task)
    futex.clear_tid(task)
    task.is_vfork_child = False
    _become_who_executes(task, program)
    if leave_memory(task, "executed"):
        task.system.scheduler.must_yield = True
    task.memory = memory
    if memory.data_is_executable:
        persona = task.traits.personality | Personality.READ_IMPLIES_EXEC
        task.traits = task.traits._replace(personality=persona)
    task.name = program.name
    if files is not task.files:
        task.files.leave()
    if sighand is not task.sighand:
        task.sighand.leave()
    task.files, task.sighand = files, sighand
    task.files.close_for_exec()
    task.sighand.reset_handlers()
    task.signals.reset_stack()
    task.exit_signal = Signal.SIGCHLD
    task.rseq_area = task.clear_child_tid = task.robust_list = 0
    posix_timers.delete_all(task.process)
    task.process.has_executed = True
    if task.system.journal.recording:
        task.emit(events.TaskExecuted, program.path, memory.name)
        task.tell_frames()


def _become_who_executes(task: Task, program: Program) -> None:
    """Ids and capabilities, and what must not survive where they grow (begin_new_exec)."""
    old, process = task.credentials, task.process
    is_plain = old.uid == old.euid and old.gid == old.egid
    process.is_dumpable = is_plain and is_allowed(old, program.inode, READ)
    new, is_secure, _ = program.executed
    task.traits = task.traits._replace(personality=_kept_personality(task, program))
    privileges.adopt(task, new)
    if is_secure:
        task.death_signal = 0
        soft, hard = process.limits.get(Resource.RLIMIT_STACK)
        pair = min(soft, SECURE_STACK), hard
        process.limits = process.limits.replaced(Resource.RLIMIT_STACK, pair)


def _kept_personality(task: Task, program: Program) -> int:
    """Habits that would help to attack a program with more rights are given up before it."""
    new, _, sets_ids = program.executed
    if sets_ids or new.permitted & ~task.credentials.permitted:
        return task.traits.personality & ~PER_CLEAR_ON_SETID
    return task.traits.personality


def wait_for_tracers(task: Task, program: Program) -> None:
    """Other threads that somebody traces end as ever, seen by their tracers: Block until all have
    been waited for. A traced leader, whose place the caller takes, need only have ended.
    """
    process = task.process
    others = [thread for thread in process.threads if thread is not task]
    if not any(
        each.tracing is not None and not (each.is_leader and each.is_gone) for each in others
    ):
        return
    for each in others:
        exiting.kill_task(each, 0)
    assert task.call is not None
    task.call.progress = Found(program)
    raise Block(process.watched_end(), deaf=True, even_nonblocking=True)


def _become_only_thread(task: Task) -> None:
    """End the other threads of the process; the caller takes over the leader's id."""
    process, system = task.process, task.system
    for other in [thread for thread in process.threads if thread is not task]:
        if other.state is TaskState.ZOMBIE:
            continue
        exiting.kill_task(other, 0)
        system.scheduler.forget(other)
        if not other.memory_left:
            exiting.begin_exit(other)
        if not other.is_gone:
            exiting.complete_exit(other)
    if not task.is_leader:
        _take_over_leader(task)


def _take_over_leader(task: Task) -> None:
    process, tasks = task.process, task.system.tasks
    old = process.leader
    if old.tracing is not None:
        tracing.release(old)
    task.exit_signal = old.exit_signal
    tasks.remove(task)
    tasks.remove(old)
    process.threads.remove(old)
    task.system.frames.drop_all(old.structure)
    old.structure = ()
    old.move_to(TaskState.DEAD, "exec by another thread")
    task.tid, process.leader = process.pid, task
    tasks.add(task)
