"""Processes: fork, vfork, clone and clone3, which are one, and exit and exit_group."""

from __future__ import annotations

from kernel.abi.errno import Errno
from kernel.abi.process import EXIT_SIGNAL_MASK, CloneFlag, exit_status
from kernel.abi.signals import LAST_SIGNAL, Signal
from kernel.abi.sysno import Sysno
from kernel.errors import Ending, SysError
from kernel.syscalls.arguments import Int, Pointer
from kernel.syscalls.clone_arguments import (
    SETTLS,
    ChildTid,
    CloneArgs,
    CloneArgsSize,
    FlagsAndSignal,
    ParentTid,
    Tls,
    read_clone_args,
    read_wanted_tids,
)
from kernel.syscalls.table import syscall
from kernel.task import exit as exiting
from kernel.task import tls
from kernel.task.clone import CloneRequest, clone
from kernel.task.semantics import vfork_flags
from kernel.task.task import Task

_KNOWN_FLAGS = 0xFFFF_FFFF | CloneFlag.CLONE_CLEAR_SIGHAND | CloneFlag.CLONE_INTO_CGROUP
"""Those of clone, all of them, and those that only clone3 has."""
_WITH_CGROUP = 88
"""Octets of a struct clone_args that has a control group."""


@syscall(Sysno.FORK)
def fork(task: Task) -> Ending:
    """fork(2): clone with no flags but SIGCHLD."""
    return clone(task, CloneRequest(0, Signal.SIGCHLD))


@syscall(Sysno.VFORK)
def vfork(task: Task) -> Ending:
    """vfork(2): clone with CLONE_VM | CLONE_VFORK | SIGCHLD, or what the chosen system has."""
    semantics = task.system.settings.vfork
    if not semantics.exists:
        raise SysError(Errno.ENOSYS)
    return clone(task, CloneRequest(vfork_flags(semantics), Signal.SIGCHLD, by_vfork=True))


@syscall(Sysno.CLONE, name="clone")
def clone_(
    task: Task,
    flags_word: FlagsAndSignal,
    stack: Pointer,
    parent_tid: ParentTid,
    newtls: Tls,
    child_tid: ChildTid,
) -> Ending:
    """clone(2), i386 order: flags and exit signal, stack, parent_tid, tls, child_tid.

    With CLONE_PIDFD the descriptor is stored where parent_tid points to.
    """
    flags = flags_word & ~EXIT_SIGNAL_MASK
    signal = flags_word & EXIT_SIGNAL_MASK
    descriptors = tls.with_user_desc(task, newtls) if flags & SETTLS else None
    both = CloneFlag.CLONE_PARENT_SETTID | CloneFlag.CLONE_DETACHED
    if flags & CloneFlag.CLONE_PIDFD and flags & both:
        raise SysError(Errno.EINVAL)
    places = parent_tid, child_tid, parent_tid
    return clone(task, CloneRequest(flags, signal, stack, *places, descriptors))


@syscall(Sysno.CLONE3)
def clone3(task: Task, arguments: CloneArgs, size: CloneArgsSize) -> Ending:
    """clone3(2): the same in a structure; the stack is given by its lowest address and its size.

    Of the wanted ids there can be one, for there are no nested namespaces; and no descriptor is
    that of a control group, EBADF.
    """
    fields = read_clone_args(task, arguments, size)
    flags, pidfd, child_tid, parent_tid, signal, stack, stack_size, newtls, *_ = fields
    wanted = read_wanted_tids(task, fields)
    joins = flags & CloneFlag.CLONE_INTO_CGROUP
    if flags & ~_KNOWN_FLAGS or (joins and (size < _WITH_CGROUP or fields.cgroup >> 31)):
        raise SysError(Errno.EINVAL)
    if flags & EXIT_SIGNAL_MASK or signal > LAST_SIGNAL or bool(stack) != bool(stack_size):
        raise SysError(Errno.EINVAL)
    if flags & (CloneFlag.CLONE_THREAD | CloneFlag.CLONE_PARENT) and signal:
        raise SysError(Errno.EINVAL)
    if max(pidfd, child_tid, parent_tid, stack + stack_size, newtls) > 0xFFFF_FFFF:
        raise SysError(Errno.EINVAL)
    descriptors = tls.with_user_desc(task, newtls) if flags & SETTLS else None
    top = stack + stack_size
    if flags & CloneFlag.CLONE_DETACHED:
        raise SysError(Errno.EINVAL)
    places = parent_tid, child_tid, pidfd
    return clone(task, CloneRequest(flags, signal, top, *places, descriptors, wanted))


@syscall(Sysno.EXIT)
def exit_(task: Task, status: Int) -> Ending:
    """exit(2): end the calling thread; the low 8 bits of the status count."""
    return exiting.exit_task(task, exit_status(status))


@syscall(Sysno.EXIT_GROUP)
def exit_group(task: Task, status: Int) -> Ending:
    """exit_group(2): end all threads of the process."""
    return exiting.exit_process(task, exit_status(status))
