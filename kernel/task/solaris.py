"""Solaris's forksys: `int $0x91` with eax = 142, where the chosen system has it."""

from __future__ import annotations

from emulator.machine.machine import EAX, EDX, EFLAGS, ESP
from kernel.abi.errno import Errno
from kernel.abi.signals import Signal
from kernel.errors import Ending, Hold, SysError
from kernel.task.clone import CloneRequest, clone
from kernel.task.semantics import vfork_flags
from kernel.task.task import Task

VECTOR = 0x91
FORKSYS = 142
FORKX, FORKALLX, VFORKX = range(3)
FORK_NOSIGCHLD, FORK_WAITPID = 1, 2
_CARRY = 1


def arguments(task: Task) -> tuple[int, int, int]:
    """eax, and the subcode and flags that lie on the stack behind a return address; EFAULT."""
    registers = task.system.machine.registers
    stack = registers[ESP]
    return registers[EAX], task.memory.read_word(stack + 4), task.memory.read_word(stack + 8)


def forksys(task: Task, number: int, subcode: int, flags: int) -> Ending:
    """The trap's work.

    Success: carry clear, eax the child's pid and edx 0; in the child eax is the parent's pid and
    edx 1. Failure: carry set, errno in eax: EINVAL for an unknown subcode or flag, ENOSYS for an
    eax that is not forksys, EAGAIN and ENOMEM as for fork. forkall copies the calling thread only.
    """
    try:
        if number != FORKSYS:
            raise SysError(Errno.ENOSYS)
        return _fork(task, subcode, flags)
    except SysError as error:
        return fail(task, error)


def fail(task: Task, error: SysError) -> int:
    """Set the carry flag; the errno is for eax."""
    task.system.machine.registers[EFLAGS] |= _CARRY
    return int(error.errno)


def _fork(task: Task, subcode: int, flags: int) -> Ending:
    if subcode not in (FORKX, FORKALLX, VFORKX) or flags & ~(FORK_NOSIGCHLD | FORK_WAITPID):
        raise SysError(Errno.EINVAL)
    registers = task.system.machine.registers
    is_vfork = subcode == VFORKX
    shared = vfork_flags(task.system.settings.vfork) if is_vfork else 0
    old_flags, old_edx = registers[EFLAGS], registers[EDX]
    registers[EFLAGS], registers[EDX] = old_flags & ~_CARRY, 0
    try:
        ending = clone(task, CloneRequest(shared, Signal.SIGCHLD, by_vfork=is_vfork))
    except SysError:
        registers[EFLAGS], registers[EDX] = old_flags, old_edx
        raise
    assert isinstance(ending, Hold | int)
    child = task.system.tasks.find(ending.value if isinstance(ending, Hold) else ending)
    assert child is not None
    child.context.words[EAX], child.context.words[EDX] = task.process.pid, 1
    child.process.sends_no_sigchld = bool(flags & FORK_NOSIGCHLD)
    child.process.waits_for_waitpid = bool(flags & FORK_WAITPID)
    return ending


def has_failed(task: Task) -> bool:
    """Whether the call that ends here set the carry flag; the task's registers are loaded."""
    return bool(task.system.machine.registers[EFLAGS] & _CARRY)
