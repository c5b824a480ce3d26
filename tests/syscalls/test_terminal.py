"""The console terminal: reading, writing, its settings, and job control."""

import struct
from dataclasses import replace

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import Ioctl, Poll
from kernel.abi.signals import SIG_IGN, Signal, bit
from kernel.abi.sysno import Sysno
from kernel.abi.termios import ControlCharacter, LocalFlag, Termios
from kernel.clock import NANOSECONDS
from kernel.signals.state import Action
from kernel.task.credentials import Credentials
from kernel.task.process import Session
from kernel.task.task import Task, TaskState
from tests.callers import TERMINAL, Callers
from tests.fakes import DATA

BUFFER = DATA + 0x1000


class Terminals(Callers):
    """A shell that leads the session of the console's terminal."""

    def __init__(self) -> None:
        super().__init__((TERMINAL, TERMINAL, TERMINAL))
        self.terminal = self.console.terminal
        self.shell = self.leader()

    def read(self, task: Task, count: int = 100) -> bytes | int:
        got = self.call(task, Sysno.READ, 0, BUFFER, count)
        return got if got < 0 else task.memory.read(BUFFER, got)

    def write(self, task: Task, text: bytes) -> int:
        task.memory.write(BUFFER, text)
        return self.call(task, Sysno.WRITE, 1, BUFFER, len(text))

    def ioctl(self, task: Task, request: int, argument: int = DATA) -> int:
        return self.call(task, Sysno.IOCTL, 0, request, argument)

    def set_flags(self, off: int = 0, on: int = 0, least: int = 1, wait: int = 0) -> None:
        """Change local flags, VMIN and VTIME."""
        termios = self.terminal.discipline.termios
        characters = bytearray(termios.characters)
        characters[ControlCharacter.VMIN] = least
        characters[ControlCharacter.VTIME] = wait
        flags = termios.lflag & ~off | on
        self.terminal.discipline.change(replace(termios, lflag=flags, characters=bytes(characters)))

    def pending(self, task: Task) -> int:
        return task.process.pending.mask


@pytest.fixture
def terminals() -> Terminals:
    return Terminals()


def test_a_read_waits_for_a_line_and_the_keys_are_echoed(terminals: Terminals) -> None:
    shell = terminals.shell
    block = terminals.sleeps(shell, Sysno.READ, 0, BUFFER, 100)
    assert str(block) == "terminal input"
    assert terminals.console.wants_input
    terminals.console.feed(b"ls\r")
    assert terminals.output() == b"ls\r\n"
    assert terminals.again(shell) == 3
    assert shell.memory.read(BUFFER, 3) == b"ls\n"


def test_half_a_line_wakes_nobody_for_good(terminals: Terminals) -> None:
    terminals.sleeps(terminals.shell, Sysno.READ, 0, BUFFER, 100)
    terminals.console.feed(b"l")
    terminals.sleeps_again(terminals.shell)
    terminals.console.feed(b"s\n")
    assert terminals.again(terminals.shell) == 3


def test_output_gets_carriage_returns(terminals: Terminals) -> None:
    assert terminals.write(terminals.shell, b"a\nb\n") == 4
    assert terminals.output() == b"a\r\nb\r\n"


def test_each_descriptor_writes_to_its_own_stream(terminals: Terminals) -> None:
    terminals.shell.files.get(2).write(terminals.shell, b"oops")
    assert terminals.console.drain() == [(2, b"oops")]


def test_settings_come_back_as_they_were_set(terminals: Terminals) -> None:
    shell = terminals.shell
    assert terminals.ioctl(shell, Ioctl.TCGETS) == 0
    assert Termios().replaced(shell.memory.read(DATA, 36)) == Termios()
    changed = replace(Termios(), lflag=0, iflag=0o400)
    shell.memory.write(DATA, changed.pack())
    assert terminals.ioctl(shell, Ioctl.TCSETS) == 0
    assert terminals.terminal.discipline.termios == changed
    assert terminals.ioctl(shell, Ioctl.TCGETS, 1) == -Errno.EFAULT
    assert terminals.ioctl(shell, 0x1234) == -Errno.ENOTTY


