"""/proc/PID and /proc/PID/task/TID: one task's directory, its links and descriptors (proc(5))."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import PATH_MAX, S_IFLNK, FileFlag, OpenFlag
from kernel.errors import SysError
from kernel.fs import proc_memory, proc_mounts, proc_oom, proc_smaps, proc_status
from kernel.fs.inode import Inode, SymlinkInode
from kernel.fs.path import Location
from kernel.fs.permission import may_inspect
from kernel.fs.proc_locks import locks_of_descriptor
from kernel.fs.proc_mem import MemoryNode, PageMapNode
from kernel.fs.proc_nodes import DEVICE, Make, ProcDirectory, Store, TaskFile, TaskRecord
from kernel.fs.proc_space_file import SpaceFile, Told

if TYPE_CHECKING:
    from kernel.fs.open_file import OpenFile
    from kernel.task.task import Task

_FIRST_FILE, _FIRST_SPACE_FILE, _FIRST_FD, _FIRST_FDINFO = 0x10, 0x80, 0x4000, 0x8000
_THREAD = 1 << 31
_READ_BIT, _WRITE_BIT = 0o500, 0o300
_COMM_LENGTH = 15


# ---- contents that need no file of their own ---------------------------------------------------


def _comm(task: Task) -> str:
    return f"{task.name}\n"


def _rename(writer: Task, task: Task, data: bytes) -> None:
    """Writing to comm names the task; EINVAL for another process's."""
    if writer.process is not task.process:
        raise SysError(Errno.EINVAL)
    task.name = data.rstrip(b"\n")[:_COMM_LENGTH].decode("latin-1")


def _cgroup(task: Task) -> str:
    return "0::/\n"


def _cpuset(task: Task) -> str:
    return "/\n"


def _identity_map(task: Task) -> str:
    return "         0          0 4294967295\n"


def _login_uid(task: Task) -> str:
    return "4294967295"


def _personality(task: Task) -> str:
    return f"{task.traits.personality:08x}\n"


def _run_times(task: Task) -> str:
    return f"{task.user_time + task.system_time} 0 0\n"


def _children(task: Task) -> str:
    """Those that this thread made or inherited, and that are not reaped."""
    own = [child for child in task.process.children if child.maker is task]
    return "".join(f"{child.pid} " for child in own)


_COMMON: tuple[tuple[bytes, int, Make, Store | None], ...] = (
    (b"cgroup", 0o444, _cgroup, None),
    (b"cmdline", 0o444, proc_memory.command_line, None),
    (b"comm", 0o644, _comm, _rename),
    (b"cpuset", 0o444, _cpuset, None),
    (b"gid_map", 0o644, _identity_map, None),
    (b"limits", 0o644, proc_status.limits, None),
    (b"loginuid", 0o644, _login_uid, None),
    (b"mountinfo", 0o444, proc_mounts.mount_info, None),
    (b"mounts", 0o444, proc_mounts.mounts, None),
    (b"oom_adj", 0o644, proc_oom.old_adjustment, proc_oom.set_old_adjustment),
    (b"oom_score", 0o444, proc_oom.score, None),
    (b"oom_score_adj", 0o644, proc_oom.adjustment, proc_oom.set_adjustment),
    (b"personality", 0o400, _personality, None),
    (b"schedstat", 0o444, _run_times, None),
    (b"statm", 0o444, proc_status.statm, None),
    (b"status", 0o444, proc_status.status, None),
    (b"syscall", 0o400, proc_status.system_call, None),
    (b"uid_map", 0o644, _identity_map, None),
    (b"wchan", 0o444, proc_status.wait_channel, None),
)
_RECORDS = (b"cmdline", b"loginuid", b"oom_adj", b"oom_score_adj")
_PROCESS_FILES = (*_COMMON, (b"stat", 0o444, proc_status.process_stat, None))
_THREAD_FILES = (
    *_COMMON,
    (b"children", 0o444, _children, None),
    (b"stat", 0o444, proc_status.thread_stat, None),
)
_SPACE_FILES = {
    b"auxv": Told(
        0o400, proc_memory.auxiliary_vector, needs_memory=True, needs_task=False, is_record=True
    ),
    b"environ": Told(
        0o400, proc_memory.environment, needs_memory=True, needs_task=False, is_record=True
    ),
    b"maps": Told(0o444, proc_memory.maps, needs_memory=False, needs_task=True),
    b"smaps": Told(0o444, proc_smaps.smaps, needs_memory=False, needs_task=True),
    b"smaps_rollup": Told(0o444, proc_smaps.rollup, needs_memory=True, needs_task=True),
}
_SPACE_NUMBERS = {name: n for n, name in enumerate(_SPACE_FILES, _FIRST_SPACE_FILE)}


