"""Clone: a new task that shares or copies, flag by flag. fork and vfork are two rows of the table.

| what               | shared with            | otherwise          |
|--------------------|------------------------|--------------------|
| memory             | CLONE_VM               | copy-on-write copy |
| descriptors        | CLONE_FILES            | copied table       |
| root, cwd, umask   | CLONE_FS               | copied             |
| signal actions     | CLONE_SIGHAND          | copied             |
| process (pid)      | CLONE_THREAD           | a new process      |

CLONE_VFORK makes the caller wait until the child leaves its memory by exec or exit.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple, TypeVar

from emulator.machine.machine import EAX, ESP
from kernel import events
from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.process import CloneFlag, Resource
from kernel.errors import Ending, Hold, SysError
from kernel.fs.context import FsContext
from kernel.fs.file_table import FileTable
from kernel.fs.pidfd import ProcessFile
from kernel.mm.address_space import AddressSpace
from kernel.mm.charge import Charge
from kernel.mm.heredity import copy_all_pages
from kernel.signals.state import Pending, Sighand, SignalState
from kernel.task import tracing
from kernel.task.process import Process
from kernel.task.task import Task
from kernel.wait import WaitQueue

_Shareable = TypeVar("_Shareable", FileTable, FsContext, Sighand)
_Chargeable = TypeVar("_Chargeable", FileTable, Sighand)
STRUCTURE_FRAMES = 2
"""Frames of a task structure with its kernel stack: 8 KiB on i386."""

_VM, _VFORK, _THREAD = (
    CloneFlag.CLONE_VM.value,
    CloneFlag.CLONE_VFORK.value,
    CloneFlag.CLONE_THREAD.value,
)
_FS, _FILES, _SIGHAND = (
    CloneFlag.CLONE_FS.value,
    CloneFlag.CLONE_FILES.value,
    CloneFlag.CLONE_SIGHAND.value,
)
_PARENT, _SETTLS = CloneFlag.CLONE_PARENT.value, CloneFlag.CLONE_SETTLS.value
_PARENT_SETTID = CloneFlag.CLONE_PARENT_SETTID.value
_CHILD_SETTID = CloneFlag.CLONE_CHILD_SETTID.value
_CHILD_CLEARTID = CloneFlag.CLONE_CHILD_CLEARTID.value
_PIDFD = CloneFlag.CLONE_PIDFD.value
_CLEAR_SIGHAND = CloneFlag.CLONE_CLEAR_SIGHAND.value
_NAMESPACES = (
    CloneFlag.CLONE_NEWNS | CloneFlag.CLONE_NEWCGROUP | CloneFlag.CLONE_NEWUTS
    | CloneFlag.CLONE_NEWIPC | CloneFlag.CLONE_NEWUSER | CloneFlag.CLONE_NEWPID
    | CloneFlag.CLONE_NEWNET
)  # fmt: skip

_INTO_CGROUP = CloneFlag.CLONE_INTO_CGROUP.value
_RARE = _NAMESPACES | _INTO_CGROUP


class CloneRequest(NamedTuple):
    """What the caller asked for; addresses are linear, 0 for none.

    `pidfd` is where a descriptor of the child is stored, with CLONE_PIDFD; `tls` the descriptor
    table the child gets when CLONE_SETTLS is set; `wanted` the ids it is to have, if any.
    `by_vfork` is set where the system's own vfork (semantics.py) is at work, not clone's flags
    alone.
    """

    flags: int
    exit_signal: int
    stack: int = 0
    parent_tid: int = 0
    child_tid: int = 0
    pidfd: int = 0
    tls: tuple[int, int, int] | None = None
    wanted: tuple[int, ...] = ()
    by_vfork: bool = False


def clone(task: Task, request: CloneRequest) -> Ending:
    """Create a task; the child's tid for the caller (held, with CLONE_VFORK), 0 for the child.

    Errors (clone(2)): EINVAL for flags that exclude each other and for namespaces, EPERM for those
    who could not have them, EBADF for want of control groups, EEXIST for an id in use, EAGAIN at a
    limit of processes or when frames for the task structure or page tables are wanting, ENOMEM for
    other memory. A failure leaves nothing behind.
    """
    _check_flags(request.flags)
    _check_limits(task)
    if request.flags & _RARE or request.wanted:
        _check_rare(task, request)
    child = _build(task, request)
    _write_tids(task, child, request)
    _enter(task, child, request)
    if task.tracing is not None:
        tracing.inherit(task, child, request.flags, request.exit_signal)
    checker = task.system.checker
    if checker is not None and (request.by_vfork or is_vfork(request.flags)):
        checker.begin(task, child, bool(request.stack))
    if request.flags & _VFORK:
        return _suspend(task, child, request.by_vfork)
    return child.tid


def is_vfork(flags: int) -> bool:
    """Whether a child with these flags is a process on memory that its parent waits for."""
    return flags & (_VM | _VFORK | _THREAD) == _VM | _VFORK


def _check_flags(flags: int) -> None:
    """Combinations that mean nothing."""
    is_thread = flags & _THREAD
    if (flags & _SIGHAND and not flags & _VM) or (is_thread and not flags & _SIGHAND):
        raise SysError(Errno.EINVAL)
    if flags & _SIGHAND and flags & _CLEAR_SIGHAND:
        raise SysError(Errno.EINVAL)


def _check_limits(task: Task) -> None:
    """EAGAIN at RLIMIT_NPROC (root and two capabilities are exempt) or at --max-procs."""
    tasks, who, settings = task.system.tasks, task.credentials, task.system.settings
    if tasks.is_full():
        raise SysError(Errno.EAGAIN)
    by_user = settings.max_tasks_of_user if settings.vfork.counts_by_user else None
    if by_user is not None and tasks.count_of_user(who.uid) >= by_user:
        raise SysError(Errno.EAGAIN)
    if who.uid == 0 or who.has(Capability.CAP_SYS_RESOURCE) or who.has(Capability.CAP_SYS_ADMIN):
        return
    if tasks.count_of_user(who.uid) >= task.process.limits.soft(Resource.RLIMIT_NPROC):
        raise SysError(Errno.EAGAIN)


def _check_rare(task: Task, request: CloneRequest) -> None:
    """Namespaces and control groups, of which there are none, and an id that is asked for."""
    who, flags = task.credentials, request.flags
    is_admin = who.has(Capability.CAP_SYS_ADMIN)
    if flags & _NAMESPACES:
        needs_more = not flags & (CloneFlag.CLONE_NEWUSER | _FS)
        raise SysError(Errno.EPERM if needs_more and not is_admin else Errno.EINVAL)
    if request.wanted:
        if len(request.wanted) > 1 or not 0 < request.wanted[0] < task.system.tasks.pid_max:
            raise SysError(Errno.EINVAL)
        if not is_admin and not who.has(Capability.CAP_CHECKPOINT_RESTORE):
            raise SysError(Errno.EPERM)
        if task.system.tasks.is_taken(request.wanted[0]):
            raise SysError(Errno.EEXIST)
    if flags & _INTO_CGROUP:
        raise SysError(Errno.EBADF)


def _build(task: Task, request: CloneRequest) -> Task:
    """The child, complete but unknown to anybody; what fails takes back what came before it."""
    undo: list[Callable[[], object]] = []
    try:
        return _assemble(task, request, undo)
    except SysError:
        for step in reversed(undo):
            step()
        raise


def _assemble(task: Task, request: CloneRequest, undo: list[Callable[[], object]]) -> Task:
    system, flags = task.system, request.flags
    structure = allocate_structure(task)
    undo.append(partial(system.frames.drop_all, structure))
    memory = _share_or_fork_memory(task, flags)
    undo.append(memory.leave)
    files = _shared(task.files) if flags & _FILES else _charged(task, task.files.copy())
    undo.append(files.leave)
    sighand = _shared(task.sighand) if flags & _SIGHAND else _charged(task, task.sighand.copy())
    undo.append(sighand.leave)
    tid = request.wanted[0] if request.wanted else system.tasks.new_tid()
    process = task.process if flags & _THREAD else _new_process(task, tid, flags)
    child = Task(system, tid, process, system.machine.new_context())
    child.structure, child.memory, child.files, child.sighand = structure, memory, files, sighand
    child.fs = _shared(task.fs) if flags & _FS else task.fs.copy()
    if request.by_vfork:
        child.is_vfork_child = True
    if flags & _CLEAR_SIGHAND or (request.by_vfork and system.settings.vfork.resets_caught_signals):
        child.sighand.reset_handlers()
    child.signals = _new_signals(task, flags)
    child.credentials = task.credentials
    child.name, child.traits = task.name, task.traits
    child.scheduling = task.scheduling.of_child
    if child.scheduling.priority:
        child.rank = child.scheduling.priority
    if task.seccomp is not None:
        child.seccomp, child.has_entry_work = task.seccomp.inherited(), True
    if task.rseq_area and not flags & _VM:
        child.rseq_area, child.rseq_signature = task.rseq_area, task.rseq_signature
    child.exit_signal = -1 if flags & _THREAD else _exit_signal(task, request)
    if flags & _PIDFD:
        _store_pidfd(task, child, request)
    _copy_registers(task, child, request)
    return child


def _store_pidfd(task: Task, child: Task, request: CloneRequest) -> None:
    """A descriptor of the child for the caller, not for the child; EMFILE, EFAULT."""
    thread = child if request.flags & _THREAD else None
    file = ProcessFile(task.system, child.process, thread, 0)
    number = task.files.lowest_free(task.process.limits.soft(Resource.RLIMIT_NOFILE))
    task.memory.write_word(request.pidfd, number)
    task.files.put(number, file, close_on_exec=True)


def _charged(task: Task, thing: _Chargeable) -> _Chargeable:
    """Let a structure of the child's own take its emulated RAM; ENOMEM."""
    try:
        thing.charge = Charge(task.system.frames, 1)
    except SysError:
        thing.leave()
        raise
    return thing


