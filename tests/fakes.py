"""A machine that executes nothing, and processes to try the kernel's rules on without a program."""

from __future__ import annotations

from dataclasses import dataclass, field

from emulator.machine import fxsave
from emulator.machine.machine import EAX, EFLAGS, EIP, ESP
from emulator.machine.ram import Ram
from emulator.machine.traps import BUDGET_SPENT, Trap
from kernel import events
from kernel.abi.memory import STACK_TOP, MapFlag, Prot
from kernel.clock import Clock
from kernel.errors import Restart
from kernel.events import Journal
from kernel.mm.address_space import AddressSpace
from kernel.mm.area import Area
from kernel.signals.state import Action, Pending, Sighand, SignalState
from kernel.system import Settings, System
from kernel.task.credentials import Credentials
from kernel.task.limits import Limits
from kernel.task.process import Process, Session
from kernel.task.task import Call, Task, TaskState

RAM_SIZE = 8 << 20
CODE = 0x0804_8000
DATA = 0x0900_0000
STACK = STACK_TOP - 0x1000
NULL_TLS = (0, 0, 0)


@dataclass
class FakeContext:
    """The general registers alone."""

    words: memoryview = field(default_factory=lambda: memoryview(bytearray(40)).cast("I"))
    tls: tuple[int, int, int] = NULL_TLS


class FakeMachine:
    """Registers and RAM; `traps` is the script that `run` plays, one for each call."""

    def __init__(self, traps: list[Trap] | None = None) -> None:
        self.ram = Ram(RAM_SIZE)
        self.registers = memoryview(bytearray(40)).cast("I")
        self.spent = 0
        self.traps = traps or []
        self.segments = {"cs": 0x73, "ss": 0x7B, "ds": 0x7B, "es": 0x7B, "fs": 0, "gs": 0x33}
        self.fpu = fxsave.INITIAL
        self.page_directory = 0

    def new_context(self) -> FakeContext:
        return FakeContext()

    def reset(self) -> None:
        self.registers[:] = FakeContext().words

    def store(self, context: FakeContext) -> None:
        context.words[:] = self.registers

    def load(self, context: FakeContext, page_directory: int) -> None:
        self.registers[:] = context.words
        self.page_directory = page_directory

    def switch_space(self, page_directory: int) -> None:
        self.page_directory = page_directory

    def run(self, budget: int) -> Trap:
        return self.traps.pop(0) if self.traps else BUDGET_SPENT

    def interrupt(self) -> None:
        """Nothing runs."""

    def flush_tlb(self) -> None:
        """Nothing is cached."""

    def forget_code(self) -> None:
        """Nothing is translated."""

    def set_tls(self, descriptors: tuple[int, int, int]) -> None:
        """No segment is ever used."""

    def reload_ldt(self) -> None:
        """No segment is ever used."""

    def segment(self, name: str) -> int:
        return self.segments[name]

    def set_segment(self, name: str, selector: int) -> bool:
        if selector not in (0, 0x33, 0x7B):
            return False
        self.segments[name] = selector
        return True

    def read_fxsave(self) -> bytes:
        return self.fpu

    def write_fxsave(self, image: bytes) -> None:
        self.fpu = image


class FakeReporter:
    """Emits what the kernel would about a call in flight, without its arguments."""

    def call_interrupted(self, task: Task, restart: Restart) -> None:
        assert task.call is not None
        task.emit(events.SyscallExited, task.call.number, "", None, restart.value, (), None, None)

    def call_restarted(self, task: Task) -> None:
        assert task.call is not None
        task.emit(events.SyscallEntered, task.call.number, "", task.call.words, ())


class World:
    """A system with init; tasks are made READY unless said otherwise."""

    def __init__(self) -> None:
        self.machine = FakeMachine()
        self.journal = Journal(recording=True)
        self.system = System(self.machine, Settings(), Clock(), self.journal)
        self.system.reporter = FakeReporter()
        self.session = Session(1)
        init = self._new_task(None, 1)
        init.state = TaskState.BLOCKED
        self.system.tasks.init = init.process

    def process(
        self,
        parent: Task | None = None,
        uid: int = 0,
        state: TaskState = TaskState.READY,
        session: Session | None = None,
    ) -> Task:
        """The one thread of a new process; a child of init, or of another's process."""
        above = parent.process if parent is not None else self.system.tasks.init
        task = self._new_task(above, self.system.tasks.new_tid())
        task.credentials = Credentials.of_user(uid, uid)
        task.process.session = session or self.session
        above.children.append(task.process)
        task.state = state
        return task

    def thread(self, of: Task, state: TaskState = TaskState.READY) -> Task:
        """Another thread of the process."""
        task = Task(
            self.system, self.system.tasks.new_tid(), of.process, self.machine.new_context()
        )
        task.memory, task.sighand, task.signals = of.memory, of.sighand, SignalState()
        task.memory.users += 1
        task.credentials = of.credentials
        task.exit_signal = -1
        task.state = state
        of.process.threads.append(task)
        self.system.tasks.add(task)
        return task

    def _new_task(self, parent: Process | None, pid: int) -> Task:
        process = Process(pid, parent, Pending())
        task = Task(self.system, pid, process, self.machine.new_context())
        process.leader = task
        process.threads.append(task)
        process.session, process.limits = self.session, Limits()
        task.sighand, task.signals = Sighand(), SignalState()
        task.credentials = Credentials()
        task.exit_signal = 17
        task.memory = self._memory()
        self.system.tasks.add(task)
        return task

    def _memory(self) -> AddressSpace:
        system = self.system
        memory = AddressSpace(system.frames, system.page_cache, system.memory_name())
        memory.make_stack()
        data = Prot.PROT_READ | Prot.PROT_WRITE
        memory.map(Area(DATA, DATA + 0x4000, int(data), int(MapFlag.MAP_PRIVATE)))
        return memory

    def run(self, task: Task) -> Task:
        """Make the task the current one, in user mode, with registers of its own."""
        task.state = TaskState.RUNNING
        self.system.scheduler.current = task
        words = self.machine.registers
        words[ESP], words[EIP], words[EFLAGS] = STACK, CODE, 0x202
        return task

    def enter(self, task: Task, number: int, *words: int, restart: Restart = Restart.SYS) -> Call:
        """Have the current task make a system call that will raise Block."""
        call = task.call = Call(number, (*words, 0, 0, 0, 0, 0, 0)[:6], self.system.clock.now)
        self.machine.registers[EAX] = number
        task.restart = restart
        return call

    def handle(self, task: Task, signal: int, handler: int = CODE + 0x100, flags: int = 0) -> None:
        """Install a handler, whose restorer is an address that means nothing."""
        restorer = 0x0400_0000
        task.sighand.actions[signal] = Action(handler, flags | restorer, 0, CODE + 0x200)

    def seen(self, kind: type[events.Event]) -> list[events.Event]:
        """Events of one kind so far."""
        return [event for event in self.journal.events if isinstance(event, kind)]
