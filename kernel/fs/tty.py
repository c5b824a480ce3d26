"""A terminal: one line discipline, a window, and the session and foreground group it belongs to.

Job control is POSIX's (chapter 11): a background process that reads is stopped with SIGTTIN, one
that writes (with TOSTOP) or changes the terminal with SIGTTOU.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.files import O_ACCMODE, O_RDONLY, OpenFlag, Poll, makedev
from kernel.abi.signals import SIG_IGN, Signal, bit
from kernel.abi.termios import ControlCharacter, LocalFlag, PacketStatus
from kernel.errors import Block, SysError
from kernel.fs.line_discipline import LineDiscipline
from kernel.fs.open_file import OpenFile
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.fs.inode import Inode
    from kernel.system import System
    from kernel.task.process import Process, Session
    from kernel.task.task import Call, Task

DEVICE = makedev(4, 1)
"""The console terminal, /dev/tty1."""
PATH = "/dev/tty1"
_DECISECOND = 100_000_000
STANDARD_WINDOW = (24, 80, 0, 0)


class Line(Protocol):
    """What a terminal is connected to: the console, or the master of a pseudo-terminal."""

    stream: int
    """The host stream that shows the echo and what is written to /dev/tty."""

    @property
    def room(self) -> int:
        """Octets that the other end takes now."""

    def put(self, task: Task | None, stream: int, data: bytes) -> None:
        """Output of a task, or an echo."""

    def want_input(self) -> None:
        """A task looked for input and found none."""

    def input_taken(self) -> None:
        """There is room for more input."""

    def note(self, status: int) -> None:
        """Something happened that packet mode tells (PacketStatus)."""

    def attached(self) -> None:
        """The terminal was opened."""

    def detached(self) -> None:
        """No file of the terminal is open any more."""


class Terminal:
    """The end of a line that programs use. Keys are fed to it, output goes to `line`.

    `foreground` is a process group id, 0 for none; `window` is rows, columns and two sizes in
    pixels; `arriving` are keys that the discipline has no room for yet; `typed` is the moment
    (monotonic nanoseconds) of the last key; `files` are open.
    """

    def __init__(self, system: System, line: Line, device: int = DEVICE) -> None:
        self.system = system
        self.line = line
        self.device = device
        self.discipline = LineDiscipline()
        self.arriving = bytearray()
        self.window: tuple[int, ...] = STANDARD_WINDOW
        self.session: Session | None = None
        self.foreground = 0
        self.is_exclusive = False
        self.files: list[TerminalFile] = []
        self.cut_off: list[Call | None] = []
        """Reads that slept when the other end went away."""
        self.typed = 0
        self.readable = WaitQueue("terminal input")
        self.writable = WaitQueue("terminal output")
        self.foreground_changed = WaitQueue("terminal foreground")

    # ---- the other end's side ----------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Keys were pressed."""
        self.typed = self.system.clock.now
        self.arriving += data
        self.receive_arrived()

    def receive_arrived(self) -> None:
        """Let the discipline have what it has room for."""
        discipline, received = self.discipline, 0
        was_silent = discipline.is_silent
        while received < len(self.arriving) and discipline.make_room():
            signal = discipline.receive(self.arriving[received])
            received += 1
            if signal is not None:
                self._interrupt(signal)
        if not received:
            return
        del self.arriving[:received]
        discipline.end_of_chunk()
        self.show_echo()
        self.tell_flow(was_silent)
        self.readable.wake_all()
        self.line.input_taken()

    def _interrupt(self, signal: Signal) -> None:
        if not self.discipline.termios.lflag & LocalFlag.NOFLSH:
            self.line.note(PacketStatus.TIOCPKT_FLUSHREAD)
        if self.foreground:
            self.system.terminal_signals.signal_group(self.foreground, signal)

    def show_echo(self) -> None:
        """The other end gets what is to be seen of the keys."""
        shown = self.discipline.shown
        if shown:
            self.line.put(None, self.line.stream, bytes(shown))
            shown.clear()

    def tell_flow(self, was_silent: bool) -> None:
        """Output was perhaps stopped or let go on."""
        is_silent = self.discipline.is_silent
        if is_silent == was_silent:
            return
        self.line.note(PacketStatus.TIOCPKT_STOP if is_silent else PacketStatus.TIOCPKT_START)
        if not is_silent:
            self.writable.wake_all()

    def flush_input(self) -> None:
        """Throw away what was typed and not read."""
        self.discipline.flush_input()
        self.line.note(PacketStatus.TIOCPKT_FLUSHREAD)
        self.receive_arrived()

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

    def hang_up(self, is_gone: bool = True) -> None:
        """The line is gone (or vhangup(2) says so): every open file is dead, the session has no
        terminal any more, and its leader gets SIGHUP. Whoever opens it later begins afresh.
        """
        for file in self.files:
            file.is_hung_up = True
        if is_gone:
            self.cut_off = [getattr(task, "call", None) for task in self.readable.sleepers]
        session, foreground = self.session, self.foreground
        self.release()
        if session is not None:
            session.left_foreground = foreground
            self.system.terminal_signals.signal_leader(session)
        self.discipline = LineDiscipline()
        self.arriving.clear()
        for queue in (self.readable, self.writable, self.foreground_changed):
            queue.wake_all()

    # ---- whose terminal it is ----------------------------------------------------------------

    def belongs_to(self, process: Process) -> bool:
        """Whether it is the process's controlling terminal."""
        return process.terminal is self

    def control(self, process: Process) -> None:
        """Become the controlling terminal of the session that this process leads.

        Of its other processes only those have it that are made later, as on Linux.
        """
        self.session = process.session
        process.terminal = self
        self.foreground = process.group

    def release(self) -> None:
        """Control no session any more."""
        if self.session is not None:
            for process in self.system.tasks.processes():
                if process.session is self.session:
                    process.terminal = None
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
        raise Block(self.foreground_changed, even_nonblocking=True)

    # ---- reading and writing -----------------------------------------------------------------

    def read(self, task: Task, count: int, is_nonblocking: bool = False) -> bytes:
        """A line, or in raw mode what VMIN and VTIME ask for."""
        if self._is_spared(task) and self._is_background(task.process):
            return b""
        self.check_foreground(task, Signal.SIGTTIN)
        if not count:
            return b""
        if not self.discipline.is_canonical:
            taken = self._read_raw(task, count, is_nonblocking)
        elif self.discipline.has_line:
            taken = self.discipline.take_line(count)
        else:
            self.line.want_input()
            raise Block(self.readable)
        self.receive_arrived()
        return taken

    def _read_raw(self, task: Task, count: int, is_nonblocking: bool) -> bytes:
        """Without O_NONBLOCK, and until a signal comes, VMIN octets are waited for."""
        discipline, characters = self.discipline, self.discipline.termios.characters
        least = min(characters[ControlCharacter.VMIN], count)
        wait = characters[ControlCharacter.VTIME] * _DECISECOND
        available = discipline.available
        if available >= max(least, 1):
            return discipline.take(count)
        if available and (is_nonblocking or self.system.terminal_signals.has_signal(task)):
            return discipline.take(count)
        if not least and not wait:
            self.line.want_input()
            return b""
        deadline = self._raw_deadline(task, least, wait, available)
        if deadline is not None and self.system.clock.now >= deadline:
            return discipline.take(count)
        self.line.want_input()
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
        """Send octets to the other end, as many as it takes now."""
        discipline = self.discipline
        if discipline.termios.lflag & LocalFlag.TOSTOP:
            self.check_foreground(task, Signal.SIGTTOU)
        discipline.show_echo()
        self.show_echo()
        room = self.line.room
        if discipline.is_silent or room <= 0:
            raise Block(self.writable)
        taken = data[:room]
        self.line.put(task, stream, discipline.process_output(taken))
        return len(taken)

    @property
    def is_readable(self) -> bool:
        """Whether a read would return at once."""
        discipline = self.discipline
        if discipline.is_canonical:
            return discipline.has_line
        characters = discipline.termios.characters
        least = 1 if characters[ControlCharacter.VTIME] else characters[ControlCharacter.VMIN]
        return discipline.available >= max(least, 1)


