"""Reports of system calls: the events of a call's beginning and end, with arguments described."""

from __future__ import annotations

from kernel import events
from kernel.abi.errno import ERRNO_NAMES, Errno
from kernel.abi.sysno import Sysno
from kernel.errors import Restart
from kernel.events import Described
from kernel.syscalls.table import TABLE, Entry
from kernel.system import System
from kernel.task.task import Call, Task


class CallReporter:
    """Emits SyscallEntered and SyscallExited; its methods do nothing while nobody records."""

    def __init__(self, system: System) -> None:
        self.journal = system.journal

    def entered(self, task: Task, call: Call) -> None:
        """The call begins; call it only while the journal records."""
        entry = TABLE.find(call.number)
        arguments: tuple[Described | None, ...]
        if entry is None:
            name, arguments = call_name(call.number), tuple(("hex", word) for word in call.words)
        elif call.restarts:
            before = entry.name if call.restarts == 1 else "restart_syscall"
            text = f"<... resuming interrupted {before} ...>"
            name, arguments = "restart_syscall", (("text", text),)
        else:
            entry, call = _meant(entry, task, call)
            name, arguments = entry.name, entry.describe_entry(task, call)
        task.emit(events.SyscallEntered, call.number, name, call.words, arguments)

    def exited(self, task: Task, result: int) -> None:
        """The call in flight ends with this word in eax, unless it has killed its own caller."""
        call = task.call
        if not self.journal.recording or call is None:
            return
        if task.is_ending:
            self.departed(task)
            return
        result &= 0xFFFF_FFFF
        signed = result - (1 << 32) if result & 0x8000_0000 else result
        is_error = -4096 < signed < 0
        error = ERRNO_NAMES.get(-signed, str(-signed)) if is_error else None
        shown = signed if is_error else result
        found = TABLE.find(call.number)
        if found is None:
            name = call_name(call.number)
            task.emit(events.SyscallExited, call.number, name, shown, error, (), None, None)
            return
        entry, call = _meant(found, task, call)
        arguments, value, note = entry.describe_exit(task, call, shown)
        name = "restart_syscall" if call.restarts else entry.name
        if call.tampered:
            note = ") (".join([note, *call.tampered] if note else call.tampered)
        if call.restarts:
            arguments = ()
        task.emit(events.SyscallExited, call.number, name, shown, error, arguments, value, note)

    def departed(self, task: Task) -> None:
        """exit does not return; a vfork child's is shown before its parent goes on."""
        call = task.call
        if self.journal.recording and call is not None:
            name = shown_name(call.number)
            task.emit(events.SyscallExited, call.number, name, None, None, (), None, None)
            task.call = None

    def call_restarted(self, task: Task) -> None:
        """The call in flight, shown as interrupted, is tried again: show it as begun."""
        if self.journal.recording and task.call is not None:
            self.entered(task, task.call)

    def call_interrupted(self, task: Task, restart: Restart) -> None:
        """A signal ends the sleep of the call in flight: show it with Linux's restart code."""
        call = task.call
        if not self.journal.recording or call is None:
            return
        found = TABLE.find(call.number)
        name = call_name(call.number)
        arguments: tuple[Described | None, ...] = ()
        if found is not None:
            entry, call = _meant(found, task, call)
            name, (arguments, _, _) = entry.name, entry.describe_exit(task, call, -int(Errno.EINTR))
        if call.restarts:
            name, arguments = "restart_syscall", ()
        shown = -int(Errno.EINTR) if restart is Restart.NEVER else None
        task.emit(
            events.SyscallExited, call.number, name, shown, restart.value, arguments, None, None
        )  # fmt: skip


def _meant(entry: Entry, task: Task, call: Call) -> tuple[Entry, Call]:
    """The call to be shown: for a multiplexer's the one that it makes."""
    if entry.meant is None:
        return entry, call
    return entry.meant(task, call) or (entry, call)


def call_name(number: int) -> str:
    """The Linux name of a call, implemented or not; by number where it has none."""
    try:
        return Sysno(number).name.lower()
    except ValueError:
        return f"syscall_{number:#x}"


def shown_name(number: int) -> str:
    """The name under which a trace shows a call."""
    found = TABLE.find(number)
    return call_name(number) if found is None else found.name
