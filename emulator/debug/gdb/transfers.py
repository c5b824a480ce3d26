"""qXfer: the objects that gdb reads (and siginfo, which it may write) piece by piece."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from emulator.debug.gdb.answers import UNSUPPORTED, error, offset_and_length, parse_hex, part
from emulator.debug.gdb.target_description import TARGET_XML
from emulator.debug.gdb.thread_ids import ThreadId, parse_number
from emulator.notices import inert
from kernel.abi.errno import Errno
from kernel.abi.memory import TASK_SIZE
from kernel.abi.signal_frames import SIGINFO_SIZE
from kernel.errors import SysError
from kernel.signals import siginfo
from kernel.task.task import TaskState

if TYPE_CHECKING:
    from emulator.debug.gdb.debuggee import Debuggee
    from kernel.task.task import Task

_MEMORY_MAP = (
    '<?xml version="1.0"?>\n'
    '<!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN"'
    ' "http://sourceware.org/gdb/gdb-memory-map.dtd">\n'
    f'<memory-map><memory type="ram" start="0x0" length="{TASK_SIZE:#x}"/></memory-map>\n'
).encode()
"""What a process may have memory in; where it has some changes all the time."""


def describe_thread(task: Task) -> str:
    """What a thread is doing, in words: its state and what it sleeps for.

    Where it would run next it is "on the CPU": by "(running)" gdb means that nothing has halted it.
    """
    channel = task.wait_channel
    state = "on the CPU" if task.state is TaskState.RUNNING else task.state.name.lower()
    return f"{state}{f' ({channel})' if channel else ''}"


class Transfers:
    """The objects, of whatever thread gdb has chosen with Hg."""

    def __init__(self, debuggee: Debuggee) -> None:
        self._debuggee = debuggee
        self._readers: dict[str, Callable[[str], bytes]] = {
            "features": self._features,
            "auxv": self._auxiliary_vector,
            "exec-file": self._executable,
            "threads": self._threads,
            "siginfo": self._siginfo,
            "memory-map": lambda annex: _MEMORY_MAP,
        }

    @property
    def names(self) -> list[str]:
        """For qSupported."""
        return [f"qXfer:{name}:read" for name in self._readers] + ["qXfer:siginfo:write"]

    def answer(self, text: str) -> bytes:
        """What follows `qXfer:`: `object:read:annex:offset,length` or `…:write:annex:offset:data`.

        ValueError, SysError.
        """
        name, _, rest = text.partition(":")
        operation, _, rest = rest.partition(":")
        if operation == "write" and name == "siginfo":
            return self._write_siginfo(rest)
        if operation != "read" or name not in self._readers:
            return UNSUPPORTED
        annex, _, place = rest.rpartition(":")
        offset, length = offset_and_length(place)
        try:
            whole = self._readers[name](annex)
        except KeyError:
            return error(Errno.ENOENT)
        return part(whole, offset, length)

    def _features(self, annex: str) -> bytes:
        return {"target.xml": TARGET_XML}[annex]

    def _auxiliary_vector(self, annex: str) -> bytes:
        return self._debuggee.chosen().memory.auxiliary

    def _executable(self, annex: str) -> bytes:
        if annex:
            task = self._debuggee.find(ThreadId(parse_number(annex), 0))
        else:
            task = self._debuggee.chosen()
        return task.memory.executable_path.encode("latin-1")

    def _threads(self, annex: str) -> bytes:
        lines = ["<threads>"]
        for task in self._debuggee.threads():
            name, state = quoteattr(inert(task.name)), escape(inert(describe_thread(task)))
            thread = ThreadId(task.pid, task.tid)
            lines.append(f'<thread id="{thread}" core="0" name={name}>{state}</thread>')
        return "\n".join([*lines, "</threads>", ""]).encode("utf-8")

    def _siginfo(self, annex: str) -> bytes:
        return siginfo.pack(self._debuggee.siginfo())

    def _write_siginfo(self, rest: str) -> bytes:
        """The whole of it, or a field."""
        place, _, data = rest.partition(":")[2].partition(":")
        start, octets = parse_hex(place), data.encode("latin-1")
        if start + len(octets) > SIGINFO_SIZE:
            raise SysError(Errno.EINVAL)
        old = siginfo.pack(self._debuggee.siginfo())
        new = old[:start] + octets + old[start + len(octets) :]
        signal = int.from_bytes(new[:4], "little")
        self._debuggee.replace_siginfo(siginfo.unpack(signal, new))
        return b"%x" % len(octets)
