"""V24: the columns of the table of systems, each shown by one guest under every name."""

from __future__ import annotations

import os
import pty
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.demos.guest_run import GuestRun
from emulator.session import TERMINAL, Streams
from kernel.abi.signals import Signal
from kernel.events import SignalSent
from kernel.task.semantics import SYSTEMS
from tests.guests.fixtures import Run
from tests.vfork.runs import run

ALL = tuple(SYSTEMS)
EXISTING = tuple(name for name in ALL if name != "linux-2.0-strict")
COPYING = ("linux-2.0", "bsd44", "posix")
WAITING = ("linux", "bsd", "bsd44", "netbsd", "solaris")
SPARING = ("bsd", "netbsd", "solaris")
TERMINAL_QUESTIONS = {
    "background child reads": "end of file",
    "background child writes": "done",
    "background child changes settings": "done",
    "background child comes to the front": "done",
}


def yes(*systems: str) -> dict[str, str]:
    """Those say yes, the others no; the call does not exist under linux-2.0-strict."""
    answers = {name: "yes" if name in systems else "no" for name in EXISTING}
    return {**answers, "linux-2.0-strict": "ENOSYS"}


def except_for(*systems: str) -> dict[str, str]:
    return yes(*(name for name in EXISTING if name not in systems))


COLUMNS: dict[str, dict[str, dict[str, str]]] = {
    "column_memory": {"the parent sees what the child writes": except_for(*COPYING)},
    "column_wait": {"the parent waits for the child": yes(*WAITING)},
    "column_threads": {"other threads of the parent run meanwhile": except_for("solaris")},
    "column_end": {
        "SIGTERM ends the waiting parent at once": yes("linux") | {"linux-2.0": "-", "posix": "-"}
    },
    "column_handlers": {
        "the child inherits a handler": except_for("solaris"),
        "the child inherits that a signal is ignored": yes(*EXISTING),
        "the child can set a handler": except_for("solaris"),
    },
}


@pytest.mark.parametrize("system", ALL)
@pytest.mark.parametrize("column", COLUMNS)
def test_v24_a_column(guest: Callable[[str], Path], column: str, system: str) -> None:
    expected = [f"{question}: {by[system]}" for question, by in COLUMNS[column].items()]
    done = run(guest(f"vfork/{column}"), options=f"--vfork {system}")
    assert (done.lines, done.status) == (expected, 0)


@pytest.mark.parametrize("column", COLUMNS)
def test_v24_linux_is_what_runs_natively(
    guest: Callable[[str], Path], native: Callable[..., Run], column: str
) -> None:
    expected = [f"{question}: {by['linux']}" for question, by in COLUMNS[column].items()]
    assert native([guest(f"vfork/{column}")]).stdout.splitlines() == expected


# ---- terminals -----------------------------------------------------------------------------------


def on_terminal(guest: Callable[[str], Path], system: str) -> GuestRun:
    """A run on a terminal where somebody has typed a line."""
    streams = Streams(b"a line\n", (TERMINAL,) * 3)
    program = str(guest("vfork/column_terminal"))
    done = GuestRun(program, (), ["--vfork", system], record=True, streams=streams)
    assert done.run() == 0
    return done


def answers(output: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in output.splitlines() if ": " in line)


@pytest.mark.parametrize("system", ALL)
def test_v24_a_child_in_the_background_uses_the_terminal(
    guest: Callable[[str], Path], system: str
) -> None:
    done = on_terminal(guest, system)
    expected = dict.fromkeys(TERMINAL_QUESTIONS, "stopped")
    if system in SPARING:
        expected = TERMINAL_QUESTIONS
    elif system == "linux-2.0-strict":
        expected = dict.fromkeys(TERMINAL_QUESTIONS, "ENOSYS")
    assert answers(done.output) == expected
    assert ("what the child writes" in done.output) == (system in SPARING)
    signals = {event.signal for event in done.events if isinstance(event, SignalSent)}
    stopping = {Signal.SIGTTIN, Signal.SIGTTOU}
    assert signals & stopping == (stopping if "stopped" in expected.values() else set())


def test_v24_a_background_child_of_a_fork_is_stopped_on_every_system(
    guest: Callable[[str], Path],
) -> None:
    """Only vfork's own children are spared, and only until their exec."""
    streams = Streams(b"a line\n", (TERMINAL,) * 3)
    program = str(guest("vfork/column_terminal"))
    done = GuestRun(program, ["fork"], ["--vfork", "bsd"], streams=streams)
    assert done.run() == 0
    assert answers(done.output) == dict.fromkeys(TERMINAL_QUESTIONS, "stopped")


def test_v24_natively_such_a_child_is_stopped(
    guest: Callable[[str], Path], native: Callable[..., Run]
) -> None:
    shown = run_on_pseudoterminal(guest("vfork/column_terminal"))
    assert answers(shown) == dict.fromkeys(TERMINAL_QUESTIONS, "stopped")


def run_on_pseudoterminal(program: Path) -> str:
    """The guest as leader of a new session on a terminal of its own; what that showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(program, [program])
    shown = bytearray()
    try:
        while piece := os.read(terminal, 4096):
            shown += piece
    except OSError:  # the last process has closed the terminal
        pass
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
    return shown.decode()


# ---- switches ------------------------------------------------------------------------------------


@pytest.mark.parametrize("system", ["linux", "bsd", "netbsd", "solaris"])
def test_v24_the_parent_may_go_on_with_the_childs_registers(
    guest: Callable[[str], Path], system: str
) -> None:
    program = guest("vfork/column_registers")
    for whose, said in (("parent", "no"), ("child", "yes")):
        done = run(program, options=f"--vfork {system} --vfork-registers {whose}")
        assert (done.lines, done.status) == ([f"the parent's registers are the child's: {said}"], 0)


@pytest.mark.parametrize(
    ("system", "library", "place"),
    [
        ("linux", "call 190", "in its memory"),
        ("linux-2.0", "call 190", "a copy"),
        ("linux-2.0-strict", "fork", "a copy"),
    ],
)
def test_v24_a_library_falls_back_to_fork(
    guest: Callable[[str], Path], system: str, library: str, place: str
) -> None:
    done = run(guest("vfork/fallback"), options=f"--vfork {system}")
    assert done.lines == [
        f"a library's vfork is: {library}",
        f"its first child is: {place}",
        f"its second child is: {place}",
    ]


def test_v24_the_library_asks_once(guest: Callable[[str], Path]) -> None:
    options = "--vfork linux-2.0-strict"
    done = run(guest("vfork/fallback"), options=options, record=True)
    calls = [event.name for event in done.events if type(event).__name__ == "SyscallEntered"]
    assert [name for name in calls if name.endswith("fork")] == ["vfork", "fork", "fork"]
