"""W5 and W6: a signal handler runs in the child; the child waits for its suspended parent."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.check.checked import check, facts

Guest = Callable[[str], Path]


@pytest.mark.parametrize(
    ("program", "case"),
    [
        ("misuse/waits", "handler"),
        ("misuse_libc/functions", "handler"),
        ("misuse_glibc/functions", "handler"),
    ],
)
def test_w5_a_handler_that_modifies_data_fell_under_w1(
    guest: Guest, program: str, case: str
) -> None:
    run = check(guest(program), case)
    assert run.rules == ["W5", "W1"]
    found = facts(run.findings[0])
    assert (found["signal"], found["broke"]) == ("SIGUSR1", "W1")
    assert str(found["handler"]).startswith("handler+0x0")


@pytest.mark.parametrize("case", ["quiet", "alternate"])
def test_w5_a_handler_that_touches_nothing_fell_under_no_other(guest: Guest, case: str) -> None:
    """The signal's frame is nobody's data, also on an alternate stack."""
    finding = check(guest("misuse/waits"), case).only
    assert (finding.rule, facts(finding)["broke"]) == ("W5", "")


@pytest.mark.parametrize(
    ("case", "child", "needs"),
    [
        ("pipe", "asleep in read", "writes to the pipe (descriptor 4)"),
        ("full", "asleep in write", "reads from the pipe (descriptor 3)"),
        ("futex", "asleep in futex", "(word_of_futex)"),
        ("lock", "asleep in fcntl", "record lock that process 100 holds"),
        ("child", "asleep in wait4", "a child that ends"),
        ("stop", "stopped by SIGSTOP", "SIGCONT"),
        ("ttin", "stopped by SIGTTIN", "SIGCONT"),
    ],
)
def test_w6_names_both_sides_within_a_second(
    guest: Guest, case: str, child: str, needs: str
) -> None:
    program = guest("misuse/waits")
    started = time.monotonic()
    run = check(program, case)
    assert time.monotonic() - started < 10  # of a busy host; one second on an idle one
    finding = run.only
    found = facts(finding)
    assert (finding.rule, found["child"], run.status) == ("W6", child, 124)
    assert needs in str(found["needs"])
    assert found["parent"] == f"suspended until {finding.pid} executes a program or exits"


def test_w6_no_deadlock_no_finding(guest: Guest) -> None:
    run = check(guest("misuse/waits"), "clean")
    assert (run.status, run.findings) == (0, [])


@pytest.mark.parametrize("case", ["pipe", "stop"])
def test_w6_without_the_check_the_run_ends_all_the_same(guest: Guest, case: str) -> None:
    run = check(guest("misuse/waits"), case, how="")
    assert (run.status, run.findings) == (124, [])
