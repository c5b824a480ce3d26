"""Shells on a real terminal: what appears on it, key by key, is what appears natively."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest

from tests.real_programs.debian import busybox
from tests.real_programs.shells import SHELLS, shell
from tests.real_programs.tree import make_tree, why_not_native

PROMPT = "here# "
"""With the sign without which mksh does not take it from root."""
ENVIRONMENT = {"PATH": "/bin", "HOME": "/", "TERM": "dumb", "PS1": PROMPT, "HISTFILE": ""}
OPTIONS = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}
INTERACTIVE = [name for name in SHELLS if name != "sash"]
SIZE = (30, 100)
PATIENCE = 60
"""Seconds of the host for a prompt to appear."""
_NOISE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\[1\] \d+\r\n")
"""What a dumb terminal does not show, and the announcement of a background job with its pid."""
_READY = {"natively": 0.15, "emulated": 0.8}
"""Seconds after which a line editor that has prompted has surely set the terminal up."""
_STARTS = {"natively": 0.4, "emulated": 2.0}
"""Seconds after which a command that was just typed surely runs."""


class Screen:
    """A terminal with a shell on it; `shown` is what it has printed."""

    def __init__(self, child: pexpect.spawn[str], how: str) -> None:
        self.child = child
        self.how = how
        self.shown = ""

    def prompt(self) -> None:
        """Wait until the shell asks for a command."""
        self.child.expect_exact(PROMPT, timeout=PATIENCE)
        self.shown += (self.child.before or "") + PROMPT
        time.sleep(_READY[self.how])

    def type(self, keys: str) -> None:
        self.child.send(keys)

    def run(self, line: str) -> None:
        """A command that ends by itself."""
        self.type(line + "\r")
        self.prompt()

    def start(self, line: str) -> None:
        """A command that goes on until a key is pressed."""
        self.type(line + "\r")
        time.sleep(_STARTS[self.how])

    def end(self) -> int:
        """Wait for the shell's end; its status."""
        self.child.expect(pexpect.EOF, timeout=PATIENCE)
        self.shown += self.child.before or ""
        self.child.close()
        if self.child.signalstatus is not None:
            return 128 + int(self.child.signalstatus)
        return int(self.child.exitstatus or 0)


def echoing() -> str:
    """A command line: the emulator with a guest that echoes lines."""
    guest = f"{busybox()} sh -c 'echo ready; exec {busybox()} cat'"
    return f"{sys.executable} -m emulator run --clock=host {guest}"


def spawn(root: Path, name: str, how: str) -> Screen:
    """The shell in this root, with this terminal as its own."""
    path = "/bin/sh" if name == "busybox" else "/bin/the-shell"
    words = [path, *OPTIONS.get(name, ["-i"])]
    variables = [f"{key}={value}" for key, value in ENVIRONMENT.items()]
    if how == "emulated":
        command = [sys.executable, "-m", "emulator", "run", "--clock=host", "--root", str(root)]
        command += [word for variable in variables for word in ("-E", variable)]
    else:
        mount = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev"'
        enter = f'setsid -c -w env -i "$@" {shutil.which("chroot")} "$0" {" ".join(words)}'
        script = f"{mount} && ({enter}); exit $?"
        command = ["unshare", "-m", "-p", "-f", "sh", "-c", script, str(root), *variables]
        words = []
    child = pexpect.spawn(
        command[0], [*command[1:], *words], encoding="utf-8", codec_errors="replace",
        dimensions=SIZE, cwd=str(root), timeout=PATIENCE, env=dict(os.environ),
    )  # fmt: skip
    child.delaybeforesend = None
    return Screen(child, how)


@contextmanager
def a_root(folder: Path, name: str) -> Iterator[Path]:
    root = make_tree(folder)
    shutil.copy(shell(name), root / "bin" / "the-shell")
    yield root


def job_control(screen: Screen) -> int:
    """The session that must work."""
    screen.prompt()
    screen.start("sleep 100")
    screen.type("\x1a")
    screen.prompt()
    screen.run("jobs")
    screen.start("fg")
    screen.type("\x03")
    screen.prompt()
    screen.run("echo $?")
    screen.type("exit\r")
    return screen.end()