def allocate_structure(task: Task) -> tuple[int, ...]:
    """Frames for a task structure; EAGAIN when there are none."""
    try:
        return task.system.frames.reserve(STRUCTURE_FRAMES)
    except SysError:
        raise SysError(Errno.EAGAIN) from None


def _share_or_fork_memory(task: Task, flags: int) -> AddressSpace:
    memory = task.memory
    if flags & _VM:
        memory.users += 1
        return memory
    child = memory.fork(task.system.memory_name())
    if task.system.ipc.shared.by_index:
        task.system.ipc.copy_memory(task)
    if task.system.settings.copying_fork:
        try:
            copy_all_pages(child)
        except SysError:
            child.leave()
            raise
    return child


def _shared(thing: _Shareable) -> _Shareable:
    thing.users += 1
    return thing


def _new_process(task: Task, pid: int, flags: int) -> Process:
    parent = task.process.parent if flags & _PARENT else task.process
    process = Process(pid, parent, Pending())
    process.group = task.process.group
    process.session = task.process.session
    process.terminal = task.process.terminal
    process.limits = task.process.limits
    process.is_dumpable, process.oom = task.process.is_dumpable, task.process.oom
    return process


def _exit_signal(task: Task, request: CloneRequest) -> int:
    return task.process.exit_signal if request.flags & _PARENT else request.exit_signal


