"""A terminal: one line discipline, a window, and the session and foreground group it belongs to.

Job control is POSIX's (chapter 11): a background process that reads is stopped with SIGTTIN, one
that writes (with TOSTOP) or changes the terminal with SIGTTOU.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import Poll, makedev
from kernel.abi.signals import SIG_IGN, Signal, bit
from kernel.abi.termios import ControlCharacter, LocalFlag
from kernel.errors import Block, SysError
from kernel.fs.line_discipline import LineDiscipline
from kernel.fs.open_file import OpenFile
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.fs.console import Console
    from kernel.fs.inode import Inode
    from kernel.system import System
    from kernel.task.process import Process, Session
    from kernel.task.task import Task

DEVICE = makedev(4, 1)
"""The console terminal, /dev/tty1."""
PATH = "/dev/tty1"
_DECISECOND = 100_000_000
STANDARD_WINDOW = (24, 80, 0, 0)


class Terminal:
    """The console terminal; keys come from the session, output goes to the console.

    `foreground` is a process group id, 0 for none; `window` is rows, columns and two sizes in
    pixels; `typed` is the moment (monotonic nanoseconds) of the last key.
    """

    def __init__(self, system: System, console: Console, stream: int) -> None:
        self.system = system
        self.console = console
        self.stream = stream
        """The host stream that shows the echo and what is written to /dev/tty."""
        self.discipline = LineDiscipline()
        self.window: tuple[int, ...] = STANDARD_WINDOW
        self.session: Session | None = None
        self.foreground = 0
        self.is_hung_up = False
        self.typed = 0
        self.readable = WaitQueue("terminal input")
        self.writable = WaitQueue("terminal output")
        self.foreground_changed = WaitQueue("terminal foreground")

    # ---- the host's side ---------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Keys were pressed."""
        discipline = self.discipline
        self.typed = self.system.clock.now
        for octet in data:
            signal = discipline.receive(octet)
            self._show_echo()
            if signal is not None and self.foreground:
                self.system.terminal_signals.signal_group(self.foreground, signal)
        if not discipline.is_stopped:
            self.writable.wake_all()
        self.readable.wake_all()

    def _show_echo(self) -> None:
        echo = self.discipline.echo
        if echo:
            self.console.put(None, self.stream, bytes(echo))
            echo.clear()

    def resize(self, rows: int, columns: int) -> None:
        """The window has another size now: SIGWINCH to the foreground group."""
        self.set_window((rows, columns, 0, 0))

    def set_window(self, window: tuple[int, ...]) -> None:
        """The same with sizes in pixels (TIOCSWINSZ)."""
        if window == self.window:
            return
        self.window = window
        if self.foreground:
            self.system.terminal_signals.signal_group(self.foreground, Signal.SIGWINCH)

    def hang_up(self) -> None:
        """The line is gone: reads see the end, writes fail, the session gets SIGHUP."""
        self.is_hung_up = True
        groups = {self.foreground, self.session.id if self.session else 0} - {0}
        for group in sorted(groups):
            for signal in (Signal.SIGHUP, Signal.SIGCONT):
                self.system.terminal_signals.signal_group(group, signal)
        self.readable.wake_all()
        self.writable.wake_all()

    # ---- whose terminal it is ----------------------------------------------------------------

    def belongs_to(self, process: Process) -> bool:
        """Whether it is the process's controlling terminal."""
        return process.session.terminal is self

    def control(self, process: Process) -> None:
        """Become the controlling terminal of the session that this process leads."""
        self.session = process.session
        self.session.terminal = self
        self.foreground = process.group

    def release(self) -> None:
        """No longer control a session (its leader left it)."""
        if self.session is not None:
            self.session.terminal = None
        self.session = None
        self.foreground = 0

    def set_foreground(self, group: int) -> None:
        """Another group may read now."""
        self.foreground = group
        self.foreground_changed.wake_all()

    def _is_background(self, process: Process) -> bool:
        """Whether the process is in a background group of the session this terminal controls."""
        is_foreground = not self.foreground or process.group == self.foreground
        return not is_foreground and self.belongs_to(process)

    def _is_spared(self, task: Task) -> bool:
        """Whether it is a vfork child on a system that never stops those for the terminal."""
        return task.is_vfork_child and self.system.settings.vfork.child_never_stops_for_terminal

    def check_foreground(self, task: Task, signal: Signal) -> None:
        """Return where the task may use the terminal; else its group gets SIGTTIN or SIGTTOU.

        Raises Block, so that the call is tried again when the task goes on in the foreground;
        EIO for a reader that ignores or blocks SIGTTIN and for orphaned groups.
        """
        process = task.process
        if not self._is_background(process) or self._is_spared(task):
            return
        if task.signals.blocked & bit(signal) or task.sighand.get(signal).handler == SIG_IGN:
            if signal == Signal.SIGTTIN:
                raise SysError(Errno.EIO)
            return
        signals = self.system.terminal_signals
        if signals.is_orphaned(process.group):
            raise SysError(Errno.EIO)
        signals.signal_group(process.group, signal)
        raise Block(self.foreground_changed)

    # ---- reading and writing -----------------------------------------------------------------

    def read(self, task: Task, count: int) -> bytes:
        """A line, or in raw mode what VMIN and VTIME ask for."""
        if self.is_hung_up:
            return b""
        if self._is_spared(task) and self._is_background(task.process):
            return b""
        self.check_foreground(task, Signal.SIGTTIN)
        if not count:
            return b""
        if not self.discipline.is_canonical:
            return self._read_raw(task, count)
        if not self.discipline.has_line:
            self.console.want_input()
            raise Block(self.readable)
        return self.discipline.take_line(count)

    def _read_raw(self, task: Task, count: int) -> bytes:
        discipline, characters = self.discipline, self.discipline.termios.characters
        least = min(characters[ControlCharacter.VMIN], count)
        wait = characters[ControlCharacter.VTIME] * _DECISECOND
        available = len(discipline.ready)
        if available >= max(least, 1):
            return discipline.take(count)
        if not least and not wait:
            self.console.want_input()
            return b""
        deadline = self._raw_deadline(task, least, wait, available)
        if deadline is not None and self.system.clock.now >= deadline:
            return discipline.take(count)
        self.console.want_input()
        raise Block(self.readable, deadline=deadline)

    def _raw_deadline(self, task: Task, least: int, wait: int, available: int) -> int | None:
        """VTIME counts from the call without VMIN, else from the last key, after the first."""
        entered = task.call.entered if task.call else self.system.clock.now
        if wait and not least:
            return entered + wait
        if wait and available:
            return max(entered, self.typed) + wait
        return None

    def write(self, task: Task, stream: int, data: bytes) -> int:
        """Show octets on a host stream."""
        if self.is_hung_up:
            raise SysError(Errno.EIO)
        if self.discipline.termios.lflag & LocalFlag.TOSTOP:
            self.check_foreground(task, Signal.SIGTTOU)
        if self.discipline.is_stopped:
            raise Block(self.writable)
        self.console.put(task, stream, self.discipline.process_output(data))
        return len(data)

    @property
    def available(self) -> int:
        """Octets that a read could return now (FIONREAD)."""
        discipline = self.discipline
        return sum(discipline.marks) if discipline.is_canonical else len(discipline.ready)

    @property
    def is_readable(self) -> bool:
        """Whether a read would return at once."""
        discipline = self.discipline
        if discipline.is_canonical:
            return discipline.has_line
        characters = discipline.termios.characters
        least = 1 if characters[ControlCharacter.VTIME] else characters[ControlCharacter.VMIN]
        return len(discipline.ready) >= max(least, 1)