# ---- links -------------------------------------------------------------------------------------


def check_insight(reader: Task, task: Task) -> None:
    """EACCES unless the reader could trace the task."""
    if not may_inspect(reader, task, as_file=True):
        raise SysError(Errno.EACCES)


def _executable(task: Task) -> tuple[str, Location | Inode]:
    space = proc_status.space_of(task)
    if space is None or space.executable is None:
        raise SysError(Errno.ENOENT)
    return space.executable_path, space.executable


def _cwd(task: Task) -> tuple[str, Location | Inode]:
    _check_alive(task)
    return task.fs.cwd.path, task.fs.cwd


def _root(task: Task) -> tuple[str, Location | Inode]:
    _check_alive(task)
    return task.fs.root.path, task.fs.root


def _check_alive(task: Task) -> None:
    """ENOENT for what has ended: it is nowhere any more."""
    if task.is_gone:
        raise SysError(Errno.ENOENT)


def _shown(path: str) -> bytes:
    """What a link shows; ENAMETOOLONG."""
    if len(path) >= PATH_MAX:
        raise SysError(Errno.ENAMETOOLONG)
    return path.encode("latin-1")


class TaskLink(SymlinkInode):
    """exe, cwd or root: shows a path and leads to the file itself."""

    def __init__(
        self, task: Task, number: int, find: Callable[[Task], tuple[str, Location | Inode]]
    ) -> None:
        super().__init__(number, S_IFLNK | 0o777, now=task.system.clock.wall)
        self.device = DEVICE
        self.task = task
        self.find = find

    def target(self, task: Task) -> bytes:
        check_insight(task, self.task)
        return _shown(self.find(self.task)[0])

    def jump(self, task: Task) -> Location | Inode:
        check_insight(task, self.task)
        return self.find(self.task)[1]


class DescriptorLink(SymlinkInode):
    """fd/N: leads to the open file's inode, whether it has a name or not."""

    def __init__(self, task: Task, number: int, descriptor: int, file: OpenFile) -> None:
        mode = (_READ_BIT if file.is_readable else 0) | (_WRITE_BIT if file.is_writable else 0)
        super().__init__(number, S_IFLNK | mode, now=task.system.clock.wall)
        self.device = DEVICE
        self.task = task
        self.descriptor = descriptor

    @property
    def size(self) -> int:
        return 64

    def _file(self, reader: Task) -> OpenFile:
        check_insight(reader, self.task)
        return file_of(self.task, self.descriptor)

    def target(self, task: Task) -> bytes:
        return _shown(self._file(task).path)

    def jump(self, task: Task) -> Location | Inode:
        file = self._file(task)
        return file.location or file.inode


def file_of(task: Task, descriptor: int) -> OpenFile:
    """A descriptor's open file; ENOENT where there is none (any more)."""
    file = None if task.is_gone else task.files.find(descriptor)
    if file is None:
        raise SysError(Errno.ENOENT)
    return file


def _descriptor_info(about: tuple[Task, int]) -> str:
    """fdinfo/N: offset, flags as open(2) takes them (octal), mount, inode, locks, and details."""
    task, descriptor = about
    file = file_of(task, descriptor)
    flags = file.flags & ~(OpenFlag.O_CREAT | OpenFlag.O_EXCL | OpenFlag.O_TRUNC)
    if descriptor in task.files.close_on_exec:
        flags |= OpenFlag.O_CLOEXEC
    mount = file.location.mount if file.location is not None else None
    number = mount.number if mount is not None else 0
    place = f"mnt_id:\t{number}\nino:\t{file.inode.number}\n"
    further = locks_of_descriptor(task, file) + file.details()
    return f"pos:\t{file.offset}\nflags:\t0{flags:o}\n{place}{further}"


# ---- directories -------------------------------------------------------------------------------