def _new_signals(task: Task, flags: int) -> SignalState:
    """Mask inherited, nothing pending; the alternate stack only where the stack is not shared."""
    signals = SignalState(task.signals.blocked)
    if not flags & _VM or flags & _VFORK:
        signals.stack_start = task.signals.stack_start
        signals.stack_size = task.signals.stack_size
        signals.stack_flags = task.signals.stack_flags
    return signals


def _copy_registers(task: Task, child: Task, request: CloneRequest) -> None:
    machine = task.system.machine
    if request.flags & _SETTLS and request.tls is not None:
        machine.store(task.context)
        machine.set_tls(request.tls)
        machine.store(child.context)
        machine.load(task.context, task.memory.tables.root)
    else:
        machine.store(child.context)
    child.context.words[EAX] = 0
    if request.stack:
        child.context.words[ESP] = request.stack


def _write_tids(task: Task, child: Task, request: CloneRequest) -> None:
    """Where the caller wants them; a bad pointer is ignored."""
    if request.flags & _PARENT_SETTID:
        with suppress(SysError):
            task.memory.write_word(request.parent_tid, child.tid)
    if request.flags & _CHILD_SETTID:
        with suppress(SysError):
            child.memory.write_word(request.child_tid, child.tid)
    if request.flags & _CHILD_CLEARTID:
        child.clear_child_tid = request.child_tid


def _enter(task: Task, child: Task, request: CloneRequest) -> None:
    """Make the child known: nothing can fail from here on."""
    system, process = task.system, child.process
    if not request.flags & _THREAD:
        process.leader = child
        process.maker = task if not request.flags & _PARENT else task.process.maker
        assert process.parent is not None
        process.parent.children.append(process)
    process.threads.append(child)
    system.tasks.add(child)
    if system.journal.recording:
        task.emit(events.TaskCreated, child.tid, process.pid, request.flags, child.memory.name)
        task.tell_frames()
    system.scheduler.ready(child)


def _suspend(task: Task, child: Task, by_vfork: bool) -> Hold:
    """The caller sleeps, its result known, until the child leaves the memory."""
    semantics = task.system.settings.vfork
    queue = child.vfork_queue = WaitQueue(f"vfork child {child.tid}")
    if task.system.journal.recording:
        task.emit(events.Suspended, child.tid)
    if by_vfork and semantics.holds_threads:
        task.process.held_for = queue
    ends_early = semantics.ends_early or not by_vfork
    return Hold(child.tid, queue, ends_early, child)
