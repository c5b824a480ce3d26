"""V25: vforkx's flags: no SIGCHLD at the child's end, no reaping but by its pid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vfork.runs import run


@pytest.fixture(scope="session")
def shown(guest: Callable[[str], Path]) -> list[str]:
    done = run(guest("vfork/vforkx"), options="--vfork solaris")
    assert done.status == 0
    return done.lines


def test_v25_no_flags_is_vfork(shown: list[str]) -> None:
    assert shown[0] == "0: SIGCHLD, wait for any: done"
    assert shown[5] == "0, SIGCHLD ignored, wait for its pid: ECHILD"


def test_v25_nosigchld_sends_no_signal_at_the_end(shown: list[str]) -> None:
    assert shown[1] == "FORK_NOSIGCHLD: no SIGCHLD, wait for any: done"
    assert shown[6] == "FORK_NOSIGCHLD, SIGCHLD ignored, wait for its pid: ECHILD"


def test_v25_nosigchld_still_tells_of_stops(shown: list[str]) -> None:
    assert shown[4] == "FORK_NOSIGCHLD: when it stops SIGCHLD, goes on SIGCHLD, ends no SIGCHLD"


def test_v25_waitpid_is_reaped_by_its_pid_alone(shown: list[str]) -> None:
    assert shown[2] == (
        "FORK_WAITPID: SIGCHLD, wait for any: ECHILD, for its group: ECHILD, for its pid: done"
    )
    assert shown[7] == "FORK_WAITPID, SIGCHLD ignored, wait for its pid: done"


def test_v25_both_flags_together(shown: list[str]) -> None:
    assert shown[3] == (
        "both: no SIGCHLD, wait for any: ECHILD, for its group: ECHILD, for its pid: done"
    )
    assert shown[8] == "both, SIGCHLD ignored, wait for its pid: done"
    assert len(shown) == 9


def test_v25_other_flags_are_errors_and_make_no_child(guest: Callable[[str], Path]) -> None:
    done = run(guest("vfork/forksys"), options="--vfork solaris", record=True)
    flags = [line for line in done.lines if "flag" in line]
    assert [line.partition(": ")[2] for line in flags] == ["EINVAL, edx kept, no child"] * 3
