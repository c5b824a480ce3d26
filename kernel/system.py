"""The system: all kernel state, one plain object graph."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kernel.abi import system as abi
from kernel.check.settings import CheckSettings
from kernel.clock import Clock
from kernel.events import Journal
from kernel.fs.inotify import InotifyUse
from kernel.fs.leases import LeaseUse
from kernel.fs.memory_file import Quota
from kernel.ipc.namespace import Ipc
from kernel.log import KernelLog
from kernel.mm.frames import FrameAllocator
from kernel.mm.page_cache import PageCache
from kernel.net.network import Network
from kernel.task.futex import FutexQueue, Key
from kernel.task.injection import Injection, Injector
from kernel.task.scheduler import Scheduler
from kernel.task.semantics import SYSTEMS, VforkSemantics
from kernel.task.table import TaskTable
from kernel.task.terminal_signals import TerminalSignals

if TYPE_CHECKING:
    from emulator.machine.machine import Machine
    from kernel.check.checker import Checker
    from kernel.errors import Restart
    from kernel.fs.console import Console
    from kernel.fs.devpts import Devpts
    from kernel.fs.mount import Namespace
    from kernel.task.task import Task


class Reporter(Protocol):
    """Who knows how to describe calls: the kernel."""

    def call_interrupted(self, task: Task, restart: Restart) -> None:
        """Emit the end of a call whose sleep a signal ended."""

    def call_restarted(self, task: Task) -> None:
        """Emit that the call begins once more."""


@dataclass(frozen=True)
class Settings:
    """What the user chose for a run and nothing changes during it."""

    max_tasks: int = 32768
    seed: int = 0
    random_schedule: bool = False
    overcommit: bool = True
    copying_fork: bool = False
    vfork: VforkSemantics = SYSTEMS["linux"]
    max_tasks_of_user: int | None = None
    check: CheckSettings | None = None
    """What the misuse check is to report; None: nothing is checked."""
    fails_in: tuple[str, int] | None = None
    """Call and K: the Kth allocation inside each such call fails (--fail-alloc)."""
    injections: tuple[Injection, ...] = ()
    """What is done to calls on request (trace -e inject)."""
    hostname: str = "emu386"


class System:
    """State of the whole emulated computer but for the machine's registers.

    `machine` is the CPU and RAM it runs on; `namespace` the mounted file systems; `console` the
    host's standard streams as the guest sees them, `devpts` the pseudo-terminals.
    """

    def __init__(
        self, machine: Machine, settings: Settings, clock: Clock, journal: Journal
    ) -> None:
        self.machine = machine
        self.settings = settings
        self.clock = clock
        self.journal = journal
        self.frames = FrameAllocator(machine)
        if not settings.overcommit:
            self.frames.commitments.limit = self.frames.total
        self.page_cache = PageCache(self.frames)
        self.scheduler = Scheduler(self)
        self.tasks = TaskTable(settings.max_tasks)
        self.random = random.Random(settings.seed)
        self.hostname = settings.hostname
        self.domain_name = abi.DOMAIN
        self.namespace: Namespace
        self.console: Console
        self.devpts: Devpts
        self.reporter: Reporter
        self.terminal_signals = TerminalSignals(self)
        self.checker = _checker(self)
        self.injector = Injector(settings.injections) if settings.injections else None
        self.unseen: list[Task] = []
        """Tasks that sleep through a signal which was dropped, but which a trace is to show."""
        self.futexes: dict[Key, FutexQueue] = {}
        """Words of memory that tasks wait for."""
        self.network = Network()
        self.ipc = Ipc()
        self.memory_names = 0
        """Address spaces made so far; each is called mm#N."""
        self.anonymous_inodes = 0
        """Inodes without a name made so far (pipes, eventfds)."""
        self.file_quota = Quota(machine.ram.size // 2)
        """What all files in memory together may take."""
        self.protects_hard_links = True
        """Others may not name a file again that they may not write to, as on every distribution."""
        self.inotify = InotifyUse()
        self.leases = LeaseUse()
        self.notices: list[str] = []
        self.log = KernelLog()
        self.unsupported: set[int] = set()
        """Numbers of missing calls that have been reported."""

    def notice(self, text: str) -> None:
        """Something a person should know, in one line; the session prints it, the log keeps it."""
        self.notices.append(text)
        self.log.add(self.clock.now, text)

    def memory_name(self) -> str:
        """A name for the next address space."""
        self.memory_names += 1
        return f"mm#{self.memory_names}"


def _checker(system: System) -> Checker | None:
    """The misuse check, which few runs want: only they import it."""
    if system.settings.check is None:
        return None
    from kernel.check.checker import Checker

    return Checker(system, system.settings.check)
