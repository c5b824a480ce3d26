"""A run's events as text in strace's format, -f included.

A line is written in two halves, when a call begins and when it ends. Whatever another process
prints between them first closes the open line with `<unfinished ...>`; the second half then
begins anew with `<... name resumed>`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from emulator.views import clone_arguments
from emulator.views.decoding import PLAIN, dump
from emulator.views.leader import seconds, stamper
from emulator.views.line_options import USUAL, Options
from emulator.views.pid_names import PidNames
from emulator.views.results import result
from emulator.views.selection import EVERYTHING
from emulator.views.stack_lines import stack_text
from emulator.views.values import Style, arguments_text, text
from emulator.views.wait_status import ending
from kernel.abi.process import CloneFlag
from kernel.abi.signals import Signal, signal_name
from kernel.abi.sysno import Sysno
from kernel.clock import EPOCH
from kernel.events import (
    Booted,
    Described,
    Event,
    Located,
    SignalDelivered,
    StackTraced,
    SyscallEntered,
    SyscallExited,
    TaskCreated,
    TaskExecuted,
    TaskExited,
    TaskStopped,
)

LATE_COMMA = frozenset({"clone", "clone3", "sendfile", "sendfile64"})
"""Calls whose comma before an argument known only at the end is written with that argument."""
REARRANGED = {"clone": clone_arguments.by_name}
"""Calls whose arguments are not shown as they lie in the registers."""


@dataclass(slots=True)
class OpenCall:
    """A call that has begun: `known` of its arguments are written, `rest` are for its end."""

    name: str
    known: int
    rest: tuple[Described | None, ...]
    began: int = 0
    """Virtual time."""
    words: tuple[int, ...] = ()
    data: str = ""
    """What the call is to write, if that is dumped."""
    text: str = ""
    """The line so far, where only the call's end tells whether it is shown."""


