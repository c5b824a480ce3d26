"""Tasks that make system calls without a CPU: by number, on memory of their own, with /proc."""

from __future__ import annotations

from emulator.views.values import DEFAULT, arguments_text
from kernel.abi.files import S_IFDIR, makedev
from kernel.abi.sysno import Sysno
from kernel.errors import Block, SysError
from kernel.fs.console import Console, StreamKind
from kernel.fs.context import FsContext
from kernel.fs.dev import build_dev
from kernel.fs.file_table import FileTable
from kernel.fs.inode import DirectoryInode
from kernel.fs.memory_file import Quota
from kernel.fs.mount import FileSystem, Mount, Namespace
from kernel.fs.path import Location
from kernel.fs.proc import build_proc
from kernel.fs.tmpfs import MemoryFileSystem
from kernel.syscalls import registry  # noqa: F401  (importing it fills the table)
from kernel.syscalls.table import TABLE
from kernel.task.process import Session
from kernel.task.task import Call, Task, TaskState
from tests.fakes import DATA, World

PIPE = StreamKind()
TERMINAL = StreamKind(0o20620, is_terminal=True)
PATH = DATA + 0x3000
"""Where `path` stores names."""


class Callers(World):
    """A world with a tree of files; its tasks have descriptors 0, 1 and 2 of the console."""

    def __init__(self, kinds: tuple[StreamKind | None, ...] = (PIPE, PIPE, PIPE)) -> None:
        super().__init__()
        system = self.system
        self.machine.cpu_features = 0x0780_8111  # type: ignore[attr-defined]
        self.console = system.console = Console(system, kinds)
        files = MemoryFileSystem(makedev(0, 30), Quota(8 << 20))
        root = files.new_root(0o1777, system.clock.wall)
        system.namespace = Namespace(files, root, "tmpfs")
        self.root = Location(system.namespace.mounts[0], root)
        self._mount(b"proc", build_proc(system))
        self._mount(b"dev", build_dev(system))
        self._mount(b"pts", system.devpts.root, self.system.namespace.mounts[-1])
        init = system.tasks.init.leader
        init.fs, init.files, init.name = FsContext(self.root, self.root), FileTable(), "init"
        del init.memory

    def _mount(self, name: bytes, tree: DirectoryInode, on: Mount | None = None) -> None:
        """Show a tree at a folder of another mount's root, or of ours, where it is made."""
        root = self.root.inode if on is None else on.root
        assert isinstance(root, DirectoryInode)
        inode = root.create(name, S_IFDIR | 0o755, 0, 0, 0) if on is None else root.lookup(name)
        at = Location(self.root.mount if on is None else on, inode)
        assert isinstance(at.inode, DirectoryInode)
        at.inode.place(root, name)
        kind = name.decode()
        self.system.namespace.mount(at, tree, FileSystem(kind, 0, tree.device), kind)

    def process(
        self,
        parent: Task | None = None,
        uid: int = 0,
        state: TaskState = TaskState.READY,
        session: Session | None = None,
    ) -> Task:
        task = super().process(parent, uid, state, session)
        task.name = "guest"
        task.fs = FsContext(self.root, self.root)
        task.files = FileTable()
        if session is not None and session is self.console.terminal.session:
            task.process.terminal = self.console.terminal
        for stream in range(3):
            file = self.console.open_standard(stream)
            if file is not None:
                task.files.put(stream, file)
        return task

    def leader(self, parent: Task | None = None) -> Task:
        """A process in a session of its own, whose terminal is the console's."""
        task = self.process(parent)
        task.process.session = Session(task.pid)
        self.console.terminal.control(task.process)
        return task

    def job(self, leader: Task, group: int | None = None) -> Task:
        """A child in its own process group, or in another, of the leader's session."""
        task = self.process(leader, session=leader.process.session)
        task.process.group = task.pid if group is None else group
        return task

    def call(self, task: Task, number: Sysno, *words: int) -> int:
        """Make a call: its value, or -errno; raises Block where it would sleep."""
        filled = tuple(word & 0xFFFF_FFFF for word in (*words, 0, 0, 0, 0, 0, 0)[:6])
        task.call = Call(number, filled, self.system.clock.now)
        return self.again(task)

    def again(self, task: Task) -> int:
        """Try the call in flight once more."""
        call = task.call
        assert call is not None
        try:
            value = TABLE[call.number].invoke(task, call.words)
        except SysError as error:
            value = -int(error.errno)
        assert isinstance(value, int)
        call.result = value
        return value

    def sleeps(self, task: Task, number: Sysno, *words: int) -> Block:
        """Make a call that must sleep, and put the task to sleep; what it waits for."""
        filled = tuple(word & 0xFFFF_FFFF for word in (*words, 0, 0, 0, 0, 0, 0)[:6])
        task.call = Call(number, filled, self.system.clock.now)
        return self.sleeps_again(task)

    def sleeps_again(self, task: Task) -> Block:
        """Try the call in flight once more: it must sleep again."""
        task.leave_queues()
        try:
            value = self.again(task)
        except Block as block:
            assert task.call is not None
            task.restart = block.restart or TABLE[task.call.number].restart
            task.state = TaskState.RUNNING
            task.sleep(block)
            return block
        raise AssertionError(f"the call returned {value} instead of sleeping")

    def traced(self, task: Task) -> str:
        """The call that was made last, as a trace shows it."""
        call = task.call
        assert call is not None
        entry = TABLE[call.number]
        early = entry.describe_entry(task, call)
        late, _, note = entry.describe_exit(task, call, call.result)
        shown = tuple(late[n] if early[n] is None else early[n] for n in range(len(early)))
        text = arguments_text(shown, DEFAULT)
        return f"{entry.name}({text})" + (f" ({note})" if note else "")

    def path(self, task: Task, name: str) -> int:
        """Store a path in the task's memory; its address."""
        task.memory.write(PATH, name.encode() + b"\0")
        return PATH

    def open(self, task: Task, name: str, flags: int = 0, mode: int = 0o600) -> int:
        """A descriptor for a path, or -errno."""
        return self.call(task, Sysno.OPEN, self.path(task, name), flags, mode)

    def contents(self, task: Task, name: str) -> str:
        """Everything that can be read from a file, as Latin-1."""
        descriptor = self.open(task, name)
        assert descriptor >= 0, f"{name}: {descriptor}"
        text = task.files.get(descriptor).read(task, 1 << 20).decode("latin-1")
        task.files.close(descriptor)
        return text

    def output(self) -> bytes:
        """What the guest has written since the last look, all streams together."""
        return b"".join(data for _, data in self.console.drain())