class TerminalFile(OpenFile):
    """A terminal as an open file; `stream` is the host stream that shows what is written."""

    def __init__(
        self, inode: Inode, flags: int, path: str, terminal: Terminal, stream: int | None = None
    ) -> None:
        super().__init__(inode, flags, path)
        self.terminal = terminal
        self.stream = terminal.stream if stream is None else stream

    def read(self, task: Task, count: int) -> bytes:
        return self.terminal.read(task, count)

    def write(self, task: Task, data: bytes) -> int:
        return self.terminal.write(task, self.stream, data)

    def poll(self, task: Task) -> int:
        terminal = self.terminal
        if terminal.is_hung_up:
            return int(Poll.POLLIN | Poll.POLLOUT | Poll.POLLHUP | Poll.POLLERR)
        events = 0
        if terminal.is_readable:
            events |= Poll.POLLIN | Poll.POLLRDNORM
        else:
            terminal.console.want_input()
        if not terminal.discipline.is_stopped:
            events |= Poll.POLLOUT | Poll.POLLWRNORM
        return events

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        return (self.terminal.readable, self.terminal.writable)

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        from kernel.fs.tty_control import control  # it needs this file's types

        return control(task, self.terminal, request, argument)


def open_terminal(
    task: Task, terminal: Terminal, inode: Inode, flags: int, path: str, may_control: bool
) -> TerminalFile:
    """Open a terminal; a session leader without one gets it as its controlling terminal."""
    process = task.process
    is_leader = process.session.id == process.pid
    if may_control and is_leader and process.session.terminal is None and terminal.session is None:
        terminal.control(process)
    return TerminalFile(inode, flags, path, terminal)
