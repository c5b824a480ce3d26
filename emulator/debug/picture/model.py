"""What a picture consists of: frozen values, of which screens are drawn without asking a kernel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Standing(Enum):
    """What a task is up to, as a spectator sees it."""

    NEXT = "runs next"
    READY = "ready"
    ASLEEP = "asleep"
    SUSPENDED = "suspended"
    STOPPED = "stopped"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Register:
    """A register by its name; `changed` since the picture before."""

    name: str
    value: int
    changed: bool = False


@dataclass(frozen=True, slots=True)
class CodeLine:
    """An instruction. `note` says in words what it is about: a symbol, the call about to be made.

    `source` ("main.c:14") is given where a line of the source begins.
    """

    address: int
    text: str
    note: str = ""
    source: str = ""
    is_next: bool = False


@dataclass(frozen=True, slots=True)
class StackWord:
    """A word above ESP; `meaning` is the function or string it points to."""

    address: int
    value: int
    meaning: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A descriptor; `access` is r, w or rw; `shared` are tids of others with the same open file.

    `flags` are words such as cloexec and nonblock; `offset` is None where there is no such thing.
    """

    number: int
    access: str
    path: str
    offset: int | None = None
    flags: str = ""
    shared: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A line of the task table; `memory` is "" once the task has left it."""

    tid: int
    pid: int
    parent: int
    name: str
    standing: Standing
    reason: str
    memory: str
    call: str = ""
    """The system call in flight."""
    registers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskPicture:
    """One task in full. `place` is where it is in words: `main+0x1c (main.c:14)`; `source` is the
    text of that line with its number.
    """

    row: TaskRow
    registers: tuple[Register, ...]
    flags: str
    """The flags of EFLAGS that are set: `ZF PF`."""
    place: str
    source: str
    code: tuple[CodeLine, ...]
    has_page: bool
    """Whether the page with the next instruction is mapped already."""
    stack: tuple[StackWord, ...]
    descriptors: tuple[Descriptor, ...]


@dataclass(frozen=True, slots=True)
class AreaPicture:
    """An area of an address space: what it is meant to hold, and what its page tables say.

    Of its `resident` pages `copy_on_write` are private and writable, but read-only until a write
    copies them; `shared` tells how many of them which other space has, too, at the same addresses:
    (("mm#2", 3), …).
    """

    start: int
    end: int
    letters: str
    path: str
    resident: int
    copy_on_write: int = 0
    shared: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SpacePicture:
    """An address space: who uses it, its page directory, what its tables take and map."""

    name: str
    root: int
    """What CR3 holds while one of its users runs."""
    users: tuple[int, ...]
    tables: int
    """Frames that hold the page tables themselves."""
    pages: int
    areas: tuple[AreaPicture, ...] = ()

    @property
    def copy_on_write(self) -> int:
        """Pages whose next write copies them."""
        return sum(area.copy_on_write for area in self.areas)

    @property
    def shared(self) -> tuple[tuple[str, int], ...]:
        """The other spaces that map some of its pages, too, and how many."""
        counts: dict[str, int] = {}
        for area in self.areas:
            for name, count in area.shared:
                counts[name] = counts.get(name, 0) + count
        return tuple(counts.items())


@dataclass(frozen=True, slots=True)
class Picture:
    """A stopped machine. `shown` are one or two tasks in full: creator left, created right."""

    program: str
    position: int
    event: int
    """Events so far."""
    time: int
    """Virtual nanoseconds."""
    told: str
    """Why it stopped, in a sentence."""
    tasks: tuple[TaskRow, ...] = ()
    shown: tuple[TaskPicture, ...] = ()
    spaces: tuple[SpacePicture, ...] = ()
    """Of the tasks shown, each once."""
    calls: tuple[str, ...] = ()
    """The last system calls, as strace writes them."""
    kernel: tuple[str, ...] = ()
    """The same, with what the kernel did between them."""
    output: tuple[str, ...] = ()
    """The last lines that the guest wrote; nothing in them acts on a terminal."""
    wants_input: bool = False
    """Everybody sleeps, and one of them for input."""
    focus: int = 0
    """The tid that is looked at."""
    stack_words: tuple[tuple[str, int, int], ...] = ()
    """(space, address, value) of the stacks shown, for the next picture's marks."""

    def row(self, tid: int) -> TaskRow | None:
        """The task's line of the table."""
        return next((row for row in self.tasks if row.tid == tid), None)
