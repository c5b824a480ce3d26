"""Stops: what gdb is told when the guest halts, and how (gdb manual, "Stop Reply Packets")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from emulator.debug.gdb import signal_numbers
from emulator.debug.gdb.registers import EXPEDITED, RegisterSet
from emulator.debug.gdb.thread_ids import ThreadId
from kernel.abi.signals import SiCode, Signal
from kernel.signals.state import SigInfo

TRAP_TRACE, TRAP_HWBKPT = 2, 4
_EVENT_SHIFT = 8
_FORK_EVENT, _VFORK_EVENT, _CLONE_EVENT, _EXEC_EVENT, _VFORK_DONE_EVENT = range(1, 6)
_CALL_STOP = Signal.SIGTRAP | 0x80


@dataclass(frozen=True)
class Stop:
    """A thread halted. Subclasses say why, in `reason` (gdb's word and its value)."""

    pid: int
    tid: int
    code: ClassVar[int] = TRAP_TRACE
    """si_code of the SIGTRAP with which Linux shows such a stop to a tracer."""
    is_inside_call: ClassVar[bool] = False
    """Whether Linux stops before the call returns: a step then only leads to its return."""

    @property
    def reason(self) -> str:
        """What stands before the thread id, with its semicolon; nothing after a step."""
        return ""

    @property
    def signal(self) -> int:
        """gdb's number for the signal the thread halts with."""
        return signal_numbers.TRAP

    def info(self, uid: int, address: int) -> SigInfo:
        """The siginfo_t of the stop."""
        if self.code in (TRAP_TRACE, TRAP_HWBKPT):
            return SigInfo(Signal.SIGTRAP, self.code, address=address)
        if self.code == SiCode.SI_KERNEL:
            return SigInfo(Signal.SIGTRAP, self.code)
        return SigInfo(Signal.SIGTRAP, self.code, self.tid, uid)

    def reply(self, registers: RegisterSet) -> str:
        """The packet, with the registers that gdb looks at first."""
        values = "".join(f"{number:02x}:{registers.read(number).hex()};" for number in EXPEDITED)
        thread = ThreadId(self.pid, self.tid)
        return f"T{self.signal:02x}{self.reason}{values}thread:{thread};"


class Stepped(Stop):
    """It has executed its instructions."""


@dataclass(frozen=True)
class AtBreakpoint(Stop):
    """It is at a breakpoint, `kind` "swbreak" or "hwbreak", whose instruction comes next."""

    kind: str
    code: ClassVar[int] = SiCode.SI_KERNEL

    @property
    def reason(self) -> str:
        return f"{self.kind}:;"


@dataclass(frozen=True)
class Wrote(Stop):
    """It has written to watched memory at `address`."""

    address: int
    code: ClassVar[int] = TRAP_HWBKPT

    @property
    def reason(self) -> str:
        return f"watch:{self.address:x};"


@dataclass(frozen=True)
class Accessed(Wrote):
    """It has read watched memory at `address`, or if `writes` perhaps written it."""

    writes: bool

    @property
    def reason(self) -> str:
        return f"{'a' if self.writes else 'r'}watch:{self.address:x};"


@dataclass(frozen=True)
class AtCall(Stop):
    """It enters the system call `number`, or returns from it."""

    number: int
    returns: bool
    code: ClassVar[int] = _CALL_STOP

    @property
    def reason(self) -> str:
        return f"syscall_{'return' if self.returns else 'entry'}:{self.number:x};"


@dataclass(frozen=True)
class Forked(Stop):
    """It made the process `child`, on its own memory if `by_vfork`."""

    child: int
    by_vfork: bool
    is_inside_call: ClassVar[bool] = True

    @property
    def reason(self) -> str:
        return f"{'v' if self.by_vfork else ''}fork:{ThreadId(self.child, self.child)};"

    def info(self, uid: int, address: int) -> SigInfo:
        event = _VFORK_EVENT if self.by_vfork else _FORK_EVENT
        return SigInfo(Signal.SIGTRAP, Signal.SIGTRAP | event << _EVENT_SHIFT, self.tid, uid)


class VforkDone(Stop):
    """Its vfork child has left the memory."""

    code = Signal.SIGTRAP | _VFORK_DONE_EVENT << _EVENT_SHIFT
    is_inside_call: ClassVar[bool] = True

    @property
    def reason(self) -> str:
        return "vforkdone:;"


@dataclass(frozen=True)
class Executed(Stop):
    """It runs another program, from the file `path` (octets as Latin-1)."""

    path: str
    code: ClassVar[int] = Signal.SIGTRAP | _EXEC_EVENT << _EVENT_SHIFT
    is_inside_call: ClassVar[bool] = True

    @property
    def reason(self) -> str:
        return f"exec:{self.path.encode('latin-1').hex()};"


class ThreadCreated(Stop):
    """A thread that has just begun."""

    code = Signal.SIGTRAP | _CLONE_EVENT << _EVENT_SHIFT

    @property
    def reason(self) -> str:
        return "create:;"


@dataclass(frozen=True)
class Signalled(Stop):
    """It is about to receive a signal."""

    what: SigInfo

    @property
    def signal(self) -> int:
        return signal_numbers.to_gdb(self.what.signal)

    def info(self, uid: int, address: int) -> SigInfo:
        return self.what


class Interrupted(Stop):
    """gdb asked for it."""

    @property
    def signal(self) -> int:
        return signal_numbers.INTERRUPT

    def info(self, uid: int, address: int) -> SigInfo:
        return SigInfo(Signal.SIGINT, SiCode.SI_USER)


@dataclass(frozen=True)
class AtLogEnd(Stop):
    """There is no more history in this direction; `which` is "begin" or "end"."""

    which: str

    @property
    def reason(self) -> str:
        return f"replaylog:{self.which};"


# ---- the ends of threads and processes ---------------------------------------------------------


@dataclass(frozen=True)
class Exited:
    """A process is over; `status` is the wait status word."""

    pid: int
    status: int

    def reply(self) -> str:
        """The packet: W and the exit status, or X and the signal."""
        if signal := self.status & 0x7F:
            return f"X{signal_numbers.to_gdb(signal):02x};process:{self.pid:x}"
        return f"W{self.status >> 8 & 0xFF:02x};process:{self.pid:x}"


@dataclass(frozen=True)
class ThreadExited:
    """A thread of a process that goes on is over."""

    pid: int
    tid: int
    status: int

    def reply(self) -> str:
        """The packet."""
        return f"w{self.status >> 8 & 0xFF:02x};{ThreadId(self.pid, self.tid)}"


@dataclass(frozen=True)
class NothingResumed:
    """None of the threads that were to go on exists any more."""

    def reply(self) -> str:
        """The packet."""
        return "N"


End = Exited | ThreadExited | NothingResumed
Report = Stop | End