class TerminalFile(OpenFile):
    """A terminal as an open file; `stream` is the host stream that shows what is written."""

    is_master = False
    sends_sigio = True

    def __init__(
        self, inode: Inode, flags: int, path: str, terminal: Terminal, stream: int | None = None
    ) -> None:
        super().__init__(inode, flags, path)
        self.terminal = terminal
        self.stream = terminal.line.stream if stream is None else stream
        self.is_hung_up = False
        terminal.files.append(self)
        terminal.line.attached()

    def read(self, task: Task, count: int) -> bytes:
        if not self.is_hung_up:
            return self.terminal.read(task, count, self.is_nonblocking)
        if any(call is task.call for call in self.terminal.cut_off):
            raise SysError(Errno.EIO)
        return b""

    def write(self, task: Task, data: bytes) -> int:
        if self.is_hung_up:
            raise SysError(Errno.EIO)
        return self.terminal.write(task, self.stream, data)

    def poll(self, task: Task) -> int:
        terminal = self.terminal
        if self.is_hung_up:
            both = Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLOUT | Poll.POLLWRNORM
            return int(both | Poll.POLLHUP | Poll.POLLERR)
        events = 0
        if terminal.is_readable:
            events |= Poll.POLLIN | Poll.POLLRDNORM
        else:
            terminal.line.want_input()
        if not terminal.discipline.is_silent and terminal.line.room > 0:
            events |= Poll.POLLOUT | Poll.POLLWRNORM
        return events

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        return (self.terminal.readable, self.terminal.writable)

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        from kernel.fs.tty_control import control  # it needs this file's types

        return control(task, self, request, argument)

    def close(self) -> None:
        terminal = self.terminal
        terminal.files.remove(self)
        if not terminal.files:
            terminal.line.detached()


def open_terminal(
    task: Task, terminal: Terminal, inode: Inode, flags: int, path: str, may_control: bool
) -> TerminalFile:
    """Open a terminal; EBUSY where TIOCEXCL reserves it.

    A session leader without a terminal, who may read it, gets it as its controlling terminal.
    """
    process = task.process
    if terminal.is_exclusive and not task.credentials.has(Capability.CAP_SYS_ADMIN):
        raise SysError(Errno.EBUSY)
    is_leader = process.session.id == process.pid
    may_read = flags & O_ACCMODE in (O_RDONLY, OpenFlag.O_RDWR)
    if may_control and may_read and is_leader and process.terminal is None and not terminal.session:
        terminal.control(process)
    return TerminalFile(inode, flags, path, terminal)
