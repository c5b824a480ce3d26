"""Commands: gdb's packets by their first letters, and the answers (gdb manual, "Packets").

An answer is a packet's body, empty where the packet is not known; None where nothing is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emulator.changes import WriteMemory, WriteRegisters
from emulator.debug.gdb.answers import (
    OK,
    UNSUPPORTED,
    error,
    offset_and_length,
    parse_address,
    parse_hex,
    parse_octets,
)
from emulator.debug.gdb.file_packets import FilePackets
from emulator.debug.gdb.interests import ACCESS_WATCHES, BREAKPOINT_KINDS, MOST_OCTETS, WRITE_WATCH
from emulator.debug.gdb.packets import MAX_BODY
from emulator.debug.gdb.plan import EVERYBODY, SUPPORTED, Action, Plan, parse_plan
from emulator.debug.gdb.queries import Queries
from emulator.debug.gdb.registers import NAMES, RegisterSet
from emulator.debug.gdb.running import Runner
from emulator.debug.gdb.stops import Report, Stop
from emulator.debug.gdb.thread_ids import parse
from kernel.abi.errno import Errno
from kernel.errors import SysError

if TYPE_CHECKING:
    from emulator.debug.gdb.connection import Connection
    from emulator.debug.gdb.debuggee import Debuggee
    from kernel.task.task import Task

Handler = Callable[[str], "bytes | None"]
_LARGEST_READ = MAX_BODY // 2


class Commands:
    """Answers the packets of one gdb, until it `is_over`."""

    def __init__(self, debuggee: Debuggee, connection: Connection) -> None:
        self._debuggee = debuggee
        self._connection = connection
        self._runner = Runner(debuggee, connection)
        self._queries = Queries(debuggee, connection, self._runner)
        files = FilePackets(debuggee)
        self._handlers: tuple[tuple[str, Handler], ...] = (
            ("?", self._last_stop), ("g", self._read_registers), ("G", self._write_registers),
            ("p", self._read_register), ("P", self._write_register), ("m", self._read_memory),
            ("M", self._write_memory), ("X", self._write_octets), ("Z", self._insert),
            ("z", self._remove), ("H", self._choose), ("T", self._is_alive),
            ("vCont?", lambda text: SUPPORTED.encode()), ("vCont;", self._continue),
            ("vFile:", files.answer), ("vKill;", self._kill), ("vCtrlC", lambda text: OK),
            ("bs", self._step_back), ("bc", self._run_back), ("D", self._detach),
            ("c", self._old_continue), ("s", self._old_step), ("C", self._old_signal),
            ("S", self._old_signal_step), ("k", self._kill_all),
            ("q", self._queries.query), ("Q", self._queries.set),
        )  # fmt: skip

    def answer(self, body: bytes) -> bytes | None:
        """What to answer; Gone where the connection ended meanwhile."""
        text = body.decode("latin-1")
        for prefix, handler in self._handlers:
            if text.startswith(prefix):
                try:
                    return handler(text[len(prefix) :])
                except SysError as failed:
                    return error(failed.errno)
                except (ValueError, IndexError):  # what it says is not what the manual has
                    return error(Errno.EINVAL)
        return UNSUPPORTED

    @property
    def is_over(self) -> bool:
        """Whether gdb wants no more of us."""
        return self._debuggee.is_over

    # ---- registers ---------------------------------------------------------------------------

    def _read_registers(self, text: str) -> bytes:
        return self._debuggee.registers(self._debuggee.chosen()).read_all().hex().encode()

    def _write_registers(self, text: str) -> bytes:
        task = self._debuggee.chosen()
        return self._change(task, self._debuggee.registers(task).write_all(parse_octets(text)))

    def _read_register(self, text: str) -> bytes:
        number = parse_hex(text)
        if number >= len(NAMES):
            raise SysError(Errno.EINVAL)
        return self._debuggee.registers(self._debuggee.chosen()).read(number).hex().encode()

    def _write_register(self, text: str) -> bytes:
        number, _, value = text.partition("=")
        task = self._debuggee.chosen()
        registers = self._debuggee.registers(task)
        return self._change(task, registers.write(parse_hex(number), parse_octets(value)))

    def _change(self, task: Task, wanted: RegisterSet) -> bytes:
        gives_up = task.call is not None and wanted.call is None
        self._debuggee.change(
            WriteRegisters(task.tid, wanted.general, wanted.segments, wanted.fpu, gives_up)
        )
        return OK

    # ---- memory ------------------------------------------------------------------------------

    def _read_memory(self, text: str) -> bytes:
        address, length = offset_and_length(text)
        octets = self._debuggee.stepper.read_memory(
            self._debuggee.chosen(), address, min(length, _LARGEST_READ)
        )
        return error(Errno.EFAULT) if length and not octets else octets.hex().encode()

    def _write_memory(self, text: str) -> bytes:
        place, _, data = text.partition(":")
        return self._store(place, parse_octets(data))

    def _write_octets(self, text: str) -> bytes:
        place, _, data = text.partition(":")
        return self._store(place, data.encode("latin-1"))

    def _store(self, place: str, octets: bytes) -> bytes:
        address, length = offset_and_length(place)
        if length != len(octets):
            raise SysError(Errno.EINVAL)
        if octets:
            tid = self._debuggee.chosen().tid
            self._debuggee.change(WriteMemory(tid, address, octets))
        return OK

    # ---- where to stop -----------------------------------------------------------------------

    def _insert(self, text: str) -> bytes:
        kind, address, length = _place(text)
        interests = self._debuggee.interests
        if kind in BREAKPOINT_KINDS:
            interests.breakpoints[address] = BREAKPOINT_KINDS[kind]
        elif kind == WRITE_WATCH and 0 < length <= MOST_OCTETS:
            interests.watches.add((address, length))
        elif kind in ACCESS_WATCHES and 0 < length <= MOST_OCTETS:
            interests.accesses.add((address, length, ACCESS_WATCHES[kind]))
        else:
            return UNSUPPORTED
        return OK

    def _remove(self, text: str) -> bytes:
        kind, address, length = _place(text)
        interests = self._debuggee.interests
        if kind in BREAKPOINT_KINDS:
            interests.breakpoints.pop(address, None)
        elif kind == WRITE_WATCH:
            interests.watches.discard((address, length))
        elif kind in ACCESS_WATCHES:
            interests.accesses.discard((address, length, ACCESS_WATCHES[kind]))
        else:
            return UNSUPPORTED
        return OK

    # ---- threads -----------------------------------------------------------------------------

    def _last_stop(self, text: str) -> bytes:
        return self._told(self._debuggee.last)

    def _choose(self, text: str) -> bytes:
        """`Hg` chooses the thread of questions, `Hc` that of the old ways to go on."""
        wanted = parse(text[1:])
        if text[:1] == "g":
            self._debuggee.find(wanted)
            self._debuggee.chosen_id = wanted
        elif text[:1] == "c":
            self._debuggee.running_id = wanted
        else:
            return UNSUPPORTED
        return OK

    def _is_alive(self, text: str) -> bytes:
        self._debuggee.find(parse(text))
        return OK

    # ---- going on ----------------------------------------------------------------------------

    def _continue(self, text: str) -> bytes:
        return self._resume(parse_plan(text))

    def _resume(self, plan: Plan) -> bytes:
        return self._tell(self._runner.resume(plan))

    def _tell(self, report: Report) -> bytes:
        self._debuggee.tell(report)
        return self._told(report)

    def _told(self, report: Report) -> bytes:
        if not isinstance(report, Stop):
            return report.reply().encode()
        task = self._debuggee.stepper.find_task(report.tid)
        if task is None:
            raise SysError(Errno.ESRCH)
        return report.reply(self._debuggee.registers(task)).encode()

    def _step_back(self, text: str) -> bytes:
        return self._tell(self._runner.step_back())

    def _run_back(self, text: str) -> bytes:
        return self._tell(self._runner.run_back())

    def _old_continue(self, text: str) -> bytes:
        return self._resume_at(text, Action())

    def _old_step(self, text: str) -> bytes:
        return self._resume_at(text, Action(steps=True))

    def _old_signal(self, text: str) -> bytes:
        signal, _, address = text.partition(";")
        return self._resume_at(address, Action(signal=parse_hex(signal)))

    def _old_signal_step(self, text: str) -> bytes:
        signal, _, address = text.partition(";")
        return self._resume_at(address, Action(steps=True, signal=parse_hex(signal)))

    def _resume_at(self, address: str, action: Action) -> bytes:
        """`c`, `s`, `C` and `S`: the thread of Hc does it, from an address if one is given."""
        debuggee = self._debuggee
        task = debuggee.find(debuggee.running_id)
        if address:
            where = parse_address(address).to_bytes(4, "little")
            eip = NAMES.index("eip")
            self._change(task, debuggee.registers(task).write(eip, where))
        return self._resume(Plan(((action, debuggee.id_of(task)), (Action(), EVERYBODY))))

    # ---- letting go --------------------------------------------------------------------------

    def _detach(self, text: str) -> bytes:
        """`D` lets all processes go, `D;PID` one."""
        debuggee = self._debuggee
        for pid in [parse_hex(text[1:])] if text else list(debuggee.attached):
            debuggee.detach(pid)
        return OK

    def _kill(self, text: str) -> bytes:
        self._runner.kill(parse_hex(text))
        return OK

    def _kill_all(self, text: str) -> None:
        """gdb expects no answer, and is gone."""
        self._runner.kill_all()


def _place(text: str) -> tuple[str, int, int]:
    """Kind, address and length of a Z packet; conditions and commands were not offered."""
    kind, address, length = text.split(";", 1)[0].split(",")
    return kind, parse_address(address), parse_address(length)
