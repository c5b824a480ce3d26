"""What tasks share: unshare(2), setns(2), kcmp(2)."""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Annotated

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.process import CloneFlag
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.epoll import EpollFile
from kernel.fs.open_file import OpenFile
from kernel.fs.permission import may_inspect
from kernel.mm.charge import Charge
from kernel.syscalls.arguments import Argument, ChoiceArgument, Fd, Int, Size
from kernel.syscalls.clone_arguments import flags_and_signal_text
from kernel.syscalls.table import syscall
from kernel.task.process import Process
from kernel.task.task import Call, Task

_NAMESPACES = (
    CloneFlag.CLONE_NEWNS | CloneFlag.CLONE_NEWCGROUP | CloneFlag.CLONE_NEWUTS
    | CloneFlag.CLONE_NEWIPC | CloneFlag.CLONE_NEWPID | CloneFlag.CLONE_NEWNET
)  # fmt: skip
_TIME_NAMESPACE = 0x80
_MEMORY = CloneFlag.CLONE_THREAD | CloneFlag.CLONE_SIGHAND | CloneFlag.CLONE_VM
_UNSHAREABLE = (
    _MEMORY | CloneFlag.CLONE_FS | CloneFlag.CLONE_FILES | CloneFlag.CLONE_SYSVSEM
    | _NAMESPACES | CloneFlag.CLONE_NEWUSER | _TIME_NAMESPACE
)  # fmt: skip


class _FlagsArgument(Argument):
    """clone's flags."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("flags", value, flags_and_signal_text(value, 0))


Flags = Annotated[int, _FlagsArgument()]


@syscall(Sysno.UNSHARE, missing="namespaces: EINVAL")
def unshare(task: Task, flags: Flags) -> int:
    """Have descriptors or root, cwd and umask of one's own. EINVAL, ENOMEM, EPERM.

    Memory, handlers and threads can be unshared only by who shares them with nobody.
    """
    if flags & ~_UNSHAREABLE:
        raise SysError(Errno.EINVAL)
    if flags & _MEMORY and len(task.process.threads) > 1:
        raise SysError(Errno.EINVAL)
    if flags & (CloneFlag.CLONE_SIGHAND | CloneFlag.CLONE_VM) and task.sighand.users > 1:
        raise SysError(Errno.EINVAL)
    if flags & CloneFlag.CLONE_VM and task.memory.users > 1:
        raise SysError(Errno.EINVAL)
    if flags & (_NAMESPACES | _TIME_NAMESPACE | CloneFlag.CLONE_NEWUSER):
        may_try = task.credentials.has(Capability.CAP_SYS_ADMIN)
        raise SysError(Errno.EINVAL if may_try else Errno.EPERM)
    if flags & CloneFlag.CLONE_FILES and task.files.users > 1:
        files, charge = task.files.copy(), None
        try:
            charge = Charge(task.system.frames, 1)
        except SysError:
            files.leave()
            raise
        files.charge = charge
        task.files.leave()
        task.files = files
    if flags & CloneFlag.CLONE_FS and task.fs.users > 1:
        task.fs.users -= 1
        task.fs = task.fs.copy()
    return 0


@syscall(Sysno.SETNS, missing="namespaces: EINVAL")
def setns(task: Task, fd: Fd, kind: Flags) -> int:
    """EINVAL: no descriptor stands for a namespace; EBADF."""
    task.files.get(fd)
    raise SysError(Errno.EINVAL)


class KcmpType(IntEnum):
    """What kcmp(2) compares."""

    KCMP_FILE = 0
    KCMP_VM = 1
    KCMP_FILES = 2
    KCMP_FS = 3
    KCMP_SIGHAND = 4
    KCMP_IO = 5
    KCMP_SYSVSEM = 6
    KCMP_EPOLL_TFD = 7


class _IndexArgument(Argument):
    """A descriptor, where files are compared, or where one of an epoll instance's is told of."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        kind, value = call.words[2], call.words[word]
        if kind == KcmpType.KCMP_EPOLL_TFD and word == _SLOT_WORD:
            names, words = ("efd", "tfd", "toff"), _SLOT.unpack(task.memory.read(value, 12))
            fields = zip(names, words, strict=True)
            return ("struct", [(name, ("int", number)) for name, number in fields], False)
        if kind not in (KcmpType.KCMP_FILE, KcmpType.KCMP_EPOLL_TFD):
            return ("omit",)
        return ("int", value)


