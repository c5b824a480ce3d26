"""The Python interface: what a session keeps, gives and shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator import Session
from emulator.stops import CatchEvent
from kernel.events import Booted, ConsoleOutput, Event, Suspended, TaskExited
from tests.views.hostile import EVENTS

pytestmark = pytest.mark.emulated
Guest = Callable[[str], Path]


def test_a_run_leaves_output_status_events_and_tasks(guest: Guest) -> None:
    session = Session(str(guest("vfork_exec")))
    assert session.run() == session.status == 0
    assert session.stdout == b"child image\nparent done\n"
    assert session.stderr == b""
    assert isinstance(session.events[0], Booted)
    assert [(task.pid, task.parent, task.status) for task in session.tasks] == [
        (100, 1, 0), (101, 100, 7 << 8),
    ]  # fmt: skip


def test_iterating_runs_the_guest(guest: Guest) -> None:
    session = Session(str(guest("vfork_exec")))
    told = list(session)
    assert told == session.events
    assert [event.sequence for event in told] == list(range(len(told)))
    assert session.status == 0
    assert list(session) == []


def test_an_iteration_that_was_left_goes_on_later(guest: Guest) -> None:
    session = Session(str(guest("bench/getpid")), ["20000"])
    for event in session:
        if event.sequence > 10:
            break
    with pytest.raises(RuntimeError, match="not ended"):
        _ = session.status
    assert session.run() == 0
    assert any(isinstance(event, TaskExited) for event in session.events)


def test_events_need_not_be_kept(guest: Guest) -> None:
    seen = []
    session = Session(str(guest("hello")), keep_events=False, on_event=seen.append)
    session.run()
    assert session.events == []
    assert any(isinstance(event, ConsoleOutput) for event in seen)


def test_a_limit_is_a_status_and_a_notice(guest: Guest) -> None:
    session = Session(str(guest("hello")), max_blocks=1)
    assert session.run() == 124
    assert "--max-insns" in session.notices[0]


@pytest.mark.parametrize("name", ["strace", "summary", "ostep"])
def test_a_session_renders_as_replay_does(guest: Guest, name: str) -> None:
    session = Session(str(guest("vfork_exec")))
    session.run()
    assert session.render(name).endswith("\n")


def test_a_notebook_gets_html_in_which_hostile_text_is_inert(guest: Guest) -> None:
    session = Session(str(guest("hello")), ["<script>alert(1)</script>\x1b[2J"])
    session.run()
    session._take(EVENTS)
    session.streams.written[1] += b"\x1b[2J\xff<script>"
    shown = session._repr_html_()
    assert "exit status 0" in shown
    assert "&lt;script&gt;" in shown
    assert "<script" not in shown
    assert shown.isascii()
    assert "\x1b" not in shown


# ---- step by step ------------------------------------------------------------------------------


def test_a_session_steps_back_and_forth_with_all_that_it_shows(guest: Guest) -> None:
    heard: list[Event] = []
    session = Session(str(guest("vfork_exec")), on_event=heard.append)
    session.stepper.run([CatchEvent(frozenset({Suspended}))])
    both = [(task.pid, task.how_created, task.state) for task in session.tasks]
    assert both == [(100, "fork", "HELD"), (101, "vfork", "RUNNING")]
    here, known = session.stepper.position, len(session.events)
    session.step(100_000)
    assert (session.status, session.stdout) == (0, b"child image\nparent done\n")
    assert session.back(session.stepper.position - here).position == here
    assert [(task.pid, task.how_created, task.state) for task in session.tasks] == both
    assert (len(session.events), session.stdout) == (known, b"")
    with pytest.raises(RuntimeError, match="not ended"):
        _ = session.status
    assert session.goto(0).position == 0
    assert [task.pid for task in session.tasks] == [100]
    assert session.run() == 0
    assert session.stdout == b"child image\nparent done\n"
    assert heard == session.events


def test_a_session_that_was_stepped_can_be_iterated_over(guest: Guest) -> None:
    session = Session(str(guest("hello")))
    session.step(3)
    rest = list(session)
    assert rest == session.events[-len(rest) :]
    assert any(isinstance(event, ConsoleOutput) for event in rest)
    assert "hello from i386" in session._repr_html_()


def test_what_was_run_is_not_stepped_through_afterwards(guest: Guest) -> None:
    session = Session(str(guest("hello")))
    session.run()
    with pytest.raises(RuntimeError, match="has been run"):
        session.step()
