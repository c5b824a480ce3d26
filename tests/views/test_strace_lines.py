"""The form of a trace's lines, against traces recorded with the real strace."""

from __future__ import annotations

import re

import pytest

from emulator.views.line_options import Options
from emulator.views.strace import Strace
from kernel.abi.process import CloneFlag
from kernel.events import (
    Booted,
    SignalDelivered,
    SyscallEntered,
    SyscallExited,
    TaskCreated,
    TaskExited,
)
from tests.strace_text import ATTACHED
from tests.views.recorded import events_of, recording

ON_A_TERMINAL = [
    "raw_vfork", "family", "misuse_exit", "misuse_return", "jobs", "files",
]  # fmt: skip


@pytest.mark.parametrize("name", ON_A_TERMINAL)
def test_recorded_trace_is_reproduced_to_the_byte(name):
    assert Strace().feed_all(events_of(recording(name))) == recording(name)


def test_trace_in_a_file_has_bare_pids_and_no_news_of_attaching():
    trace = Strace(Options(to_file=True)).feed_all(events_of(recording("family_to_file")))
    assert trace == recording("family_to_file")


def test_one_event_at_a_time_gives_the_same_text():
    view = Strace()
    assert "".join(view.feed(event) for event in events_of(recording("jobs"))) == recording("jobs")


def test_two_q_leave_out_attaching_and_ends():
    trace = recording("raw_vfork")
    expected = "".join(
        line for line in ATTACHED.sub("", trace).splitlines(keepends=True) if "+++" not in line
    )
    assert (
        Strace(Options(quiet=frozenset({"attach", "exit"}))).feed_all(events_of(trace)) == expected
    )


def test_without_follow_only_the_first_process_is_shown_and_nothing_interrupts_it():
    trace = Strace(Options(follow=False)).feed_all(events_of(recording("raw_vfork")))
    vfork, wait = trace.splitlines()[1:3]
    assert re.fullmatch(r"vfork\(\) {33}= \d+", vfork)
    assert re.fullmatch(r"wait4\(\d+, \[\{WIFEXITED.* == 7\}\], 0, NULL\) = \d+", wait)
    assert "[pid" not in trace
    assert "child" not in trace


def test_file_without_follow_has_no_pids():
    options = Options(follow=False, to_file=True)
    assert Strace(options).feed_all(events_of(recording("raw_vfork"))).startswith("execve(")


def test_pids_are_padded_to_five_columns():
    boot = Booted(0, 0, 6, "./a", (("bytes", "./a", False),), 1, 0xBFFFFE10)
    call = [
        SyscallEntered(0, 0, 6, 20, "getpid", (), ()),
        SyscallExited(0, 0, 6, 20, "getpid", 6, None, (), None, None),
    ]
    both = [boot, TaskCreated(0, 0, 6, 7, 7, 0, "mm#2"), *call]
    assert Strace().feed_all(both) == (
        'execve("./a", ["./a"], 0xbffffe10 /* 1 var */) = 0\n'
        "strace: Process 7 attached\n"
        "[pid     6] getpid()                    = 6\n"
    )
    assert Strace(Options(to_file=True)).feed_all(both).splitlines()[1] == (
        "6     getpid()                          = 6"
    )


def test_untraced_child_is_not_seen():
    view = Strace()
    view.feed(Booted(0, 0, 1, "./a", (), 0, 0))
    assert view.feed(TaskCreated(0, 0, 1, 2, 2, CloneFlag.CLONE_UNTRACED, "mm#2")) == ""
    assert view.feed(TaskExited(0, 0, 2, 0)) == ""
    assert view.feed(TaskExited(0, 0, 1, 0)) == "+++ exited with 0 +++\n"


def test_sigkill_is_not_announced():
    view = Strace()
    view.feed(Booted(0, 0, 1, "./a", (), 0, 0))
    assert view.feed(SignalDelivered(0, 0, 1, 9, ("struct", [], False), "kill")) == ""
    assert view.feed(TaskExited(0, 0, 1, 9)) == "+++ killed by SIGKILL +++\n"


def test_run_cut_short_in_a_call_ends_its_line():
    view = Strace()
    view.feed(Booted(0, 0, 1, "./a", (), 0, 0))
    view.feed(SyscallEntered(0, 0, 1, 29, "pause", (), ()))
    assert view.close() == " <unfinished ...>\n"
    assert view.close() == ""


@pytest.mark.parametrize(
    ("result", "error", "value", "note", "shown"),
    [
        (0, None, None, None, "0"),
        (-2, "ENOENT", None, None, "-1 ENOENT (No such file or directory)"),
        (-512, "ERESTARTSYS", None, None, "? ERESTARTSYS (To be restarted if SA_RESTART is set)"),
        (0, None, None, "entry_number=6", "0 (entry_number=6)"),
        (0, None, None, "Timeout", "0 (Timeout)"),
        (0x8000000, None, ("ptr", 0x8000000), None, "0x8000000"),
        (0, None, ("ptr", 0), None, "0"),
        (18, None, ("oct", 18), None, "022"),
    ],
)
def test_results(result, error, value, note, shown):
    view = Strace()
    view.feed(Booted(0, 0, 1, "./a", (), 0, 0))
    view.feed(SyscallEntered(0, 0, 1, 0, "call", (), (("int", 1), ("fd", 2, None))))
    line = view.feed(SyscallExited(0, 0, 1, 0, "call", result, error, (None, None), value, note))
    assert line == ")".ljust(31) + f"= {shown}\n"


def test_arguments_known_at_entry_after_a_late_one_are_shown_at_the_end():
    view = Strace()
    view.feed(Booted(0, 0, 1, "./a", (), 0, 0))
    entered = SyscallEntered(0, 0, 1, 3, "read", (), (("fd", 0, "/dev/tty"), None, ("int", 9)))
    assert view.feed(entered) == "read(0, "
    late = (None, ("bytes", "hi\n", False), None)
    exited = SyscallExited(0, 0, 1, 3, "read", 3, None, late, None, None)
    assert view.feed(exited) == '"hi\\n", 9)                      = 3\n'
