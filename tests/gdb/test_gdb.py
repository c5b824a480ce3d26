"""Debian's gdb on emulated guests: what it catches, follows, watches and undoes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gdb.debugging import debug, debug_natively, stops

pytestmark = pytest.mark.emulated
Guest = Callable[[str], Path]


@pytest.fixture
def vfork_exec(guest: Guest) -> Path:
    return guest("vfork_exec")


# ---- the guest comes to its end all the same ---------------------------------------------------


def test_the_guests_output_and_status_are_ours(vfork_exec: Path) -> None:
    done = debug(vfork_exec, ["continue"])
    assert "exited normally" in done.said
    assert (done.status, done.stdout, done.stderr) == (0, "child image\nparent done\n", "")


def test_what_is_let_go_runs_to_its_end(guest: Guest) -> None:
    done = debug(guest("child"), ["detach"])
    assert (done.status, done.stdout) == (7, "child image\n")


def test_what_is_killed_has_died_by_sigkill(vfork_exec: Path) -> None:
    done = debug(vfork_exec, ["kill"])
    assert (done.status, done.stdout) == (128 + 9, "")


# ---- the same as natively ----------------------------------------------------------------------

PARENT = ["catch vfork", "catch exec", "catch syscall wait4", *["continue"] * 4]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("vfork_exec", PARENT),
        ("vfork_exec", ["catch syscall", *["continue"] * 9]),
        ("vfork_exec", ["break parent", "continue", "info registers eax eip", "continue"]),
        ("vfork_exec", ["set follow-fork-mode child", "catch exec", "continue", "continue"]),
        ("fork_cow", ["catch fork", *["continue"] * 4]),
        ("fork_cow", ["set follow-fork-mode child", "catch fork", *["continue"] * 4]),
        ("vfork_memory", ["break main", "continue", "next", "next", "step", "finish", "continue"]),
        ("signals", ["handle SIGUSR1 stop print", *["continue"] * 6]),
        ("wait_statuses", ["catch syscall wait4", *["continue"] * 12]),
    ],
)  # fmt: skip
def test_it_stops_where_it_stops_natively_in_the_same_order(
    guest: Guest, name: str, lines: list[str]
) -> None:
    program = guest(name)
    expected = stops(debug_natively(program, lines))
    assert expected
    assert stops(debug(program, lines).said) == expected
