"""inotify_init(2), inotify_add_watch(2) and inotify_rm_watch(2)."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.event_files import Inotify, InotifyFlag
from kernel.abi.files import OpenFlag
from kernel.abi.process import Resource
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.fs.inotify import InotifyFile
from kernel.fs.open_file import OpenFile
from kernel.fs.path import resolve
from kernel.fs.permission import READ, require
from kernel.syscalls.arguments import Fd, File, FlagsArgument, Int, Path
from kernel.syscalls.table import syscall
from kernel.task.task import Task

_KNOWN = sum(Inotify)
_NONBLOCK, _CLOEXEC = int(OpenFlag.O_NONBLOCK), int(OpenFlag.O_CLOEXEC)
InstanceFlags = Annotated[int, FlagsArgument(InotifyFlag, prefix="IN_")]
WatchMask = Annotated[int, FlagsArgument(Inotify, prefix="IN_")]


@syscall(Sysno.INOTIFY_INIT)
def inotify_init(task: Task) -> int:
    """A descriptor for a new instance."""
    return _create(task, 0)


@syscall(Sysno.INOTIFY_INIT1)
def inotify_init1(task: Task, flags: InstanceFlags) -> int:
    """The same with flags; EINVAL, EMFILE."""
    if flags & ~sum(InotifyFlag):
        raise SysError(Errno.EINVAL)
    return _create(task, flags)


def _create(task: Task, flags: int) -> int:
    limit = task.process.limits.soft(Resource.RLIMIT_NOFILE)
    task.files.lowest_free(limit)
    file = InotifyFile(task.system, task.credentials.euid, flags & _NONBLOCK)
    return task.files.add(file, limit, bool(flags & _CLOEXEC))


@syscall(Sysno.INOTIFY_ADD_WATCH)
def inotify_add_watch(task: Task, fd: Fd, path: Path, mask: WatchMask) -> int:
    """Watch a file that may be read, or change for what it is watched; the watch's number."""
    if not mask & _KNOWN or mask & ~_KNOWN:
        raise SysError(Errno.EINVAL)
    file = task.files.get(fd)
    if mask & Inotify.IN_MASK_ADD and mask & Inotify.IN_MASK_CREATE:
        raise SysError(Errno.EINVAL)
    instance = _instance(file)
    inode = resolve(task, path, follow=not mask & Inotify.IN_DONT_FOLLOW).inode
    if mask & Inotify.IN_ONLYDIR and not inode.is_directory:
        raise SysError(Errno.ENOTDIR)
    require(task.credentials, inode, READ)
    return instance.watch(inode, mask)


@syscall(Sysno.INOTIFY_RM_WATCH)
def inotify_rm_watch(task: Task, file: File, number: Int) -> int:
    """End a watch, which queues IN_IGNORED; EBADF, EINVAL."""
    _instance(file).unwatch(number)
    return 0


def _instance(file: OpenFile) -> InotifyFile:
    if not isinstance(file, InotifyFile):
        raise SysError(Errno.EINVAL)
    return file