Index = Annotated[int, _IndexArgument()]
_SLOT, _SLOT_WORD = struct.Struct("<3I"), 4


@syscall(Sysno.KCMP)
def kcmp(
    task: Task,
    first: Int,
    second: Int,
    kind: Annotated[int, ChoiceArgument(KcmpType, "KCMP_")],
    one: Index,
    other: Index,
) -> int:
    """Whether two tasks share something: 0; else 1 or 2, so that a program can sort.

    EBADF, EFAULT, EINVAL, ENOENT, EPERM where the caller could not trace both, ESRCH.
    """
    tasks = [task.system.tasks.find(tid) for tid in (first, second)]
    if tasks[0] is None or tasks[1] is None:
        raise SysError(Errno.ESRCH)
    left, right = tasks[0], tasks[1]
    if not may_inspect(task, left) or not may_inspect(task, right):
        raise SysError(Errno.EPERM)
    if kind == KcmpType.KCMP_FILE:
        return _order(task, left.files.get_any(one), right.files.get_any(other))
    if kind == KcmpType.KCMP_EPOLL_TFD:
        epoll, number, which = _SLOT.unpack(task.memory.read(other, _SLOT.size))
        return _order(
            task, left.files.get_any(one), _watched(right.files.get_any(epoll), number, which)
        )
    if kind == KcmpType.KCMP_VM:
        return _order(task, left.memory, right.memory)
    if kind == KcmpType.KCMP_FILES:
        return _order(task, left.files, right.files)
    if kind == KcmpType.KCMP_FS:
        return _order(task, left.fs, right.fs)
    if kind == KcmpType.KCMP_SIGHAND:
        return _order(task, left.sighand, right.sighand)
    if kind == KcmpType.KCMP_IO:
        return _order(task, _io_context(left), _io_context(right))
    if kind == KcmpType.KCMP_SYSVSEM:
        return _order(task, _undo_list(left), _undo_list(right))
    raise SysError(Errno.EINVAL)


def _io_context(task: Task) -> Task | None:
    """On Linux a structure that a task has once it was given a priority of its own (ioprio_set)."""
    return task if task.traits.io_priority else None


def _undo_list(task: Task) -> Process | None:
    """Whose operations on semaphores are undone together: nobody's before the first SEM_UNDO."""
    sets = task.system.ipc.semaphores.by_index.values()
    return task.process if any(task.pid in one.adjustments for one in sets) else None


def _watched(file: OpenFile, number: int, which: int) -> OpenFile:
    """What an epoll instance watches by this number; EINVAL for another file, ENOENT."""
    if not isinstance(file, EpollFile):
        raise SysError(Errno.EINVAL)
    item = file.items.get(number)
    if which or item is None or not item.file.users:
        raise SysError(Errno.ENOENT)
    return item.file


def _order(task: Task, left: object, right: object) -> int:
    """0 for one thing, 1 where the left one is found first among all tasks, 2 where the right."""
    if left is right:
        return 0
    for each in task.system.tasks.tasks():
        if each.is_gone or each.process is task.system.tasks.init:
            continue
        mine: list[object] = [each.memory, each.files, each.fs, each.sighand, each, each.process]
        if isinstance(left, OpenFile):
            mine = [each.files.files[fd] for fd in sorted(each.files.files)]
        for thing in mine:
            if thing is left:
                return 1
            if thing is right:
                return 2
    return 1


@syscall(Sysno.ARCH_PRCTL, missing="extended processor states: EINVAL")
def arch_prctl(task: Task, option: Size, value: Size) -> int:
    """Whether CPUID is allowed: always, 1. It cannot be forbidden: ENODEV. EINVAL."""
    if option == _GET_CPUID:
        return 1
    raise SysError(Errno.ENODEV if option == _SET_CPUID else Errno.EINVAL)


_GET_CPUID, _SET_CPUID = 0x1011, 0x1012