def test_tcsetsf_throws_away_what_was_typed(terminals: Terminals) -> None:
    terminals.console.feed(b"old\n")
    terminals.shell.memory.write(DATA, Termios().pack())
    terminals.ioctl(terminals.shell, Ioctl.TCSETSF)
    assert not terminals.terminal.is_readable


def test_fionread_and_poll_see_whole_lines(terminals: Terminals) -> None:
    shell = terminals.shell
    file = shell.files.get(0)
    terminals.console.feed(b"abc")
    assert not file.poll(shell) & Poll.POLLIN
    terminals.console.feed(b"\n")
    assert file.poll(shell) & Poll.POLLIN
    terminals.ioctl(shell, Ioctl.FIONREAD)
    assert shell.memory.read_word(DATA) == 4


def test_vmin_waits_for_so_many_octets(terminals: Terminals) -> None:
    terminals.set_flags(off=LocalFlag.ICANON, least=3)
    terminals.sleeps(terminals.shell, Sysno.READ, 0, BUFFER, 100)
    terminals.console.feed(b"ab")
    terminals.sleeps_again(terminals.shell)
    terminals.console.feed(b"cd")
    assert terminals.again(terminals.shell) == 4


def test_vmin_and_vtime_zero_never_wait(terminals: Terminals) -> None:
    terminals.set_flags(off=LocalFlag.ICANON, least=0)
    assert terminals.read(terminals.shell) == b""
    assert terminals.console.missed_input


def test_vtime_alone_limits_the_wait(terminals: Terminals) -> None:
    terminals.set_flags(off=LocalFlag.ICANON, least=0, wait=5)
    block = terminals.sleeps(terminals.shell, Sysno.READ, 0, BUFFER, 100)
    assert block.deadline == terminals.system.clock.now + NANOSECONDS // 2
    terminals.system.clock.now = block.deadline
    assert terminals.again(terminals.shell) == 0


def test_vtime_with_vmin_counts_from_the_last_key(terminals: Terminals) -> None:
    terminals.set_flags(off=LocalFlag.ICANON, least=5, wait=1)
    assert terminals.sleeps(terminals.shell, Sysno.READ, 0, BUFFER, 100).deadline is None
    terminals.system.clock.now = NANOSECONDS
    terminals.console.feed(b"a")
    block = terminals.sleeps_again(terminals.shell)
    assert block.deadline == NANOSECONDS + NANOSECONDS // 10
    terminals.system.clock.now = block.deadline
    assert terminals.again(terminals.shell) == 1


def test_stopped_output_waits_for_the_start_character(terminals: Terminals) -> None:
    shell = terminals.shell
    terminals.console.feed(b"\x13")
    shell.memory.write(BUFFER, b"x")
    assert str(terminals.sleeps(shell, Sysno.WRITE, 1, BUFFER, 1)) == "terminal output"
    terminals.console.feed(b"\x11")
    assert shell.state is TaskState.READY
    assert terminals.again(shell) == 1


def test_the_window_tells_the_foreground_group_when_it_changes(terminals: Terminals) -> None:
    shell = terminals.shell
    terminals.handle(shell, Signal.SIGWINCH)
    terminals.ioctl(shell, Ioctl.TIOCGWINSZ)
    assert struct.unpack("<4H", shell.memory.read(DATA, 8)) == (24, 80, 0, 0)
    terminals.terminal.resize(24, 80)
    assert not terminals.pending(shell)
    terminals.terminal.resize(50, 132)
    assert terminals.pending(shell) == bit(Signal.SIGWINCH)


# ---- job control -------------------------------------------------------------------------------


def test_keys_signal_the_foreground_group_only(terminals: Terminals) -> None:
    job = terminals.job(terminals.shell)
    terminals.terminal.set_foreground(job.process.group)
    terminals.console.feed(b"\x03")
    assert terminals.pending(job) == bit(Signal.SIGINT)
    assert not terminals.pending(terminals.shell)
    assert terminals.output() == b"^C"


