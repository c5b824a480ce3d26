"""An interactive shell on the terminal: the screens are those of the same keys on a native
pseudoterminal (busybox 1.35, TERM=dumb), and a real terminal is left as it was found."""

from __future__ import annotations

import os
import pty
import select
import sys
import termios
import time
from pathlib import Path

import pytest

from emulator.session import Options, Session, Streams
from kernel.fs.console import StreamKind
from tests.real_programs.debian import busybox

TERMINAL = StreamKind(0o20620, is_terminal=True)
ENVIRONMENT = (("TERM", "dumb"), ("PS1", "$ "), ("PATH", "/bin"))
QUESTION = "\x1b[6n"  # the shell asks the terminal where the cursor is
STOPPED = "[1]+  Stopped                    cat"


class Script(Streams):
    """A terminal whose keys are pressed when somebody waits for them; `screen` is what it shows."""

    def __init__(self, keys: list[bytes]) -> None:
        super().__init__(b"", (TERMINAL,) * 3)
        self.keys = keys
        self.screen = bytearray()

    def read(self) -> bytes:
        return self.keys.pop(0) if self.keys else b""

    def write(self, stream: int, data: bytes) -> bool:
        self.screen += data
        return True


def session(*keys: bytes) -> tuple[list[str], int]:
    """Lines of the screen after the shell's greeting, and its exit status."""
    script = Script(list(keys))
    options = Options(argv0="sh", environment=ENVIRONMENT)
    status = Session(str(busybox()), ["-i"], options, script).run()
    screen = script.screen.decode().replace(QUESTION, "")
    assert "\n" not in screen.replace("\r\n", "")
    return screen.split("\r\n")[5:-1], status


def test_lines_are_edited_before_they_are_read() -> None:
    lines, status = session(b"cat\n", b"xx\x7fy\n", b"ab\x15c\x16\x03\n", b"\x04", b"exit 3\n")
    assert lines == ["$ cat", "xx\b \by", "xy", "ab\b \b\b \bc^\b^C", "c\x03", "$ exit 3"]
    assert status == 3


def test_keys_interrupt_and_quit_the_foreground_job() -> None:
    lines, _ = session(b"cat\n", b"\x03", b"echo $?\n", b"cat\n", b"\x1c", b"echo $?\n", b"exit\n")
    expected = ["$ cat", "^C", "$ echo $?", "130", "$ cat", "^\\Quit", "$ echo $?", "131", "$ exit"]
    assert lines == expected


def test_a_stopped_job_goes_on_in_the_foreground() -> None:
    keys = (b"cat\n", b"\x1a", b"jobs\n", b"fg\n", b"text\n", b"\x04", b"jobs\n", b"exit\n")
    lines, status = session(*keys)
    expected = ["$ cat", f"^Z{STOPPED}", "$ jobs", STOPPED, "$ fg", "cat", "text", "text"]
    assert lines == [*expected, "$ jobs", "$ exit"]
    assert status == 0


def test_a_background_job_that_reads_is_stopped() -> None:
    lines, _ = session(b"cat &\n", b"jobs\n", b"fg\n", b"more\n", b"\x04", b"exit\n")
    stopped = "[1]+  Stopped (tty input)        cat"
    assert lines == ["$ cat &", "$ jobs", stopped, "$ fg", "cat", "more", "more", "$ exit"]


def test_a_background_job_that_writes_is_stopped_with_tostop() -> None:
    keys = (b"stty tostop\n", b"(sleep 0.1; echo late) &\n", b"sleep 1; jobs\n", b"fg\n", b"exit\n")
    lines, _ = session(*keys)
    assert "[1]+  Stopped (tty output)       (sleep 0.1; echo late)" in lines
    assert lines[-2:] == ["late", "$ exit"]


def test_raw_mode_reads_single_keys_without_echo() -> None:
    command = b"stty -icanon -echo; dd bs=1 count=2 2>&- | od -c; stty sane\n"
    lines, _ = session(command, b"q", b"\x7f", b"exit\n")
    assert lines[1:] == ["0000000   q 177", "0000002", "$ exit"]


def test_a_hangup_ends_the_shell() -> None:
    lines, status = session(b"cat\n", b"text\n")
    assert lines == ["$ cat", "text", "text"]
    assert status == 129


@pytest.mark.emulated
def test_a_real_terminal_is_restored_and_ctrl_c_ends_the_guest() -> None:
    for words, keys, status in (
        (["cat"], [b"line\r", b"\x03"], 130),
        (["sh", "-c", "while :; do :; done"], [b"\x03"], 130),
        (["sh", "-c", "read x; exit $x"], [b"7\r"], 7),
    ):
        screen, found, settings = on_a_terminal(["run", str(busybox()), *words], keys)
        assert found == status, screen
        assert settings & termios.ECHO
        assert settings & termios.ICANON
        if words == ["cat"]:
            assert screen == b"line\r\nline\r\n^C"


def on_a_terminal(words: list[str], keys: list[bytes]) -> tuple[bytes, int, int]:
    """Run the command on a pseudoterminal; its screen, exit status, local flags afterwards."""
    pid, descriptor = pty.fork()
    if pid == 0:
        os.chdir(Path(__file__).parents[2])
        os.execv(sys.executable, [sys.executable, "-m", "emulator", *words])
    screen = bytearray()
    wait_until_raw(descriptor)
    for key in keys:
        os.write(descriptor, key)
        collect(descriptor, screen, 0.5)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        collect(descriptor, screen, 0.1)
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            flags = termios.tcgetattr(descriptor)[3]
            os.close(descriptor)
            return bytes(screen), os.waitstatus_to_exitcode(status), flags
    os.kill(pid, 9)
    raise AssertionError(f"{words} does not end: {screen!r}")


def wait_until_raw(descriptor: int) -> None:
    end = time.monotonic() + 30
    while termios.tcgetattr(descriptor)[3] & termios.ICANON and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.2)


def collect(descriptor: int, screen: bytearray, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            try:
                data = os.read(descriptor, 4096)
            except OSError:
                return
            if not data:
                return
            screen += data
