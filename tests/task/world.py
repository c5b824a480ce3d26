"""A process that can execute files and clone itself, on a machine that executes nothing."""

from __future__ import annotations

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFREG
from kernel.abi.sysno import Sysno
from kernel.errors import Hold, SysError
from kernel.fs.inode import DirectoryInode, RegularInode
from kernel.syscalls.table import TABLE
from kernel.task.clone import CloneRequest, clone
from kernel.task.task import Task, TaskState
from tests.callers import PATH, Callers
from tests.elf.files import File
from tests.fakes import DATA


class Family(Callers):
    """`parent` is a process that runs; "/program" is an ELF file."""

    def __init__(self) -> None:
        super().__init__()
        self.machine.tls = (0, 0, 0)  # type: ignore[attr-defined]
        self.put("program", File().pack())
        self.parent = self.run(self.process())
        self.parent.memory.write(DATA, b"resident")
        self.parent.memory.write(PATH, b"the page of names is there")

    def put(self, name: str, data: bytes, mode: int = 0o755) -> RegularInode:
        """A file in the root."""
        root = self.root.inode
        assert isinstance(root, DirectoryInode)
        inode = root.create(name.encode(), S_IFREG | mode, 0, 0, 0)
        assert isinstance(inode, RegularInode)
        inode.write_at(0, data)
        return inode

    def clone(self, task: Task, flags: int = 0, exit_signal: int = 17) -> Task:
        """A child; the caller is held where the flags say so."""
        ending = clone(task, CloneRequest(flags, exit_signal))
        if isinstance(ending, Hold):
            tid = ending.value
            task.hold(ending)
        else:
            assert isinstance(ending, int)
            tid = ending
        child = self.system.tasks.find(tid)
        assert child is not None
        return child

    def go(self, task: Task) -> Task:
        """Let a READY task be the current one."""
        self.system.scheduler.forget(task)
        task.state = TaskState.RUNNING
        self.system.scheduler.current = task
        self.machine.load(task.context, task.memory.tables.root)  # type: ignore[arg-type]
        return task

    def execute(self, task: Task, name: str = "/program") -> Errno | None:
        """execve without arguments; the error, or None after success."""
        task.memory.write(PATH, name.encode() + b"\0")
        try:
            TABLE[Sysno.EXECVE].invoke(task, (PATH, 0, 0, 0, 0, 0))
        except SysError as error:
            return error.errno
        return None

    def tables(self, task: Task) -> bytes:
        """Every octet of a task's page tables."""
        tables, ram = task.memory.tables, self.machine.ram
        frames = [tables.root >> 12, *(base >> 9 for base in tables._directories.values())]
        frames += [leaf >> 9 for leaf in tables.leaves.values()]
        return b"".join(ram.read(frame << 12, 4096) for frame in frames)

    def footprint(self) -> tuple[object, ...]:
        """What a failed call must leave as it was."""
        system, parent = self.system, self.parent
        return (
            system.frames.free_count, len(system.tasks), parent.memory.users, parent.files.users,
            parent.sighand.users, parent.fs.users, sorted(parent.files.files),
            [file.users for _, file in sorted(parent.files.files.items())],
            len(parent.process.children), len(parent.process.threads), len(system.scheduler.queue),
            len(system.frames.commitments.spaces),
        )  # fmt: skip
