"""Extended attributes: no file system here has any; getting one is EOPNOTSUPP, listing is empty."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.fs.path import resolve
from kernel.syscalls.arguments import (
    Fd,
    Hex,
    OutBytes,
    Path,
    PathArgument,
    Pointer,
    Size,
)  # fmt: skip
from kernel.syscalls.table import syscall
from kernel.task.task import Task

Name = Annotated[bytes, PathArgument()]


@syscall(Sysno.GETXATTR)
def getxattr(task: Task, path: Path, name: Name, value: Pointer, size: Size) -> int:
    """getxattr(2): EOPNOTSUPP."""
    resolve(task, path)
    raise SysError(Errno.EOPNOTSUPP)


@syscall(Sysno.LGETXATTR)
def lgetxattr(task: Task, path: Path, name: Name, value: Pointer, size: Size) -> int:
    """lgetxattr(2): EOPNOTSUPP."""
    resolve(task, path, follow=False)
    raise SysError(Errno.EOPNOTSUPP)


@syscall(Sysno.FGETXATTR)
def fgetxattr(task: Task, fd: Fd, name: Name, value: Pointer, size: Size) -> int:
    """fgetxattr(2): EBADF, EOPNOTSUPP."""
    task.files.get(fd)
    raise SysError(Errno.EOPNOTSUPP)


@syscall(Sysno.LISTXATTR)
def listxattr(task: Task, path: Path, names: OutBytes, size: Size) -> int:
    """listxattr(2): none."""
    resolve(task, path)
    return 0


@syscall(Sysno.LLISTXATTR)
def llistxattr(task: Task, path: Path, names: OutBytes, size: Size) -> int:
    """llistxattr(2): none."""
    resolve(task, path, follow=False)
    return 0


@syscall(Sysno.FLISTXATTR)
def flistxattr(task: Task, fd: Fd, names: OutBytes, size: Size) -> int:
    """flistxattr(2): none."""
    task.files.get(fd)
    return 0


@syscall(Sysno.SETXATTR)
def setxattr(task: Task, path: Path, name: Name, value: Pointer, size: Size, flags: Hex) -> int:
    """setxattr(2): EOPNOTSUPP."""
    resolve(task, path)
    raise SysError(Errno.EOPNOTSUPP)


@syscall(Sysno.LSETXATTR)
def lsetxattr(task: Task, path: Path, name: Name, value: Pointer, size: Size, flags: Hex) -> int:
    """lsetxattr(2): EOPNOTSUPP."""
    resolve(task, path, follow=False)
    raise SysError(Errno.EOPNOTSUPP)


@syscall(Sysno.FSETXATTR)
def fsetxattr(task: Task, fd: Fd, name: Name, value: Pointer, size: Size, flags: Hex) -> int:
    """fsetxattr(2): EBADF, EOPNOTSUPP."""
    task.files.get(fd)
    raise SysError(Errno.EOPNOTSUPP)


@syscall(Sysno.REMOVEXATTR)
def removexattr(task: Task, path: Path, name: Name) -> int:
    """removexattr(2): EOPNOTSUPP."""
    resolve(task, path)
    raise SysError(Errno.EOPNOTSUPP)


@syscall(Sysno.LREMOVEXATTR)
def lremovexattr(task: Task, path: Path, name: Name) -> int:
    """lremovexattr(2): EOPNOTSUPP."""
    resolve(task, path, follow=False)
    raise SysError(Errno.EOPNOTSUPP)


@syscall(Sysno.FREMOVEXATTR)
def fremovexattr(task: Task, fd: Fd, name: Name) -> int:
    """fremovexattr(2): EBADF, EOPNOTSUPP."""
    task.files.get(fd)
    raise SysError(Errno.EOPNOTSUPP)
