"""/proc: its root directory, with one directory for each process (proc(5)).

Omitted: namespaces, and whatever tells of hardware that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFLNK
from kernel.errors import SysError
from kernel.fs import proc_system
from kernel.fs.inode import DirectoryInode, Inode, SymlinkInode
from kernel.fs.proc_nodes import DEVICE, MadeFile, Make, NetworkFile, ProcDirectory, TableDirectory
from kernel.fs.proc_settings import build_settings
from kernel.fs.proc_task import TaskDirectory

if TYPE_CHECKING:
    from kernel.system import System
    from kernel.task.task import Task

_ROOT_NUMBER = 1
_FIRST_NUMBER = 0x1000
_FIRST_NET, _FIRST_IPC = 0x1100, 0x1140


class PartDirectory(TableDirectory):
    """A directory of files about one part of the system, which are made when somebody looks.

    `part` is the System's attribute; its `tables` tell the names and what makes the text, `kind`
    what the files are. Inode numbers go from `number` on.
    """

    def __init__(
        self, system: System, number: int, part: str, kind: type[MadeFile] = MadeFile
    ) -> None:
        super().__init__(system, number)
        self.part = part
        self.kind = kind

    def lookup(self, name: bytes) -> Inode:
        self._make_files()
        return super().lookup(name)

    def names(self) -> list[bytes]:
        self._make_files()
        return super().names()

    def _make_files(self) -> None:
        if self.nodes:
            return
        tables: Mapping[bytes, Make] = getattr(self.system, self.part).tables
        for at, (name, make) in enumerate(sorted(tables.items()), self.number + 1):
            self.nodes[name] = self.kind(self.system, at, 0o444, self.system, make, None)


class SelfLink(SymlinkInode):
    """/proc/self, /proc/thread-self and /proc/mounts: `form` with the reader's pid and tid."""

    def __init__(self, system: System, number: int, form: str) -> None:
        super().__init__(number, S_IFLNK | 0o777, now=system.clock.wall)
        self.device = DEVICE
        self.form = form

    def target(self, task: Task) -> bytes:
        return self.form.format(pid=task.pid, tid=task.tid).encode()


class ProcRoot(ProcDirectory):
    """The root of /proc."""

    def __init__(self, system: System) -> None:
        super().__init__(system, _ROOT_NUMBER)
        self.nodes: dict[bytes, Inode] = {}
        forms = (
            (b"mounts", "self/mounts"),
            (b"self", "{pid}"),
            (b"thread-self", "{pid}/task/{tid}"),
        )
        for number, (name, form) in enumerate(forms, _FIRST_NUMBER):
            self.nodes[name] = SelfLink(system, number, form)
        for number, (name, make) in enumerate(proc_system.FILES.items(), _FIRST_NUMBER + 16):
            self.nodes[name] = MadeFile(system, number, 0o444, system, make, None)
        self.nodes[b"net"] = PartDirectory(system, _FIRST_NET, "network", NetworkFile)
        self.nodes[b"sysvipc"] = PartDirectory(system, _FIRST_IPC, "ipc")
        self.nodes[b"sys"] = build_settings(system)
        self.nodes = dict(sorted(self.nodes.items()))

    def lookup(self, name: bytes) -> Inode:
        """A file of the system, or the directory of a task, threads that are not listed too."""
        node = self.nodes.get(name)
        if node is not None:
            return node
        if not name.isdigit() or name[:1] == b"0" or len(name) > 9:
            raise SysError(Errno.ENOENT)
        task = self.system.tasks.find(int(name))
        if task is None:
            raise SysError(Errno.ENOENT)
        return TaskDirectory(task)

    def names(self) -> list[bytes]:
        """Files of the system, then processes by pid, as Linux lists them."""
        return [*self.nodes, *(b"%d" % process.pid for process in self.system.tasks.processes())]


def build_proc(system: System) -> DirectoryInode:
    """The root directory of /proc, to be mounted."""
    return ProcRoot(system)