def editing(screen: Screen) -> int:
    """Keys that edit a line; Ctrl-C and Ctrl-D at the prompt."""
    screen.prompt()
    screen.run("echo abx\x7fc")
    screen.run("echo kill\x15echo killed")
    screen.run("echo one two\x17three")
    screen.run("echo world\x1b[D\x1b[D\x1b[D\x1b[D\x1b[Dx")
    screen.run("\x1b[A")
    screen.type("echo not this\x03")
    screen.prompt()
    screen.run("stty size; tty > /dev/null && echo terminal")
    screen.type("\x04")
    return screen.end()


def background(screen: Screen) -> int:
    """A job in the background, brought back, stopped, sent on and killed."""
    screen.prompt()
    screen.run("sleep 300 & :")
    screen.start("fg")
    screen.type("\x1a")
    screen.prompt()
    screen.run("bg")
    screen.run("kill %1; sleep 0.3; :")
    screen.run("jobs")
    screen.start("cat")
    screen.type("through\r")
    screen.child.expect_exact("through\r\nthrough\r\n")
    screen.shown += str(screen.child.before) + str(screen.child.after)
    screen.type("\x04")
    screen.prompt()
    screen.start("cat")
    screen.type("\x1c")
    screen.prompt()
    screen.run("echo $?")
    screen.type("exit 7\r")
    return screen.end()


def seen(screen: Screen) -> str:
    """The screen without what differs from run to run."""
    return _NOISE.sub("", screen.shown)


@pytest.mark.emulated
@pytest.mark.parametrize("name", INTERACTIVE)
@pytest.mark.parametrize("keys", [job_control, editing, background])
def test_a_session_looks_as_it_does_natively(
    name: str, keys: Callable[[Screen], int], tmp_path: Path
) -> None:
    if reason := why_not_native():
        pytest.skip(f"no native run to compare with: {reason}")
    with a_root(tmp_path, name) as root:
        screens = [spawn(root, name, how) for how in ("natively", "emulated")]
        statuses = [keys(screen) for screen in screens]
    assert seen(screens[1]).split("\r\n") == seen(screens[0]).split("\r\n")
    assert statuses[1] == statuses[0]


@pytest.mark.emulated
def test_the_window_of_the_host_is_the_guests(tmp_path: Path) -> None:
    with a_root(tmp_path, "busybox") as root:
        screen = spawn(root, "busybox", "emulated")
        screen.prompt()
        screen.run("stty size")
        screen.start("sh -c \"trap 'echo changed' WINCH; sleep 4; stty size\"")
        screen.child.setwinsize(17, 61)
        screen.child.expect_exact("changed\r\n17 61", timeout=PATIENCE)
        screen.prompt()
        screen.type("exit\r")
        assert screen.end() == 0
    assert "30 100" in screen.shown


@pytest.mark.emulated
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_to_the_emulator_leaves_the_terminal_as_it_was(
    number: signal.Signals, status: int
) -> None:
    script = f"stty -g; {echoing()}; echo status $?; stty -g"
    child = pexpect.spawn("sh", ["-c", script], encoding="utf-8", timeout=PATIENCE,
                          cwd=str(Path(__file__).parents[2]))  # fmt: skip
    child.expect(r"[0-9a-f:]{20,}\r\n")
    before = child.after
    child.expect_exact("ready\r\n")
    child.send("line\r")
    child.expect_exact("line\r\nline\r\n")
    emulator = int(Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text())
    os.kill(emulator, number)
    child.expect_exact(f"status {status}\r\n")
    child.expect(r"[0-9a-f:]{20,}\r\n")
    assert child.after == before
    child.close()


@pytest.mark.emulated
def test_the_terminal_is_ours_while_the_emulator_is_stopped() -> None:
    environment = {**os.environ, "PS1": PROMPT, "TERM": "dumb"}
    child = pexpect.spawn("bash", ["--norc", "-i"], encoding="utf-8", timeout=PATIENCE,
                          cwd=str(Path(__file__).parents[2]), env=environment)  # fmt: skip
    child.expect_exact(PROMPT)
    child.send(echoing() + "\r")
    child.expect_exact("ready\r\n")
    child.send("line\r")
    child.expect_exact("line\r\nline\r\n")
    emulator = int(Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text())
    os.kill(emulator, signal.SIGTSTP)
    child.expect_exact(PROMPT)
    child.send("stty -a | grep -ow -- -*icanon\r")
    child.expect("[\r\n]icanon")
    child.send("fg\r")
    time.sleep(1)
    child.send("more\r")
    child.expect_exact("more\r\nmore\r\n")
    child.send("\x04")
    child.expect_exact(PROMPT)
    child.close()