def test_a_background_reader_is_stopped_and_reads_when_it_is_in_front(
    terminals: Terminals,
) -> None:
    job = terminals.job(terminals.shell)
    terminals.console.feed(b"line\n")
    assert str(terminals.sleeps(job, Sysno.READ, 0, BUFFER, 100)) == "terminal foreground"
    assert terminals.pending(job) == bit(Signal.SIGTTIN)
    terminals.terminal.set_foreground(job.process.group)
    assert terminals.again(job) == 5


def test_a_background_reader_that_ignores_or_blocks_sigttin_fails(terminals: Terminals) -> None:
    job = terminals.job(terminals.shell)
    job.signals.blocked = bit(Signal.SIGTTIN)
    assert terminals.read(job) == -Errno.EIO
    job.signals.blocked = 0
    job.sighand.actions[Signal.SIGTTIN] = Action(SIG_IGN)
    assert terminals.read(job) == -Errno.EIO


def test_an_orphaned_background_reader_fails(terminals: Terminals) -> None:
    orphan = terminals.process(session=terminals.shell.process.session)
    orphan.process.group = orphan.pid
    assert terminals.read(orphan) == -Errno.EIO


def test_background_output_is_stopped_only_with_tostop(terminals: Terminals) -> None:
    job = terminals.job(terminals.shell)
    assert terminals.write(job, b"x") == 1
    terminals.set_flags(on=LocalFlag.TOSTOP)
    terminals.sleeps(job, Sysno.WRITE, 1, BUFFER, 1)
    assert terminals.pending(job) == bit(Signal.SIGTTOU)
    job.leave_queues()
    job.signals.blocked = bit(Signal.SIGTTOU)
    assert terminals.write(job, b"x") == 1


def test_changing_settings_from_the_background_stops(terminals: Terminals) -> None:
    job = terminals.job(terminals.shell)
    job.memory.write(DATA, Termios().pack())
    terminals.sleeps(job, Sysno.IOCTL, 0, Ioctl.TCSETS, DATA)
    assert terminals.pending(job) == bit(Signal.SIGTTOU)
    job.leave_queues()
    assert terminals.ioctl(job, Ioctl.TCGETS) == 0


def test_the_shell_moves_groups_to_the_front(terminals: Terminals) -> None:
    shell, job = terminals.shell, terminals.job(terminals.shell)
    shell.memory.write_word(DATA, job.process.group)
    assert terminals.ioctl(shell, Ioctl.TIOCSPGRP) == 0
    assert terminals.ioctl(shell, Ioctl.TIOCGPGRP) == 0
    assert shell.memory.read_word(DATA) == job.process.group
    assert terminals.traced(shell) == f"ioctl(0, TIOCGPGRP, [{job.process.group}])"


def test_a_background_process_cannot_move_itself_to_the_front(terminals: Terminals) -> None:
    job = terminals.job(terminals.shell)
    job.memory.write_word(DATA, job.process.group)
    terminals.sleeps(job, Sysno.IOCTL, 0, Ioctl.TIOCSPGRP, DATA)
    assert terminals.pending(job) == bit(Signal.SIGTTOU)
    job.leave_queues()
    job.signals.blocked = bit(Signal.SIGTTOU)
    assert terminals.ioctl(job, Ioctl.TIOCSPGRP) == 0


def test_only_groups_of_the_session_can_be_in_front(terminals: Terminals) -> None:
    shell, stranger = terminals.shell, terminals.process()
    for group, errno in ((9999, Errno.ESRCH), (-5, Errno.EINVAL), (stranger.process.group, 1)):
        shell.memory.write_word(DATA, group)
        assert terminals.ioctl(shell, Ioctl.TIOCSPGRP) == -errno


def test_a_stranger_has_no_say(terminals: Terminals) -> None:
    stranger = terminals.process()
    for request in (Ioctl.TIOCGPGRP, Ioctl.TIOCSPGRP, Ioctl.TIOCGSID, Ioctl.TIOCNOTTY):
        assert terminals.ioctl(stranger, request) == -Errno.ENOTTY
    stranger.credentials = Credentials.of_user(7, 7)
    assert terminals.ioctl(stranger, Ioctl.TIOCSTI) == -Errno.EPERM