class Strace:
    """Turns events into text. Several instances, each fed every event, do not know each other."""

    def __init__(self, options: Options = USUAL) -> None:
        self.options = options
        self.style = options.style
        self.attached: set[int] = set()
        """Tasks whose last line has not been written yet."""
        self.calls: dict[int, OpenCall] = {}
        self.writer: int | None = None
        """Whose line comes last in the text, unless that line has been completed."""
        self.column = 0
        """Length of that line so far."""
        self.now = 0
        """Virtual time of the event at hand; kept only where a line shows times."""
        self.epoch = EPOCH
        """Wall time at virtual time 0."""
        times = options.times
        is_stamped = times.absolute is not None or times.relative_digits is not None
        self._stamp = stamper(times) if is_stamped else None
        self._names = PidNames() if options.names else None
        self._is_plain = options.decoding is PLAIN and self._names is None
        self._needs_every_event = (
            is_stamped or times.call_digits is not None or self._names is not None
        )
        self._numbers: dict[int, int] = {}
        """The last call of each task."""
        self._places: dict[int, str] = {}
        self._stacks: dict[int, str] = {}
        """The stack of each task's last event, as text."""
        self._last_stacks: dict[int, str] = {}
        """That of a shown call which does not return: it stands after the task's end."""
        self._full_style = replace(options.style, abbreviate=False)
        self._padding = [" " * (options.column - column) for column in range(options.column)]
        self._handlers: dict[type[Event], Callable[[Any], str]] = {
            Booted: self._booted,
            SyscallEntered: self._syscall_entered,
            SyscallExited: self._syscall_exited,
            TaskCreated: self._task_created,
            Located: self._located,
            StackTraced: self._stack_traced,
            TaskExecuted: self._task_executed,
            TaskExited: self._task_exited,
            TaskStopped: self._task_stopped,
            SignalDelivered: self._signal_delivered,
        }

    def feed(self, event: Event) -> str:
        """The text that this event adds: often part of a line, and often nothing."""
        handler = self._handlers.get(type(event))
        self.now = event.time
        if self._names is not None:
            self._names.feed(event)
        return handler(event) if handler is not None else ""

    def feed_all(self, events: Iterable[Event]) -> str:
        """The text that these events add."""
        handlers = self._handlers
        if self._needs_every_event:
            return "".join([self.feed(event) for event in events])
        return "".join(
            [handlers[type(event)](event) for event in events if type(event) in handlers]
        )

    def close(self) -> str:
        """What completes the last line when the run ended in the middle of a call."""
        return self._leave_line()

    # ---- lines -------------------------------------------------------------------------------

    def _leave_line(self) -> str:
        """Close the line that is open, whoever's it is."""
        unfinished, self.column, self.writer = self.column, 0, None
        return " <unfinished ...>\n" if unfinished else ""

    def _begin_line(self, pid: int) -> str:
        """Close the open line and begin one of this task."""
        before = " <unfinished ...>\n" if self.column else ""
        self.writer = pid
        prefix = self._prefix(pid)
        self.column = len(prefix)
        return before + prefix

    def _prefix(self, pid: int) -> str:
        """What stands before the body of a line of this task."""
        options = self.options
        name = self._names.text(pid) if self._names is not None else ""
        if options.to_file:
            prefix = f"{pid:<5}{name} " if options.follow else ""
        else:
            prefix = f"[pid {pid:5}{name}] " if len(self.attached) > 1 else ""
        if self._stamp is not None:
            prefix += self._stamp(self.epoch + self.now)
        if options.numbers:
            prefix += f"[{self._numbers.get(pid, 0):4}] "
        if options.places:
            prefix += f"[{self._places.get(pid, '????????')}] "
        return prefix

    def _whole_line(self, pid: int, body: str) -> str:
        begun = self._begin_line(pid)
        self.writer, self.column = None, 0
        return f"{begun}{body}\n"

    def _end_call(self, pid: int, arguments: str, result: str) -> str:
        """The second half of the line of the call that this task has open."""
        call = self.calls.pop(pid)
        begun = ""
        if call.text:
            self.writer, self.column = pid, len(call.text)
            begun = call.text
        elif self.writer != pid:
            resumed = f"<... {call.name} resumed>"
            begun = self._begin_line(pid) + resumed
            self.column += len(resumed)
        column = self.column + len(arguments) + 2
        padding = self._padding[column] if column < len(self._padding) else ""
        self.writer, self.column = None, 0
        return f"{begun}{arguments}) {padding}= {result}\n"

    # ---- events ------------------------------------------------------------------------------

    def _booted(self, event: Booted) -> str:
        self.attached.add(event.pid)
        self.epoch = event.epoch
        self._numbers[event.pid] = Sysno.EXECVE
        if not self._begins("execve", (("path", event.path, False),)):
            return ""
        style, count = self._style_of("execve"), event.environment
        brief = ("text", f"{event.stack:#x} /* {count} var{'' if count == 1 else 's'} */")
        arguments = (
            ("path", event.path, False),
            ("array", event.argv, False),
            ("brief", brief, ("array", event.variables, False)),
        )
        words = (0, event.stack - 4 * (len(event.argv) + 1), event.stack)
        shown = arguments_text(self.options.decoding.entry("execve", words, arguments), style)
        call = OpenCall("execve", 3, (), event.time)
        begun = self._begin_call(event.pid, call, shown)
        return begun + self._finish(event.pid, "", "0", "successful") + self._stack(event.pid)

    def _begins(self, name: str, arguments: tuple[Described | None, ...]) -> bool:
        selection = self.options.selection
        return selection is EVERYTHING or selection.has_call(name, arguments)

    def _finish(self, pid: int, arguments: str, result: str, outcome: str) -> str:
        """The second half of a call's line, if calls that end like this are shown."""
        outcomes = self.options.selection.outcomes
        if outcomes is not None and outcome not in outcomes:
            del self.calls[pid]
            return ""
        digits = self.options.times.call_digits
        if digits is not None and result != "?":
            result += f" <{seconds(self.now - self.calls[pid].began, digits)}>"
        return self._end_call(pid, arguments, result)

    def _begin_call(self, pid: int, call: OpenCall, arguments: str) -> str:
        self.calls[pid] = call
        body = f"{call.name}({arguments}"
        if self.options.selection.outcomes is not None:
            call.text = self._prefix(pid) + body
            return ""
        begun = self._begin_line(pid)
        self.column += len(body)
        return begun + body

    def _syscall_entered(self, event: SyscallEntered) -> str:
        pid, arguments = event.pid, event.arguments
        if pid not in self.attached:
            return ""
        if self.options.numbers:
            self._numbers[pid] = event.number
        if not self._begins(event.name, arguments):
            return ""
        data = ""
        if not self._is_plain:
            data = self._dumped(event.name, event.words, arguments) if arguments else ""
            arguments = self._decoded(event.name, event.words, arguments)
        if event.name in REARRANGED and event.name not in self.options.decoding.raw:
            arguments = REARRANGED[event.name](arguments)
        if None not in arguments:
            call = OpenCall(event.name, len(arguments), (), event.time, event.words, data)
            style = self._style_of(event.name)
            return self._begin_call(pid, call, arguments_text(arguments, style))
        known = arguments.index(None)
        written = arguments_text(arguments[:known], self._style_of(event.name))
        if written and event.name not in LATE_COMMA:
            written += ", "
        call = OpenCall(event.name, known, arguments[known:], event.time, event.words)
        return self._begin_call(pid, call, written)

    def _syscall_exited(self, event: SyscallExited) -> str:
        call = self.calls.get(event.pid)
        if call is None:
            return ""
        if event.result is None and event.error is None:
            return self._end_without_return(event.pid, call)
        late = event.arguments
        if not self._is_plain:
            late = self.options.decoding.exit(call.name, call.words, late)
        arguments = self._late_arguments(call, late)
        outcome = "successful" if event.error is None else "failed"
        line = self._finish(event.pid, arguments, self._result(event, call.name), outcome)
        if line and self._stacks:
            line += self._stack(event.pid)
        if self._is_plain or not line or event.error is not None:
            return line
        return line + dump(call.data or self._dumped(call.name, call.words, event.arguments))

    def _style_of(self, name: str) -> Style:
        if self.options.decoding.is_abbreviated(name):
            return self.style
        return self._full_style

    def _decoded(
        self, name: str, words: tuple[int, ...], arguments: tuple[Described | None, ...]
    ) -> tuple[Described | None, ...]:
        arguments = self.options.decoding.entry(name, words, arguments)
        return arguments if self._names is None else self._names.arguments(name, arguments)

    def _dumped(
        self, name: str, words: tuple[int, ...], arguments: tuple[Described | None, ...]
    ) -> str:
        """The octets that the call moves, if they are to be dumped and known already."""
        if not self.options.decoding.has_dump(name, words):
            return ""
        return "".join([value[1] for value in arguments if value and value[0] == "bytes"])

    def _late_arguments(self, call: OpenCall, late: tuple[Described | None, ...]) -> str:
        """What the end of a call adds to its arguments.

        One that is given again although it was known at the beginning was changed by the call.
        """
        if not call.rest and not any(late):
            return ""
        style = self._style_of(call.name)
        changed = [value for value in late[: call.known] if value is not None]
        written = "".join([f" => {text(value, style)}" for value in changed])
        if not call.rest:
            return written
        if late and call.name in REARRANGED:
            late = REARRANGED[call.name](late)
        late = late[call.known :] or (None,) * len(call.rest)
        values = tuple(
            [end if end is not None else begin for begin, end in zip(call.rest, late, strict=False)]
        )
        rest = arguments_text(values, style)
        comma = ", " if rest and call.known and call.name in LATE_COMMA else ""
        return written + comma + rest

    def _result(self, event: SyscallExited, name: str) -> str:
        shown = result(event, self.style, name in self.options.decoding.raw)
        if self._names is not None and event.error is None:
            shown += self._names.result(name, event.result or 0)
        return f"{shown} ({event.note})" if event.note is not None else shown

    def _end_without_return(self, pid: int, call: OpenCall) -> str:
        """The task ends in this call; arguments not written yet never will be."""
        line = self._finish(pid, " <unfinished ...>" if call.rest else "", "?", "unfinished")
        self._last_stacks[pid] = self._stack(pid)
        return line

    def _task_created(self, event: TaskCreated) -> str:
        options = self.options
        is_traced = options.follow and not event.flags & CloneFlag.CLONE_UNTRACED
        if event.pid not in self.attached or not is_traced:
            return ""
        self.attached.add(event.child)
        self._numbers[event.child] = self._numbers.get(event.pid, 0)
        if "attach" in options.quiet or options.to_file:
            return ""
        # not a line of the trace: it ends up within the line that is open and is not counted
        return f"strace: Process {event.child} attached\n"

    def _located(self, event: Located) -> str:
        self._places[event.pid] = f"{event.address:08x}"
        return ""

    def _stack_traced(self, event: StackTraced) -> str:
        if self.options.stacks:
            self._stacks[event.pid] = stack_text(event.frames)
        return ""

    def _stack(self, pid: int) -> str:
        return self._stacks.get(pid, "")

    def _task_executed(self, event: TaskExecuted) -> str:
        pid = event.pid
        if not self.options.detach_on_exec or pid not in self.attached:
            return ""
        self.attached.remove(pid)
        is_open = self.calls.pop(pid, None) is not None and self.writer == pid
        is_told = not self.options.to_file and "attach" not in self.options.quiet
        told = f"strace: Process {pid} detached\n" if is_told else ""
        if is_open:
            self.writer, self.column = None, 0
            return f"{told} <detached ...>\n"
        return told

    def _task_exited(self, event: TaskExited) -> str:
        pid = event.pid
        if pid not in self.attached:
            return ""
        call = self.calls.get(pid)
        last = self._end_without_return(pid, call) if call is not None else ""
        self._places.pop(pid, None)
        self._stacks.pop(pid, None)
        if "exit" not in self.options.quiet:
            last += self._whole_line(pid, f"+++ {ending(event.status)} +++")
        last += self._last_stacks.pop(pid, "")
        self.attached.remove(pid)
        return last

    def _task_stopped(self, event: TaskStopped) -> str:
        if event.pid not in self.attached:
            return ""
        if not self.options.selection.has_signal(event.signal):
            return ""
        line = self._whole_line(event.pid, f"--- stopped by {signal_name(event.signal)} ---")
        return line + self._stack(event.pid)

    def _signal_delivered(self, event: SignalDelivered) -> str:
        # what ends a task without asking its tracer
        is_untold = event.signal == Signal.SIGKILL or event.action == "final"
        if event.pid not in self.attached or is_untold:
            return ""
        if not self.options.selection.has_signal(event.signal):
            return ""
        named = event.info if self._names is None else self._names.siginfo(event.info)
        info = text(named, self.style)
        line = self._whole_line(event.pid, f"--- {signal_name(event.signal)} {info} ---")
        return line + self._stack(event.pid)
