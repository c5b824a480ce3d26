"""Queries and settings: the q and Q packets (gdb manual, "General Query Packets")."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emulator.debug.gdb import monitor, thread_local
from emulator.debug.gdb.answers import OK, UNSUPPORTED, error, parse_hex, parse_octets
from emulator.debug.gdb.packets import MAX_BODY
from emulator.debug.gdb.thread_ids import parse
from emulator.debug.gdb.transfers import Transfers, describe_thread
from kernel.abi.errno import Errno
from kernel.errors import SysError

if TYPE_CHECKING:
    from emulator.debug.gdb.connection import Connection
    from emulator.debug.gdb.debuggee import Debuggee
    from emulator.debug.gdb.running import Runner

_MUTUAL = ("multiprocess", "swbreak", "hwbreak", "fork-events", "vfork-events", "exec-events",
           "no-resumed")  # fmt: skip
"""Offered to a gdb that understands them, too."""
_OWN = ("QStartNoAckMode", "QPassSignals", "QProgramSignals", "QCatchSyscalls", "QThreadEvents",
        "vContSupported", "ReverseStep", "ReverseContinue")  # fmt: skip
_THREADS_AT_A_TIME = 100


class Queries:
    """Answers what gdb asks, and takes what it sets."""

    def __init__(self, debuggee: Debuggee, connection: Connection, runner: Runner) -> None:
        self._debuggee = debuggee
        self._connection = connection
        self._runner = runner
        self._transfers = Transfers(debuggee)
        self._unlisted: list[str] = []
        """Threads that qfThreadInfo has still to name."""
        self._queries: dict[str, Callable[[str], bytes]] = {
            "Supported": self._supported, "Xfer": self._transfers.answer, "C": self._current,
            "Attached": self._attached, "fThreadInfo": self._first_threads,
            "sThreadInfo": self._more_threads, "ThreadExtraInfo": self._thread_text,
            "Symbol": lambda text: OK, "Rcmd": self._command,
            "GetTLSAddr": self._thread_local,
        }  # fmt: skip
        self._settings: dict[str, Callable[[str], bytes]] = {
            "StartNoAckMode": self._stop_acks, "CatchSyscalls": self._catch_calls,
            "PassSignals": self._pass_signals, "ProgramSignals": self._program_signals,
            "ThreadEvents": self._thread_events,
        }  # fmt: skip

    def query(self, text: str) -> bytes:
        """What follows `q`. ValueError, SysError."""
        return _dispatch(self._queries, text)

    def set(self, text: str) -> bytes:
        """What follows `Q`. ValueError, SysError."""
        return _dispatch(self._settings, text)

    # ---- asked -------------------------------------------------------------------------------

    def _supported(self, text: str) -> bytes:
        theirs = {word[:-1] for word in text.split(";") if word.endswith("+")}
        self._debuggee.features = frozenset(theirs.intersection(_MUTUAL))
        shared = [name for name in _MUTUAL if name in theirs]
        ours = [f"{name}+" for name in (*shared, *_OWN, *self._transfers.names)]
        return ";".join([f"PacketSize={MAX_BODY:x}", *ours]).encode()

    def _current(self, text: str) -> bytes:
        return f"QC{self._debuggee.id_of(self._debuggee.chosen())}".encode()

    def _attached(self, text: str) -> bytes:
        """0: we made it, so that gdb kills it when it leaves; 1 for processes it has made."""
        first = self._debuggee.stepper.system.tasks.first
        pid = parse_hex(text) if text else self._debuggee.chosen().pid
        if pid not in self._debuggee.attached:
            raise SysError(Errno.ESRCH)
        return b"0" if first is not None and pid == first.pid else b"1"

    def _first_threads(self, text: str) -> bytes:
        self._unlisted = [str(self._debuggee.id_of(task)) for task in self._debuggee.threads()]
        return self._more_threads("")

    def _more_threads(self, text: str) -> bytes:
        some, self._unlisted = (
            self._unlisted[:_THREADS_AT_A_TIME],
            self._unlisted[_THREADS_AT_A_TIME:],
        )
        return b"m" + ",".join(some).encode() if some else b"l"

    def _thread_text(self, text: str) -> bytes:
        task = self._debuggee.find(parse(text))
        return f"{task.name}: {describe_thread(task)}".encode("latin-1").hex().encode()

    def _thread_local(self, text: str) -> bytes:
        """`THREAD,OFFSET,MODULE`, all hexadecimal; a static program is the only module, 0."""
        thread, offset, module = text.split(",")
        if parse_hex(module):
            raise SysError(Errno.ENOENT)
        debuggee = self._debuggee
        task = debuggee.find(parse(thread))
        return b"%x" % thread_local.address_of(debuggee.stepper, task, parse_hex(offset))

    def _command(self, text: str) -> bytes:
        line = parse_octets(text).decode("utf-8", "replace")
        for said in monitor.carry_out(self._runner, self._debuggee, line):
            self._connection.send(b"O" + f"{said}\n".encode("utf-8", "replace").hex().encode())
        return OK

    # ---- set ---------------------------------------------------------------------------------

    def _stop_acks(self, text: str) -> bytes:
        """The packet itself has been confirmed; from its answer on nothing is."""
        self._connection.needs_acks = False
        return OK

    def _catch_calls(self, text: str) -> bytes:
        """`0` catches none, `1` all, `1;N;N…` those."""
        wanted, *numbers = text.split(";")
        if wanted not in ("0", "1"):
            return error(Errno.EINVAL)
        everything = wanted == "1" and not numbers
        calls = None if everything else frozenset(map(parse_hex, numbers))
        self._debuggee.interests.calls = calls if wanted == "1" else frozenset()
        return OK

    def _pass_signals(self, text: str) -> bytes:
        self._debuggee.passed = _numbers(text)
        return OK

    def _program_signals(self, text: str) -> bytes:
        self._debuggee.deliverable = _numbers(text)
        return OK

    def _thread_events(self, text: str) -> bytes:
        if text not in ("0", "1"):
            return error(Errno.EINVAL)
        self._debuggee.reports_threads = text == "1"
        return OK


def _dispatch(handlers: dict[str, Callable[[str], bytes]], text: str) -> bytes:
    """Names end at `:`, `,` or `;` (ThreadExtraInfo's and Rcmd's at a comma)."""
    ends = [at for at in map(text.find, ":,;") if at >= 0]
    name = text[: min(ends, default=len(text))]
    if name not in handlers:
        return UNSUPPORTED
    return handlers[name](text[len(name) + 1 :])


def _numbers(text: str) -> frozenset[int]:
    return frozenset(parse_hex(word) for word in text.split(";") if word)