class _OwnedDirectory(ProcDirectory):
    """A directory that belongs to the task's effective user, who cannot change its mode."""

    keeps_mode = True

    def __init__(self, task: Task, number: int, mode: int = 0o555) -> None:
        super().__init__(task.system, number, mode)
        self.task = task
        self.uid, self.gid = task.credentials.euid, task.credentials.egid

    def own(self, inode: Inode) -> Inode:
        """The same inode, now the task's user's."""
        inode.uid, inode.gid = self.uid, self.gid
        inode.keeps_mode = True
        return inode


def _number(name: bytes) -> int:
    """A name of decimal digits as a number; ENOENT for others."""
    if not name.isdigit() or (name[:1] == b"0" and len(name) > 1) or len(name) > 9:
        raise SysError(Errno.ENOENT)
    return int(name)


class DescriptorDirectory(_OwnedDirectory):
    """fd: a link for each descriptor."""

    def __init__(self, task: Task, number: int) -> None:
        super().__init__(task, number, 0o500)

    def lookup(self, name: bytes) -> Inode:
        descriptor = _number(name)
        file = file_of(self.task, descriptor)
        number = self.number - 2 + _FIRST_FD + descriptor
        return self.own(DescriptorLink(self.task, number, descriptor, file))

    def names(self) -> list[bytes]:
        if self.task.is_gone:
            return []
        return [b"%d" % descriptor for descriptor in sorted(self.task.files.files)]


class DescriptorInfoDirectory(DescriptorDirectory):
    """fdinfo: a file for each descriptor."""

    def lookup(self, name: bytes) -> Inode:
        descriptor = _number(name)
        file_of(self.task, descriptor)
        number = self.number - 3 + _FIRST_FDINFO + descriptor
        about = (self.task, descriptor)
        return self.own(TaskFile(self.system, number, 0o400, about, _descriptor_info, None))


class ThreadsDirectory(_OwnedDirectory):
    """task: a directory for each thread of the process."""

    def lookup(self, name: bytes) -> Inode:
        tid = _number(name)
        for thread in self.task.process.threads:
            if thread.tid == tid:
                return TaskDirectory(thread, is_thread=True)
        raise SysError(Errno.ENOENT)

    def names(self) -> list[bytes]:
        return [b"%d" % thread.tid for thread in self.task.process.threads]


class TaskDirectory(_OwnedDirectory):
    """/proc/PID, or /proc/PID/task/TID with the thread's own numbers in it. Immutable on Linux."""

    file_flags = int(FileFlag.FS_IMMUTABLE_FL)

    def __init__(self, task: Task, is_thread: bool = False) -> None:
        super().__init__(task, (_THREAD if is_thread else 0) | task.tid << 16 | 1)
        self.is_thread = is_thread
        self.links = 3
        names = [b"cwd", b"exe", b"fd", b"fdinfo", b"mem", b"pagemap", b"root"] + (
            [] if is_thread else [b"task"]
        )
        files = _THREAD_FILES if is_thread else _PROCESS_FILES
        self._files = {name: (n, mode, make, store) for n, (name, mode, make, store) in
                       enumerate(files, _FIRST_FILE)}  # fmt: skip
        self._names = sorted([*names, *self._files, *_SPACE_FILES])

    def lookup(self, name: bytes) -> Inode:
        if self.task.state.name == "DEAD":
            raise SysError(Errno.ENOENT)
        base = self.number - 1
        if name in self._files:
            n, mode, make, store = self._files[name]
            kind = TaskRecord if name in _RECORDS else TaskFile
            return self.own(kind(self.system, base + n, mode, self.task, make, store))
        if name in _SPACE_FILES:
            told = _SPACE_FILES[name]
            return self.own(SpaceFile(self.task, base + _SPACE_NUMBERS[name], told))
        if name in _LINKS:
            n, find = _LINKS[name]
            return self.own(TaskLink(self.task, base + n, find))
        if name == b"mem":
            return self.own(MemoryNode(self.task, base + 8))
        if name == b"pagemap":
            return self.own(PageMapNode(self.task, base + 9))
        if name == b"fd":
            return DescriptorDirectory(self.task, base + 2)
        if name == b"fdinfo":
            return DescriptorInfoDirectory(self.task, base + 3)
        if name == b"task" and not self.is_thread:
            return ThreadsDirectory(self.task, base + 4)
        raise SysError(Errno.ENOENT)

    def names(self) -> list[bytes]:
        return list(self._names)


_LINKS = {b"cwd": (5, _cwd), b"exe": (6, _executable), b"root": (7, _root)}
