"""The screen in a real terminal: what it shows there, and what it leaves behind."""

from __future__ import annotations

import os
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pyte
import pytest

from tests.guests.fixtures import Run
from tests.screen.pictures import hand_made

Guest = Callable[[str], Path]
ROOT = Path(__file__).parents[2]
PATIENCE = 60
ALTERNATE_OFF, CURSOR_ON, MOUSE_OFF = b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l"
NULL_READ = b"\xa1\0\0\0\0"  # mov eax, [0]
LOOP = b"\xeb\xfe"


class Terminal:
    """A terminal of 80 x 24 with a command in it."""

    def __init__(self, *words: str, **environment: str) -> None:
        settings = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color"} | environment
        self.process = pexpect.spawn(
            sys.executable, [*words], dimensions=(24, 80), env=settings, timeout=PATIENCE
        )
        self.settings = termios.tcgetattr(self.process.child_fd)
        self.received = b""
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        return "\n".join(self._screen.display)

    def wait_for(self, text: str) -> None:
        """Until the screen has this somewhere."""
        end = time.monotonic() + PATIENCE
        while text not in self.text:
            assert time.monotonic() < end, f"no {text!r} in\n{self.text}"
            self._read()

    def _read(self) -> None:
        try:
            received = self.process.read_nonblocking(65536, timeout=1)
        except pexpect.TIMEOUT:
            return
        self.received += received
        self._stream.feed(received)

    def press(self, key: str) -> None:
        self.process.send(key)

    def status(self) -> int | None:
        """The exit status, when all that was written has been read."""
        try:
            while True:
                self._read()
        except pexpect.EOF:
            self.process.wait()
        return self.process.exitstatus

    def leaves(self, status: int) -> bool:
        """Whether the command ends so, and the terminal is as it was: with cursor, no mouse."""
        assert self.status() == status
        last = self.received[self.received.rindex(ALTERNATE_OFF) :]
        assert CURSOR_ON in self.received[-200:]
        assert self.received.rindex(MOUSE_OFF) > self.received.rindex(b"\x1b[?1000h")
        assert b"Traceback" not in last
        return termios.tcgetattr(self.process.child_fd) == self.settings


@pytest.fixture
def looping(tmp_path: Path, step: Callable[..., Terminal]) -> Terminal:
    """A guest that runs for ever."""
    terminal = step(hand_made(tmp_path, LOOP))
    terminal.press("c")
    terminal.wait_for("Ctrl-C stops it")
    return terminal


@pytest.fixture
def step() -> Iterator[Callable[..., Terminal]]:
    """Starts a program on a screen, which shows it before its first instruction."""
    opened: list[Terminal] = []

    def started(program: Path, **environment: str) -> Terminal:
        opened.append(Terminal("-m", "emulator", "step", str(program), **environment))
        opened[-1].wait_for("before the first instruction")
        return opened[-1]

    yield started
    for terminal in opened:
        terminal.process.close(force=True)


def test_a_vfork_is_seen_and_q_leaves_the_terminal_as_it_was(
    guest: Guest, step: Callable[..., Terminal]
) -> None:
    terminal = step(guest("vfork_exec"))
    terminal.press("v")
    terminal.wait_for("100 calls vfork()")
    terminal.press("s")
    terminal.wait_for("one address space, shared by 100 and 101")
    assert "suspended: child 101 has not exec'd" in terminal.text
    terminal.press("q")
    assert terminal.leaves(status=0)


def test_ctrl_c_stops_what_runs_and_then_closes_the_screen(looping: Terminal) -> None:
    looping.press("\x03")
    looping.wait_for("stopped by you")
    looping.press("\x03")
    assert looping.leaves(status=130)


def test_q_closes_the_screen_while_the_guest_runs(looping: Terminal) -> None:
    looping.press("q")
    assert looping.leaves(status=0)


def test_a_guest_that_crashes_is_told_of_and_leaves_the_terminal_alone(
    tmp_path: Path, step: Callable[..., Terminal]
) -> None:
    terminal = step(hand_made(tmp_path, NULL_READ))
    terminal.press("c")
    terminal.wait_for("ended with status 139")
    terminal.press("C")
    terminal.wait_for("the beginning")
    terminal.press("q")
    assert terminal.leaves(status=0)


def test_without_colour_nothing_is_coloured(guest: Guest, step: Callable[..., Terminal]) -> None:
    terminal = step(guest("vfork_exec"), NO_COLOR="1")
    terminal.press("p")
    terminal.wait_for("suspended: child 101 has not exec'd")
    colours = {
        character.fg for line in terminal._screen.buffer.values() for character in line.values()
    }
    assert all(len(set(colour)) == 1 or is_grey(colour) for colour in colours - {"default"})
    terminal.press("q")
    assert terminal.status() == 0


def is_grey(colour: str) -> bool:
    """Of six hexadecimal digits, three times the same two."""
    return len(colour) == 6 and colour[:2] == colour[2:4] == colour[4:]


def test_without_textual_one_line_says_what_to_install(guest: Guest) -> None:
    code = "import sys; sys.modules['textual'] = None\n"
    code += "from emulator.cli import main; sys.exit(main(['step', sys.argv[1]]))"
    terminal = Terminal("-c", code, str(guest("hello")))
    assert terminal.status() == 125
    assert terminal.received.decode().splitlines() == [
        "emu386: the screen needs Textual: pip install 'emu386[screen]' (or use --plain)"
    ]


def test_without_a_terminal_one_line_says_what_to_do(guest: Guest, emu: Callable[..., Run]) -> None:
    done = emu([guest("hello")], command="step")
    assert (done.status, done.stdout) == (125, "")
    assert done.stderr == "emu386: the screen needs a terminal: use --plain\n"
