"""Executing programs: execve and execveat."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import AtFlag
from kernel.abi.sysno import Sysno
from kernel.errors import Ending, SysError
from kernel.fs.path import Location, resolve
from kernel.syscalls.arguments import Environment, Fd, FlagsArgument, Path, Strings
from kernel.syscalls.table import syscall
from kernel.task import execute as execution
from kernel.task.initial_stack import LARGEST_TOTAL, MAX_STRING, Arguments
from kernel.task.task import Task

AtFlags = Annotated[int, FlagsArgument(AtFlag)]


def _read_strings(task: Task, address: int) -> tuple[bytes, ...]:
    """The strings of argv or envp; NULL is an empty list, as Linux has it. EFAULT, E2BIG."""
    if not address:
        return ()
    strings, total = [], 0
    for pointer in task.memory.read_pointers(address):
        strings.append(task.memory.read_string(pointer, MAX_STRING))
        total += len(strings[-1]) + 5
        if total > LARGEST_TOTAL:
            raise SysError(Errno.E2BIG)
    return tuple(strings)


def _arguments(task: Task, argv: int, envp: int, execfn: bytes) -> Arguments:
    """An empty argv becomes one empty string, as Linux does since 5.18."""
    words = _read_strings(task, argv) or (b"",)
    return Arguments(words, _read_strings(task, envp), execfn)


@syscall(Sysno.EXECVE)
def execve(task: Task, path: Path, argv: Strings, envp: Environment) -> Ending:
    """execve(2)."""
    waited = execution.go_on(task)
    if waited is not None:
        return waited
    location = resolve(task, path)
    return execution.execute(task, location, _arguments(task, argv, envp, path), path)


@syscall(Sysno.EXECVEAT)
def execveat(
    task: Task, at: Fd, path: Path, argv: Strings, envp: Environment, flags: AtFlags
) -> Ending:
    """execveat(2): with AT_EMPTY_PATH the descriptor itself is executed."""
    waited = execution.go_on(task)
    if waited is not None:
        return waited
    if flags & ~(AtFlag.AT_EMPTY_PATH | AtFlag.AT_SYMLINK_NOFOLLOW):
        raise SysError(Errno.EINVAL)
    follow = not flags & AtFlag.AT_SYMLINK_NOFOLLOW
    if not path and flags & AtFlag.AT_EMPTY_PATH:
        location: Location | None = task.files.get_any(at).location
        if location is None:
            raise SysError(Errno.EACCES)
        name = b"/dev/fd/%d" % at
    else:
        location = resolve(task, path, at, follow)
        name = path if path[:1] == b"/" or at < 0 else b"/dev/fd/%d/%s" % (at, path)
    if location.inode.is_symlink:
        raise SysError(Errno.ELOOP)
    return execution.execute(task, location, _arguments(task, argv, envp, name), name)