def test_a_new_session_gets_the_terminal_by_opening_it(terminals: Terminals) -> None:
    terminals.terminal.release()
    leader = terminals.process()
    leader.process.session = Session(leader.pid)
    assert terminals.open(leader, "/dev/tty") == -Errno.ENXIO
    terminals.open(leader, "/dev/tty1", 0o402)
    assert leader.process.terminal is None
    terminals.open(leader, "/dev/tty1", 2)
    assert leader.process.terminal is terminals.terminal
    assert terminals.open(leader, "/dev/tty", 2) > 0


def test_tiocsctty_takes_a_terminal_from_others_only_by_force(terminals: Terminals) -> None:
    leader = terminals.process()
    assert terminals.ioctl(leader, Ioctl.TIOCSCTTY, 0) == -Errno.EPERM
    leader.process.session = Session(leader.pid)
    assert terminals.ioctl(leader, Ioctl.TIOCSCTTY, 0) == -Errno.EPERM
    assert terminals.ioctl(leader, Ioctl.TIOCSCTTY, 1) == 0
    assert terminals.shell.process.terminal is None
    assert terminals.terminal.foreground == leader.process.group


def test_giving_the_terminal_up_hangs_up_the_foreground(terminals: Terminals) -> None:
    shell, job = terminals.shell, terminals.job(terminals.shell)
    terminals.terminal.set_foreground(job.process.group)
    assert terminals.ioctl(shell, Ioctl.TIOCNOTTY, 0) == 0
    assert terminals.pending(job) == bit(Signal.SIGHUP)
    assert shell.process.terminal is None


def test_a_hangup_ends_input_and_output(terminals: Terminals) -> None:
    shell = terminals.shell
    terminals.sleeps(shell, Sysno.READ, 0, BUFFER, 1)
    terminals.console.end_of_input()
    assert terminals.pending(shell) & bit(Signal.SIGHUP)
    assert terminals.again(shell) == -Errno.EIO
    assert terminals.read(shell) == b""
    assert terminals.write(shell, b"x") == -Errno.EIO
    assert terminals.ioctl(shell, Ioctl.TCGETS) == -Errno.EIO
    assert terminals.ioctl(shell, Ioctl.TIOCSPGRP) == -Errno.ENOTTY
    assert shell.files.get(0).poll(shell) & Poll.POLLHUP


FLAGS = (
    "{c_iflag=ICRNL|IXON, c_oflag=NL0|CR0|TAB0|BS0|VT0|FF0|OPOST|ONLCR, c_cflag=B38400|CS8|CREAD,"
    " c_lflag=ISIG|ICANON|ECHO|ECHOE|ECHOK|IEXTEN|ECHOCTL|ECHOKE, ...}"
)


@pytest.mark.parametrize(
    ("request_", "argument", "shown"),
    [
        (Ioctl.TCGETS, DATA, f"TCGETS, {FLAGS}"),
        (Ioctl.TCGETS2, DATA, f"TCGETS2, {FLAGS}"),
        (Ioctl.TCGETS, 1, "TCGETS, 0x1"),
        (Ioctl.TIOCGWINSZ, DATA, "TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}"),
        (Ioctl.TCSBRK, 1, "TCSBRK, 1"),
        (Ioctl.TCXONC, 1, "TCXONC, TCOON"),
        (Ioctl.TCFLSH, 7, "TCFLSH, 0x7 /* TC??? */"),
        (Ioctl.TIOCSCTTY, 0, "TIOCSCTTY, 0"),
        (Ioctl.TIOCEXCL, 0, "TIOCEXCL"),
        (Ioctl.TIOCOUTQ, DATA, "TIOCOUTQ, [0]"),
    ],
)
def test_a_trace_shows_what_the_request_means(
    terminals: Terminals, request_: int, argument: int, shown: str
) -> None:
    terminals.ioctl(terminals.shell, request_, argument)
    assert terminals.traced(terminals.shell) == f"ioctl(0, {shown})"
